"""Opening an interview: a new one with consent, one that goes on, one that is reopened."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from harmony_kit.instrument.model import Instrument
from harmony_kit.interview.interview import Interview
from harmony_kit.interview.keeping import InterviewJournal
from harmony_kit.interview.presence import Seat
from harmony_kit.interview.questions import Question
from harmony_kit.interview.session import Session
from harmony_kit.journal.answers import Answer, Event, Place, Respondent
from harmony_kit.journal.case import follow
from harmony_kit.journal.names import PSEUDONYM, WAVE
from harmony_kit.journal.subject import Subject, list_subjects

__all__ = [
    "Desk",
    "Newcomer",
    "Setting",
    "check_newcomer",
    "propose_pseudonym",
    "resume_interview",
    "start_interview",
]


@dataclass(frozen=True)
class Setting:
    """What an interview can be about, and how it looks.

    Attributes
    ----------
    sites
        Site id → name, in the order they are offered.
    languages
        Languages offered; all of them complete in the instrument.
    subjects
        Pilots and decisions from the evidence files, of all sites.
    min_group
        The smallest group the consent promises; see `harmony_kit.engagement.settings`.
    is_self_service
        Whether the respondent sits alone before the form.
    """

    client: str
    sites: dict[str, str]
    wave: str
    instrument: Instrument
    instrument_path: Path
    languages: tuple[str, ...]
    subjects: tuple[Subject, ...] = ()
    min_group: int = 3
    timezone: str = "UTC"
    colour: str = "#1f5f7a"
    is_self_service: bool = False


@dataclass(frozen=True)
class Desk:
    """Where interviews are held: the setting, the journal, who sits there and the clock.

    `move_name` lets a real name, where one is kept, follow a person who is corrected.
    """

    setting: Setting
    journal: InterviewJournal
    seat: Seat
    clock: Callable[[], datetime]
    move_name: Callable[[Place, Place], None] = lambda _was, _is: None


@dataclass(frozen=True)
class Newcomer:
    """Somebody about to be interviewed; `consent` is the text they agreed to."""

    site: str
    wave: str
    respondent: str
    lens: str
    language: str
    consent: str
    role: str = ""


def propose_pseudonym(taken: Iterable[str], draw: random.Random | None = None) -> str:
    """A pseudonym nobody has yet: easy to say, with nothing of site, lens or order in it.

    One of 44 million, so that two laptops that do not know each other propose different ones.
    """
    draw = draw or random.SystemRandom()
    known = {name.casefold() for name in taken}
    while True:
        syllables = [draw.choice("bdfgklmnprstvz") + draw.choice("aeiou") for _ in range(2)]
        name = f"{''.join(syllables)}-{draw.randint(1000, 9999)}"
        if name not in known:
            return name


def check_newcomer(newcomer: Newcomer, desk: Desk) -> dict[str, str]:
    """What keeps an interview from starting: field → key of the message the form has for it."""
    setting = desk.setting
    taken = desk.journal.respondents(newcomer.site, newcomer.wave)
    names = {respondent.respondent.casefold() for respondent in taken}
    there = newcomer.site, newcomer.wave
    names |= {was[2].casefold() for was in desk.journal.cases.moved() if was[:2] == there}
    checks = {
        "site": ("choose_one", newcomer.site in setting.sites),
        "wave": ("choose_one", WAVE.allows(newcomer.wave)),
        "lens": ("choose_one", newcomer.lens in setting.instrument.lens_ids),
        "language": ("choose_one", newcomer.language in setting.instrument.languages),
        "respondent": ("pseudonym_form", PSEUDONYM.allows(newcomer.respondent)),
        "consent": ("consent_needed", bool(newcomer.consent)),
    }
    problems = {field_: key for field_, (key, is_right) in checks.items() if not is_right}
    if newcomer.respondent.casefold() in names:
        problems["respondent"] = "pseudonym_taken"
    return problems


def start_interview(newcomer: Newcomer, desk: Desk) -> Interview:
    """A new interview, with the consent recorded.

    Raises ValueError naming the fields when something is missing or taken.
    """
    problems = check_newcomer(newcomer, desk)
    if problems:
        message = ", ".join(f"{name}: {key}" for name, key in sorted(problems.items()))
        raise ValueError(message)
    now = desk.clock()
    instrument = desk.journal.keep_instrument(desk.setting.instrument_path)
    respondent = Respondent(
        site=newcomer.site,
        wave=newcomer.wave,
        respondent=newcomer.respondent,
        lens=newcomer.lens,
        role=newcomer.role.strip(),
        language=newcomer.language,
        started_at=now,
        details={"consent": "yes", "consent_at": now.isoformat()},
    )
    interview = _open(respondent, instrument, desk)
    interview.log("consent", given="yes", language=newcomer.language, text=newcomer.consent)
    interview.log(
        "started",
        instrument=instrument.id,
        version=str(instrument.version),
        instrument_sha256=instrument.sha256,
    )
    desk.journal.register(respondent)
    interview.log("opened")
    return interview


def resume_interview(respondent: Respondent, desk: Desk, *, reason: str = "") -> Interview:
    """An interview that was begun, at the screen where it was left, as it was asked then.

    Raises ValueError when it is finished and no reason for reopening is given.
    """
    place = (respondent.site, respondent.wave, respondent.respondent)
    seen = desk.journal.revision()  # before the answers, so that nothing after it is missed
    answers = desk.journal.current(*place)
    events = desk.journal.events(*place)
    past, case = _read_past(events), follow(place, events, None)
    reason = reason.strip()
    if respondent.finished_at is not None and not reason:
        message = f"{respondent.respondent} has finished; reopening needs a reason"
        raise ValueError(message)
    instrument = _find_instrument(past, answers, desk)
    interview = _open(replace(respondent, finished_at=None), instrument, desk)
    interview.session = replace(
        interview.session,
        answers={
            Question.of(a): a for a in answers if interview.session.instrument.has_item(a.item)
        },
        at=past.at,
        left_out=past.left_out,
        is_short=case.is_short and bool(instrument.core),
        parts=case.parts,
        remark=case.remark,
    )
    interview.loose_notes = past.notes
    interview.reason = reason or past.reason
    interview.seen = seen
    if respondent.finished_at is not None:
        interview.log("reopened", reason=reason)
        desk.journal.register(interview.session.respondent)
    interview.log("opened")
    return interview


@dataclass
class _Past:
    """What the events of an interview say about where it stands."""

    at: str = ""
    instrument_sha256: str = ""
    reason: str | None = None
    left_out: frozenset[tuple[str, str]] = frozenset()
    notes: dict[str, str] = field(default_factory=dict)


def _read_past(events: Sequence[Event]) -> _Past:
    past = _Past()
    for event in events:
        details = event.details
        if event.kind == "shown":
            past.at = details["screen"]
        elif event.kind == "started":
            past.instrument_sha256 = details.get("instrument_sha256", "")
        elif event.kind == "reopened":
            past.reason = details["reason"]
        elif event.kind == "finished":
            past.reason = None
        elif event.kind == "note":
            past.notes[details["screen"]] = details["note"]
        elif event.kind == "left_out":
            past.left_out = _change_left_out(past.left_out, details)
    return past


def _change_left_out(
    before: frozenset[tuple[str, str]], details: dict[str, str]
) -> frozenset[tuple[str, str]]:
    kinds = {kind for kind in ("pilot", "decision") if kind in details}
    kept = {entry for entry in before if entry[0] not in kinds}
    added = {(kind, id_) for kind in kinds for id_ in details[kind].split(";") if id_}
    return frozenset(kept | added)


def _find_instrument(past: _Past, answers: Sequence[Answer], desk: Desk) -> Instrument:
    """The instrument that asked so far; the present one where nothing was kept of it."""
    used = [past.instrument_sha256, *(a.source.instrument_sha256 for a in reversed(answers))]
    present = desk.setting.instrument
    for sha256 in filter(None, used):
        if sha256 == present.sha256:
            return present
        try:
            return desk.journal.instrument(sha256)
        except KeyError:
            continue
    return desk.journal.keep_instrument(desk.setting.instrument_path)


def _open(respondent: Respondent, instrument: Instrument, desk: Desk) -> Interview:
    added = desk.journal.subjects(respondent.site)
    subjects = list_subjects(desk.setting.subjects, added, site=respondent.site)
    asked = instrument.at(respondent.site)
    session = Session(instrument=asked, respondent=respondent, subjects=subjects)
    return Interview(desk.journal, session, desk.seat, desk.clock)
