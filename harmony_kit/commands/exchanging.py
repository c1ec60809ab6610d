"""harmony import, merge, journal: answers in and out of the store."""

from __future__ import annotations

import datetime as dt
import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from harmony_kit.commands.naming import check_names
from harmony_kit.engagement.choosing import refuse, unknown_names
from harmony_kit.engagement.folder import Engagement, load_engagement
from harmony_kit.engagement.secret import find_secret, keep_secret
from harmony_kit.errors import EngagementError, ExchangeError, Problem
from harmony_kit.exchange import ImportOptions, import_answers
from harmony_kit.exchange.form_maps import read_form_maps
from harmony_kit.journal.answers import Answer, Event, Place
from harmony_kit.journal.connections import find_database
from harmony_kit.journal.copies import note_copy, note_there
from harmony_kit.journal.store import Store
from harmony_kit.journal.subject import Subject, list_subjects

__all__ = [
    "import_files",
    "import_options",
    "known_subjects",
    "merge",
    "open_store",
    "print_journal",
    "store_place",
    "tell_life",
    "user_name",
]


@contextmanager
def open_store(engagement: Engagement, *, is_reader: bool = False) -> Iterator[Store]:
    """The store of an engagement, closed afterwards; a reader makes and changes nothing."""
    store = Store(engagement.store_url, is_reader=is_reader)
    try:
        yield store
    finally:
        store.close()


def user_name() -> str:
    """Who is at the keyboard, as far as the computer knows."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "unknown"


def known_subjects(engagement: Engagement, store: Store) -> tuple[Subject, ...]:
    """The pilots and decisions of every site: evidence files, then those added at interviews."""
    return list_subjects(engagement.evidence.subjects(), store.subjects())


def import_options(
    *,
    recorded_by: str | None,
    dry_run: bool,
    **options: Any,  # noqa: ANN401 - fields of ImportOptions
) -> ImportOptions:
    """The options of an import as typed, with who imports and when."""
    who = recorded_by or user_name()
    return ImportOptions(who, dt.datetime.now(dt.UTC), is_dry_run=dry_run, **options)


def import_files(folder: Path, paths: tuple[Path, ...], options: ImportOptions) -> int:
    """Import files one after the other; one that is refused does not stop the others.

    Returns the exit code: 1 if a file was refused.
    """
    engagement = load_engagement(folder)
    check_names(engagement, sites=[options.site], wave=options.wave)
    n_refused = 0
    with open_store(engagement, is_reader=options.is_dry_run) as store:
        if not options.is_dry_run:
            store.keep_instrument(engagement.instrument_path)
        chosen = _complete(options, engagement, store)
        for path in paths:
            try:
                report = import_answers(
                    path,
                    instrument=engagement.instrument,
                    sites=engagement.site_ids,
                    journal=store,
                    options=chosen,
                )
            except ExchangeError as cause:
                n_refused += 1
                click.secho(f"{path.name}: refused, nothing of it was stored", fg="red", err=True)
                click.echo(str(cause), err=True)
                if cause.accept:
                    click.echo(f"To import the rest: --accept {cause.accept}", err=True)
            else:
                click.echo(str(report))
    return 1 if n_refused else 0


def _complete(options: ImportOptions, engagement: Engagement, store: Store) -> ImportOptions:
    timezone = options.timezone
    if timezone is None and engagement.timezone != "UTC":
        timezone = engagement.timezone
    subjects = known_subjects(engagement, store)
    wave = engagement.wave
    day = engagement.as_of
    latest = dt.datetime.combine(day, dt.time(23, 59), dt.UTC) if day else None
    # A dry run writes nothing, and shows no pseudonym.
    folder = engagement.folder
    secret = (find_secret(folder) or b"") if options.is_dry_run else keep_secret(folder)
    return replace(
        options,
        default_wave=wave,
        timezone=timezone,
        subjects=subjects,
        secret=secret,
        latest=latest,
        forms=read_form_maps(folder / "forms"),
    )


def merge(folder: Path, other: Path, *, renames: tuple[str, ...]) -> None:
    """Add the answers of another SQLite store; `renames` are pairs as ``it-01=it-04``."""
    engagement = load_engagement(folder)
    renamed = dict(map(_split_rename, renames))
    theirs = Store(f"sqlite:///{other.resolve().as_posix()}", is_reader=True)
    try:
        agreed = theirs.ledger.contents()
        sites = {r.site for r in theirs.respondents()} | agreed.sites
        unknown = sites - set(engagement.site_ids)
        if unknown:
            allowed = ", ".join(engagement.site_ids)
            what = f"has answers of sites that are not in sites.csv: {', '.join(sorted(unknown))}"
            raise EngagementError(Problem(other.name, "", what, allowed))
        with open_store(engagement) as store:
            n_before = len(store.ledger.entries())
            n_new = store.merge(theirs, renamed=renamed)
            n_agreed = len(store.ledger.entries()) - n_before
            places = {(r.site, r.wave, r.respondent) for r in store.respondents()}
            forgotten = sorted(store.forgetting.find(places))
            note_copy(store, str(other.resolve()), by=user_name(), at=dt.datetime.now(dt.UTC))
    finally:
        theirs.close()
    _tell_other(engagement, other)
    also = f" and {n_agreed} entries of workshops" if n_agreed else ""
    click.echo(f"{n_new} answers{also} added from {other}")
    for site, _, respondent in forgotten:
        todo = f"harmony forget {folder} --site {site} --respondent {respondent}"
        click.secho(f"{respondent} of {site} was forgotten there. Here: {todo}", fg="yellow")


def store_place(engagement: Engagement) -> str:
    """Where the store of an engagement lies, for somebody to find it."""
    path = find_database(engagement.store_url)
    return str(path.resolve() if isinstance(path, Path) else path)


def _tell_other(engagement: Engagement, other: Path) -> None:
    """Let the other store know where its people went."""
    where = store_place(engagement)
    url = f"sqlite:///{other.resolve().as_posix()}"
    note_there(url, where, by=user_name(), at=dt.datetime.now(dt.UTC))


def _split_rename(pair: str) -> tuple[str, str]:
    old, sign, new = pair.partition("=")
    if not (sign and old.strip() and new.strip()):
        raise EngagementError(Problem("--rename", "", f"{pair!r} is not allowed", "OLD=NEW"))
    return old.strip(), new.strip()


def print_journal(folder: Path, *, respondent: str, site: str | None) -> int:
    """Print what a respondent answered and changed; returns 1 if there is no such respondent."""
    engagement = load_engagement(folder)
    check_names(engagement, sites=[site], is_reading=True)
    with open_store(engagement, is_reader=True) as store:
        people = [p for p in store.respondents(site=site) if p.respondent == respondent]
        if not people:
            known = sorted({p.respondent for p in store.respondents(site=site)})
            refuse(unknown_names("the store", "respondent", [respondent], known))
        for person in people:
            click.secho(
                f"{person.site} / {person.wave} / {person.respondent} ({person.lens})", bold=True
            )
            for line in tell_life(store, (person.site, person.wave, person.respondent)):
                click.echo(line)
    return 0


def tell_life(store: Store, place: Place) -> list[str]:
    """What somebody answered and changed and what else happened, in the order of time."""
    site, wave, respondent = place
    entries = store.journal(site=site, respondent=respondent)
    answers = [answer for _, answer in entries if answer.wave == wave]
    events = store.events(*place)
    lines = [*_tell_events(events), *_tell_answers(answers)]
    return [line for _, line in sorted(lines, key=lambda one: one[0])]


#: Moves of the form that say nothing about the answers, and details only the form reads.
_UNTOLD_EVENTS = {"shown", "opened", "closed"}
_UNTOLD_DETAILS = {"session", "host"}


def _tell_events(events: list[Event]) -> Iterator[tuple[dt.datetime, str]]:
    for event in events:
        if event.kind in _UNTOLD_EVENTS:
            continue
        told = {key: text for key, text in event.details.items() if key not in _UNTOLD_DETAILS}
        details = ", ".join(f"{key}: {value}" for key, value in told.items())
        yield event.at, f"{_moment(event.at)}  {event.by}  -- {event.kind} {details}".rstrip()


def _tell_answers(answers: list[Answer]) -> Iterator[tuple[dt.datetime, str]]:
    """The answers as they were recorded: what stands last of a question is what counts.

    A clock that was put back changes nothing of that; each is told no earlier than those before.
    """
    before: dict[tuple[str, ...], str] = {}
    at = dt.datetime.min.replace(tzinfo=dt.UTC)
    for answer in _once_each(answers):
        said, at = _content(answer), max(at, answer.answered_at)
        change = f"{before[answer.key]} -> {said}" if answer.key in before else said
        before[answer.key] = said
        seconds = f"  {answer.seconds:.0f} s" if answer.seconds is not None else ""
        reason = f"  because: {answer.reason}" if answer.reason else ""
        note = f"  note: {answer.note!r}" if answer.note else ""
        subject = f"[{answer.subject}]" if answer.subject else ""
        estimate = f"@{answer.about}" if answer.is_estimate else ""
        who = f"{answer.source.recorded_by} ({answer.source.origin})"
        what = f"{answer.item}{subject}{estimate}: {change}{seconds}{note}{reason}"
        yield at, f"{_moment(answer.answered_at)}  {who}  {what}"


def _once_each(answers: list[Answer]) -> list[Answer]:
    """After a merge the answer that counts may stand twice: where it stood last."""
    told = {(a.key, a.answered_at, a.content): a for a in reversed(answers)}
    return [*reversed(told.values())]


def _content(answer: Answer) -> str:
    if answer.status != "answered":
        return answer.status
    if answer.chosen is not None:
        words = f" {answer.text!r}" if answer.text else ""
        return f"{';'.join(answer.chosen)}{words}"
    if answer.text is not None:
        return repr(answer.text) + (" (may be quoted)" if answer.quotable else "")
    return str(answer.value)


def _moment(when: dt.datetime) -> str:
    return when.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M:%S")
