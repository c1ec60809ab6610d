"""The headline: how well each side knows the other, in two directions that are never averaged."""

from __future__ import annotations

import math
from collections import Counter
from functools import partial
from typing import Any

from harmony_kit.measures.claims import STATES, WORDED
from harmony_kit.measures.rows import Row, number_or_none
from harmony_kit.measures.understanding import VERDICT_AT
from harmony_kit.report.assessment import Assessment
from harmony_kit.report.blocks import EMPTY, Block, Words, picture
from harmony_kit.report.drawings import (
    Share,
    StateRow,
    draw_share,
    draw_states,
    draw_swatch,
)
from harmony_kit.report.site_report.contents import has_part, show_part
from harmony_kit.report.site_report.picture_words import see_directions
from harmony_kit.report.site_report.site_view import SiteView
from harmony_kit.report.site_report.topic_map import show_map
from harmony_kit.report.tables import Cell, ReportColumn, ReportTable, show_table

__all__ = ["headline"]

#: More than this share is most topics.
_MOST = 0.5


def headline(site: Assessment) -> Block:
    """How well each side knows the other: two cards, every topic as a square, each dimension."""
    view = SiteView.of(site)
    if not has_part(view, "headline"):
        return EMPTY
    overall = {row["lens"]: row for row in view.rows("understanding", dimension="all")}
    return show_part(
        view,
        "headline",
        cards=[_card(view, overall[lens]) for lens in view.lenses if lens in overall],
        untold=[_say_untold(view, lens) for lens in view.lenses if lens not in overall],
        states=_draw_all_states(view),
        map=show_map(view),
        legend=_count_states(view),
        names=[_direction(view, lens) for lens in view.lenses],
        dimensions=_table(view),
    )


def _direction(view: SiteView, lens: str) -> str:
    other = view.site.engagement.instrument.other_lens(lens)
    return view.words.say("headline.direction", looker=view.name(lens), other=view.name(other))


def _say_untold(view: SiteView, lens: str) -> str:
    """Why there is no total: too few people, or it would give away a topic that is left out."""
    key = "redacted" if view.site.engagement.settings.redacted else "too_few"
    return view.words.say(f"headline.untold_{key}", direction=_direction(view, lens))


def _card(view: SiteView, row: Row) -> dict[str, Any]:
    words, side = view.words, view.side(row["lens"])
    looker, other = view.name(row["lens"]), view.name(row["other"])
    share = Share(float(row["share"]), float(row["low"]), float(row["high"]))
    names = {"looker": looker, "other": other, "n": int(row["n_topics"])}
    ends = (words.say("headline.none"), words.say("headline.every"))
    says = words.say("headline.alt", share=words.percent(share.value), **names)
    claim = row["claim"] if row["claim"] in WORDED else "open"
    return {
        "side": side,
        "direction": _direction(view, row["lens"]),
        "verdict": words.say(f"headline.{_name_verdict(row, claim)}", **names),
        "share": words.percent(share.value),
        "interval": _say_interval(view, share),
        "sentence": words.say("headline.sentence", understood=int(row["understood"]), **names),
        "n": words.say(
            "headline.n",
            n_estimate=int(row["n_estimate"]),
            n_other=int(row["n_other"]),
            looker=looker,
            other=other,
        ),
        "parts": _say_parts(view, row),
        "meter": picture(draw_share(share, side, ends=ends), says),
    }


def _name_verdict(row: Row, claim: str) -> str:
    """Which sentence: coming close on most topics is not yet knowing, if a guess does as well.

    Two sides with the same numbers read the same: how likely each is to know shows in no number.
    """
    is_unproven = row["pattern"] == "reads_well" and claim != "claimed"
    guess = max(row["projected"], row["guessed"])
    if is_unproven and row["p_reads_well"] >= VERDICT_AT and guess > _MOST:
        return "reads_well_flat"
    return f"{row['pattern']}_{claim}"


def _say_parts(view: SiteView, row: Row) -> list[str]:
    """Understanding beside two baselines, and what it is made of; what is not known is not said."""
    words = view.words
    names = {"looker": view.name(row["lens"]), "other": view.name(row["other"])}
    said = [
        words.say(
            "headline.baselines",
            projected=words.percent(row["projected"]),
            guessed=words.percent(row["guessed"]),
        )
    ]
    share, n = row["different_understood"], number_or_none(row["n_different"])
    if n and not math.isnan(share):
        said.append(words.count("headline.different", int(n), share=words.percent(share), **names))
    low, high = row["level_low"], row["level_high"]
    way = "high" if low > 0 else "low" if high < 0 else "even"
    ends = {"low": words.number(low), "high": words.number(high)}
    points = words.number(abs(row["level"]))
    said.append(words.say(f"headline.level_{way}", points=points, **ends, **names))
    if not math.isnan(row["profile"]):
        numbers = {
            f"{part}{end}": words.number(row[f"{part}{end}"], 2)
            for part in ("profile", "projection")
            for end in ("", "_low", "_high")
        }
        said.append(words.say("headline.profile", **numbers, **names))
    return said


def _say_interval(view: SiteView, share: Share) -> str:
    """The interval of the share; with everybody heard, response noise is what is left."""
    low, high = view.words.percent(share.low), view.words.percent(share.high)
    key = "headline.census" if view.is_census else "headline.interval"
    return view.words.say(key, low=low, high=high)


def _tally(view: SiteView, lens: str) -> tuple[Counter[str], Counter[str], int]:
    """How many topics one lens reads in each state: claimed, leaning, and how many are open."""
    rows = view.rows("topics", lens=lens)
    counts = {claim: Counter[str]() for claim in WORDED}
    for row in rows:
        if row["claim"] in WORDED:
            counts[row["claim"]][row["state"]] += 1
    n_open = sum(row["claim"] == "open" for row in rows)
    return counts["claimed"], counts["leaning"], n_open


def _draw_all_states(view: SiteView) -> Block:
    rows = []
    for lens in view.lenses:
        claimed, leaning, n_open = _tally(view, lens)
        rows.append(StateRow(view.side(lens), _direction(view, lens), claimed, leaning, n_open))
    counts = see_directions(view, view.rows("topics"), is_furthest_named=False)
    says = f"{view.words.say('headline.states')}. {counts}"
    return picture(partial(draw_states, rows), says, sees=counts)


def _count_states(view: SiteView) -> list[dict[str, Any]]:
    """The legend of the squares, which is also their table: counts per state and direction."""
    tallies = [_tally(view, lens) for lens in view.lenses]
    words = view.words
    entries: list[dict[str, Any]] = [
        {
            "swatch": Block(draw_swatch(state).svg()),
            "name": words.say(f"state.{state}"),
            "means": words.say(f"headline.{state}"),
            "counts": [
                _count(words, claimed[state], leaning[state]) for claimed, leaning, _ in tallies
            ],
        }
        for state in STATES
    ]
    opens = [words.say("format.plain", n=n_open) for _, _, n_open in tallies]
    name, means = words.say("state.open"), words.say("headline.open")
    swatch = Block(draw_swatch("open").svg())
    entries.append({"swatch": swatch, "name": name, "means": means, "counts": opens})
    overall = {row["lens"]: row for row in view.rows("understanding", dimension="all")}
    understood = [
        words.say("format.plain", n=int(overall[lens]["understood"]))
        if lens in overall
        else words.say("table.too_few")
        for lens in view.lenses
    ]
    name, means = words.say("state.understood"), words.say("headline.understood")
    return [*entries, {"swatch": EMPTY, "name": name, "means": means, "counts": understood}]


def _count(words: Words, n_claimed: int, n_leaning: int) -> str:
    if not n_leaning:
        return words.say("format.plain", n=n_claimed)
    return words.say("headline.counts", claimed=n_claimed, leaning=n_leaning)


def _table(view: SiteView) -> Block:
    """Understanding per dimension, one column per direction."""
    words = view.words
    by_key = {(row["dimension"], row["lens"]): row for row in view.rows("understanding")}
    rows: list[tuple[str | Cell, ...]] = []
    for dimension in view.dimensions():
        found = [by_key.get((dimension, lens)) for lens in view.lenses]
        if any(found):
            cells = [_cell(view, row) for row in found]
            rows.append((view.site.dimension_name(dimension), *cells))
    heads = [ReportColumn(words.say("table.dimension"))]
    heads += [ReportColumn(_direction(view, lens)) for lens in view.lenses]
    return show_table(ReportTable(words.say("headline.by_dimension"), tuple(heads), rows), words)


def _cell(view: SiteView, row: Row | None) -> Cell:
    words = view.words
    if row is None:
        return Cell(words.say("table.too_few"))
    n, understood = int(row["n_topics"]), float(row["understood"])
    said = words.count("headline.of", n, understood=words.number(understood, 0))
    return Cell(said, share=understood / n, side=view.side(row["lens"]))
