"""Owners of duties of a report, as a picture with its table."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from harmony_kit.measures.claims import WORDED
from harmony_kit.measures.rows import Row, number_or_none
from harmony_kit.report.blocks import Block, join_blocks, picture
from harmony_kit.report.drawings import OwnerRow, draw_owners
from harmony_kit.report.site_report.picture_words import see_parts
from harmony_kit.report.site_report.site_view import SiteView
from harmony_kit.report.site_report.subjects import ByLens, group_by_subject, say_pattern
from harmony_kit.report.tables import ReportColumn, ReportTable, tuck_table

__all__ = ["show_owners"]

#: The column of the picture for a lens most of which names nobody in particular.
_SEVERAL = ""


def show_owners(view: SiteView, dimension: str) -> Block:
    """Whom each lens names for each duty; duties with other options are another picture."""
    by_item = group_by_subject(view.rows("ownership", dimension=dimension), "item")
    by_options: dict[str, dict[str, ByLens]] = {}
    for item, rows in by_item.items():
        by_options.setdefault(view.item(item).options or "", {})[item] = rows
    return join_blocks(_show_duties(view, duties) for duties in by_options.values())


def _show_duties(view: SiteView, duties: Mapping[str, ByLens]) -> Block:
    first = next(iter(duties))
    option_ids = view.site.engagement.instrument.option_ids(first)
    options = [(option, view.site.option_label(first, option)) for option in option_ids]
    options.append((_SEVERAL, view.words.say("table.no_majority")))
    rows = [_owner_row(view, item, by_lens) for item, by_lens in duties.items()]
    title = view.words.say("table.owners")
    shown = picture(
        partial(draw_owners, rows, options),
        " ".join([f"{title}.", *(_say_duty(view, row, dict(options)) for row in rows)]),
        sees=see_parts(view, "figure.see_owners", [row.verdict for row in rows]),
    )
    return join_blocks([shown, _owners_table(view, duties, title)])


def _say_duty(view: SiteView, row: OwnerRow, names: Mapping[str, str]) -> str:
    first, second = view.names
    too_few = view.words.say("table.too_few")
    said = [too_few if owner is None else names.get(owner, owner) for owner in row.owners]
    return view.words.say(
        "figure.say_owner",
        duty=row.label,
        first=first,
        second=second,
        own_first=said[0],
        own_second=said[1],
        state=row.verdict,
    )


def _owner(row: Row | None) -> str | None:
    return row["owner"] if row and isinstance(row["owner"], str) else None


def _place(row: Row | None) -> str | None:
    """The column a lens stands in; None where too few answered."""
    return None if row is None or int(row["n"]) == 0 else _owner(row) or _SEVERAL


def _owner_row(view: SiteView, item: str, by_lens: ByLens) -> OwnerRow:
    rows = [by_lens.get(lens) for lens in view.lenses]
    any_row = next(row for row in rows if row)
    leaning_at = view.site.engagement.settings.leaning_at
    sure = [_is_sure(row, leaning_at) for row in rows]
    return OwnerRow(
        label=view.label(item),
        owners=(_place(rows[0]), _place(rows[1])),
        is_sure=(sure[0], sure[1]),
        verdict=say_pattern(view, any_row, "pattern"),
        is_open=any_row["claim"] not in WORDED,
    )


def _is_sure(row: Row | None, leaning_at: float) -> bool:
    """Whether a lens clearly names one owner; of a small group, whether how they meet is clear."""
    if row is None:
        return False
    chance = number_or_none(row["p_owner"])
    return row["claim"] in WORDED if chance is None else chance >= leaning_at


def _owners_table(view: SiteView, duties: Mapping[str, ByLens], title: str) -> Block:
    words = view.words
    rows = [
        (
            view.label(item),
            *(_say_owner(view, item, by_lens.get(lens)) for lens in view.lenses),
            say_pattern(view, next(iter(by_lens.values())), "pattern"),
            view.certainty(float(chance))
            if (chance := number_or_none(next(iter(by_lens.values()))["probability"])) is not None
            else "",
        )
        for item, by_lens in duties.items()
    ]
    heads = [ReportColumn(words.say("table.duty"))]
    heads += [ReportColumn(words.say("table.names", lens=name)) for name in view.names]
    heads += [
        ReportColumn(words.say("table.state")),
        ReportColumn(words.say("table.certainty"), is_number=True),
    ]
    return tuck_table(ReportTable(title, tuple(heads), rows), words)


def _say_owner(view: SiteView, item: str, row: Row | None) -> str:
    owner = _owner(row)
    if row is None or int(row["n"]) == 0:
        return view.words.say("table.too_few")
    said = view.site.option_label(item, owner) if owner else view.words.say("table.no_majority")
    return view.words.say("table.named", owner=said, n=int(row["n"]))
