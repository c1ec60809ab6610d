"""The findings of the first page, each to be opened to the numbers and words behind it."""

from __future__ import annotations

from typing import Any

from harmony_kit.findings.findings import Finding, select_first
from harmony_kit.measures.rows import Row, rows_of, text_of
from harmony_kit.report.assessment import Assessment
from harmony_kit.report.blocks import EMPTY, Block, Words, join_blocks, render_block
from harmony_kit.report.site_report.contents import has_part
from harmony_kit.report.site_report.site_view import SiteView
from harmony_kit.report.site_report.topics import show_topics, topics_of
from harmony_kit.report.tables import ReportColumn, ReportTable, show_table

__all__ = ["first_page"]

#: How a number is written: whole, as a share, as a distance; the others with one digit.
_DAYS = ("oldest_days", "median_days", "oldest_open_days", "days_open", "days_over")
_COUNTS = (*_DAYS, "decisions_slow", "scope_changes")
_USE = ("acceptance", "override", "active_share", "peak_share", "now_vs_peak")
_SHARES = (*_USE, "p_most", "says_nobody", "low", "high")
_DISTANCES = ("actual", "perceived", "misread", "words")
#: Numbers that say the same as others beside them, or only where a number lies.
_UNTOLD = ("points", "p_unowned", "misreading_low", "misreading_high")


def first_page(site: Assessment) -> Block:
    """At most seven findings, the most important first."""
    view = SiteView.of(site)
    if not has_part(view, "first"):
        return EMPTY
    chosen = select_first(site.findings)
    return render_block(
        "first_page",
        view.words,
        part="first",
        lead=view.words.count("first.lead", len(chosen)),
        findings=[_describe(view, finding) for finding in chosen],
        n_more=len(site.findings) - len(chosen),
        lenses=[(view.side(lens), lens, view.name(lens)) for lens in view.lenses],
    )


def _describe(view: SiteView, finding: Finding) -> dict[str, Any]:
    return {
        "finding": finding,
        "behind": join_blocks([_draw(view, finding), _list_numbers(view, finding)]),
        "heard": _count_heard(view, finding),
        "sources": _list_sources(view, finding),
        "quotes": _list_quotes(view, finding),
    }


def _draw(view: SiteView, finding: Finding) -> Block:
    """The topic of a finding as in its dimension."""
    if finding.kind != "topic":
        return EMPTY
    pairs = topics_of(view, item=finding.item)
    pairs = [pair for pair in pairs if text_of(pair[0]["subject"]) == finding.subject]
    return show_topics(view, pairs, view.label(finding.item, finding.subject))


def _list_numbers(view: SiteView, finding: Finding) -> Block:
    """The numbers of a finding that no picture shows, one column per lens where they differ."""
    if finding.kind == "topic":
        return EMPTY
    table = _tabulate(finding, view.lenses)
    is_split = any(lens for columns in table.values() for lens in columns)
    lenses = view.lenses if is_split else ("",)
    rows = [
        (
            view.words.name("number", name),
            *(_say_number(name, columns.get(lens, columns.get("")), view.words) for lens in lenses),
        )
        for name, columns in table.items()
    ]
    heads = [ReportColumn(view.words.say("table.number"))]
    heads += [
        ReportColumn(view.name(lens) if lens else view.words.say("table.value"), is_number=True)
        for lens in lenses
    ]
    return show_table(ReportTable(view.words.say("first.numbers"), tuple(heads), rows), view.words)


def _tabulate(finding: Finding, lenses: tuple[str, str]) -> dict[str, dict[str, Row]]:
    """Number → lens → its value and the ends of its band; no lens where a number has none."""
    table: dict[str, dict[str, Row]] = {}
    for key, value in finding.numbers.items():
        lens = next((lens for lens in lenses if key.endswith(f"_{lens}")), "")
        name = key.removesuffix(f"_{lens}") if lens else key
        whole = name.removesuffix("_from").removesuffix("_to")
        if whole not in _UNTOLD:
            table.setdefault(whole, {}).setdefault(lens, {})[name] = value
    return table


def _say_number(name: str, row: Row | None, words: Words) -> str:
    """A number, or the band it is told as."""
    if row is None:
        return ""
    return words.told(row, name) if f"{name}_from" in row else _format(name, row[name], words)


def _format(name: str, value: float | None, words: Words) -> str:
    if value is None:
        return ""
    if name == "probability":
        return words.certainty(value)
    if name == "trend_per_week":
        return words.say("format.per_week", number=words.signed(100 * value))
    if name.startswith("share") or name in _SHARES:
        return words.percent(value)
    if name.startswith("n_") or name in _COUNTS:
        return words.number(value, 0)
    return words.number(value, 2 if name in _DISTANCES else 1)


def _count_heard(view: SiteView, finding: Finding) -> str:
    """How many people are behind it, per lens."""
    counts = [
        view.words.count("first.heard", finding.n[lens], lens=view.name(lens))
        for lens in view.lenses
        if lens in finding.n
    ]
    return view.words.listing(counts) if counts else view.words.say("first.from_records")


def _list_sources(view: SiteView, finding: Finding) -> list[str]:
    """The questions it rests on, as the first lens was asked them; files by their names."""
    instrument = view.site.engagement.instrument
    title = view.title(finding.subject) if finding.subject else "…"
    return [
        instrument.question(source, view.lenses[0], view.site.language).replace("{subject}", title)
        if instrument.has_item(source)
        else source
        for source in finding.sources
    ]


def _list_quotes(view: SiteView, finding: Finding) -> list[tuple[int, str]]:
    """What people said to the same point: the text items below its items."""
    near = [
        (view.side(row["lens"]), row["text"])
        for row in rows_of(view.site.quotes)
        if any(
            row["item"] == source or row["item"].startswith(f"{source}.")
            for source in finding.sources
        )
    ]
    return list(dict.fromkeys(near))
