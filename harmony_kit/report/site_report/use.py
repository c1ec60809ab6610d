"""Use of pilots as their records show it: a line per pilot, and what is done with its advice."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial

import pandas as pd

from harmony_kit.measures.rows import Row, number_or_none, rows_of, text_of
from harmony_kit.measures.usage import NOW_WEEKS, monday_of, share_weekly
from harmony_kit.report.blocks import EMPTY, Block, join_blocks, paragraph, picture
from harmony_kit.report.drawings import UseLine, UsePoint, draw_use
from harmony_kit.report.site_report.site_view import SiteView
from harmony_kit.report.tables import ReportColumn, ReportTable, show_table

__all__ = ["show_use"]


def show_use(view: SiteView) -> tuple[list[str], Block]:
    """The share of eligible people who use each pilot, week by week: facts and a picture."""
    rows = {
        row["pilot"]: row
        for row in view.rows("evidence_usage")
        if number_or_none(row["active_share"]) is not None
    }
    if not rows:
        return [], EMPTY
    record = view.site.engagement.evidence.of_site(view.site.site.site)
    weekly = share_weekly(record.usage, as_of=view.site.as_of)
    by_pilot = {pilot: _list_weeks(weekly[weekly["pilot"] == pilot]) for pilot in rows}
    lines = [_line(view, row, by_pilot[pilot]) for pilot, row in rows.items()]
    ends = [(share, view.words.percent(share)) for share in (0.0, 1.0)]
    says = " ".join(
        view.words.say("figure.say_record", title=line.title, note=line.note) for line in lines
    )
    facts = [_say_use(view, row, "evidence.use_fact") for row in rows.values()]
    shown = [
        picture(partial(draw_use, lines, ends=ends), says, sees=_see_fade(view, rows)),
        paragraph(view.words.say("figure.use_note")),
        _use_table(view, rows),
    ]
    return facts, join_blocks(shown)


def _see_fade(view: SiteView, rows: dict[str, Row]) -> str:
    """Which pilot has lost most of its use, of those whose peak lies beyond the interval of now."""
    lost = {
        pilot: row["peak_share"] - row["active_share"]
        for pilot, row in rows.items()
        if row["peak_share"] > (number_or_none(row["active_high"]) or 1)
    }
    pilot = max(lost, key=lambda pilot: lost[pilot], default=None)
    return "" if pilot is None else _say_use(view, rows[pilot], "figure.see_fade")


def _list_weeks(weekly: pd.DataFrame) -> dict[date, float | None]:
    """The share of every week from the first to the last on record, None where there is none."""
    by_week = {row["monday"]: number_or_none(row["share"]) for row in rows_of(weekly)}
    if not by_week:
        return {}
    days = pd.date_range(min(by_week), max(by_week), freq="7D")
    return {day.date(): by_week.get(day) for day in days}


def _line(view: SiteView, row: Row, weeks: dict[date, float | None]) -> UseLine:
    words, days = view.words, [*weeks]
    marks = [_mark(view, row, days, "peak"), _mark(view, row, days, "now")]
    return UseLine(
        title=view.title(row["pilot"]),
        shares=[*weeks.values()],
        marks=tuple(mark for mark in marks if mark),
        days=(words.day(days[0]), words.day(days[-1] + timedelta(days=6))) if days else ("", ""),
        note=_say_use(view, row),
    )


def _mark(view: SiteView, row: Row, days: list[date], which: str) -> UsePoint | None:
    """The mean of 4 weeks, in the middle of them: what the words beside the line speak of."""
    share = float(row["active_share" if which == "now" else "peak_share"])
    week = text_of(row["peak_week"])
    if not days or (which == "peak" and not week):
        return None
    last = days[-1] if which == "now" else monday_of(week) or days[-1]
    middle = last - timedelta(days=7 * (min(NOW_WEEKS, len(days)) - 1) / 2)
    whole = max((days[-1] - days[0]).days, 1)
    at = min(max((middle - days[0]).days / whole, 0.0), 1.0)
    said = view.words.say(f"figure.use_{which}", share=view.words.percent(share))
    return UsePoint(at, share, said)


def _say_use(view: SiteView, row: Row, key: str = "evidence.use") -> str:
    now, peak = (view.words.percent(row[name]) for name in ("active_share", "peak_share"))
    return view.words.say(key, now=now, peak=peak, pilot=view.title(row["pilot"]))


def _use_table(view: SiteView, rows: dict[str, Row]) -> Block:
    """What is done with the advice of each pilot, with its intervals."""
    words = view.words

    def share(row: Row, name: str) -> str:
        stem = name.removesuffix("_share")
        parts = [number_or_none(row[key]) for key in (name, f"{stem}_low", f"{stem}_high")]
        if parts[0] is None:
            return ""
        at, low, high = (words.percent(part or 0.0) for part in parts)
        return words.say("table.with_interval", value=at, low=low, high=high)

    def count(row: Row, name: str) -> str:
        number = number_or_none(row[name])
        return "" if number is None else words.number(number, 0)

    heads = [ReportColumn(words.say("table.pilot"))]
    columns = ("active_share", "acceptance", "override", "rest", "n_shown", "n_weeks")
    heads += [ReportColumn(words.say(f"table.{name}"), is_number=True) for name in columns]
    cells = [
        (
            view.title(pilot),
            *(share(row, name) for name in columns[:3]),
            _say_rest(view, row),
            *(count(row, name) for name in columns[4:]),
        )
        for pilot, row in rows.items()
    ]
    return show_table(ReportTable(words.say("evidence.advice"), tuple(heads), cells), words)


def _say_rest(view: SiteView, row: Row) -> str:
    """What was done with the advice that was neither taken nor decided against."""
    taken, against = (number_or_none(row[name]) for name in ("acceptance", "override"))
    if taken is None or against is None:
        return ""
    return view.words.percent(max(1 - taken - against, 0.0))
