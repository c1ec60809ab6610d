"""The pages before an interview: the list of those there are, a new one, and mending one."""

from __future__ import annotations

from collections import Counter

from harmony_kit.interview.beginning import Desk, propose_pseudonym
from harmony_kit.interview.sentences import load_wording
from harmony_kit.interview.views import ScreenView, local_time
from harmony_kit.journal.answers import Respondent
from harmony_kit.journal.case import NOT_BEGUN, InterviewCase

__all__ = ["consent_text", "view_correction", "view_lobby", "view_newcomer"]


def view_lobby(desk: Desk, site: str, wave: str, language: str) -> ScreenView:
    """Where to interview whom; alone before the form, a respondent is told of nobody else."""
    setting = desk.setting
    plain = {
        "kind": "lobby",
        "client": setting.client,
        "languages": _languages(desk),
        "language": language,
        "people": [],
        "planned": [],
    }
    if setting.is_self_service:
        return plain
    everybody = desk.journal.respondents(site=site)
    waves = {setting.wave, wave, *(respondent.wave for respondent in everybody)}
    moved = desk.journal.cases.moved()
    people = [r for r in everybody if r.wave == wave and (site, wave, r.respondent) not in moved]
    begun = {r.respondent for r in everybody if r.wave == wave}
    cases = [case for case in desk.journal.cases.read(site, wave) if case.moved_to is None]
    n_answers = Counter(a.respondent for a in desk.journal.current(site, wave)) if people else {}
    return plain | {
        "site": site,
        "wave": wave,
        "sites": [{"id": id_, "name": name} for id_, name in setting.sites.items()],
        "waves": sorted(waves, reverse=True),
        "interviewer": desk.seat.name,
        "people": [_view_person(r, desk, n_answers.get(r.respondent, 0), language) for r in people],
        "planned": [
            _view_planned(case, desk, language)
            for case in sorted(cases, key=lambda one: (one.date or "~", one.respondent))
            if case.respondent not in begun and not case.is_test and case.state in NOT_BEGUN
        ],
    }


def _languages(desk: Desk) -> list[ScreenView]:
    return [
        {"id": language, "name": load_wording(language)["language.name"]}
        for language in desk.setting.languages
    ]


def _view_planned(case: InterviewCase, desk: Desk, language: str) -> ScreenView:
    """An interview of the schedule that nobody has begun."""
    return {
        "respondent": case.respondent,
        "lens": _lens_name(desk, case.lens, language),
        "role": case.role,
        "date": case.date,
        "interviewer": case.interviewer,
        "state": case.state,
    }


def _lens_name(desk: Desk, lens: str, language: str) -> str:
    instrument = desk.setting.instrument
    known = lens in instrument.lens_ids
    return instrument.text(f"lens.{lens}.name", language) if known else lens


def _view_person(respondent: Respondent, desk: Desk, n_answers: int, language: str) -> ScreenView:
    setting = desk.setting
    return {
        "respondent": respondent.respondent,
        "lens": _lens_name(desk, respondent.lens, language),
        "role": respondent.role,
        "n_answers": n_answers,
        "started": local_time(respondent.started_at, setting.timezone),
        "finished": local_time(respondent.finished_at, setting.timezone),
    }


def consent_text(desk: Desk, site: str, language: str, code: str = "{code}") -> list[str]:
    """What is read out before an interview: what is kept, how it is shown, how to withdraw."""
    wording = load_wording(language)
    words = {
        "{client}": desk.setting.client,
        "{site}": desk.setting.sites.get(site, site),
        "{min_group}": str(desk.setting.min_group),
        "{code}": code,
    }
    paragraphs = []
    for key in ("consent.kept", "consent.shown", "consent.withdraw"):
        text = wording[key]
        for placeholder, word in words.items():
            text = text.replace(placeholder, word)
        paragraphs.append(text)
    return paragraphs


def view_correction(case: InterviewCase, desk: Desk, language: str) -> ScreenView:
    """The page on which site, side, role or pseudonym of somebody are put right."""
    given = {"site": case.site, "lens": case.lens, "role": case.role, "name": case.respondent}
    lenses = desk.setting.instrument.lens_ids
    return {
        "kind": "correcting",
        "respondent": case.respondent,
        "given": given,
        "sites": [{"id": id_, "name": name} for id_, name in desk.setting.sites.items()],
        "lenses": [{"id": one, "name": _lens_name(desk, one, language)} for one in lenses],
    }


def view_newcomer(
    desk: Desk, site: str, wave: str, language: str, planned: InterviewCase | None = None
) -> ScreenView:
    """The page of a new interview, in every language it can be held in; filled in if `planned`."""
    taken = (r.respondent for r in desk.journal.respondents(site, wave))
    setting = desk.setting
    return {
        "kind": "start",
        "site": setting.sites.get(site, site),
        "wave": wave,
        "proposed": propose_pseudonym(taken),
        "planned": {
            "respondent": planned.respondent,
            "lens": planned.lens if planned.lens in setting.instrument.lens_ids else "",
            "role": planned.role,
        }
        if planned
        else {},
        "language": language,
        "languages": _languages(desk),
        "wordings": {language_: load_wording(language_) for language_ in setting.languages},
        "consent": {
            language_: consent_text(desk, site, language_) for language_ in setting.languages
        },
        "lenses": {
            language_: [
                {"id": lens, "name": setting.instrument.text(f"lens.{lens}.name", language_)}
                for lens in setting.instrument.lens_ids
            ]
            for language_ in setting.languages
        },
    }
