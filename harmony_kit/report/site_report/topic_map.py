"""The map of topics: the gap each side expects against the gap there is."""

from __future__ import annotations

from functools import partial

from harmony_kit.measures.claims import WORDED
from harmony_kit.measures.rows import Row, number_or_none
from harmony_kit.report.blocks import EMPTY, Block, picture
from harmony_kit.report.drawings import MapDot, MapPanel, MapWords, draw_map
from harmony_kit.report.site_report.picture_words import name_state
from harmony_kit.report.site_report.site_view import SiteView

__all__ = ["show_map"]

#: Gaps are laid on a scale of five points, four steps wide.
_STEPS = 4.0
#: Topics named per direction: those to talk about first.
_MOST_NAMED = 5


def show_map(view: SiteView) -> Block:
    """A square per direction with a dot per topic; nothing where no topic has both gaps."""
    by_lens = {lens: _list_known(view, lens) for lens in view.lenses}
    if not any(by_lens.values()):
        return EMPTY
    words, settings = view.words, view.site.engagement.settings
    panels = [_panel(view, lens, rows) for lens, rows in by_lens.items()]
    names = {name: words.say(f"state.{name}") for name in _CORNERS}
    axes = (words.say("figure.map_expected"), words.say("figure.map_actual"))
    draw = partial(draw_map, panels, MapWords(*axes, **names), tolerance=settings.tolerance)
    said = [_say(view, row) for rows in by_lens.values() for row in rows]
    return picture(draw, " ".join(said), sees=_see(view, by_lens))


_CORNERS = ("shared_view", "known_difference", "false_consensus", "false_conflict")


def _list_known(view: SiteView, lens: str) -> list[Row]:
    gaps = ("perceived_gap", "agreement_gap")
    return [
        row
        for row in view.rows("topics", lens=lens)
        if all(number_or_none(row[gap]) is not None for gap in gaps)
    ]


def _direction(view: SiteView, row: Row) -> str:
    names = {"looker": view.name(row["lens"]), "other": view.name(row["other"])}
    return view.words.say("headline.direction", **names)


def _panel(view: SiteView, lens: str, rows: list[Row]) -> MapPanel:
    surprises = [row for row in rows if _is_surprise(row)]
    first = sorted(surprises, key=lambda row: -_scale(row, "agreement_gap"))[:_MOST_NAMED]
    named = {id(row) for row in first}
    dots = tuple(
        MapDot(
            expected=_scale(row, "perceived_gap"),
            actual=_scale(row, "agreement_gap"),
            is_open=row["claim"] not in WORDED,
            name=view.label(row["item"], row["subject"]) if id(row) in named else "",
        )
        for row in rows
    )
    title = _direction(view, rows[0]) if rows else view.name(lens)
    return MapPanel(view.side(lens), title, dots)


def _is_surprise(row: Row) -> bool:
    return row["claim"] in WORDED and row["state"] == "false_consensus"


def _scale(row: Row, gap: str) -> float:
    return abs(float(row[gap])) / (int(row["points"]) - 1) * _STEPS


def _say(view: SiteView, row: Row) -> str:
    words = view.words
    return words.say(
        "figure.say_dot",
        looker=view.name(row["lens"]),
        topic=view.label(row["item"], row["subject"]),
        expected=words.number(_scale(row, "perceived_gap")),
        actual=words.number(_scale(row, "agreement_gap")),
        state=name_state(row, words),
    )


def _see(view: SiteView, by_lens: dict[str, list[Row]]) -> str:
    return " ".join(
        view.words.count("figure.see_map", sum(map(_is_surprise, rows)), looker=view.name(lens))
        for lens, rows in by_lens.items()
    )
