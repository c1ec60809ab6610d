"""harmony pulse: the records read again, without interviews: what moved since."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from harmony_kit.batch.publish import render_page
from harmony_kit.commands.accords import page_of
from harmony_kit.commands.exchanging import known_subjects, open_store
from harmony_kit.commands.following import Looking, newest_views
from harmony_kit.commands.naming import check_names
from harmony_kit.commands.reports import as_of_day
from harmony_kit.engagement.folder import Engagement, Site, load_engagement
from harmony_kit.files import write_whole
from harmony_kit.journal.store import Store
from harmony_kit.journal.subject import titles_of
from harmony_kit.measures.record_moves import measure_record_moves
from harmony_kit.report.accord_report import AccordView
from harmony_kit.report.accord_report.pulse_page import Pulse, tell_overview, tell_pulse
from harmony_kit.report.words import load_words

__all__ = ["pulse"]

_DAYS = 30


@dataclass(frozen=True)
class _Span:
    """From which day to which; `since` is None where each site has its own."""

    since: dt.date | None
    today: dt.date

    def since_of(self, views: Sequence[AccordView]) -> dt.date:
        """The day given, else that of the last workshop, else thirty days back."""
        if self.since is not None:
            return self.since
        agreed = [one.at.date() for view in views for one in view.accord.current]
        agreed = [day for day in agreed if day < self.today]
        return min(agreed, default=self.today - dt.timedelta(days=_DAYS))


def pulse(folder: Path, looking: Looking, since: dt.datetime | None) -> None:
    """Write a page per site and one over all into DIR/pulse, and say what moved."""
    engagement = load_engagement(folder)
    check_names(engagement, sites=looking.sites, wave=looking.wave)
    span = _Span(since.date() if since else None, as_of_day(folder, looking.as_of))
    chosen = looking.sites or engagement.site_ids
    with open_store(engagement, is_reader=True) as store:
        pulses = [_measure(engagement, store, site, looking, span) for site in engagement.sites]
    target = engagement.folder / "pulse"
    target.mkdir(parents=True, exist_ok=True)
    for one in [one for one in pulses if one.site in chosen]:
        told = tell_pulse(one)
        page = page_of(engagement, one.name)
        write_whole(
            target / f"{one.site}.html", render_page("pulse.html.j2", {"page": page, **told})
        )
        click.echo(f"{one.name}: {told['short']}")
    overall = {"page": page_of(engagement, engagement.client), **tell_overview(pulses)}
    write_whole(target / "index.html", render_page("pulse_index.html.j2", overall))
    click.echo(f"{target / 'index.html'}")


def _measure(
    engagement: Engagement, store: Store, site: Site, looking: Looking, span: _Span
) -> Pulse:
    views = newest_views(engagement, store, site.site, looking.wave)
    evidence = engagement.evidence.of_site(site.site)
    since = min(span.since_of(views), span.today)
    subjects = [one for one in known_subjects(engagement, store) if one.site == site.site]
    return Pulse(
        site=site.site,
        name=site.name,
        region=site.region,
        words=load_words(engagement.language),
        views=views,
        moves=measure_record_moves(
            evidence.decisions, evidence.pilots, evidence.usage, since, span.today
        ),
        titles=titles_of(subjects),
        since=since,
        today=span.today,
    )
