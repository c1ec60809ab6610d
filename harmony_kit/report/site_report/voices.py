"""What people said, where they allowed it to be quoted."""

from __future__ import annotations

from typing import Any

from harmony_kit.report.assessment import Assessment
from harmony_kit.report.blocks import EMPTY, Block
from harmony_kit.report.site_report.contents import has_part, show_part
from harmony_kit.report.site_report.site_view import SiteView

__all__ = ["voices"]

#: A question with more quotes than this per lens shows the rest folded.
_MOST_QUOTES = 6


def voices(site: Assessment) -> Block:
    """The quotes by question, the two lenses side by side; equal sentences stand once.

    Sentences that a canvas shows beside its lines are left to it.
    """
    view = SiteView.of(site)
    if not has_part(view, "voices"):
        return EMPTY
    asked = [item.id for item in site.engagement.instrument.items if item.kind == "text"]
    on_canvas = {item.id for item in site.engagement.instrument.items if item.group == "sentence"}
    shown = on_canvas if site.canvases else set()
    questions = [_describe(view, item) for item in asked if item not in shown]
    return show_part(
        view,
        "voices",
        lenses=[(view.side(lens), view.name(lens)) for lens in view.lenses],
        questions=[question for question in questions if question],
        elsewhere=bool(shown & set(site.quotes["item"])),
    )


def _describe(view: SiteView, item: str) -> dict[str, Any] | None:
    quotes = view.site.quotes
    said = quotes[quotes["item"] == item].drop_duplicates(["lens", "text"])
    if said.empty:
        return None
    texts = [said.loc[said["lens"] == lens, "text"].tolist() for lens in view.lenses]
    question = view.site.engagement.instrument.question(item, view.lenses[0], view.site.language)
    return {
        "question": question.replace("{subject}", "…"),
        "first": [part[:_MOST_QUOTES] for part in texts],
        "rest": [part[_MOST_QUOTES:] for part in texts],
        "n_rest": sum(len(part[_MOST_QUOTES:]) for part in texts),
    }
