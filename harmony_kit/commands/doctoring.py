"""harmony doctor: machine, environment, folder and store, and the cure for what is wrong."""

from __future__ import annotations

import datetime as dt
import importlib.metadata
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import click

from harmony_kit import __version__
from harmony_kit.batch.browsers import find_browser
from harmony_kit.batch.kept import list_kept
from harmony_kit.batch.retention import read_retention
from harmony_kit.engagement.folder import Engagement, load_engagement
from harmony_kit.engagement.secret import find_secret
from harmony_kit.errors import FileError, HarmonyError
from harmony_kit.journal.connections import find_database
from harmony_kit.journal.copying import find_damage
from harmony_kit.journal.store import Store

__all__ = ["Sign", "examine"]

_LEAST_PYTHON: Final = (3, 11)
_LEAST_DISK_MB: Final = 500
_LARGE_LOG_MB: Final = 64
#: What a report, an interview and an import need to run at all.
_NEEDED: Final = (
    *("pandas", "numpy", "scipy", "pyarrow", "pydantic", "sqlalchemy", "papermill"),
    *("nbconvert", "nbformat", "ipykernel", "jupyterlab", "anywidget", "tornado"),
)
_OLDEST: Final = dt.date(2026, 1, 1)


@dataclass(frozen=True)
class Sign:
    """One thing looked at: how it is, and what cures it."""

    of: str
    state: Literal["well", "poor", "ill"]
    what: str
    cure: str = ""


def examine(folder: Path | None) -> int:
    """Print what was found of the machine and, if given, of a folder; 1 where something is ill."""
    signs = [*_examine_machine(), *_examine_environment()]
    if folder is not None:
        signs += _examine_folder(folder)
    colours = {"well": "green", "poor": "yellow", "ill": "red"}
    for sign in signs:
        click.secho(f"{sign.state:5}", fg=colours[sign.state], nl=False)
        click.echo(f" {sign.of:12} {sign.what}")
        if sign.cure:
            click.echo(f"{'':18} {sign.cure}")
    return int(any(sign.state == "ill" for sign in signs))


def _examine_machine() -> Iterator[Sign]:
    version = ".".join(map(str, sys.version_info[:3]))
    is_new = sys.version_info[:2] >= _LEAST_PYTHON
    cure = "" if is_new else "Install Python 3.11 or newer, and Harmony Kit into it."
    told = f"Python {version} on {sys.platform}, {os.cpu_count()} processors"
    yield Sign("machine", "well" if is_new else "ill", told, cure)
    if dt.datetime.now(dt.UTC).date() < _OLDEST:
        today = dt.datetime.now(dt.UTC).date()
        cure = "Set the clock: answers are ordered by it when laptops are merged."
        yield Sign("clock", "ill", f"says it is {today}", cure)
    yield _examine_disk(Path(tempfile.gettempdir()), "temporary files")


def _examine_disk(path: Path, name: str) -> Sign:
    free = shutil.disk_usage(path).free // 2**20
    if free >= _LEAST_DISK_MB:
        return Sign("disk", "well", f"{free} MB free for {name}")
    cure = f"Free {_LEAST_DISK_MB - free} MB: a full disk stops interviews and reports."
    return Sign("disk", "ill" if free < _LEAST_DISK_MB // 10 else "poor", f"{free} MB free", cure)


def _examine_environment() -> Iterator[Sign]:
    missing = []
    for name in _NEEDED:
        try:
            importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            missing.append(name)
    if missing:
        cure = f"pip install --upgrade harmony-kit (or: pip install {' '.join(missing)})"
        yield Sign("environment", "ill", f"without {', '.join(missing)}", cure)
    else:
        told = f"Harmony Kit {__version__} and {len(_NEEDED)} libraries it needs"
        yield Sign("environment", "well", told)
    yield from _examine_extras()


def _examine_extras() -> Iterator[Sign]:
    """What only some commands need; without it the others work."""
    try:
        version = importlib.metadata.version("cryptography")
        yield Sign("sharing", "well", f"cryptography {version}, for harmony interview --share")
    except importlib.metadata.PackageNotFoundError:
        cure = "pip install 'harmony-kit[share]', to lend the form to a phone or tablet."
        yield Sign("sharing", "poor", "without cryptography, which makes the certificate", cure)
    try:
        yield Sign("printing", "well", f"{find_browser(None)}, for harmony pdf")
    except FileError as cause:
        (problem,) = cause.problems
        yield Sign("printing", "poor", f"{problem.file} {problem.what}", problem.todo)


def _examine_folder(folder: Path) -> Iterator[Sign]:
    try:
        engagement = load_engagement(folder)
    except HarmonyError as cause:
        yield Sign("folder", "ill", str(cause).splitlines()[0], f"harmony check {folder}")
        return
    told = f"{len(engagement.sites)} sites, wave {engagement.wave}"
    yield Sign("folder", "well", f"{engagement.folder}: {told}")
    looks: tuple[Callable[[Engagement], Iterator[Sign]], ...] = (
        _examine_access,
        _examine_secret,
        _examine_leavings,
        _examine_retention,
        _examine_store,
        _examine_accords,
    )
    for look in looks:
        yield from look(engagement)
    yield _examine_disk(engagement.folder, "the folder")


def _examine_access(engagement: Engagement) -> Iterator[Sign]:
    folder = engagement.folder
    if not os.access(folder, os.W_OK):
        cure = "Reading commands work; to interview or report, copy it to a disk you can write to."
        yield Sign("access", "poor", "the folder is read-only", cure)
    private = ("store", "store_log", "store_copy", "register", "secret", "names")
    paths = [Path(one.where) for one in list_kept(engagement) if one.kind in private]
    is_posix = os.name == "posix"
    open_ = [p for p in paths if is_posix and p.is_file() and p.stat().st_mode & 0o077]
    if open_:
        cure = f"chmod 600 {' '.join(map(str, open_))}"
        yield Sign("access", "poor", f"{len(open_)} private files can be read by others", cure)


def _examine_secret(engagement: Engagement) -> Iterator[Sign]:
    try:
        known = find_secret(engagement.folder)
    except HarmonyError as cause:
        yield Sign("secret", "ill", str(cause), "harmony restore DIR BACKUP, or a copy of it.")
        return
    if known is None:
        cure = "The next command that needs one makes one; if there was one, bring it back first."
        yield Sign("secret", "poor", "there is none", cure)


def _examine_leavings(engagement: Engagement) -> Iterator[Sign]:
    left = [one.where for one in list_kept(engagement) if one.kind == "work"]
    if left:
        cure = f"While no run is under way: rm -r {' '.join(left)}"
        yield Sign("leavings", "poor", f"{len(left)} folders of a run that was killed", cure)
    copies = [one.where for one in list_kept(engagement) if one.kind == "store_copy"]
    if copies:
        cure = f"When all is well: rm {' '.join(copies)}"
        yield Sign("copies", "poor", "an earlier copy of the store is kept", cure)


def _examine_retention(engagement: Engagement) -> Iterator[Sign]:
    until = read_retention(engagement.folder).until
    if until is not None and until < dt.datetime.now(dt.UTC).date():
        cure = f"harmony retain {engagement.folder} --until {until}"
        yield Sign("retention", "poor", f"raw answers were to be kept until {until}", cure)


def _examine_store(engagement: Engagement) -> Iterator[Sign]:
    path = find_database(engagement.store_url)
    if isinstance(path, Path) and not path.is_file():
        yield Sign("store", "well", "none yet; the first answer makes it")
        return
    if isinstance(path, Path) and (damage := find_damage(path)):
        cure = f"harmony restore {engagement.folder} BACKUP --force"
        yield Sign("store", "ill", f"damaged: {damage}", cure)
        return
    try:
        store = Store(engagement.store_url, is_reader=True)
        n_answers, n_people = len(store.current()), len(store.respondents())
        store.close()
    except HarmonyError as cause:
        yield Sign("store", "ill", str(cause), "See what it says; the file is as it was.")
        return
    yield Sign("store", "well", f"whole; {n_answers} answers of {n_people} people")
    log = Path(f"{path}-wal")
    if isinstance(path, Path) and log.is_file() and log.stat().st_size > _LARGE_LOG_MB * 2**20:
        cure = "Close JupyterLab and every form: the last one brings the log into the store."
        yield Sign("store", "poor", f"its log has {log.stat().st_size // 2**20} MB", cure)


def _examine_accords(engagement: Engagement) -> Iterator[Sign]:
    """What was agreed in workshops, and whether its pages are made."""
    try:
        store = Store(engagement.store_url, is_reader=True)
        entries = store.ledger.entries()
        store.close()
    except HarmonyError:
        return  # the store has said it already
    if not entries:
        return
    places = sorted({(one.wave, one.site) for one in entries})
    folder = engagement.folder / "accords"
    missing = [place for place in places if not (folder.joinpath(*place) / "accord.json").is_file()]
    told = f"{len(entries)} entries of {len(places)} workshops"
    if missing:
        commands = [f"harmony accord {engagement.folder} --wave {w} --site {s}" for w, s in missing]
        cure = " && ".join(commands)
        yield Sign("accords", "poor", f"{told}; {len(missing)} without their pages", cure)
    else:
        yield Sign("accords", "well", told)
