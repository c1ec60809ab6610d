"""Whose eyes reports are for: everybody's, the consultant's alone, those of named people."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from harmony_kit.batch.lock import run_lock
from harmony_kit.batch.record import EDITIONS, Edition
from harmony_kit.batch.register import Happening, Register, RegisterLine
from harmony_kit.engagement import demo
from harmony_kit.engagement.folder import Engagement
from harmony_kit.report.words import load_words

if TYPE_CHECKING:
    from harmony_kit.batch.briefing import Briefing

__all__ = [
    "MADE_FOLDERS",
    "hand_out",
    "mark_pages",
    "redact_engagement",
    "register_lines",
    "register_site",
    "reports_name",
    "void_reports",
]


def reports_name(edition: Edition = "") -> str:
    """The folder of the reports in an engagement folder; other editions have one of their own."""
    return edition or "reports"


#: The folders of an engagement that hold what was made of the rest.
MADE_FOLDERS: Final = (".harmony", *map(reports_name, EDITIONS), "receipts")


def mark_pages(engagement: Engagement, *, is_draft: bool) -> Engagement:
    """The engagement, with a banner where its pages are not for everybody's eyes."""
    settings = engagement.settings
    keys = {
        "banner.draft": is_draft,
        "banner.redacted": settings.redacted,
        "banner.named": settings.named and not settings.redacted,
    }
    words = load_words(engagement.language)
    said = [words.say(key, min=settings.shown_from) for key, is_so in keys.items() if is_so]
    is_demo = engagement.banner == demo.BANNER
    own = words.say("banner.demo") if is_demo else engagement.banner
    banner = " ".join(part for part in (*said, own) if part)
    return replace(engagement, banner=banner)


def redact_engagement(engagement: Engagement) -> Engagement:
    """The engagement, told to make reports for circulation."""
    settings = engagement.settings.model_copy(update={"redacted": True})
    return replace(engagement, settings=settings)


def void_reports(engagement: Engagement, sites: Iterable[str]) -> None:
    """Write down that what there is of some sites was never handed out."""
    register = Register(engagement.folder)
    published = {site for site, _ in register.published(engagement.wave)}
    lines = [
        RegisterLine("never_handed_out", "", site, engagement.wave)
        for site in sorted(published & set(sites))
    ]
    register.add_new(lines, "never_handed_out")


def register_site(briefing: Briefing, site: str, lock: AbstractContextManager[object]) -> None:
    """Write down of whom something is about to be published, before it is; nothing twice."""
    lines = briefing.snapshot.entries.get(site, ())
    if briefing.request.is_draft or not lines:
        return
    with lock:
        register_lines(briefing.engagement, lines, "published")


def register_lines(engagement: Engagement, lines: Iterable[RegisterLine], event: Happening) -> None:
    """Write down of whom something is shown; where they agreed to be named, that too."""
    told = "named" if engagement.settings.named else event
    Register(engagement.folder).add_new(lines, told)


@contextmanager
def hand_out(engagement: Engagement) -> Iterator[bool]:
    """Let nothing else be published meanwhile; whether it can be written into the register.

    In an archive on a read-only disk it cannot, and nothing is published from there either.
    """
    if not os.access(engagement.folder, os.W_OK):
        yield False
        return
    with run_lock(engagement.folder):
        yield True
