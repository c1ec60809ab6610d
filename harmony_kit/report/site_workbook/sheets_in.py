"""The sheets of the workbook, in order: cover, what the report says, measures, columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, Final

from harmony_kit.accent import LIGHT_GROUND, readable_accent
from harmony_kit.exchange.lean_worksheet import Link, Marked
from harmony_kit.exchange.workbook import WorkbookSheet, draw_workbook, name_sheets
from harmony_kit.measures.declaration import MeasureColumn
from harmony_kit.measures.rows import Row, number_or_none, rows_of
from harmony_kit.report.assessment import Assessment
from harmony_kit.report.site_report.site_view import SiteView
from harmony_kit.report.site_workbook.sheet_cells import (
    NOTHING,
    SheetCells,
    find_form,
    find_unit,
    say_head,
)
from harmony_kit.report.site_workbook.sheet_plans import SHEET_PLANS, SheetPlan, columns_of

__all__ = ["draw_site_workbook"]

#: The file with every column, beside the workbook.
_TABLES: Final = "tables.xlsx"
#: How wide a column is, in letters, by what it holds; else as its words need.
_WIDTHS: Final[Mapping[str, float]] = {"text": 44, "rows": 44, "truth": 11, "day": 12}
_NUMBER_WIDTH: Final = 13
_NARROWEST, _WIDEST = 12, 34


def draw_site_workbook(site: Assessment, results: Row) -> bytes:
    """The bytes of the workbook of a site, from what results.json says.

    A list without rows has no sheet. The same results make the same bytes.
    """
    view = SiteView.of(site)
    cells = SheetCells(view)
    plans = [(plan, rows) for plan in SHEET_PLANS if (rows := _list_rows(results, plan))]
    sheets = [_draw_table(view, cells, plan, rows) for plan, rows in plans]
    guide = _draw_guide(view, [plan for plan, _ in plans], sheets)
    cover = _draw_cover(view, results, [*plans, None], [*sheets, guide])
    colour = readable_accent(site.engagement.brand.colour, LIGHT_GROUND)
    return draw_workbook([cover, *sheets, guide], colour=colour)


def _list_rows(results: Row, plan: SheetPlan) -> list[Row]:
    return [*chain.from_iterable(_find_list(results, name) for name in plan.lists)]


def _find_list(results: Row, name: str) -> Sequence[Row]:
    found: Any = results
    for part in name.split("."):
        found = found.get(part, {})
    return found or ()


def _draw_table(
    view: SiteView, cells: SheetCells, plan: SheetPlan, rows: Sequence[Row]
) -> WorkbookSheet:
    found = columns_of(plan)
    # A pilot's name where no row has one would be a column of nothing.
    columns = {name: one for name, one in found.items() if any(name in row for row in rows)}
    return WorkbookSheet(
        view.words.say(f"sheet.{plan.name}"),
        tuple(say_head(view, plan.name, name, one) for name, one in columns.items()),
        told := cells.list_cells(rows, columns),
        forms=tuple(map(find_form, columns.values())),
        widths=tuple(_find_width(one, told, n) for n, one in enumerate(columns.values())),
        is_table=True,
    )


def _find_width(column: MeasureColumn, rows: Sequence[Sequence[object]], n: int) -> float:
    if column.kind == "name":
        longest = max(len(str(row[n] or "")) for row in rows)
        return min(max(longest + 2, _NARROWEST), _WIDEST)
    return _WIDTHS.get(column.kind, _NUMBER_WIDTH)


def _draw_guide(
    view: SiteView, plans: Sequence[SheetPlan], sheets: Sequence[WorkbookSheet]
) -> WorkbookSheet:
    """What every column holds."""
    words = view.words
    heads = ("sheet", "column", "meaning", "unit", "digits", "raw")
    rows = [
        (
            sheet.name,
            say_head(view, plan.name, name, column),
            words.texts.get(f"means.{'people' if column.kind == 'people' else name}"),
            find_unit(view, column),
            column.digits if find_form(column) else None,
            f"{'/'.join(plan.lists)}: {name}",
        )
        for plan, sheet in zip(plans, sheets, strict=True)
        for name, column in columns_of(plan).items()
    ]
    return WorkbookSheet(
        words.say("sheet.dictionary"),
        tuple(words.say(f"head.{head}") for head in heads),
        tuple(rows),
        widths=(24, 30, 70, 16, 10, 34),
        is_table=True,
    )


def _draw_cover(
    view: SiteView,
    results: Row,
    plans: Sequence[tuple[SheetPlan, Sequence[Row]] | None],
    sheets: Sequence[WorkbookSheet],
) -> WorkbookSheet:
    cover = WorkbookSheet(view.words.say("sheet.cover"), ("", "", ""), ())
    names = name_sheets([cover, *sheets])[1:]
    contents = [
        _say_sheet(view, plan, sheet, name)
        for plan, sheet, name in zip(plans, sheets, names, strict=True)
    ]
    rows = [*_say_whose(view), *_say_heard(view), (), (_strong(view, "book.contents"),), *contents]
    rows += [(), (_strong(view, "book.reading"),), *_say_reading(view, results)]
    return WorkbookSheet(cover.name, cover.headers, tuple(rows), widths=(30, 70, 14))


def _strong(view: SiteView, key: str) -> Marked:
    return Marked(view.words.say(key), "strong")


def _say_whose(view: SiteView) -> Iterator[tuple[object, ...]]:
    site, say = view.site, view.words.say
    engagement = site.engagement
    yield (Marked(f"{engagement.site_labels[site.site.site]}: {say('book.title')}", "title"),)
    if engagement.banner:
        yield (Marked(engagement.banner, "strong"),)
    yield ()
    if engagement.client:
        yield say("book.client"), engagement.client
    place = ", ".join(part for part in (site.site.region, site.site.country) if part)
    yield say("book.site"), f"{site.site.name} ({place})" if place else site.site.name
    yield say("book.wave"), site.wave
    yield say("book.day"), view.words.day(site.as_of)


def _say_heard(view: SiteView) -> Iterator[tuple[object, ...]]:
    words = view.words
    yield ()
    yield (_strong(view, "book.heard"),)
    for row in rows_of(view.site.heard):
        n, headcount = number_or_none(row["n_respondents"]), number_or_none(row["headcount"])
        if n is None:
            said: object = Marked(words.say("table.too_few"), "withheld")
        elif headcount is None:
            said = words.say("book.heard_n", n=int(n))
        else:
            said = words.say("book.heard_of", n=int(n), all=int(headcount))
        yield view.name(row["lens"]), said


def _say_sheet(
    view: SiteView,
    plan: tuple[SheetPlan, Sequence[Row]] | None,
    sheet: WorkbookSheet,
    name: str,
) -> tuple[object, ...]:
    tells = view.words.say(f"tells.{plan[0].name if plan else 'dictionary'}", file=_TABLES)
    return Link(sheet.name, name), tells, view.words.count("book.rows", len(sheet.rows))


def _say_reading(view: SiteView, results: Row) -> Iterator[tuple[object, ...]]:
    words, settings = view.words, view.site.engagement.settings
    yield NOTHING, words.say("book.mark_nothing")
    yield "\u2248", words.say("book.mark_coarse")
    yield words.say("head.lens"), words.say("book.seen_by")
    sure = {
        "claim_at": words.percent(settings.claim_at),
        "leaning_at": words.percent(settings.leaning_at),
    }
    names = {one: words.say(f"claim.{one}") for one in ("claimed", "leaning")}
    yield words.say("head.claim"), words.say("book.certainty", **sure, **names)
    for one in results.get("wrong_claims", ()):
        wrong = words.number(one["expected_wrong"], 0)
        yield "", words.say("book.expected_wrong", n=one["n_claimed"], wrong=wrong)
    yield _TABLES, words.say("book.tables", file=_TABLES)
