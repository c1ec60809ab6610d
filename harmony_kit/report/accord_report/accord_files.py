"""The files of a site's accords: what is a page is told, what is a list or a calendar is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from harmony_kit.files import json_bytes
from harmony_kit.report.accord_report.accord_content import build_accord, draw_frame
from harmony_kit.report.accord_report.accord_page import tell_accord
from harmony_kit.report.accord_report.accord_view import AccordView
from harmony_kit.report.accord_report.due_calendar import draw_calendar
from harmony_kit.report.accord_report.register_rows import draw_register, draw_register_workbook
from harmony_kit.report.accord_report.role_cards import tell_cards

__all__ = ["draw_files", "tell_pages"]


def draw_files(views: Sequence[AccordView]) -> dict[str, bytes]:
    """File → content, of everything but the pages; `views` are the workshops of one site."""
    return {
        "accord.json": json_bytes(build_accord(views)),
        "actions.ics": draw_calendar(views),
        "frame.md": draw_frame(views),
        "register.csv": draw_register(views),
        "register.xlsx": draw_register_workbook(views),
    }


def tell_pages(views: Sequence[AccordView]) -> dict[str, dict[str, Any]]:
    """Page → what its template is told: a sheet for every workshop on each of them."""
    cards = [tell_cards(view) for view in views]
    pages: dict[str, dict[str, Any]] = {"accord.html": {"sheets": [*map(tell_accord, views)]}}
    for card in dict.fromkeys(id_ for told in cards for id_ in told):
        pages[f"{card}_card.html"] = {"cards": [told[card] for told in cards if card in told]}
    return pages
