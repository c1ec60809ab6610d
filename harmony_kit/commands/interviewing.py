"""Interviews of an engagement: the form for a notebook cell."""

from __future__ import annotations

import getpass
import hashlib
import os
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from harmony_kit.commands.naming import check_names
from harmony_kit.engagement.choosing import first_site
from harmony_kit.engagement.folder import Engagement, load_engagement
from harmony_kit.engagement.real_names import move_name
from harmony_kit.interview.beginning import Desk, Setting
from harmony_kit.interview.presence import take_seat
from harmony_kit.interview.reception import Reception
from harmony_kit.journal.store import Store

__all__ = [
    "engagement_key",
    "interviewer_name",
    "open_interview",
    "open_reception",
]


def open_interview(folder: str | Path, site: str | None = None, wave: str | None = None) -> object:
    """The interview form of an engagement, as the last line of a notebook cell.

    Parameters
    ----------
    site, wave
        Where the list of interviews opens; the first site and the present wave if not given.

    Raises `EngagementError` when the engagement cannot be used or has no such site or wave.
    """
    # The widget library costs a second to import; a reception without a form does without.
    from harmony_kit.interview.form import InterviewForm

    engagement = load_engagement(Path(folder))
    return InterviewForm(open_reception(engagement, site, wave), key=engagement_key(engagement))


def open_reception(
    engagement: Engagement,
    site: str | None = None,
    wave: str | None = None,
    *,
    self_service: bool = False,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Reception:
    """What the form talks to, joined to the engagement's store.

    Raises `EngagementError` when there is no such site or wave, or no site at all.
    """
    first = first_site(engagement)
    check_names(engagement, sites=[site], wave=wave)
    place = (site or first, wave or engagement.wave)
    setting = _make_setting(engagement, self_service=self_service)
    seat = take_seat(interviewer_name(), uuid.uuid4().hex[:12])
    store = Store(engagement.store_url, stays_open=True)
    desk = Desk(setting, store, seat, clock, partial(move_name, engagement.folder))
    return Reception(desk, *place, language=engagement.languages[0])


def _make_setting(engagement: Engagement, *, self_service: bool) -> Setting:
    return Setting(
        client=engagement.client,
        sites={site.site: site.name for site in engagement.sites},
        wave=engagement.wave,
        instrument=engagement.instrument,
        instrument_path=engagement.instrument_path,
        languages=engagement.languages,
        subjects=engagement.evidence.subjects(),
        min_group=engagement.settings.min_group,
        timezone=engagement.timezone,
        colour=engagement.brand.colour,
        is_self_service=self_service,
    )


def interviewer_name() -> str:
    """Who sits at this machine; the list of interviews lets them write it otherwise."""
    try:
        return os.environ.get("HARMONY_INTERVIEWER") or getpass.getuser()
    except (OSError, KeyError, ImportError):
        # A container without a user name.
        return "interviewer"


def engagement_key(engagement: Engagement) -> str:
    """What the browser files this engagement's drafts under; says nothing about it."""
    return hashlib.sha256(f"{engagement.folder}\n{engagement.store_url}".encode()).hexdigest()[:12]
