"""harmony backup, restore: a copy of everything that cannot be made again, checked both ways."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from harmony_kit.batch.backups import (
    STORE,
    read_backup,
    remember_backup,
    restore_files,
    write_backup,
)
from harmony_kit.batch.lock import run_lock
from harmony_kit.commands.accords import renew_accords
from harmony_kit.commands.deleting import erase_people
from harmony_kit.commands.exchanging import open_store
from harmony_kit.engagement.choosing import refuse
from harmony_kit.engagement.folder import load_engagement
from harmony_kit.engagement.real_names import read_names
from harmony_kit.engagement.secret import SECRET, find_secret
from harmony_kit.errors import Problem
from harmony_kit.journal.connections import find_database
from harmony_kit.journal.copying import copy_database
from harmony_kit.journal.ledger import LedgerContents
from harmony_kit.journal.store import Store
from harmony_kit.journal.tombstone import Tombstone

__all__ = ["backup", "restore"]


def backup(folder: Path, path: Path) -> None:
    """Write a backup, read it back, and say what is in it."""
    engagement = load_engagement(folder)
    manifest = write_backup(engagement, path.absolute())
    remember_backup(engagement.folder, path)
    n_answers, n_people = _count(path)
    click.echo(f"{path}: {len(manifest['files'])} files, {n_answers} answers of {n_people} people")
    click.echo("Read back and whole. It holds answers and the secret: keep it like the store.")
    click.echo("Reports are not in it: those of deleted answers, or changed by hand, copy as well.")


def _count(path: Path) -> tuple[int, int]:
    _, files = read_backup(path)
    with tempfile.TemporaryDirectory(prefix="harmony-backup-") as place:
        copy = Path(place) / STORE
        copy.write_bytes(files[STORE])
        with contextlib.closing(Store(f"sqlite:///{copy.as_posix()}", is_reader=True)) as store:
            return len(store.current()), len(store.respondents())


def restore(folder: Path, path: Path, *, is_forced: bool) -> None:
    """Bring a backup back into a folder; whoever was forgotten since stays forgotten."""
    _, files = read_backup(path)
    place = folder.resolve()
    is_new = not (place / "engagement.yaml").is_file()
    _check_target(place, files.get(SECRET, b""), is_new=is_new, is_forced=is_forced)
    place.mkdir(parents=True, exist_ok=True)
    with _empty_unless_done(place) if is_new else contextlib.nullcontext(), run_lock(place):
        forgotten = _Forgotten() if is_new else _put_aside(place)
        restore_files(files, place, place / STORE if is_new else _store_of(place))
        n_forgotten, left = _forget_again(place, forgotten)
    n_answers, n_people = _count_here(place)
    click.echo(f"{place}: {len(files)} files, {n_answers} answers of {n_people} people are back")
    if n_forgotten:
        click.echo(f"{n_forgotten} people were forgotten since, and stay forgotten.")
    for name in left:
        click.secho(f"names one of them: {name}; delete it", fg="red", err=True)
    click.echo(f"Next: harmony check {place}")


@contextlib.contextmanager
def _empty_unless_done(place: Path) -> Iterator[None]:
    """Leave nothing in a folder that was empty, where the same command could not go on."""
    try:
        yield
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise


def _check_target(place: Path, secret: bytes, *, is_new: bool, is_forced: bool) -> None:
    if is_new and place.is_dir() and any(place.iterdir()):
        refuse([Problem(str(place), "", "is neither empty nor an engagement folder")])
    if is_new:
        return
    known = find_secret(place)
    if known is not None and secret and known.hex() != secret.decode().strip():
        refuse([Problem(str(place), SECRET, "is that of another engagement than the backup's")])
    if not is_forced:
        todo = "To replace its files and its store by those of the backup: --force."
        refuse([Problem(str(place), "", "is an engagement folder already", todo=todo)])


def _store_of(place: Path) -> Path:
    store = find_database(load_engagement(place).store_url)
    if not isinstance(store, Path):
        what = "keeps its answers in a database of its own, with its own backups"
        refuse([Problem(str(place), "", what)])
    return Path(store)


@dataclass(frozen=True)
class _Forgotten:
    """Whom a store has forgotten, and which names of owners were erased in it."""

    people: Sequence[Tombstone] = ()
    owners: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def _put_aside(place: Path) -> _Forgotten:
    """Keep the present store beside itself; whom it has forgotten."""
    path = _store_of(place)
    if not path.is_file():
        return _Forgotten()
    with contextlib.closing(Store(f"sqlite:///{path.as_posix()}")) as store:
        tombstones = store.forgetting.tombstones()
        names = store.ledger.contents().names
        store.forgetting.clean()  # nobody else has it open, and nothing is left in its log
    copy_database(path, path.with_name(f"{path.name}.before-restore"))
    for ending in ("-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
    erased = {owner: row for owner, row in names.items() if row["is_erased"]}
    return _Forgotten(tombstones, erased)


def _forget_again(place: Path, forgotten: _Forgotten) -> tuple[int, tuple[str, ...]]:
    """Delete from store, files and names whom the folder had forgotten since.

    Returns how many people, and the files that still name one of them.
    """
    if not forgotten.people and not forgotten.owners:
        return 0, ()
    engagement = load_engagement(place)
    with open_store(engagement) as store:
        store.ledger.take_in(LedgerContents(names=forgotten.owners))
        store.ledger.clean()
        store.forgetting.take_in(forgotten.people)
        places = {case.place for case in store.cases.read()}
        places |= {(a.site, a.wave, a.respondent) for _, a in store.journal()}
        places |= {one.place for one in read_names(place)}
        found = store.forgetting.find(places)
        _, undone = erase_people(engagement, store, sorted(found), is_restored=True)
        renew_accords(engagement, store, engagement.site_ids)
    return len(found), undone.left


def _count_here(place: Path) -> tuple[int, int]:
    with open_store(load_engagement(place), is_reader=True) as store:
        return len(store.current()), len(store.respondents())
