"""Which parts a report has: a part without anything to say is left out, and not listed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from harmony_kit.report.blocks import Block, render_block
from harmony_kit.report.site_report.site_view import SiteView

__all__ = ["ACTS", "PARTS", "has_part", "list_parts", "show_part"]


def _has_rows(view: SiteView, names: tuple[str, ...]) -> bool:
    return any(view.site.rows(name) for name in names)


_MEASURED = ("topics", "within", "rank", "words", "ownership", "pilots", "readiness")
_RECORDS = ("evidence_decisions", "evidence_pilots", "evidence_usage")

#: The parts that tell what people said, and whether a site has anything for them. A site with a
#: side too small to show has none: it keeps its records, its sheets and its method.
_TOLD: Mapping[str, Callable[[SiteView], bool]] = {
    "headline": lambda view: bool(view.site.rows("understanding")),
    "first": lambda view: bool(view.site.findings),
    "false_consensus": lambda view: bool(view.site.rows("topics")),
    "known_difference": lambda view: bool(view.site.rows("topics")),
    "false_conflict": lambda view: bool(view.site.rows("topics")),
    "dimensions": lambda view: _has_rows(view, _MEASURED),
    "lexicon": lambda view: bool(view.site.engagement.agreed_words(view.site.site.site)),
    "voices": lambda view: len(view.site.quotes) > 0,
    "actions": lambda view: bool(view.site.findings),
    "who_acts": lambda view: bool(view.site.findings),
    "can_wait": lambda view: bool(view.site.findings),
    "appendix": lambda view: bool(view.site.findings),
}

#: The five acts: what changed, why it matters now, what should be done, who acts next, what can
#: wait.
ACTS = ("changed", "first", "actions", "who_acts", "can_wait")

#: Every part of a report after its cover, in order: the acts, then what they rest on.
PARTS = (
    *ACTS,
    *("notes", "evidence", "headline", "false_consensus", "known_difference", "false_conflict"),
    *("dimensions", "lexicon", "voices", "canvases", "appendix", "method"),
)


def has_part(view: SiteView, part: str) -> bool:
    """Whether a report has this part."""
    if part in _TOLD:
        return view.is_shown and _TOLD[part](view)
    if part == "notes":
        return bool(view.note)
    if part == "evidence":
        return _has_rows(view, _RECORDS) or (view.is_shown and _has_rows(view, ("signatures",)))
    return part != "canvases" or bool(view.site.canvases)


def show_part(view: SiteView, part: str, fragment: str = "", **content: Any) -> Block:  # noqa: ANN401 - as `render_block`
    """A part under its title and its lead, from the fragment of its name or another."""
    lead = view.words.say(f"{part}.lead")
    return render_block(fragment or part, view.words, part=part, lead=lead, **content)


def list_parts(view: SiteView) -> tuple[tuple[str, str], ...]:
    """Ids and titles of the parts this report has, in order."""
    parts = (part for part in PARTS if has_part(view, part))
    return tuple((part, view.words.say(f"{_name_title(view, part)}.title")) for part in parts)


def _name_title(view: SiteView, part: str) -> str:
    """Whose title a part has: after a wave before, what changed is what was promised and moved."""
    return "promised" if part == "changed" and view.site.past else part
