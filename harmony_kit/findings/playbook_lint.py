"""What a playbook leaves unsaid about an instrument, before a report has to say it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import product
from typing import assert_never

from harmony_kit.errors import Problem, nearest
from harmony_kit.findings.observing import Observation
from harmony_kit.findings.patterns import BOTH, DRIFT, KINDS, Case
from harmony_kit.findings.playbook import Playbook, placeholders
from harmony_kit.findings.wording import Voice, Wording
from harmony_kit.instrument.model import Instrument, Item
from harmony_kit.measures.claims import CLOSE, STATES

__all__ = ["lint_playbook", "list_cases"]

_LEVELS = ("low", "middle", "high")
#: Patterns of records and signatures that are about one pilot.
_OF_ONE_PILOT = (
    *("scope_grows", "adoption_holds", "adoption_fades", "acceptance_low", "overrides_high"),
    *("works_but_ignored", "used_but_unsafe", "pilots_drift"),
)
_N_NAMED = 3
_TOLD = re.compile(r"^entry\..*\.(title|shared|texts\.\w+)$")
_SENTENCE = re.compile(r"[^.?!]+[.?!]?")
_NEAR = 0.9


def list_cases(instrument: Instrument) -> Iterator[Case]:
    """Every case a report on this instrument can come to, wherever its pilot or decision stands."""
    for case in _list_bare(instrument):
        yield case
        for standing in _list_standings(case, instrument):
            yield replace(case, standing=standing)


def _list_standings(case: Case, instrument: Instrument) -> tuple[str, ...]:
    if case.kind == "within":
        return ()
    item = instrument.item(case.item) if case.item else None
    if item and (item.per == "decision" or item.group == "decisions"):
        return ("open", "decided")
    if item and item.group == "pilots":
        return ("running", "ended")
    is_one = case.kind == "pilot" or case.pattern in _OF_ONE_PILOT
    return ("running", "ended", "kept") if is_one or (item and item.per == "pilot") else ()


def _list_bare(instrument: Instrument) -> Iterator[Case]:
    lenses = instrument.lens_ids
    for item in instrument.items:
        yield from _item_cases(item, lenses)
    mirrored = {i.dimension for i in instrument.items if i.mirrored and i.kind == "rating"}
    for dimension in (d.id for d in instrument.dimensions if d.id in mirrored):
        for pattern, lens in product(KINDS["understanding"], lenses):
            yield Case("understanding", pattern, dimension, looker=lens)
    if any(item.kind == "rating" for item in instrument.items):
        yield from (Case("within", "split_often", looker=lens) for lens in lenses)
    groups = {item.group for item in instrument.items}
    if "duty" in groups:
        yield from (Case("drift", "alone", looker=lens) for lens in lenses)
    if {"technical", "operational"} <= groups:
        yield from (Case("pilot", pattern) for pattern in KINDS["pilot"])
    if {f"checks_{lens}" for lens in lenses} & groups:
        yield from (Case("readiness", pattern) for pattern in KINDS["readiness"])
    yield from (Case("evidence", pattern) for pattern in KINDS["evidence"])
    yield from (Case("signature", pattern) for pattern in KINDS["signature"] if pattern != DRIFT)
    yield from (Case("signature", DRIFT, looker=lens) for lens in lenses)


def _item_cases(item: Item, lenses: tuple[str, str]) -> Iterator[Case]:
    place = (item.dimension, item.id)
    match item.kind:
        case "rating":
            yield from (Case("within", "split", *place, "", lens) for lens in lenses)
            kind = "topic"
        case "rank" | "words":
            kind = item.kind
        case "choice":
            if item.group in ("duty", "bridge"):
                yield from (Case("ownership", pattern, *place) for pattern in KINDS["ownership"])
            return
        case "text":
            return
        case _:
            assert_never(item.kind)
    for state, looker in product(STATES if item.mirrored else (), (*lenses, BOTH)):
        has_level = kind == "topic" and state in CLOSE
        for level in _LEVELS if has_level else ("",):
            yield Case(kind, state, *place, level, looker)


def lint_playbook(
    playbook: Playbook, instrument: Instrument, languages: Iterable[str] | None = None
) -> list[Problem]:
    """What is missing or does not fit, of a playbook that loads.

    Listed are fields no entry gives to a case the instrument can come to (a missing title is an
    error, since the finding would be left out), texts that say what a side thinks whatever it
    answered or give a cause as a fact (errors), entries about items, dimensions and lenses the
    instrument does not have, and per language the texts not yet translated. `languages` are
    those of the instrument if None.
    """
    file = f"playbook {playbook.id}"
    problems = _list_missing(playbook, instrument, file)
    problems += _list_unearned(playbook, instrument, file)
    problems += _list_causes(playbook, file)
    problems += _list_strangers(playbook, instrument, file)
    for language in instrument.languages if languages is None else languages:
        problems += _list_untranslated(playbook, language, file)
    return problems


def _list_missing(playbook: Playbook, instrument: Instrument, file: str) -> list[Problem]:
    missing: dict[tuple[str, str, tuple[str, ...]], list[str]] = {}
    voice = Voice(playbook, instrument, playbook.language)
    for case in list_cases(instrument):
        names = tuple(_missing_fields(case, voice))
        if names:
            place = " ".join(part for part in (case.item or case.dimension, case.looker) if part)
            missing.setdefault((case.kind, case.pattern, names), []).append(place)
    return [
        Problem(
            file,
            f"{kind} {pattern}",
            f"no entry gives {', '.join(names)}{_named(places)}",
            todo=f"Add it to an entry with when: {{kind: {kind}, pattern: {pattern}}}.",
            severity="error" if "title" in names else "warning",
        )
        for (kind, pattern, names), places in missing.items()
    ]


def _list_unearned(playbook: Playbook, instrument: Instrument, file: str) -> list[Problem]:
    """Texts that say what a side thinks without looking at what it answered.

    A lens may stand in a title, a text or what is shared only where `needs` has made sure which
    part it plays; what its function is for belongs to `duties`.
    """
    lenses = {*playbook.lenses, *instrument.lens_ids}
    problems = []
    for entry in playbook.entries:
        fixed = {*entry.needs.values()}
        for key, text in entry.source_texts():
            name = key.removeprefix(f"entry.{entry.id}.")
            field, _, reader = name.partition(".")
            if field not in ("title", "texts", "shared"):
                continue
            named = sorted((placeholders(text) | {reader}) & (lenses - fixed))
            is_bare = field == "texts" and not placeholders(text) and not fixed
            if named or is_bare:
                problems.append(_unearned(file, f"entry {entry.id}, {name}", named))
    return problems


def _unearned(file: str, where: str, named: list[str]) -> Problem:
    what = (
        f"says what {named[0]} thinks, whatever it answered"
        if named
        else "says what a side thinks and names no part it plays"
    )
    todo = (
        "Name the part a side plays ({looker}, {other}, {high}, {low} ...), give the entry "
        "needs: {part: lens}, or move what a function is for to duties."
    )
    return Problem(file, where, what, todo=todo)


def _list_causes(playbook: Playbook, file: str) -> Iterator[Problem]:
    """Texts that say why it is so: answers show what people think, never why.

    What counts as saying why stands in the phrase ``causes`` of each language; questions may ask.
    """
    source = {key: text for entry in playbook.entries for key, text in entry.source_texts()}
    for language in playbook.languages:
        listed = (playbook.text("phrase.causes", language) or "").split(",")
        words = "|".join(re.escape(word.strip()) for word in listed if word.strip())
        texts = source if language == playbook.language else playbook.texts[language]
        for key in filter(_TOLD.search, texts) if words else ():
            said = _SENTENCE.findall(texts[key])
            plain = " ".join(sentence for sentence in said if not sentence.endswith("?"))
            for word in re.findall(rf"\b(?:{words})\b", plain, re.IGNORECASE):
                what = f"gives a cause as a fact ({word!r}, in {language})"
                todo = "Ask for it in the question, or say only what was answered."
                yield Problem(file, key.replace(".", " ", 1), what, todo=todo)


def _named(places: list[str]) -> str:
    known = [place for place in dict.fromkeys(places) if place]
    rest = len(known) - _N_NAMED
    listed = ", ".join(known[:_N_NAMED]) + (f" and {rest} more" if rest > 0 else "")
    return f" for {listed}" if listed else ""


def _missing_fields(case: Case, voice: Voice) -> Iterator[str]:
    """Fields without a text that holds whatever the numbers are."""
    said = Wording(_bare(case, voice.instrument), voice)
    for name in ("title", "shared", "question", "action"):
        if not getattr(said, name):
            yield name
    if said.action and not said.done:
        yield "done"
    for name in ("texts", "owners"):
        yield from (f"{name}.{lens}" for lens, text in getattr(said, name).items() if not text)
    entries = voice.playbook.entries_for(case)
    for name in ("effort", "horizon", "importance"):
        if all(getattr(entry, name) is None for entry in entries):
            yield name


def _bare(case: Case, instrument: Instrument) -> Observation:
    """An observation with only what every one of its kind has: no numbers, no answers."""
    roles: dict[str, str] = {}
    if case.looker in instrument.lens_ids:
        roles = {"looker": case.looker, "other": instrument.other_lens(case.looker)}
    is_two_sided = case.kind == "topic" and (roles or case.pattern not in CLOSE)
    if is_two_sided or case.pattern == "readiness_stalemate":
        roles |= dict(zip(("high", "low"), instrument.lens_ids, strict=True))
    per_subject = (
        case.standing
        or case.kind in ("pilot", "readiness")
        or (case.item and instrument.item(case.item).per)
    )
    subject = "subject" if per_subject else ""
    return Observation(case, "claimed", gap=0, certainty=0, subject=subject, roles=roles)


def _list_strangers(playbook: Playbook, instrument: Instrument, file: str) -> list[Problem]:
    """Entries that can never speak, where that is likely to be a slip.

    The playbook of another instrument may lend its general entries, so what it says about items
    elsewhere is no slip unless it is nearly the name of one here.
    """
    dimensions = [dimension.id for dimension in instrument.dimensions]
    items = [item.id for item in instrument.items]
    problems = []
    for entry in playbook.entries:
        when, where = entry.when, f"entry {entry.id}"
        for name, value, known in (
            ("item", when.item, items),
            ("dimension", when.dimension, dimensions),
        ):
            if value is None or value in known:
                continue
            near = nearest(value, known, likeness=_NEAR)
            if near or playbook.id == instrument.id:
                what = f"the instrument has no {name} {value!r}"
                problems.append(Problem(file, where, what, todo=near, severity="warning"))
    return problems


def _list_untranslated(playbook: Playbook, language: str, file: str) -> list[Problem]:
    if language == playbook.language:
        return []
    known = playbook.texts.get(language, {})
    missing = [key for key in playbook.source_texts if key not in known]
    if not missing:
        return []
    what = f"{len(missing)} of {len(playbook.source_texts)} texts are not translated"
    todo = f"They appear in {playbook.language}. First: {', '.join(missing[:_N_NAMED])}."
    return [Problem(file, f"language {language}", what, todo=todo, severity="warning")]
