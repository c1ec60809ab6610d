"""Page one: the story of the site on one sheet that both sides can sign."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from harmony_kit.measures.rows import Row, number_or_none, rows_of
from harmony_kit.report.assessment import Assessment
from harmony_kit.report.blocks import EMPTY, Block, render_block
from harmony_kit.report.site_report.can_wait import list_alike_points, list_waiting
from harmony_kit.report.site_report.next_steps import (
    N_FIRST,
    NextStep,
    first_steps,
    list_steps,
    name_owners,
)
from harmony_kit.report.site_report.promised import find_promise, say_promised
from harmony_kit.report.site_report.site_view import SiteView
from harmony_kit.report.site_report.storytelling import say_fact, say_plot
from harmony_kit.report.site_report.three_lists import list_meetings

__all__ = ["page_one", "say_heard"]

#: How many open points page one names.
_MOST = 3

#: Measures of what people chose, whose reading may be open.
_CHOSEN = ("rank", "words", "ownership")


def page_one(site: Assessment) -> Block:
    """One sheet: the story with its facts, where views meet and part, what to do, and who signs.

    A site too small to show has none; its cover says what it would take.
    """
    view = SiteView.of(site)
    if not view.is_shown:
        return EMPTY
    story, say = site.story, view.words.say
    place = ", ".join(part for part in (site.site.region, site.site.country) if part)
    first, second = view.names
    return render_block(
        "page_one",
        view.words,
        site=site,
        kicker=[site.engagement.client, say("cover.wave", wave=site.wave), place],
        who=say("page.who", who=view.words.listing(say_heard(view)), first=first, second=second),
        promised=say_promised(view, site.past) if site.past else "",
        story=say_plot(view, story),
        facts=[say_fact(view, fact) for fact in story.facts],
        common=say_fact(view, story.common) if story.common else say("page.common_none"),
        lists=list_meetings(view),
        talk=[(say_fact(view, said), say_fact(view, shown)) for said, shown in story.talk],
        steps=[_tell_step(view, step) for step in first_steps(view, N_FIRST)],
        n_steps=len(list_steps(view)),
        wait=_say_waiting(view),
        open=_say_open(view),
        reads=[*_say_reading(view)],
        lenses=[(view.side(lens), view.name(lens)) for lens in view.lenses],
    )


def say_heard(view: SiteView) -> Iterator[str]:
    """How many people of each side were heard, of how many."""
    for row in rows_of(view.site.heard):
        heads, n = number_or_none(row["headcount"]), int(row["n_respondents"])
        names = {"n": n, "lens": view.name(row["lens"])}
        if heads is None or heads < n:
            yield view.words.say("page.heard_plain", **names)
        else:
            yield view.words.say("page.heard", all=int(heads), **names)


def _tell_step(view: SiteView, step: NextStep) -> dict[str, Any]:
    finding = step.finding
    past = view.site.past
    return {
        "step": step,
        "owners": name_owners(view, step),
        "before": find_promise(view, past, finding) if past else "",
    }


def _say_waiting(view: SiteView) -> str:
    names, is_untold = list_waiting(view), view.site.story.is_untold
    if not names:
        return _say_alike(view, is_untold=is_untold)
    if len(names) == len(view.site.engagement.instrument.dimensions):
        everything = "page.wait_all_untold" if is_untold else "page.wait_all"
        return view.words.count(everything, len(names))
    some = "page.wait_untold" if is_untold else "page.wait"
    return view.words.say(some, dimensions=view.words.listing(names))


def _say_alike(view: SiteView, *, is_untold: bool) -> str:
    """The points both see alike, where no dimension can wait as a whole: how many, and some."""
    points = list_alike_points(view)
    if not points:
        return view.words.say("page.wait_rest")
    some = "page.wait_points_untold" if is_untold else "page.wait_points"
    listed = view.words.listing(points[:_MOST])
    return view.words.count(some, len(points), topics=listed)


def _say_open(view: SiteView) -> str:
    """What cannot be told yet: choices and owners nothing is said of, and how many topics.

    What a finding states plainly is told.
    """
    plain = {one.item for one in view.site.findings if one.claim == "claimed"}
    chosen = [row["item"] for name in _CHOSEN for row in view.rows(name, claim="open")]
    chosen = [item for item in chosen if item not in plain]
    named = [view.site.item_short(item) for item in dict.fromkeys(chosen)]
    open_rows: dict[tuple[str, Any], list[Row]] = {}
    for row in view.rows("topics", claim="open"):
        open_rows.setdefault((row["item"], row["subject"]), []).append(row)
    topics = [key for key, rows in open_rows.items() if len(rows) == len(view.lenses)]
    named += [view.label(*key) for key in topics]
    if not named:
        return ""
    rest = len(named) - _MOST
    listed = ", ".join(named[:_MOST])
    return view.words.say("page.open_more" if rest > 0 else "page.open", topics=listed, n=rest)


def _say_reading(view: SiteView) -> Iterator[str]:
    """The share understood beside what needs no understanding: a footnote, never the headline."""
    if any(number_or_none(row["mean_from"]) is not None for row in view.rows("within")):
        yield view.words.say("page.ranges")
    for row in view.rows("understanding", dimension="all"):
        shares = {name: view.words.percent(row[name]) for name in ("share", "projected")}
        names = {"looker": view.name(row["lens"]), "other": view.name(row["other"])}
        yield view.words.say("page.reads", n=int(row["n_topics"]), **names, **shares)
        n, share = number_or_none(row["n_different"]), number_or_none(row["different_understood"])
        if view.site.story.roles.get("split") == row["other"]:
            yield view.words.say("page.reads_split", **names)
        if n and share is not None and float(row["share"]) < 1:
            hit = {"n": int(n), "right": round(n * share)}
            yield view.words.say("page.reads_apart", **names, **hit)
