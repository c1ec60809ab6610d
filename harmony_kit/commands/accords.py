"""harmony accord: what comes out of the workshops of a site."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import click

from harmony_kit.batch.handing import mark_pages, reports_name
from harmony_kit.batch.page import Page
from harmony_kit.batch.publish import render_page
from harmony_kit.batch.wave_shelves import place_of_wave
from harmony_kit.commands.exchanging import known_subjects, open_store
from harmony_kit.commands.naming import check_names
from harmony_kit.engagement.choosing import refuse, unknown_names
from harmony_kit.engagement.folder import Engagement, load_engagement
from harmony_kit.errors import Problem
from harmony_kit.files import read_json, write_whole
from harmony_kit.journal.accord import accord_of, list_workshops
from harmony_kit.journal.store import Store
from harmony_kit.journal.subject import titles_of
from harmony_kit.report.accord_report import AccordView, draw_files, tell_pages
from harmony_kit.report.assessment import open_playbook
from harmony_kit.report.told_results import read_told
from harmony_kit.report.words import word_languages

__all__ = ["accord", "accord_folder", "page_of", "read_views", "renew_accords"]

_TEMPLATES = {"accord.html": "accord.html.j2"}
_CARD = "role_card.html.j2"
_CIRCULATED = "circulate"


def accord_folder(
    engagement: Engagement, site: str, wave: str, *, is_circulated: bool = False
) -> Path:
    """Where the files of a site's accords lie; what is circulated apart from what names people."""
    folder = engagement.folder / "accords" / wave / site
    return folder / _CIRCULATED if is_circulated else folder


def accord(
    folder: Path,
    *,
    sites: Sequence[str],
    wave: str | None,
    language: str | None,
    is_circulated: bool,
) -> None:
    """Write every file of the accords of some sites, or of all there are, and say where they are.

    Raises `EngagementError` where nothing was agreed there, and OSError.
    """
    engagement = load_engagement(folder)
    check_names(engagement, sites=sites, wave=wave)
    spoken = language or engagement.language
    refuse(unknown_names("harmony accord", "language", [spoken], word_languages()))
    chosen = wave or engagement.wave
    with open_store(engagement, is_reader=True) as store:
        found = {
            site: read_views(
                engagement, store, (site, chosen), language=spoken, has_names=not is_circulated
            )
            for site in sites or engagement.site_ids
        }
    silent = [site for site, views in found.items() if not views]
    if not any(found.values()) or (sites and silent):
        where = " and ".join(silent) if sites else "any site"
        what = f"nothing was agreed at {where} in wave {chosen}"
        refuse([Problem("the store", "", what, todo="harmony workshop DIR --site S holds one.")])
    for site, views in found.items():
        target = accord_folder(engagement, site, chosen, is_circulated=is_circulated)
        for name in _write(target, views, is_circulated=is_circulated) if views else ():
            click.echo(f"{target / name}")


def read_views(
    engagement: Engagement,
    store: Store,
    place: tuple[str, str],
    *,
    language: str | None = None,
    has_names: bool = True,
) -> tuple[AccordView, ...]:
    """The accords of a site and wave, one per workshop, with the names there are or without.

    Who may only read what was agreed may not read what owners are called.
    """
    site, wave = place
    entries = store.ledger.entries(site, wave)
    titles = titles_of(one for one in known_subjects(engagement, store) if one.site == site)
    spoken = language or engagement.language
    shared: dict[str, Any] = {
        "engagement": engagement,
        "playbook": open_playbook(engagement),
        "language": spoken,
        "owners": {one.id: one for one in store.ledger.owners(site)},
        "names": store.ledger.names() if has_names else {},
        "titles": titles,
        "story": _read_story(engagement, site, wave, spoken),
    }
    views = []
    for workshop in list_workshops(entries):
        standing = accord_of(entries, *workshop)
        if standing.current:
            n_entries = sum(one.place == workshop for one in entries)
            since = max(one.at for one in standing.current).date()
            n_overridden = _count_overrides(engagement, site, since)
            view = AccordView(accord=standing, n_entries=n_entries, **shared)
            views.append(replace(view, n_overridden=n_overridden))
    return tuple(views)


def _read_story(engagement: Engagement, site: str, wave: str, language: str) -> str:
    """The story as the report of this wave told it, so that nothing else is told of answers."""
    if language != engagement.language:
        return ""
    place = place_of_wave(engagement.folder / reports_name(), wave, engagement.wave)
    results = read_told(place, site, wave)
    return str(results.get("handout", {}).get("story", ""))


def _count_overrides(engagement: Engagement, site: str, since: date) -> dict[str, int]:
    """Pilot → overridden suggestions in the weeks after a day."""
    usage = engagement.evidence.of_site(site).usage
    year, week, _ = since.isocalendar()
    later = usage[usage["week"] > f"{year}-W{week:02d}"]
    counted = later.groupby("pilot", observed=True)["overridden"].sum()
    return {str(pilot): int(n) for pilot, n in counted.items()}


def _write(target: Path, views: Sequence[AccordView], *, is_circulated: bool) -> list[str]:
    """Write the files into a folder; their names."""
    files = {**_render(views), **draw_files(views)}
    target.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        write_whole(target / name, content, is_private=not is_circulated)
    return sorted(files)


def page_of(engagement: Engagement, title: str, language: str = "") -> Page:
    """The look of a page that is no report; in the language of the reports unless one is given."""
    spoken = language or engagement.language
    marked = mark_pages(replace(engagement, languages=(spoken,)), is_draft=False)
    return Page(
        title, spoken, client=engagement.client, brand=engagement.brand, banner=marked.banner
    )


def _render(views: Sequence[AccordView]) -> dict[str, bytes]:
    first = views[0]
    engagement = first.engagement
    page = page_of(engagement, engagement.site(first.accord.site).name, first.language)
    return {
        name: render_page(_TEMPLATES.get(name, _CARD), {"page": page, **content})
        for name, content in tell_pages(views).items()
    }


def renew_accords(engagement: Engagement, store: Store, sites: Iterable[str]) -> int:
    """Write anew what names people of some sites, as it lies there; how many folders.

    After a name was erased it is in no file any more.
    """
    n_renewed = 0
    for site in dict.fromkeys(sites):
        for folder in sorted((engagement.folder / "accords").glob(f"*/{site}")):
            language = read_json(folder / "accord.json").get("language")
            views = read_views(engagement, store, (site, folder.parent.name), language=language)
            if views:
                _write(folder, views, is_circulated=False)
                n_renewed += 1
    return n_renewed
