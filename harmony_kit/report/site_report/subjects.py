"""Pilots and decisions of a report, each as a picture with its table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial

from harmony_kit.measures.claims import WORDED
from harmony_kit.measures.rows import Row, number_or_none
from harmony_kit.report.blocks import EMPTY, Block, join_blocks, picture
from harmony_kit.report.drawings import (
    Check,
    DecisionRow,
    PilotPanel,
    PilotWords,
    Score,
    draw_pilots,
    draw_readiness,
)
from harmony_kit.report.site_report.picture_words import see_parts
from harmony_kit.report.site_report.site_view import SiteView, hedge
from harmony_kit.report.tables import ReportColumn, ReportTable, tuck_table

__all__ = ["ByLens", "group_by_subject", "say_pattern", "show_pilots", "show_readiness"]

_QUADRANTS = ("works_and_used", "works_but_ignored", "used_but_unsafe", "neither")

#: By lens id, of one duty, pilot or decision.
ByLens = Mapping[str, Row]


def group_by_subject(rows: Iterable[Row], key: str) -> dict[str, dict[str, Row]]:
    """The rows by what a column says, and in it by lens."""
    found: dict[str, dict[str, Row]] = {}
    for row in rows:
        found.setdefault(row[key], {})[row["lens"]] = row
    return found


def say_pattern(view: SiteView, row: Row, pattern: str) -> str:
    """A pattern in words: as it is where claimed, hedged where leaning, else open."""
    if row["claim"] not in WORDED:
        return view.words.say("state.withheld" if row[pattern] == "too_few" else "state.open")
    return hedge(view.words, row["claim"], view.words.say(f"{pattern}.{row[pattern]}"))


# ── Pilots ─────────────────────────────────────────────────────────────────────────────────────


def show_pilots(view: SiteView, dimension: str) -> Block:
    """Both scorecards of each pilot, where a dimension asks for them."""
    items = view.site.engagement.instrument.items
    if not any(i.dimension == dimension and i.group in ("technical", "operational") for i in items):
        return EMPTY
    by_pilot = group_by_subject(view.rows("pilots"), "subject")
    if not by_pilot:
        return EMPTY
    panels = [_panel(view, pilot, rows) for pilot, rows in by_pilot.items()]
    words = PilotWords(
        view.words.say("figure.technical"),
        view.words.say("figure.operational"),
        *(view.words.say(f"quadrant.{quadrant}") for quadrant in _QUADRANTS),
    )
    said = [
        view.words.say(
            "figure.say_pilot",
            pilot=view.title(pilot),
            lens=view.name(lens),
            state=say_pattern(view, by_lens[lens], "quadrant"),
        )
        for pilot, by_lens in by_pilot.items()
        for lens in view.lenses
        if lens in by_lens
    ]
    quadrants = [
        say_pattern(view, row, "quadrant")
        for by_lens in by_pilot.values()
        for row in by_lens.values()
    ]
    shown = picture(
        partial(draw_pilots, panels, words),
        " ".join(said),
        sees=see_parts(view, "figure.see_pilots", quadrants),
    )
    return join_blocks([shown, _pilots_table(view, by_pilot)])


def _panel(view: SiteView, pilot: str, by_lens: ByLens) -> PilotPanel:
    rows = [by_lens.get(lens) for lens in view.lenses]
    scores = [
        (_score(row, "technical"), _score(row, "operational")) if row else None for row in rows
    ]
    both = [(pair[0], pair[1]) if pair and pair[0] and pair[1] else None for pair in scores]
    sure = [bool(row) and row["claim"] in WORDED for row in rows]  # type: ignore[index]
    return PilotPanel(view.title(pilot), (both[0], both[1]), (sure[0], sure[1]))


def _score(row: Row, card: str) -> Score | None:
    parts = [number_or_none(row[name]) for name in (card, f"{card}_low", f"{card}_high")]
    if parts[0] is None:
        return None
    at = [((part if part is not None else parts[0]) - 1) / (row["points"] - 1) for part in parts]
    return Score(*at)


def _pilots_table(view: SiteView, by_pilot: Mapping[str, ByLens]) -> Block:
    words = view.words
    rows = [
        (
            view.title(pilot),
            view.name(lens),
            _mean(view, by_lens[lens], "technical", "n_technical"),
            _mean(view, by_lens[lens], "operational", "n_operational"),
            _mean(view, by_lens[lens], "success", "n_success"),
            say_pattern(view, by_lens[lens], "quadrant"),
        )
        for pilot, by_lens in by_pilot.items()
        for lens in view.lenses
        if lens in by_lens
    ]
    heads = [ReportColumn(words.say("table.pilot")), ReportColumn(words.say("table.looker"))]
    heads += [
        ReportColumn(words.say(f"table.{name}"), is_number=True)
        for name in ("technical", "operational", "success")
    ]
    heads.append(ReportColumn(words.say("table.state")))
    return tuck_table(ReportTable(words.say("table.pilots"), tuple(heads), rows), words)


def _mean(view: SiteView, row: Row, name: str, n: str) -> str:
    if number_or_none(row[name]) is None:
        return view.words.say("table.too_few")
    return view.words.say("table.mean", mean=view.words.told(row, name), n=int(row[n]))


# ── Decisions ──────────────────────────────────────────────────────────────────────────────────


def show_readiness(view: SiteView, dimension: str) -> Block:
    """What each lens asks of the data per decision, where a dimension asks for it."""
    groups = {f"checks_{lens}" for lens in view.lenses}
    items = view.site.engagement.instrument.items
    if not any(item.dimension == dimension and item.group in groups for item in items):
        return EMPTY
    by_decision = group_by_subject(view.rows("readiness"), "subject")
    if not by_decision:
        return EMPTY
    words = view.words
    rows = [_decision_row(view, decision, by_lens) for decision, by_lens in by_decision.items()]
    left, right = words.say("figure.not_cleared"), words.say("figure.cleared")
    shown = picture(
        partial(draw_readiness, rows, left=left, right=right),
        " ".join(_say_decision(view, row) for row in rows),
        sees=see_parts(view, "figure.see_readiness", [row.verdict for row in rows]),
    )
    return join_blocks([shown, _readiness_table(view, by_decision)])


def _say_decision(view: SiteView, row: DecisionRow) -> str:
    key = "figure.say_blocked" if row.reasons else "figure.say_decision"
    return view.words.say(key, decision=row.title, state=row.verdict, reasons=row.reasons)


def _decision_row(view: SiteView, decision: str, by_lens: ByLens) -> DecisionRow:
    checks = [_check(by_lens.get(lens)) for lens in view.lenses]
    row = next(iter(by_lens.values()))
    blocking = [
        view.words.say(
            "figure.check", check=view.site.item_short(check["item"]), lens=view.name(check["lens"])
        )
        for check in row["blocking"] or []
    ]
    reasons = view.words.say("figure.blocked_by", checks=", ".join(blocking)) if blocking else ""
    return DecisionRow(
        title=view.title(decision),
        checks=(checks[0], checks[1]),
        verdict=say_pattern(view, row, "verdict"),
        is_open=row["claim"] not in WORDED,
        reasons=reasons,
    )


def _check(row: Row | None) -> Check | None:
    names = ("own_checks", "own_checks_low", "own_checks_high")
    parts = [number_or_none(row[name]) for name in names] if row else [None]
    if row is None or parts[0] is None:
        return None
    at = [((part if part is not None else parts[0]) - 1) / (row["points"] - 1) for part in parts]
    return Check(*at)


def _readiness_table(view: SiteView, by_decision: Mapping[str, ByLens]) -> Block:
    words = view.words
    rows = [
        (
            view.title(decision),
            view.name(lens),
            _mean(view, by_lens[lens], "own_checks", "n_own_checks"),
            _mean(view, by_lens[lens], "act", "n_act"),
            say_pattern(view, by_lens[lens], "verdict"),
        )
        for decision, by_lens in by_decision.items()
        for lens in view.lenses
        if lens in by_lens
    ]
    heads = [ReportColumn(words.say("table.decision")), ReportColumn(words.say("table.looker"))]
    heads += [
        ReportColumn(words.say(f"table.{name}"), is_number=True) for name in ("own_checks", "act")
    ]
    heads.append(ReportColumn(words.say("table.state")))
    return tuck_table(ReportTable(words.say("table.readiness"), tuple(heads), rows), words)
