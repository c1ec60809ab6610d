"""What a command was told by --site and --wave, held against the folder and the store."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from harmony_kit.engagement.choosing import refuse, unknown_sites, unknown_wave
from harmony_kit.engagement.folder import Engagement
from harmony_kit.journal.stored import stored_names

__all__ = ["check_names"]


def check_names(
    engagement: Engagement,
    *,
    sites: Sequence[str | None] = (),
    wave: str | None = None,
    is_reading: bool = False,
) -> None:
    """Refuse a site or a wave there is not, both at once, and before anything is done.

    A command that only reads what is stored (`is_reading`) may name a site that was taken out of
    sites.csv. Raises `EngagementError`.
    """
    url, wanted = engagement.store_url, [site for site in sites if site is not None]
    stored = stored_names(url, "site") if is_reading and wanted else ()
    problems = unknown_sites(engagement, wanted, stored=stored)
    refuse([*problems, *unknown_wave(engagement, wave, partial(stored_names, url, "wave"))])
