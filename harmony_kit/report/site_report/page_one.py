"""Page one: the story of the site on one sheet that both sides can sign."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from harmony_kit.findings.fact import Fact
from harmony_kit.findings.findings import Finding
from harmony_kit.measures.rows import number_or_none, rows_of
from harmony_kit.report.assessment import Assessment
from harmony_kit.report.blocks import EMPTY, Block, render_block
from harmony_kit.report.site_report.can_wait import list_waiting
from harmony_kit.report.site_report.general import only_special
from harmony_kit.report.site_report.next_steps import list_steps
from harmony_kit.report.site_report.site_view import SiteView
from harmony_kit.report.site_report.storytelling import say_fact, say_plot

__all__ = ["page_one", "say_heard"]

#: How many of a kind page one has room for.
_MOST = 3

#: The three lists, what is least expected first: their state and what they are called.
_LISTS = (
    ("false_consensus", "page.only_think"),
    ("known_difference", "page.differ"),
    ("false_conflict", "page.closer"),
)


def page_one(site: Assessment) -> Block:
    """One sheet: the story with its facts, where views meet and part, what to do, and who signs.

    A site too small to show has none; its cover says what it would take.
    """
    view = SiteView.of(site)
    if not view.is_shown:
        return EMPTY
    story, say = site.story, view.words.say
    place = ", ".join(part for part in (site.site.region, site.site.country) if part)
    common = say_fact(view, story.common) if story.common else say("page.common_none")
    return render_block(
        "page_one",
        view.words,
        site=site,
        kicker=[site.engagement.client, say("cover.wave", wave=site.wave), place],
        who=view.words.listing(say_heard(view)),
        story=say_plot(view, story),
        facts=[say_fact(view, fact) for fact in story.facts],
        common=common,
        lists=[*_list_places(view)],
        talk=[(say_fact(view, said), _say_record(view, shown)) for said, shown in story.talk],
        steps=[(step, _say_owners(view, step.finding)) for step in list_steps(view, _MOST)],
        wait=_say_waiting(view),
        reads=[*_say_reading(view)],
        lenses=[(view.side(lens), view.name(lens)) for lens in view.lenses],
    )


def _say_record(view: SiteView, shown: Fact) -> str:
    """What a record shows, where the story has not said it already."""
    is_told = shown in view.site.story.facts
    return view.words.say("page.told") if is_told else say_fact(view, shown)


def say_heard(view: SiteView) -> Iterator[str]:
    """How many people of each side were heard, of how many."""
    for row in rows_of(view.site.heard):
        heads, n = number_or_none(row["headcount"]), int(row["n_respondents"])
        names = {"n": n, "lens": view.name(row["lens"])}
        if heads is None or heads < n:
            yield view.words.say("page.heard_plain", **names)
        else:
            yield view.words.say("page.heard", all=int(heads), **names)


def _list_places(view: SiteView) -> Iterator[dict[str, Any]]:
    """Three places of each kind, each told once, with how many more are like it.

    What one side misses and the other knows stands in the first list, where it is least expected;
    a finding most of whose topics were told there is not told again.
    """
    told: set[tuple[str, str]] = set()
    for state, name in _LISTS:
        found = [f for f in view.site.findings if f.pattern == state]
        found = only_special(f for f in found if 2 * len(_places(f) - told) >= len(_places(f)))
        chosen = _differing(found)
        told |= {place for f in chosen for place in _places(f)}
        untold = {(*place, f.dimension) for f in found for place in _places(f) - told}
        more = Counter(dimension for *_, dimension in untold)
        shown = Counter(f.dimension for f in chosen)
        yield {
            "title": view.words.say(name),
            "entries": [
                (f, _say_alike(view, f, more[f.dimension] if shown[f.dimension] == 1 else 0))
                for f in chosen
            ],
        }


def _places(finding: Finding) -> set[tuple[str, str]]:
    """The topics a finding is about."""
    return {(one.item, one.subject) for one in finding.alike or (finding,)}


def _say_alike(view: SiteView, finding: Finding, n_more: int) -> str:
    """How many more topics of its dimension are like it."""
    name = view.site.dimension_name(finding.dimension)
    return view.words.count("page.alike", n_more, dimension=name) if n_more else ""


def _differing(findings: list[Finding]) -> list[Finding]:
    """The first of each topic, those of different dimensions first."""
    firsts: list[Finding] = []
    rest: list[Finding] = []
    for finding in findings:
        is_new = finding.dimension not in {one.dimension for one in firsts}
        (firsts if is_new else rest).append(finding)
    chosen: dict[str, Finding] = {}
    for finding in [*firsts, *rest]:
        chosen.setdefault(finding.item, finding)
    return [*chosen.values()][:_MOST]


def _say_owners(view: SiteView, finding: Finding) -> list[tuple[int, str]]:
    return [(view.side(lens), finding.owners.get(lens, view.name(lens))) for lens in view.lenses]


def _say_waiting(view: SiteView) -> str:
    names = list_waiting(view)
    if not names:
        return view.words.say("page.wait_rest")
    return view.words.say("page.wait", dimensions=view.words.listing(names))


def _say_reading(view: SiteView) -> Iterator[str]:
    """The share understood beside what needs no understanding: a footnote, never the headline."""
    for row in view.rows("understanding", dimension="all"):
        shares = {name: view.words.percent(row[name]) for name in ("share", "projected", "guessed")}
        names = {"looker": view.name(row["lens"]), "other": view.name(row["other"])}
        yield view.words.say("page.reads", n=int(row["n_topics"]), **names, **shares)
