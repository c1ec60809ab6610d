"""What the makers of a report wrote into it, from ``notes/<site>.md``."""

from __future__ import annotations

from harmony_kit.report.assessment import Assessment
from harmony_kit.report.blocks import EMPTY, Block
from harmony_kit.report.site_report.contents import has_part, show_part
from harmony_kit.report.site_report.site_view import SiteView

__all__ = ["notes"]


def notes(site: Assessment) -> Block:
    """The notes on a site, which nobody measured and which say so."""
    view = SiteView.of(site)
    if not has_part(view, "notes"):
        return EMPTY
    from harmony_kit.report.markdown import show_markdown  # few reports need it

    words = view.words
    return show_part(
        view,
        "notes",
        "section",
        content=show_markdown(view.note, words.say("notes.title")),
    )
