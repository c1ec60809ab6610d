"""harmony forget, retain, person: what is held of somebody, and deleting it for good."""

from __future__ import annotations

import datetime as dt
import secrets
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from harmony_kit.batch.backups import list_backups
from harmony_kit.batch.erasing import (
    Traces,
    Undone,
    erase_drafts,
    erase_snapshots,
    erase_traces,
    find_traces,
    mend_files,
)
from harmony_kit.batch.kept import list_kept
from harmony_kit.batch.lock import run_lock
from harmony_kit.batch.retention import Retention, keep_retention, read_retention
from harmony_kit.commands.exchanging import open_store, store_place, tell_life
from harmony_kit.commands.naming import check_names
from harmony_kit.engagement.choosing import refuse, unknown_names
from harmony_kit.engagement.folder import Engagement, load_engagement
from harmony_kit.engagement.real_names import forget_name, read_names
from harmony_kit.files import write_whole
from harmony_kit.journal.answers import Place
from harmony_kit.journal.copies import list_copies
from harmony_kit.journal.forgetting import Erased
from harmony_kit.journal.store import Store

__all__ = ["Whose", "erase_people", "forget", "forget_tests", "retain", "tell_person"]


@dataclass(frozen=True)
class Whose:
    """Whom a command is about, as typed: `wave` None means every wave."""

    site: str
    respondent: str
    wave: str | None = None


def forget(folder: Path, whose: Whose, *, is_thorough: bool) -> int:
    """Delete everything of a person and write a receipt; 1 where a file is left that names them.

    Whatever stops it halfway, the same command finishes it.
    """
    engagement = load_engagement(folder)
    check_names(engagement, sites=[whose.site], wave=whose.wave, is_reading=True)
    with run_lock(folder), open_store(engagement) as store:
        places = _find_places(engagement, store, whose)
        return _forget(engagement, store, places, is_thorough=is_thorough)


def forget_tests(folder: Path, *, is_thorough: bool) -> int:
    """Delete every test interview; 1 where a file is left that names one."""
    engagement = load_engagement(folder)
    with run_lock(folder), open_store(engagement) as store:
        tests = [case.place for case in store.cases.read() if case.is_test]
        if not tests:
            click.echo("There is no test interview.")
            return 0
        return _forget(engagement, store, tests, is_thorough=is_thorough)


def _find_places(engagement: Engagement, store: Store, whose: Whose) -> list[Place]:
    """Every place somebody stood under; also where a former try deleted the rows already."""
    waves = [whose.wave] if whose.wave else {*store.names("wave"), engagement.wave}
    wanted = [(whose.site, wave, whose.respondent) for wave in sorted(waves)]
    known = {case.place for case in store.cases.read(whose.site)}
    known |= {(a.site, a.wave, a.respondent) for a in store.current(whose.site)}
    places = [place for place in wanted if place in known]
    places = [one for place in places for one in store.forgetting.linked(place)]
    found = [*dict.fromkeys([*places, *sorted(store.forgetting.find(wanted))])]
    if not found:
        names = sorted({place[2] for place in known})
        refuse(unknown_names("the store", f"respondent at {whose.site}", [whose.respondent], names))
    return found


#: Events that hold what the interviewer wrote.
_NOTES = ("note", "remark")


def _trace(store: Store, places: Sequence[Place]) -> Traces:
    """By what the people of some places can be found in a file, while it is still known."""
    texts: set[str] = set()
    rows: defaultdict[str, set[int]] = defaultdict(set)
    for site, wave, respondent in places:
        for _, answer in store.journal(site, respondent):
            if answer.wave != wave:
                continue
            texts |= {text for text in (answer.text, answer.note) if text}
            sha256, _, row = answer.source.reference.partition(":")
            if answer.source.origin == "import" and row.isdigit():
                rows[sha256].add(int(row))
        noted = [e.details for e in store.events(site, wave, respondent) if e.kind in _NOTES]
        texts |= {details.get("note") or details.get("text", "") for details in noted}
    names = {place[2] for place in places}
    sites = {place[0] for place in places}
    return Traces(
        sites,
        frozenset(name for name in names if store.forgetting.sites_of(name) <= sites),
        frozenset((place[0], place[2]) for place in places),
        frozenset(store.forgetting.own_texts(places, texts - {""})),
        dict(rows),
    )


def erase_people(
    engagement: Engagement,
    store: Store,
    places: Sequence[Place],
    *,
    is_thorough: bool = False,
    is_restored: bool = False,
) -> tuple[Erased, Undone]:
    """Delete what is kept of people: files, rows of the store, names. Raises OSError.

    Files first: by the rows of the store they are found, and a try that was killed starts again.
    Of a folder just restored nothing is taken down: a backup holds no report and no snapshot.
    """
    erase = mend_files if is_restored else erase_traces
    undone = erase(engagement, _trace(store, places), is_thorough=is_thorough)
    erased = store.forgetting.erase(places, _now())
    store.forgetting.clean()
    for place in places:
        forget_name(engagement.folder, place)
    return erased, undone


def _forget(
    engagement: Engagement, store: Store, places: Sequence[Place], *, is_thorough: bool
) -> int:
    erased, undone = erase_people(engagement, store, places, is_thorough=is_thorough)
    copies = [where for where in list_copies(store) if where != store_place(engagement)]
    receipt = _receipt(engagement, erased, undone, copies)
    path = engagement.folder / "receipts" / f"forgotten-{_now():%Y%m%dT%H%M%SZ}-{receipt[0]}.txt"
    write_whole(path, receipt[1].encode())
    click.echo(receipt[1])
    for name in undone.left:
        click.secho(f"still there: {name}", fg="red", err=True)
    if undone.left:
        click.echo("Delete what names the person: the same command with --files.", err=True)
        return 1
    click.echo(f"{path}: the receipt")
    click.echo(f"Next: harmony run {engagement.folder} makes the reports again.")
    return 0


def _receipt(
    engagement: Engagement, erased: Erased, undone: Undone, copies: Sequence[str]
) -> tuple[str, str]:
    """The number of a receipt, and its words: what was deleted, never whose it was."""
    number = secrets.token_hex(4)
    lines = [
        f"Receipt {number}",
        f"On {_now():%Y-%m-%d at %H:%M} UTC what was kept of one person was deleted for good.",
        f"Client: {engagement.client}",
        f"Answers, with every version of them: {erased.n_answers}; events: {erased.n_events}.",
        f"Files and folders deleted: {len(undone.gone)}; mended: {len(undone.mended)}.",
        f"Still to be deleted by hand: {len(undone.left)}.",
        "Not within reach of this computer's folder, and to be deleted where they are:",
        *(f"  {line}" for line in _list_elsewhere(engagement, copies)),
        "",
    ]
    return number, "\n".join(lines)


def _list_elsewhere(engagement: Engagement, copies: Sequence[str]) -> Iterator[str]:
    for copy in copies:
        yield f"a store this one was merged with: {copy}: forget there as well"
    yield "copies of this store somebody made by hand: forget there as well"
    yield "reports and exports that were handed out, and drafts in the browser of the interview"
    for one in list_kept(engagement):
        if one.kind == "delivered":
            yield f"reports delivered elsewhere, see {one.where}"
    for backup in list_backups(engagement.folder):
        yield f"a backup: {backup}"


def retain(folder: Path, until: dt.date) -> None:
    """Keep raw answers until a day: once it is past they are deleted, and results stay."""
    engagement = load_engagement(folder)
    keep_retention(folder, Retention(until, read_retention(folder).waves))
    if until >= _now().date():
        click.echo(f"Raw answers are kept until {until}; from then on: harmony retain again.")
        return
    with run_lock(folder), open_store(engagement) as store:
        places = _list_until(store, until)
        # Copies first: by the rows of the store a try that was stopped finds them again.
        list(erase_snapshots(folder, {place[0] for place in places}))
        erased = store.forgetting.erase(places, _now(), is_lasting=False)
        store.forgetting.clean()
        for place in places:
            forget_name(folder, place)
        left = set(store.names("wave"))
    waves = sorted({place[1] for place in places})
    gone = {wave: _now().date().isoformat() for wave in waves if wave not in left}
    keep_retention(folder, Retention(until, {**read_retention(folder).waves, **gone}))
    list(erase_drafts(engagement))
    click.echo(f"{erased.n_answers} raw answers of {len(places)} people deleted; results stay.")
    click.echo("Files you imported or exported yourself are yours to delete.")


def _list_until(store: Store, until: dt.date) -> list[Place]:
    """Whoever said nothing after a day."""
    last: dict[Place, dt.date] = {}
    for _, answer in store.journal():
        place = (answer.site, answer.wave, answer.respondent)
        day = answer.answered_at.date()
        last[place] = max(last.get(place, day), day)
    for case in store.cases.read():
        events = [event.at.date() for event in store.events(*case.place)]
        last[case.place] = max([*events, last.get(case.place, dt.date.min)])
    return sorted(place for place, day in last.items() if day <= until)


def tell_person(folder: Path, whose: Whose) -> None:
    """Print everything that is held of a person, readable for them."""
    engagement = load_engagement(folder)
    check_names(engagement, sites=[whose.site], wave=whose.wave, is_reading=True)
    names = {one.place: one.name for one in read_names(folder)}
    with open_store(engagement, is_reader=True) as store:
        places = _find_places(engagement, store, whose)
        traces = _trace(store, places)
        for place in places:
            _tell_place(store, place, names.get(place, ""))
    for one in list_kept(engagement):
        if one.kind in ("snapshots", "reports", "drafts", "redacted", "store_copy"):
            click.echo(f"used in: {one.where}")
    for path in find_traces(engagement, traces):
        click.echo(f"named in: {path}")
    click.echo("Reports hold figures of groups, and sentences only where quoting was allowed.")


def _tell_place(store: Store, place: Place, name: str) -> None:
    click.secho(" / ".join(place), bold=True)
    told = {"name, in names.csv": name}
    for person in store.respondents(place[0], place[1]):
        if person.respondent == place[2]:
            told |= {"side": person.lens, "role": person.role, "language": person.language}
            told |= person.details
    for line in (
        *(f"{key}: {text}" for key, text in told.items() if text),
        *tell_life(store, place),
    ):
        click.echo(f"  {line}")


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
