"""Three parts of a report: false consensus, known difference, false conflict, per direction."""

from __future__ import annotations

import math
from typing import Any

from harmony_kit.measures.claims import WORDED
from harmony_kit.measures.distances import APART_AT
from harmony_kit.measures.ranking import RANKING
from harmony_kit.measures.rows import Row
from harmony_kit.report.assessment import Assessment
from harmony_kit.report.blocks import EMPTY, Block, render_block
from harmony_kit.report.site_report.contents import has_part
from harmony_kit.report.site_report.site_view import SiteView
from harmony_kit.report.site_report.topics import show_looks

__all__ = ["false_conflict", "false_consensus", "known_difference"]


def false_consensus(site: Assessment) -> Block:
    """Where a side expects agreement that is not there."""
    return _show_state(SiteView.of(site), "false_consensus")


def known_difference(site: Assessment) -> Block:
    """Where the sides differ and the one that looks knows it."""
    return _show_state(SiteView.of(site), "known_difference")


def false_conflict(site: Assessment) -> Block:
    """Where the sides agree and the one that looks does not know it."""
    return _show_state(SiteView.of(site), "false_conflict")


def _show_state(view: SiteView, state: str) -> Block:
    if not has_part(view, state):
        return EMPTY
    directions = [_direction(view, state, lens) for lens in view.lenses]
    shown = [direction for direction in directions if direction]
    return render_block(
        "state",
        view.words,
        part=state,
        lead=view.words.say(f"{state}.lead", first=view.names[0], second=view.names[1]),
        reading=view.words.say("state.reading") if shown else "",
        directions=shown,
        nothing=view.words.say(f"{state}.nothing"),
    )


def _direction(view: SiteView, state: str, lens: str) -> dict[str, Any] | None:
    """One lens looking at the other: its topics in this state, ranks and words among them."""
    said = [row for row in view.rows("topics", lens=lens, state=state) if row["claim"] in WORDED]
    choices = [
        row
        for kind in ("rank", "words")
        for row in view.rows(kind, lens=lens, state=state)
        if row["claim"] in WORDED
    ]
    if not said and not choices:
        return None
    other = view.site.engagement.instrument.other_lens(lens)
    names = {"looker": view.name(lens), "other": view.name(other)}
    title = view.words.say(f"{state}.direction", **names)
    return {
        "side": view.side(lens),
        "title": title,
        "picture": show_looks(view, said, title),
        "choices": [_say_choice(view, row, names) for row in choices],
    }


def _say_choice(view: SiteView, row: Row, names: dict[str, str]) -> str:
    words = view.words
    is_told = not math.isnan(row["perceived"]) and not math.isnan(row["actual"])
    return words.say(
        f"state.{'choice' if is_told else 'untold'}_{row['claim']}",
        topic=view.label(row["item"], row["subject"]),
        state=words.say(f"state.{row['state']}"),
        expected=words.figure(row["perceived"], RANKING.columns["perceived"]),
        actual=words.figure(row["actual"], RANKING.columns["actual"]),
        limit=words.figure(APART_AT, RANKING.columns["actual"]),
        **names,
    )
