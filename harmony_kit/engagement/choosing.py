"""The sites and the wave somebody names: those there are, or why not, before anything is done."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from harmony_kit.engagement.folder import Engagement
from harmony_kit.errors import EngagementError, Problem, list_some, nearest

__all__ = ["first_site", "refuse", "unknown_names", "unknown_sites", "unknown_wave"]

_LIKENESS = 0.6  # of short names: 2062 for 2026
_NEXT_WAVE = "Another round of interviews begins by naming it as `wave` in engagement.yaml."


def unknown_sites(
    engagement: Engagement, wanted: Iterable[str], *, stored: Iterable[str] = ()
) -> list[Problem]:
    """What is wrong with the sites somebody names: those that are not in sites.csv.

    `stored` are sites that may be named all the same: answers of a plant that was taken out of
    sites.csv can still be exported.
    """
    known = tuple(dict.fromkeys((*engagement.site_ids, *stored)))
    return unknown_names("sites.csv", "site", wanted, known)


def unknown_wave(
    engagement: Engagement, wanted: str | None, stored: Callable[[], Iterable[str]]
) -> list[Problem]:
    """What is wrong with the wave somebody names; None names the present one.

    A wave there is stands in engagement.yaml or in the store; `stored` says which are there, and
    is asked only about another wave than the present one.
    """
    if wanted is None or wanted == engagement.wave:
        return []
    known = tuple(dict.fromkeys((engagement.wave, *stored())))
    return unknown_names("engagement.yaml", "wave", [wanted], known, todo=_NEXT_WAVE)


def unknown_names(
    file: str, what: str, wanted: Iterable[str], known: Sequence[str], *, todo: str = ""
) -> list[Problem]:
    """A problem for every name there is not, with the nearest one and those there are."""
    return [
        Problem(
            file,
            "",
            f"has no {what} {name!r}",
            list_some(known) or "none yet",
            " ".join(filter(None, [nearest(name, known, likeness=_LIKENESS), todo])),
        )
        for name in dict.fromkeys(wanted)
        if name not in known
    ]


def refuse(problems: Iterable[Problem]) -> None:
    """Raise `EngagementError` with the problems, if there are any."""
    if found := tuple(problems):
        raise EngagementError(*found)


def first_site(engagement: Engagement) -> str:
    """The site that comes first; raises `EngagementError` where there is none yet."""
    if not engagement.sites:
        refuse([Problem("sites.csv", "", "lists no site", todo="Add one row per plant.")])
    return engagement.site_ids[0]
