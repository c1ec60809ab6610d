"""Talk against evidence: what people say, and what the records of the same things show."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from typing import Any

import pandas as pd

from harmony_kit.findings.findings import Finding
from harmony_kit.findings.record_facts import are_ends_known, made_decisions
from harmony_kit.measures.evidence import STALL_DAYS, time_decisions
from harmony_kit.measures.rows import Row, number_or_none, rows_of, text_of
from harmony_kit.report.assessment import Assessment
from harmony_kit.report.blocks import EMPTY, Block, join_blocks, picture
from harmony_kit.report.drawings import (
    PilotBar,
    Wait,
    draw_decisions,
    draw_pilot_times,
)
from harmony_kit.report.left_out import say_problems
from harmony_kit.report.site_report.contents import has_part, show_part
from harmony_kit.report.site_report.site_view import SiteView
from harmony_kit.report.site_report.standing import RECORDS, place_findings
from harmony_kit.report.site_report.storytelling import say_fact, scene_of
from harmony_kit.report.site_report.use import show_use
from harmony_kit.report.tables import ReportColumn, ReportTable, tuck_table

__all__ = ["evidence"]

#: Most decisions in the picture; the others stand in the table.
_MOST_BARS = 14


def evidence(site: Assessment) -> Block:
    """The signatures a site shows, then decisions, pilots and use beside what is said of them."""
    view = SiteView.of(site)
    if not has_part(view, "evidence"):
        return EMPTY
    parts = [
        ("decisions", _show_decisions(view)),
        ("pilots", _show_pilots(view)),
        ("adoption", show_use(view)),
    ]
    here = place_findings(view).get(RECORDS, ())
    return show_part(
        view,
        "evidence",
        lenses=[(view.side(lens), lens, view.name(lens)) for lens in view.lenses],
        signs=[(sign, _count_people(view, sign)) for sign in here if sign.kind == "signature"],
        is_on_first=any(finding.kind == "signature" for finding in site.findings),
        findings=[finding for finding in here if finding.kind != "signature"],
        parts=[
            {
                "id": f"evidence-{group}",
                "title": view.words.say(f"evidence.{group}"),
                "talk": _say_talk(view, group),
                "facts": facts,
                "shown": shown,
            }
            for group, (facts, shown) in parts
            if shown
        ],
        problems=_list_problems(view),
        is_shown=view.is_shown,
    )


def _count_people(view: SiteView, finding: Finding) -> str:
    counts = [
        view.words.count("first.heard", finding.n[lens], lens=view.name(lens))
        for lens in view.lenses
        if lens in finding.n
    ]
    return view.words.listing(counts) if counts else ""


def _say_talk(view: SiteView, group: str) -> list[tuple[int, str, str]]:
    """What each lens says of it: side, the question's topic, its mean and n."""
    said: list[tuple[int, str, str]] = []
    if not view.is_shown:
        return said
    for item in view.site.engagement.instrument.items:
        if item.group != group:
            continue
        for row in view.rows("within", item=item.id):
            if row["lens"] != row["about"] or number_or_none(row["mean"]) is None:
                continue
            low, high = view.ends(item.id)
            words = view.words.say(
                "evidence.talk",
                lens=view.name(row["lens"]),
                topic=view.site.item_short(item.id),
                mean=view.words.told(row, "mean"),
                points=int(row["points"]),
                low=low,
                high=high,
                n=int(row["n"]),
            )
            said.append((view.side(row["lens"]), item.id, words))
    return sorted(said)


def _show_decisions(view: SiteView) -> tuple[list[str], Block]:
    """How long decisions took and how long the open ones wait."""
    rows = view.rows("evidence_decisions")
    record = view.site.engagement.evidence.of_site(view.site.site.site)
    timed = time_decisions(record.decisions, as_of=view.site.as_of)
    known = timed[timed["days"].notna() & timed["kind"].ne("dropped")]
    if not rows or known.empty:
        return [], EMPTY
    ordered = known.sort_values(["days", "decision"], ascending=[False, True])
    waits = [_wait(view, row) for row in rows_of(ordered)]
    marks = [(float(STALL_DAYS), view.words.say("evidence.stall_mark", days=STALL_DAYS))]
    median = number_or_none(rows[0]["median_days"])
    if median is not None:
        marks.append((median, view.words.say("evidence.median_mark", days=round(median))))
    shown_waits = waits[:_MOST_BARS]
    says = " ".join(_say_record(view, wait.title, wait.note) for wait in shown_waits)
    longest = waits[0]
    sees = view.words.say("figure.see_wait", title=longest.title, note=longest.note)
    heads = tuple(ReportColumn(view.words.say(f"table.{name}")) for name in ("decision", "record"))
    table = ReportTable(
        view.words.say("evidence.decisions"), heads, [(w.title, w.note) for w in waits]
    )
    shown = [
        picture(partial(draw_decisions, shown_waits, marks), says, sees=sees),
        tuck_table(table, view.words),
    ]
    return _sum_decisions(view, rows[0]), join_blocks(shown)


def _say_record(view: SiteView, title: str, note: str) -> str:
    return view.words.say("figure.say_record", title=title, note=note)


def _wait(view: SiteView, row: Row) -> Wait:
    days, words = int(row["days"]), view.words
    is_open = row["kind"] == "open"
    note = words.count("evidence.open_for" if is_open else "evidence.took", days)
    holder = text_of(row["held_by"])
    if is_open and holder:
        known = {lens: view.name(lens) for lens in view.lenses}
        shown = known.get(holder) or words.name("holder", holder)
        note = words.say("evidence.held_by", note=note, holder=shown)
    return Wait(text_of(row["title"]) or row["decision"], float(days), is_open, note)


def _sum_decisions(view: SiteView, row: Row) -> list[str]:
    words = view.words
    if not int(row["n_open"]):
        return [say_fact(view, fact) for fact in made_decisions(scene_of(view))]
    facts = [words.count("evidence.open_of", int(row["n_open"]), all=int(row["n"]))]
    median, low = number_or_none(row["median_days"]), number_or_none(row["median_low"])
    if median is not None:
        high = number_or_none(row["median_high"])
        key = "evidence.median" if high is not None else "evidence.median_from"
        names = {"median": round(median), "low": round(low or 0), "high": round(high or 0)}
        facts.append(words.say(key, **names))
    else:
        facts.append(words.say("evidence.no_median"))
    return facts


def _show_pilots(view: SiteView) -> tuple[list[str], Block]:
    """When pilots were to end, and when they did."""
    rows = [row for row in view.rows("evidence_pilots") if not pd.isna(row["started_on"])]
    if not rows:
        return [], EMPTY
    rows.sort(key=lambda row: (row["started_on"], row["pilot"]))
    today = view.site.as_of
    bars = [_bar(view, row) for row in rows]
    first = min(row["started_on"] for row in rows).date()
    planned = [row["planned_end"].date() for row in rows if not pd.isna(row["planned_end"])]
    last = max([today, *planned])
    now = (float(today.toordinal()), view.words.say("evidence.today"))
    draw = partial(draw_pilot_times, bars, _ticks(view, first, last), now)
    says = " ".join(_say_record(view, bar.title, bar.note) for bar in bars)
    n_late = sum(bool(row["is_past_end"]) for row in rows)
    # One that ended on no known day, or runs without a planned end, is not counted as in time.
    n_known = sum(number_or_none(row["days_over"]) is not None for row in rows)
    facts = [view.words.count("evidence.late_of", n_late, all=n_known)] if n_known else []
    heads = tuple(ReportColumn(view.words.say(f"table.{name}")) for name in ("pilot", "record"))
    table = ReportTable(
        view.words.say("evidence.pilots"), heads, [(bar.title, bar.note) for bar in bars]
    )
    shown = picture(draw, says, sees=_see_late(view, rows))
    return facts, join_blocks([shown, tuck_table(table, view.words)])


def _see_late(view: SiteView, rows: list[Row]) -> str:
    """Which pilot is furthest past its planned end."""
    late = [row for row in rows if (number_or_none(row["days_over"]) or 0) > 0]
    if not late:
        is_known = are_ends_known(rows)
        return view.words.say("figure.see_in_time" if is_known else "figure.see_none_known_late")
    row = max(late, key=lambda row: row["days_over"])
    title = text_of(row["title"]) or row["pilot"]
    return view.words.say("figure.see_late", title=title, note=_say_pilot(view, row))


def _bar(view: SiteView, row: Row) -> PilotBar:
    today = view.site.as_of
    ended = row["ended_on"]
    end = today if row["is_open"] or pd.isna(ended) else ended.date()
    planned: float | None = (
        None if pd.isna(row["planned_end"]) else float(row["planned_end"].toordinal())
    )
    start = float(row["started_on"].toordinal())
    is_open = bool(row["is_open"])
    note = _say_pilot(view, row)
    title = text_of(row["title"]) or row["pilot"]
    return PilotBar(title, start, planned, max(float(end.toordinal()), start), is_open, note)


def _say_pilot(view: SiteView, row: Row) -> str:
    words, over = view.words, number_or_none(row["days_over"])
    state = "running" if row["is_open"] else "ended"
    if over is None:
        note = words.say(f"evidence.{state}")
    elif over > 0:
        note = words.count(f"evidence.{state}_late", int(over))
    else:
        note = words.say(f"evidence.{state}_in_time")
    n_changes = int(number_or_none(row["scope_changes"]) or 0)
    return f"{note}, {words.count('evidence.changes', n_changes)}" if n_changes else note


def _ticks(view: SiteView, first: date, last: date) -> list[tuple[float, str]]:
    """Beginnings of months, at most six of them."""
    months = []
    day = first.replace(day=1)
    while day <= last:
        if day >= first:
            months.append(day)
        day = (day + timedelta(days=32)).replace(day=1)
    step = -(-len(months) // 6) or 1
    return [(float(month.toordinal()), view.words.month(month)) for month in months[::step]]


def _list_problems(view: SiteView) -> list[Any]:
    """Values of the records that cannot be, with what was done about them."""
    return [
        {
            "place": " · ".join(
                part for part in (row["file"], text_of(row["id"]), text_of(row["week"])) if part
            ),
            "what": row["what"],
            "handled": row["handled"],
        }
        for row in rows_of(say_problems(view.site.frames["evidence_problems"], view.words))
    ]
