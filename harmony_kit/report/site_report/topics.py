"""Topics of a report: from rows of the measure to pictures, tables and short words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from itertools import groupby

from harmony_kit.measures.claims import WORDED
from harmony_kit.measures.rows import Row, number_or_none, text_of
from harmony_kit.report.blocks import EMPTY, Block, Words, picture
from harmony_kit.report.drawings import Heard, TopicKey, TopicLook, TopicRow, draw_topics
from harmony_kit.report.site_report.picture_words import (
    name_state,
    say_looks,
    see_directions,
    see_widest,
)
from harmony_kit.report.site_report.site_view import SiteView
from harmony_kit.report.tables import ReportColumn, ReportTable, tuck_table

__all__ = ["find_heard", "show_looks", "show_topics", "topics_of"]


#: Topics in one drawing: little enough that no large part of a sheet stays empty before it.
_MOST_ROWS = 3


def topics_of(view: SiteView, **where: object) -> list[tuple[Row, Row]]:
    """The two directions of each topic (the first lens looking first), in reading order."""
    order = {item.id: i for i, item in enumerate(view.site.engagement.instrument.items)}
    rows = view.rows("topics", **where)
    rows.sort(key=lambda row: (order[row["item"]], _subject(row), view.side(row["lens"])))
    pairs = [list(pair) for _, pair in groupby(rows, lambda row: (row["item"], _subject(row)))]
    return [(pair[0], pair[1]) for pair in pairs if len(pair) == 2]


def _subject(row: Row) -> str:
    return text_of(row["subject"])


def show_topics(view: SiteView, pairs: Sequence[tuple[Row, Row]], title: str) -> Block:
    """Topics as a picture, a row per direction, with a table of the same numbers."""
    drawn = [pair for pair in pairs if any(number_or_none(row["own"]) is not None for row in pair)]
    if not drawn:
        return EMPTY
    looks = [row for pair in drawn for row in pair]
    shown = _draw(view, drawn, title, sees=see_directions(view, looks))
    return Block(f"{shown.html}\n{_topics_table(view, drawn, title).html}")


def _draw(view: SiteView, groups: Sequence[Sequence[Row]], title: str, *, sees: str) -> Block:
    """Looks at topics, those at one topic as one group."""
    words = view.words
    key = TopicKey(
        words.say("figure.key_close"),
        words.say("figure.key_interval"),
        words.say("figure.key_answers"),
    )
    rows = [_topic_row(view, group) for group in groups]
    verdicts = words.say("figure.verdicts")
    draws = [
        partial(draw_topics, part, verdicts=verdicts, key=None if i else key)
        for i, part in enumerate(_part(rows))
    ]
    looks = [(row, name_state(row, words)) for group in groups for row in group]
    return picture(draws, say_looks(view, looks, title), sees=sees)


def _part(rows: Sequence[TopicRow]) -> list[Sequence[TopicRow]]:
    """The rows in parts of nearly equal length that leave no sheet of paper half empty."""
    n_parts = -(-len(rows) // _MOST_ROWS)
    size = -(-len(rows) // n_parts)
    return [rows[i : i + size] for i in range(0, len(rows), size)]


def _topic_row(view: SiteView, group: Sequence[Row]) -> TopicRow:
    row = group[0]
    low, high = view.ends(row["item"])
    return TopicRow(
        label=view.label(row["item"], row["subject"]),
        points=int(row["points"]),
        low=low,
        high=high,
        tolerance=float(row["tolerance"]),
        looks=tuple(_look(view, look) for look in group),
        note=view.split_note(row["item"], row["subject"]),
    )


def _look(view: SiteView, row: Row) -> TopicLook:
    lens, other = row["lens"], row["other"]
    state = name_state(row, view.words)
    return TopicLook(
        side=view.side(lens),
        own=find_heard(view, row, lens, lens, number_or_none(row["own"])),
        estimate=find_heard(view, row, lens, other, number_or_none(row["estimate"])),
        said=find_heard(view, row, other, other, number_or_none(row["other_own"])),
        verdict=view.words.say("figure.reads_as", looker=view.name(lens), state=state),
        is_open=row["claim"] not in WORDED,
    )


def find_heard(view: SiteView, row: Row, lens: str, about: str, mean: float | None) -> Heard | None:
    """A told mean with its interval, and the answers behind it where they may be told."""
    if mean is None:
        return None
    within = view.within.get((row["item"], text_of(row["subject"]), lens, about))
    if within is None:
        return Heard(mean)
    low, high = (number_or_none(within[name]) for name in ("low", "high"))
    return Heard(mean, low, high, tuple(within["counts"] or ()))


def _topics_table(view: SiteView, pairs: Iterable[Sequence[Row]], title: str) -> Block:
    words = view.words
    columns = ("looker", "own", "estimate", "other_own", "misreading", "state", "certainty")
    rows = [
        (
            view.label(row["item"], row["subject"]),
            view.name(row["lens"]),
            _mean(row, "own", words),
            _mean(row, "estimate", words),
            _mean(row, "other_own", words),
            _misread(row, words),
            name_state(row, words),
            _certainty(view, row),
        )
        for pair in pairs
        for row in pair
    ]
    heads = [ReportColumn(words.say("table.topic"))]
    heads += [
        ReportColumn(words.say(f"table.{name}"), is_number=name not in ("looker", "state"))
        for name in columns
    ]
    return tuck_table(ReportTable(title, tuple(heads), rows), words)


#: How many people a mean of a topic is of.
_PEOPLE = {"own": "n_own", "estimate": "n_estimate", "other_own": "n_other"}


def _mean(row: Row, name: str, words: Words) -> str:
    if number_or_none(row[name]) is None:
        return words.say("table.too_few")
    n = int(number_or_none(row[_PEOPLE[name]]) or 0)
    return words.say("table.mean", mean=words.told(row, name), n=n)


def _misread(row: Row, words: Words) -> str:
    number = number_or_none(row["misreading"])
    if number is None:
        return ""
    is_band = any(number_or_none(row[f"{name}_from"]) is not None for name in _PEOPLE)
    said = words.signed(number)
    return words.say("format.about", number=said) if is_band else said


def _certainty(view: SiteView, row: Row) -> str:
    chance = number_or_none(row.get(f"p_{row['state']}"))
    return "" if chance is None else view.certainty(chance)


def show_looks(view: SiteView, rows: Sequence[Row], title: str) -> Block:
    """One direction on some topics: what was expected, and what is said; widest first."""
    if not rows:
        return EMPTY
    rows = sorted(rows, key=lambda row: _place(view, row))
    groups = [(row,) for row in rows]
    shown = _draw(view, groups, title, sees=see_widest(view, rows))
    return Block(f"{shown.html}\n{_topics_table(view, groups, title).html}")


def _place(view: SiteView, row: Row) -> tuple[object, ...]:
    """Topics of one scale together, the claimed before the leaning, the most misread first."""
    scale = (int(row["points"]), view.ends(row["item"]))
    size = (
        float(row["misreading"])
        if abs(row["misreading"]) > abs(row["agreement_gap"])
        else float(row["agreement_gap"])
    )
    return scale, WORDED.index(row["claim"]), -abs(size), row["item"], text_of(row["subject"])
