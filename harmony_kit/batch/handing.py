"""Whose eyes reports are for: everybody's, the consultant's alone, those of named people."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from harmony_kit.batch.record import Edition
from harmony_kit.batch.register import Register, RegisterLine
from harmony_kit.engagement import demo
from harmony_kit.engagement.folder import Engagement
from harmony_kit.report.words import load_words

if TYPE_CHECKING:
    from harmony_kit.batch.briefing import Briefing

__all__ = ["mark_pages", "redact_engagement", "register_site", "reports_name", "void_reports"]


def reports_name(edition: Edition = "") -> str:
    """The folder of the reports in an engagement folder; other editions have one of their own."""
    return edition or "reports"


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
    """Write down that the reports there are of some sites were never handed out."""
    register = Register(engagement.folder)
    published = {site for site, _ in register.last_published(engagement.wave)}
    register.append(
        RegisterLine("never_handed_out", _now(), site, engagement.wave)
        for site in sorted(published & set(sites))
    )


def register_site(briefing: Briefing, site: str, lock: AbstractContextManager[object]) -> None:
    """Write down of whom something is about to be published, before it is; nothing twice."""
    lines = briefing.snapshot.entries.get(site, ())
    if briefing.request.is_draft or not lines:
        return
    engagement = briefing.engagement
    event: Literal["named", "published"] = "named" if engagement.settings.named else "published"
    register = Register(engagement.folder)
    with lock:
        last = register.last_published(engagement.wave)
        register.append(
            replace(line, at=_now(), event=event)
            for line in lines
            if not line.says_the_same(last.get((site, line.lens)))
        )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
