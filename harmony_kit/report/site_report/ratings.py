"""Ratings nobody was asked to estimate: what each side says, and nothing of what it expects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from harmony_kit.measures.rows import Row, number_or_none, text_of
from harmony_kit.report.blocks import EMPTY, Block, join_blocks, picture
from harmony_kit.report.drawings import RatingRow, draw_ratings
from harmony_kit.report.site_report.picture_words import say_ratings, see_apart
from harmony_kit.report.site_report.site_view import SiteView
from harmony_kit.report.site_report.topics import find_heard
from harmony_kit.report.tables import ReportColumn, ReportTable, tuck_table

__all__ = ["show_ratings"]

#: Ratings with a picture of their own.
_CARDS = ("technical", "operational")


def show_ratings(view: SiteView, dimension: str) -> Block:
    """The ratings of a dimension that are not mirrored, as marks without expectations."""
    rated = [(item, subject, rows) for item, subject, rows in _rated(view, dimension) if rows]
    if not rated:
        return EMPTY
    words, names = view.words, view.names
    title = view.site.dimension_name(dimension)
    drawn = [_draw(view, item, subject, rows) for item, subject, rows in rated]
    heads = (
        ReportColumn(words.say("table.topic")),
        *(ReportColumn(name, is_number=True) for name in names),
    )
    cells = [
        (view.label(item, subject), *(_mean(view, rows.get(lens)) for lens in view.lenses))
        for item, subject, rows in rated
    ]
    labelled = [(view.label(item, subject), rows) for item, subject, rows in rated]
    shown = picture(
        partial(draw_ratings, drawn),
        say_ratings(view, labelled, title),
        sees=see_apart(view, labelled),
    )
    return join_blocks([shown, tuck_table(ReportTable(title, heads, cells), words)])


def _rated(view: SiteView, dimension: str) -> Iterator[tuple[str, str, Mapping[str, Row]]]:
    """Item, subject and the row of each lens, in the order of the instrument."""
    checks = {f"checks_{lens}" for lens in view.lenses}
    for item in view.site.engagement.instrument.items:
        is_plain = item.kind == "rating" and not item.mirrored
        if item.dimension != dimension or not is_plain or item.group in {*_CARDS, *checks}:
            continue
        by_subject: dict[str, dict[str, Row]] = {}
        for row in view.rows("within", item=item.id):
            if row["lens"] == row["about"] and number_or_none(row["mean"]) is not None:
                by_subject.setdefault(text_of(row["subject"]), {})[row["lens"]] = row
        for subject, rows in by_subject.items():
            yield item.id, subject, rows


def _draw(view: SiteView, item: str, subject: str, rows: Mapping[str, Row]) -> RatingRow:
    points = view.site.engagement.instrument.points(item) or 5
    low, high = view.ends(item)
    own = [
        find_heard(view, rows[lens], lens, lens, float(rows[lens]["mean"]))
        if lens in rows
        else None
        for lens in view.lenses
    ]
    return RatingRow(
        label=view.label(item, subject),
        points=points,
        low=low,
        high=high,
        own=(own[0], own[1]),
        note=view.split_note(item, subject),
    )


def _mean(view: SiteView, row: Row | None) -> str:
    if row is None:
        return view.words.say("table.too_few")
    return view.words.say(
        "table.mean",
        mean=view.words.told(row, "mean"),
        n=int(row["n"]),
    )
