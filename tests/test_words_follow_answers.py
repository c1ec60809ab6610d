"""Words follow answers: exchange what the two sides said, and what is said of them exchanges."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import cache, cached_property

import pandas as pd
import pytest
from demo_reports import AS_OF, demo, measure, show

from harmony_kit.findings.alike import settle
from harmony_kit.findings.findings import select_first
from harmony_kit.findings.observing import Observation, observe
from harmony_kit.findings.playbook_lint import lint_playbook
from harmony_kit.findings.wording import Voice, Wording
from harmony_kit.instrument.model import Instrument
from harmony_kit.journal.answers import Answer, answers_frame
from harmony_kit.measures.disclosure import disclose
from harmony_kit.measures.measuring import Basis, measure_everything
from harmony_kit.report.assessment import Assessment, open_playbook

ENGAGEMENT, ANSWERS = demo("all")
INSTRUMENT = ENGAGEMENT.instrument
SITES = sorted(ANSWERS)
#: Two sides measured twice differ by luck of the draws; so many observations must come again.
COMES_AGAIN = 0.85
SWAP = {"it": "operations", "operations": "it"}


class Exchanged(Voice):
    """A voice that calls each side by the name of the other."""

    @cached_property
    def lenses(self) -> dict[str, str]:
        first, second = self.instrument.lens_ids
        names = Voice(self.playbook, self.instrument, self.language).lenses
        return {first: names[second], second: names[first]}

    def text(self, key: str) -> str:
        options, _, option = key.rpartition(".")
        is_side = options.startswith("option.") and option in SWAP
        return super().text(f"{options}.{SWAP[option]}" if is_side else key)


def _mirror(answer: Answer, instrument: Instrument) -> Answer:
    """What one side said, said by the other; owners that are sides change over as well."""
    chosen = answer.chosen
    if instrument.item(answer.item).kind == "choice" and chosen:
        chosen = tuple(SWAP.get(option, option) for option in chosen)
    return replace(
        answer, lens=SWAP[answer.lens], about=SWAP.get(answer.about, answer.about), chosen=chosen
    )


def _decisions(site: str, swap: dict[str, str]) -> pd.DataFrame:
    decisions = ENGAGEMENT.evidence.of_site(site).decisions
    return decisions.assign(held_by=decisions["held_by"].replace(swap))


@cache
def plant(site: str) -> Assessment:
    return measure(ENGAGEMENT, ANSWERS[site], site)


@cache
def _observed(site: str, *, is_mirrored: bool) -> tuple[Observation, ...]:
    """What the measures of a plant license to say, or with the two sides exchanged."""
    answers = ANSWERS[site]
    evidence = ENGAGEMENT.evidence.of_site(site)
    decisions = _decisions(site, SWAP if is_mirrored else {})
    if is_mirrored:
        answers = [_mirror(answer, INSTRUMENT) for answer in answers]
    basis = Basis(
        items=INSTRUMENT.items_frame(),
        lenses=INSTRUMENT.lens_ids,
        decisions=decisions,
        pilots=evidence.pilots,
        usage=evidence.usage,
        settings=ENGAGEMENT.settings,
        headcounts=ENGAGEMENT.headcounts(),
        as_of=AS_OF,
    )
    measured = measure_everything(answers_frame(answers), basis)
    told = disclose(measured, ENGAGEMENT.settings, items=basis.items, lenses=basis.lenses)
    frames = told.frames
    return tuple(settle(observe(frames, INSTRUMENT, ENGAGEMENT.settings, decisions), INSTRUMENT))


def _worded(site: str, voice: type[Voice], *, is_mirrored: bool = False) -> Iterator[Wording]:
    words = voice(open_playbook(ENGAGEMENT), INSTRUMENT, "en")
    yield from (Wording(one, words) for one in _observed(site, is_mirrored=is_mirrored))


def _is_about_a_side(seen: Observation) -> bool:
    """Whether its question names a side, or asks each side other things."""
    if seen.case.kind == "readiness":
        return True
    group = INSTRUMENT.item(seen.case.item).group if seen.case.item else ""
    return bool(group and group.startswith("about_"))


def _key(seen: Observation, swap: dict[str, str]) -> tuple[str, ...]:
    case = seen.case
    looker, viewer = seen.case.looker, seen.details.get("viewer", "")
    parts = (case.kind, case.pattern, case.dimension, case.item, case.level, seen.subject)
    return (*parts, swap.get(looker, looker), swap.get(viewer, viewer))


def _content(said: Wording, swap: dict[str, str]) -> tuple[object, ...]:
    """All that is said of what people said, whatever the order of the two sides in a list."""
    by_lens = {swap.get(lens, lens): text for lens, text in said.contents.items()}
    shared = said.shared if said.seen.claim == "claimed" else ""
    return said.clause, by_lens, sorted(re.findall(r"\w+", shared))


@pytest.mark.parametrize("site", SITES)
def test_what_is_said_of_a_side_moves_with_its_answers(site):
    before = {
        _key(said.seen, {}): said
        for said in _worded(site, Voice)
        if not _is_about_a_side(said.seen)
    }
    after = {_key(said.seen, SWAP): said for said in _worded(site, Exchanged, is_mirrored=True)}
    again = before.keys() & after.keys()
    assert len(again) >= COMES_AGAIN * len(before)
    for key in again:
        one, other = before[key].seen, after[key].seen
        if (one.claim, one.details.get("against")) != (other.claim, other.details.get("against")):
            continue
        assert _content(after[key], SWAP) == _content(before[key], {}), key


@pytest.mark.parametrize("site", SITES)
def test_what_a_function_can_do_stays_with_it(site):
    before = {_key(said.seen, {}): said.duties for said in _worded(site, Voice)}
    after = {_key(said.seen, SWAP): said.duties for said in _worded(site, Voice, is_mirrored=True)}
    for key in before.keys() & after.keys():
        assert after[key] == before[key], key


@pytest.mark.parametrize("site", SITES)
def test_every_finding_stands_in_exactly_one_place(site):
    shown = show(plant(site))
    first = {finding.id for finding in select_first(plant(site).findings)}
    told = [html.unescape(shown[part]) for part in ("first_page", "dimensions", "evidence")]
    titles = Counter(finding.title for finding in plant(site).findings)
    for finding in plant(site).findings:
        standing = rf">\s*{re.escape(finding.title)}\s*<"
        found = [len(re.findall(standing, part)) for part in told]
        assert sum(found) == titles[finding.title], finding.id
        assert finding.id not in first or found[0] or not shown["first_page"], finding.id


@pytest.mark.parametrize("site", SITES)
def test_no_sentence_is_told_twice_in_a_report(site):
    told: Counter[str] = Counter()
    for finding in plant(site).findings:
        hedged = [finding.shared, finding.question, finding.action, *finding.texts.values()]
        bare = (text.removeprefix("If this holds: ") for text in hedged)
        told.update(s for text in bare for s in re.split(r"(?<=[.?]) (?=[A-Z“])", text) if s)
    assert [sentence for sentence, n in told.items() if n > 1] == []


def test_both_sides_read_something_of_their_own():
    findings = [finding for site in SITES for finding in plant(site).findings]
    names = re.compile(r"\b(IT|Operations)\b")
    told = [f for f in findings if f.texts]
    assert len(told) >= 0.8 * len(findings)
    for finding in told:
        one, other = (names.sub("x", text) for text in finding.texts.values())
        assert one != other, finding.id


def test_the_linter_refuses_what_names_a_side_without_looking():
    playbook = open_playbook(ENGAGEMENT)
    assert [p for p in lint_playbook(playbook, INSTRUMENT) if p.severity == "error"] == []
    entry = next(entry for entry in playbook.entries if entry.id == "signature.two_dialects")
    texts = {"it": "When {it} says AI, it means models.", "each": "People mean models."}
    bold = entry.model_copy(update={"texts": texts, "shared": "{it} means models."})
    kept = [one for one in playbook.entries if one is not entry]
    where = "entry signature.two_dialects"

    def refused(entry):
        found = lint_playbook(playbook.model_copy(update={"entries": (*kept, entry)}), INSTRUMENT)
        return [problem.where for problem in found if problem.severity == "error"]

    assert refused(bold) == [f"{where}, shared", f"{where}, texts.it", f"{where}, texts.each"]
    assert refused(bold.model_copy(update={"needs": {"high": "it"}})) == []
