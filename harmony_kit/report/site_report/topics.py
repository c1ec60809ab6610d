"""Topics of a report: from rows of the measure to pictures, tables and short words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from harmony_kit.measures.claims import WORDED
from harmony_kit.measures.rows import Row, number_or_none, text_of
from harmony_kit.report.blocks import EMPTY, Block, Words, picture
from harmony_kit.report.drawings import LookRow, TopicLook, TopicRow, draw_looks, draw_topics
from harmony_kit.report.site_report.site_view import SiteView, hedge
from harmony_kit.report.tables import ReportColumn, ReportTable, tuck_table

__all__ = ["name_state", "show_looks", "show_topics", "topics_of"]


def topics_of(view: SiteView, **where: object) -> list[tuple[Row, Row]]:
    """The two directions of each topic (the first lens looking first), in reading order."""
    order = {item.id: i for i, item in enumerate(view.site.engagement.instrument.items)}
    rows = view.rows("topics", **where)
    rows.sort(key=lambda row: (order[row["item"]], _subject(row), view.side(row["lens"])))
    pairs = [list(pair) for _, pair in groupby(rows, lambda row: (row["item"], _subject(row)))]
    return [(pair[0], pair[1]) for pair in pairs if len(pair) == 2]


def _subject(row: Row) -> str:
    return text_of(row["subject"])


def name_state(row: Row, words: Words) -> str:
    """How one lens reads the other on a topic, in a few words that say how sure they are."""
    claim = text_of(row["claim"]) or "withheld"
    is_on_line = number_or_none(row.get("is_on_line")) == 1
    if claim not in WORDED:
        return words.say("state.on_line" if is_on_line else f"state.{claim}")
    state = words.say(f"state.{row['state']}")
    if is_on_line:
        return words.say("state.near_line", state=state)
    return hedge(words, row["claim"], state)


def show_topics(view: SiteView, pairs: Sequence[tuple[Row, Row]], title: str) -> Block:
    """Topics as a picture, with a table of the same numbers."""
    drawn = [pair for pair in pairs if any(number_or_none(row["own"]) is not None for row in pair)]
    if not drawn:
        return EMPTY
    says = view.words.say("figure.topics", n=len(drawn), title=title, **_names(view))
    verdicts = view.words.say("figure.verdicts")
    shown = picture(draw_topics([_topic_row(view, p) for p in drawn], verdicts=verdicts), says)
    return Block(f"{shown.html}\n{_topics_table(view, drawn, title).html}")


def _names(view: SiteView) -> dict[str, str]:
    return {"first": view.names[0], "second": view.names[1]}


def _topic_row(view: SiteView, pair: tuple[Row, Row]) -> TopicRow:
    row = pair[0]
    low, high = view.ends(row["item"])
    looks = tuple(
        TopicLook(
            own=number_or_none(look["own"]),
            estimate=number_or_none(look["estimate"]),
            verdict=name_state(look, view.words),
            is_open=look["claim"] not in WORDED,
        )
        for look in pair
    )
    return TopicRow(
        label=view.label(row["item"], row["subject"]),
        points=int(row["points"]),
        low=low,
        high=high,
        tolerance=float(row["tolerance"]),
        looks=(looks[0], looks[1]),
        note=view.split_note(row["item"], row["subject"]),
    )


def _topics_table(view: SiteView, pairs: Iterable[tuple[Row, Row]], title: str) -> Block:
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
            _certainty(row, words),
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


def _certainty(row: Row, words: Words) -> str:
    chance = number_or_none(row.get(f"p_{row['state']}"))
    return "" if chance is None else words.certainty(chance)


def show_looks(view: SiteView, rows: Sequence[Row], title: str) -> Block:
    """One direction on some topics: what was expected, and what is said; widest first."""
    if not rows:
        return EMPTY
    rows = sorted(rows, key=lambda row: _place(view, row))
    looker, other = view.name(rows[0]["lens"]), view.name(rows[0]["other"])
    says = view.words.say("figure.looks", n=len(rows), looker=looker, other=other)
    shown = picture(draw_looks([_look_row(view, row) for row in rows]), says)
    table = _topics_table(view, [(row,) for row in rows], title)  # type: ignore[misc]
    return Block(f"{shown.html}\n{table.html}")


def _place(view: SiteView, row: Row) -> tuple[object, ...]:
    """Topics of one scale together, the claimed before the leaning, the most misread first."""
    scale = (int(row["points"]), view.ends(row["item"]))
    size = (
        float(row["misreading"])
        if abs(row["misreading"]) > abs(row["agreement_gap"])
        else float(row["agreement_gap"])
    )
    return scale, WORDED.index(row["claim"]), -abs(size), row["item"], text_of(row["subject"])


def _look_row(view: SiteView, row: Row) -> LookRow:
    low, high = view.ends(row["item"])
    chance = view.words.certainty(float(row[f"p_{row['state']}"]))
    return LookRow(
        label=view.label(row["item"], row["subject"]),
        points=int(row["points"]),
        low=low,
        high=high,
        tolerance=float(row["tolerance"]),
        side=view.side(row["lens"]),
        own=float(row["own"]),
        estimate=float(row["estimate"]),
        other_own=float(row["other_own"]),
        certainty=view.words.say(f"figure.{row['claim']}", chance=chance),
        note=view.split_note(row["item"], row["subject"]),
    )
