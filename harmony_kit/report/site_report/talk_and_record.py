"""Talk against evidence: what people say, and what the records of the same things show."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pandas as pd

from harmony_kit.findings.findings import Finding
from harmony_kit.measures.evidence import STALL_DAYS, time_decisions
from harmony_kit.measures.rows import Row, number_or_none, rows_of, text_of
from harmony_kit.measures.usage import share_weekly
from harmony_kit.report.assessment import Assessment
from harmony_kit.report.blocks import EMPTY, Block, join_blocks, picture, render_block
from harmony_kit.report.drawings import (
    PilotBar,
    UseLine,
    Wait,
    draw_decisions,
    draw_pilot_times,
    draw_use,
)
from harmony_kit.report.left_out import say_problems
from harmony_kit.report.site_report.contents import has_part
from harmony_kit.report.site_report.site_view import SiteView
from harmony_kit.report.site_report.standing import RECORDS, place_findings
from harmony_kit.report.tables import ReportColumn, ReportTable, show_table, tuck_table

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
        ("adoption", _show_use(view)),
    ]
    here = place_findings(view).get(RECORDS, ())
    return render_block(
        "evidence",
        view.words,
        part="evidence",
        lead=view.words.say("evidence.lead"),
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
    says = view.words.say("figure.decisions", n=len(waits[:_MOST_BARS]))
    heads = tuple(ReportColumn(view.words.say(f"table.{name}")) for name in ("decision", "record"))
    table = ReportTable(
        view.words.say("evidence.decisions"), heads, [(w.title, w.note) for w in waits]
    )
    shown = [
        picture(draw_decisions(waits[:_MOST_BARS], marks), says),
        tuck_table(table, view.words),
    ]
    return _sum_decisions(view, rows[0]), join_blocks(shown)


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
    facts = [words.count("evidence.open_of", int(row["n_open"]), all=int(row["n"]))]
    median, low = number_or_none(row["median_days"]), number_or_none(row["median_low"])
    if median is not None:
        high = number_or_none(row["median_high"])
        key = "evidence.median" if high is not None else "evidence.median_from"
        names = {"median": round(median), "low": round(low or 0), "high": round(high or 0)}
        facts.append(words.say(key, **names))
    elif int(row["n_open"]):
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
    drawn = draw_pilot_times(bars, _ticks(view, first, last), now)
    says = view.words.say("figure.pilot_times", n=len(bars))
    n_late = sum(bool(row["is_past_end"]) for row in rows)
    facts = [view.words.count("evidence.late_of", n_late, all=len(rows))]
    heads = tuple(ReportColumn(view.words.say(f"table.{name}")) for name in ("pilot", "record"))
    table = ReportTable(
        view.words.say("evidence.pilots"), heads, [(bar.title, bar.note) for bar in bars]
    )
    return facts, join_blocks([picture(drawn, says), tuck_table(table, view.words)])


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


def _show_use(view: SiteView) -> tuple[list[str], Block]:
    """The share of eligible people who use each pilot, week by week."""
    rows = {row["pilot"]: row for row in view.rows("evidence_usage")}
    record = view.site.engagement.evidence.of_site(view.site.site.site)
    weekly = share_weekly(record.usage, as_of=view.site.as_of)
    lines = [
        UseLine(view.title(pilot), _weeks(weekly[weekly["pilot"] == pilot]), _say_use(view, row))
        for pilot, row in rows.items()
        if number_or_none(row["active_share"]) is not None
    ]
    if not lines:
        return [], EMPTY
    ends = [(share, view.words.percent(share)) for share in (0.0, 1.0)]
    says = view.words.say("figure.use", n=len(lines))
    facts = [
        _say_use(view, row, "evidence.use_fact")
        for row in rows.values()
        if number_or_none(row["active_share"]) is not None
    ]
    return facts, join_blocks([picture(draw_use(lines, ends=ends), says), _use_table(view, rows)])


def _weeks(weekly: pd.DataFrame) -> list[float | None]:
    """The share of every week from the first to the last on record, None where there is none."""
    by_week = {row["monday"]: number_or_none(row["share"]) for row in rows_of(weekly)}
    if not by_week:
        return []
    return [by_week.get(day) for day in pd.date_range(min(by_week), max(by_week), freq="7D")]


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
    columns = ("active_share", "acceptance", "override", "n_shown", "n_weeks")
    heads += [ReportColumn(words.say(f"table.{name}"), is_number=True) for name in columns]
    cells = [
        (
            view.title(pilot),
            *(share(row, name) for name in columns[:3]),
            *(count(row, name) for name in columns[3:]),
        )
        for pilot, row in rows.items()
    ]
    return show_table(ReportTable(words.say("evidence.advice"), tuple(heads), cells), words)


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
