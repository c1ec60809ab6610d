"""Every place where something about people is kept or was written, as far as anybody can know.

Whoever asks to be forgotten asks it of all of these at once, so they are listed in one place. What
was handed on, exported to another folder or copied, nothing in the engagement folder knows of;
files in it that are none of our own are listed, because an export may be among them.
"""

from __future__ import annotations

import glob
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from harmony_kit.batch.handing import reports_name
from harmony_kit.batch.record import EDITIONS
from harmony_kit.batch.register import REGISTER
from harmony_kit.engagement.folder import Engagement
from harmony_kit.engagement.real_names import NAMES
from harmony_kit.engagement.secret import SECRET
from harmony_kit.instrument.file import instrument_files
from harmony_kit.journal.connections import find_database

__all__ = ["Kept", "Remedy", "list_kept"]

#: What takes a person out: her rows are deleted; it is deleted, and nothing is lost; the next run
#: makes it anew; it stays, and names nobody; only its owner can know.
Remedy = Literal["rows", "delete", "make_again", "stays", "ask"]

#: What a name in ``.harmony`` stands for, by its beginning, and what to do about it. What is none
#: of these (settings and records of a site, locks, fingerprints) holds no answer.
_MADE: Final[dict[str, tuple[str, Remedy]]] = {
    "snapshots": ("snapshots", "make_again"),
    "drafts": ("snapshots", "delete"),
    "redacted": ("records", "make_again"),
    "records": ("records", "make_again"),
    "plan-": ("work", "delete"),
    "work-": ("work", "delete"),
    "exchange": ("work", "delete"),
    "delivered": ("delivered", "ask"),
}

#: Files of a store beside the store itself.
_BESIDE: Final = ("-wal", "-shm", "-journal")

#: What `harmony init` and the consultant put into the folder, which tells of plants, not people.
_OF_PLANTS: Final = (
    *("engagement.yaml", "sites.csv", "decisions.csv", "pilots.csv", "usage.csv", "README.md"),
    *("playbook*.yaml", "notice.*.md", "evidence", "receipts"),
)


@dataclass(frozen=True)
class Kept:
    """One place, a file or a folder, or the address of a database.

    Attributes
    ----------
    kind
        ``store``, ``store_log`` (what SQLite has not brought into the store yet), ``store_copy``
        (made before the store was brought up to date or replaced), ``names``, ``register``,
        ``secret``, ``snapshots``, ``records``, ``work`` (left by a run that was killed),
        ``reports``, ``drafts``, ``redacted``, ``delivered`` (says that reports went elsewhere),
        ``notebooks`` or ``other``: files that came in, forms, exports.
    """

    where: str
    kind: str
    remedy: Remedy


def list_kept(engagement: Engagement) -> tuple[Kept, ...]:
    """Every place that is there and holds, or may hold, something about people; stores first.

    >>> from harmony_kit.engagement.folder import load_engagement
    >>> from harmony_kit.engagement.scaffold import create_engagement
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = create_engagement(Path(folder), client="Acme", wave="1")
    ...     _ = Path(folder, "answers.csv").write_text("respondent")
    ...     [(Path(one.where).name, one.remedy) for one in list_kept(load_engagement(Path(folder)))]
    [('answers.csv', 'ask')]
    """
    found = [*_list_store(engagement), *_list_own(engagement.folder), *_list_made(engagement)]
    known = {one.where for one in found}
    return (*found, *(one for one in _list_other(engagement) if one.where not in known))


def _list_store(engagement: Engagement) -> Iterator[Kept]:
    path = find_database(engagement.store_url)
    if isinstance(path, str):
        yield Kept(path, "store", "rows")
        return
    if path.exists():
        yield Kept(str(path), "store", "rows")
    for ending in _BESIDE:
        beside = path.with_name(path.name + ending)
        if beside.exists():
            yield Kept(str(beside), "store_log", "rows")
    for copy in sorted(path.parent.glob(f"{glob.escape(path.name)}.before-*")):
        yield Kept(str(copy), "store_copy", "delete")


def _list_own(folder: Path) -> Iterator[Kept]:
    if (folder / NAMES).exists():
        yield Kept(str(folder / NAMES), "names", "rows")
    for name, kind in ((REGISTER, "register"), (SECRET, "secret")):
        if (folder / name).exists():
            yield Kept(str(folder / name), kind, "stays")


def _list_made(engagement: Engagement) -> Iterator[Kept]:
    folder = engagement.folder
    kept = folder / ".harmony"
    for path in sorted(kept.iterdir()) if kept.is_dir() else ():
        for start, (kind, remedy) in _MADE.items():
            if path.name == start or (start.endswith("-") and path.name.startswith(start)):
                yield Kept(str(path), kind, remedy)
    for edition in EDITIONS:
        name = reports_name(edition)
        if (folder / name).is_dir():
            yield Kept(str(folder / name), name, "delete" if edition == "drafts" else "make_again")
    if (folder / "notebooks").is_dir():
        yield Kept(str(folder / "notebooks"), "notebooks", "delete")


def _list_other(engagement: Engagement) -> Iterator[Kept]:
    folder = engagement.folder
    own = {path for pattern in (*_OF_PLANTS, ".harmony") for path in folder.glob(pattern)}
    own |= set(instrument_files(engagement.instrument_path).values())
    for path in sorted(set(folder.iterdir()) - own):
        yield Kept(str(path), "other", "ask")
