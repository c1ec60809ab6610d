"""harmony follow: what is due and late, and what became of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click

from harmony_kit.batch.publish import render_page
from harmony_kit.commands.accords import page_of, read_views
from harmony_kit.commands.exchanging import open_store, user_name
from harmony_kit.commands.naming import check_names
from harmony_kit.commands.reports import as_of_day
from harmony_kit.engagement.choosing import refuse
from harmony_kit.engagement.folder import Engagement, load_engagement
from harmony_kit.engagement.row_files import read_row_file
from harmony_kit.errors import Problem, list_some
from harmony_kit.files import publish
from harmony_kit.journal.accord import plan_entry
from harmony_kit.journal.commitment import Commitment, with_state
from harmony_kit.journal.store import Store
from harmony_kit.report.accord_report import AccordView
from harmony_kit.report.accord_report.due_things import due_things, things_by_mark
from harmony_kit.report.accord_report.follow_up import (
    count_standings,
    follow_site,
    say_counts,
    tell_owners,
    tell_reminder,
)
from harmony_kit.report.accord_report.returned_register import check_state, read_returned
from harmony_kit.report.words import load_words

__all__ = ["Looking", "StateChange", "follow", "import_register", "newest_views", "set_state"]

_OPEN = ("late", "due", "open", "undated")


@dataclass(frozen=True)
class StateChange:
    """What became of one thing: its mark, the state, why, and a new day where there is one."""

    mark: str
    state: str
    why: str
    due: dt.date | None = None


@dataclass(frozen=True)
class Looking:
    """Which sites are looked at, on which day, and how much is told; None: the newest, today."""

    sites: Sequence[str] = ()
    wave: str | None = None
    as_of: dt.datetime | None = None
    is_all: bool = False


def follow(folder: Path, looking: Looking, sheet: Path | None) -> None:
    """Print what is due and late, by site and owner; `sheet` gets it as a page to send round."""
    engagement, sites = load_engagement(folder), looking.sites
    check_names(engagement, sites=sites, wave=looking.wave)
    today = as_of_day(folder, looking.as_of)
    with open_store(engagement, is_reader=True) as store:
        found = [*_read_sites(engagement, store, sites or engagement.site_ids, looking.wave)]
    if not found:
        click.echo(load_words(engagement.language).say("follow.nothing"))
    for views in found:
        for line in _say_site(views, today, is_all=looking.is_all):
            click.echo(line)
    if sheet is not None and found:
        publish(sheet, _draw_sheet(engagement, found, today))
        click.echo(f"{sheet}")


def _read_sites(
    engagement: Engagement, store: Store, sites: Sequence[str], wave: str | None
) -> Iterator[tuple[AccordView, ...]]:
    """The accords of each site that has some."""
    found = (newest_views(engagement, store, site, wave) for site in sites)
    return (views for views in found if views)


def newest_views(
    engagement: Engagement, store: Store, site: str, wave: str | None
) -> tuple[AccordView, ...]:
    """The accords of a site, of its newest wave that has any, unless one is named.

    Roles and no names: what is made of them is sent round.
    """
    waves = [wave] if wave else _list_waves(store, site)
    return read_views(engagement, store, (site, waves[-1]), has_names=False) if waves else ()


def _list_waves(store: Store, site: str) -> list[str]:
    """The waves something was agreed in, the newest last."""
    last: dict[str, dt.datetime] = {}
    for one in store.ledger.entries(site):
        last.setdefault(one.wave, one.at)
    return sorted(last, key=lambda wave: last[wave])


def _say_site(views: Sequence[AccordView], today: dt.date, *, is_all: bool) -> Iterator[str]:
    view = views[0]
    counts = say_counts(view, count_standings(follow_site(views, today)))
    name = view.engagement.site(view.accord.site).name
    yield view.words.say("follow.site", site=name, wave=view.accord.wave, counts=counts)
    for owner in tell_owners(views, today):
        things = [one for one in owner["things"] if is_all or one["standing"] in _OPEN]
        if things:
            yield f"  {owner['owner']}"
        for one in things:
            told = (one["day"], one["past"], one["reason"])
            beside = " · ".join(filter(None, told))
            yield f"    {one['mark']}  {one['state']}: {one['text']}" + f" ({beside})" * bool(
                beside
            )


def _draw_sheet(
    engagement: Engagement, found: Sequence[Sequence[AccordView]], today: dt.date
) -> bytes:
    page = page_of(engagement, load_words(engagement.language).say("follow.title"))
    return render_page("reminder.html.j2", {"page": page, **tell_reminder(found, today)})


def set_state(folder: Path, change: StateChange) -> None:
    """Say what became of one thing; the journal keeps what was said before.

    Raises `EngagementError` for a mark there is not, or a state without the reason it needs.
    """
    engagement = load_engagement(folder)
    with open_store(engagement) as store, store.atomic():
        thing = things_by_mark(store.ledger.entries()).get(change.mark.casefold())
        refuse(_wrong_mark(engagement, store, change) if thing is None else [])
        if thing is None:
            return
        refuse(_wrong_state(thing, change))
        wanted = with_state(thing, change.state, change.why.strip() or None)
        _add(store, [replace(wanted, due=change.due or thing.due)])
    click.echo(f"{change.mark}: {change.state}")


def _wrong_mark(engagement: Engagement, store: Store, change: StateChange) -> list[Problem]:
    views = _read_sites(engagement, store, engagement.site_ids, None)
    marks = [one.mark for found in views for view in found for one in due_things(view)]
    what = f"{change.mark!r} is nothing that was agreed"
    return [Problem("harmony follow", "--id", what, list_some(marks) or "nothing yet")]


def _wrong_state(thing: Commitment, change: StateChange) -> list[Problem]:
    why = check_state(thing, change.state, change.why)
    return [Problem("harmony follow", "--state", why, todo="Say it with --why.")] if why else []


def _add(store: Store, wanted: Sequence[Commitment]) -> None:
    now = dt.datetime.now(dt.UTC)
    for one in wanted:
        entries = store.ledger.entries(one.site, one.wave, one.workflow)
        entry = plan_entry(entries, replace(one, by=user_name(), undoes=""), now)
        store.ledger.add([entry])


def import_register(folder: Path, path: Path) -> None:
    """Take what was changed in a register; all of it or, where anything is wrong, nothing.

    Raises `EngagementError` with every problem of the file.
    """
    engagement = load_engagement(folder)
    file = read_row_file(path)
    with open_store(engagement) as store, store.atomic():
        returned = read_returned(file, store.ledger.entries())
        refuse(returned.problems)
        _add(store, returned.changed)
    click.echo(f"{path.name}: {len(returned.changed)} changed, {returned.n_same} as they were")
