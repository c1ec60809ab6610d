"""Ranks and words of a report: what each side puts first, and what the other expects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from harmony_kit.measures.rows import Row
from harmony_kit.report.blocks import Block, join_blocks, paragraph, picture
from harmony_kit.report.drawings import ChoiceHead, ChoiceRow, Chosen, draw_choices
from harmony_kit.report.site_report.picture_words import name_state
from harmony_kit.report.site_report.site_view import SiteView
from harmony_kit.report.tables import ReportColumn, ReportTable, tuck_table

__all__ = ["show_choices"]

Choices = Mapping[str, Chosen] | None

#: Most options that are named as put first.
_MOST_FIRST = 3


def show_choices(view: SiteView, dimension: str) -> Block:
    """The rank and words items of a dimension, a picture each."""
    blocks = []
    for kind in ("rank", "words"):
        by_item: dict[str, dict[str, Row]] = {}
        for row in view.rows(kind, dimension=dimension):
            by_item.setdefault(row["item"], {})[row["lens"]] = row
        blocks += [_show(view, item, rows) for item, rows in by_item.items()]
    return join_blocks(blocks)


def _show(view: SiteView, item: str, rows: Mapping[str, Row]) -> Block:
    first, second = view.lenses
    own = (_choices(view, rows, first, "own"), _choices(view, rows, second, "own"))
    # What is expected of the first lens is what the second one estimates, and the reverse.
    expected = (_choices(view, rows, second, "estimate"), _choices(view, rows, first, "estimate"))
    options = view.site.engagement.instrument.option_ids(item)
    if not any(own):
        return Block()
    drawn = [
        ChoiceRow(
            view.site.option_label(item, option),
            own=_at(own, option),
            expected=_at(expected, option),
        )
        for option in sorted(options, key=lambda option: _tilt(own, option))
    ]
    names = view.names
    head = ChoiceHead(
        own=tuple(view.words.say("figure.puts_first", lens=name) for name in names),  # type: ignore[arg-type]
        expected=tuple(view.words.say("figure.expected_by", lens=name) for name in names[::-1]),  # type: ignore[arg-type]
    )
    title = view.label(item)
    says = _say(view, title, drawn)
    states = [_say_state(view, rows[lens]) for lens in view.lenses if lens in rows]
    note = view.words.say("figure.choice_note", title=title, states="; ".join(states))
    shown = picture(partial(draw_choices, drawn, head), says, sees=_see(view, drawn))
    return join_blocks([paragraph(note), shown, _table(view, title, drawn)])


def _see(view: SiteView, drawn: Sequence[ChoiceRow]) -> str:
    """What each side puts first and what the other expects it to; nothing where many do alike."""
    said = []
    for side, lens in enumerate(view.names):
        other = view.names[1 - side]
        for key, part in (("choices", "own"), ("expected", "expected")):
            weights = [
                (one.weight, row.label) for row in drawn if (one := getattr(row, part)[side])
            ]
            most = max((weight for weight, _ in weights), default=0.0)
            top = [label for weight, label in weights if weight == most]
            if most and len(top) <= _MOST_FIRST:
                options = view.words.listing(top)
                said.append(
                    view.words.say(f"figure.see_{key}", lens=lens, other=other, options=options)
                )
    return " ".join(said)


def _say(view: SiteView, title: str, drawn: Sequence[ChoiceRow]) -> str:
    first, second = view.names
    said = [
        view.words.say(
            "figure.say_choice",
            option=row.label,
            first=first,
            second=second,
            own_first=_say_chosen(view, row.own[0]),
            own_second=_say_chosen(view, row.own[1]),
        )
        for row in drawn
    ]
    return " ".join([f"{title}.", *said])


def _choices(view: SiteView, rows: Mapping[str, Row], lens: str, name: str) -> Choices:
    """Option → how long its bar is, and how that is said; None where nothing may be told."""
    row = rows.get(lens)
    if row is None or row[f"first_{name}"] is None:
        return None
    if isinstance(row[name], dict):
        return {
            option: Chosen(weight, view.words.number(100 * weight, 0))
            for option, weight in row[name].items()
        }
    item = view.item(row["item"])
    return {
        option: Chosen(_SHARES[level] / (item.k or 1), view.words.name("level", level))
        for option, level in row[f"level_{name}"].items()
    }


#: What share of a lens stands behind a level, for the length of a bar.
_SHARES = {"most": 0.85, "half": 0.75, "some": 0.5, "few": 0.15}


def _at(choices: tuple[Choices, Choices], option: str) -> tuple[Chosen | None, Chosen | None]:
    first, second = (None if part is None else part[option] for part in choices)
    return first, second


def _tilt(own: tuple[Choices, Choices], option: str) -> float:
    """Options of the first lens before those of the second."""
    first, second = _at(own, option)
    return (second.weight if second else 0.0) - (first.weight if first else 0.0)


def _say_state(view: SiteView, row: Row) -> str:
    return view.words.say(
        "figure.reads_as",
        looker=view.name(row["lens"]),
        state=name_state(row, view.words),
    )


def _table(view: SiteView, title: str, rows: list[ChoiceRow]) -> Block:
    words, names = view.words, view.names
    heads = [ReportColumn(words.say("table.option"))]
    heads += [
        ReportColumn(words.say(f"table.{kind}_weight", lens=name), is_number=True)
        for kind in ("own", "expected")
        for name in names
    ]
    cells = [
        (row.label, *(_say_chosen(view, one) for one in (*row.own, *row.expected))) for row in rows
    ]
    return tuck_table(ReportTable(title, tuple(heads), cells), words)


def _say_chosen(view: SiteView, chosen: Chosen | None) -> str:
    if chosen is None:
        return view.words.say("table.too_few")
    is_number = chosen.said.isdigit()
    return view.words.regional.percent(chosen.said) if is_number else chosen.said
