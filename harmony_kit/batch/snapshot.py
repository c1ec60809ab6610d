"""The answers of every site as of one moment, one Parquet file each.

Notebooks read these files and never the store: a run can be repeated exactly, and another
machine needs no database. A site whose answers did not change keeps its file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from harmony_kit.batch.earlier import Earlier
from harmony_kit.batch.holding import Held, Holding, read_moment
from harmony_kit.batch.register import RegisterLine, mark_site
from harmony_kit.files import FileMark, is_unchanged, read_json, write_json, write_whole
from harmony_kit.journal.answers import Answers, AnswersFrame
from harmony_kit.journal.answers_file import answers_bytes
from harmony_kit.journal.store import Store
from harmony_kit.journal.subject import Subject

__all__ = [
    "MANIFEST",
    "Snapshot",
    "snapshot_folder",
    "store_name",
    "take_snapshot",
]

#: What was read when, beside the files.
MANIFEST = "snapshot.json"
_CHUNK = 10  # sites read at a time: bounds memory, whatever the number of sites
_TRIES = 10
_SCHEMA_OF_MANIFEST = 3


@dataclass(frozen=True)
class Snapshot:
    """The files of one wave: site → sha256 of ``<folder>/<site>.parquet``.

    `read` names the sites whose answers were read from the store this time, `entries` what the
    register will say of each site once its report is published. `earlier` is site → fingerprint of
    what is known of the wave before, for the sites that had one.
    """

    folder: Path
    wave: str
    sha256: Mapping[str, str]
    read: tuple[str, ...] = ()
    entries: Mapping[str, tuple[RegisterLine, ...]] = field(default_factory=dict)
    earlier: Mapping[str, str] = field(default_factory=dict)

    def beside(self, earlier: Earlier) -> Snapshot:
        """The snapshot with what is known of the wave before."""
        entries = {
            site: (*lines, *earlier.entries.get(site, ())) for site, lines in self.entries.items()
        }
        return replace(self, earlier=earlier.sha256, entries=entries)


def snapshot_folder(folder: Path, wave: str, is_draft: bool = False) -> Path:  # noqa: FBT001, FBT002
    """Where an engagement keeps the snapshot of a wave, that of drafts apart."""
    kept = folder / ".harmony"
    return (kept / "drafts" if is_draft else kept) / "snapshots" / wave


def store_name(store: Store, folder: Path) -> str:
    """What a snapshot in `folder` calls its store: the same where the engagement was moved."""
    kept = [place.parent for place in folder.parents if place.name == ".harmony"]
    return repr(store).replace(f"{(*kept, folder.parents[2])[0].as_posix()}/", "")


def take_snapshot(  # noqa: PLR0913 - whose answers, where to, and by which rules
    store: Store,
    sites: Sequence[str],
    *,
    wave: str,
    folder: Path,
    is_forced: bool = False,
    holding: Holding | None = None,
) -> Snapshot:
    """Bring the files in `folder` up to the store's current answers, in one consistent cut.

    Consistent: there was one moment at which every file held exactly the current answers of its
    site; with `holding` it keeps to what was published where too few people changed since. A row
    that is gone from the store is gone from the files as well; with `is_forced` every answer is
    read again, whatever is known. Files of sites that are no longer asked for are removed. All
    are for their owner only. Raises `StoreError`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)  # also what an earlier version left here for everybody to read
    known = read_json(folder / MANIFEST)
    same = {"schema": _SCHEMA_OF_MANIFEST, "store": store_name(store, folder)}
    is_known = not is_forced and same.items() <= {n: known.get(n) for n in same}.items()
    entries: dict[str, Any] = known.get("sites", {}) if is_known else {}
    beside = _list_beside(store, sites, wave, holding)
    fresh = {site: entries[site] for site in sites if _is_fresh(folder, entries.get(site))}
    read: list[str] = []
    for attempt in range(_TRIES + 1):
        extents = store.site_extents(wave)
        wanted = {site: [[*extents.get(site, ())], *beside[site]] for site in sites}
        stale = [site for site in sites if fresh.get(site, {}).get("as_of") != wanted[site]]
        if not stale:
            break
        # One query is one moment: the last try reads everything at once and needs no check.
        is_last = attempt == _TRIES
        chunk = len(sites) if is_last else _CHUNK
        for site, frame in _read_sites(store, list(sites) if is_last else stale, wave, chunk):
            revision = wanted[site][0][1] if wanted[site][0] else 0
            newest = {} if is_last else {revision: frame.reset_index(drop=True)}
            held = _hold(store, frame, revision, site=site, holding=holding, known=newest)
            key = "" if holding is None else mark_site(holding.secret, site, wave)
            fresh[site] = _write_site(folder, site, held, wanted[site], key)
        read += stale
    _forget_others(folder, set(sites))
    content = {**same, "wave": wave, "mark": store.mark(), "sites": fresh}
    if content != known:
        write_json(folder / MANIFEST, content)
    digests = {site: fresh[site]["mark"]["sha256"] for site in sites}
    entries = {site: tuple(map(RegisterLine.of, fresh[site]["entries"])) for site in sites}
    return Snapshot(folder, wave, digests, tuple(dict.fromkeys(read)), entries)


def _list_beside(
    store: Store, sites: Sequence[str], wave: str, holding: Holding | None
) -> dict[str, list[Any]]:
    """Site → what its file holds or follows from beside its answers."""
    subjects, responses = _subjects_by_site(store), store.cases.count_by_site(wave)
    return {
        site: [subjects.get(site, []), _rule_of(holding, site), responses.get(site, {})]
        for site in sites
    }


def _rule_of(holding: Holding | None, site: str) -> str:
    """What of the rule changes a file although no answer changed."""
    if holding is None:
        return ""
    return f"{holding.min_group} {holding.n_others.get(site, 0)}"


def _hold(  # noqa: PLR0913 - whose answers, as of when, and by which rules
    store: Store,
    frame: pd.DataFrame,
    revision: int,
    *,
    site: str,
    holding: Holding | None,
    known: Mapping[int, pd.DataFrame],
) -> Held:
    """The answers that may be shown; `known` are those of moments that need not be read again."""
    if holding is None:
        return Held(frame)
    read_at = partial(read_moment, store, site, holding.wave, known)
    return holding.hold(site, frame, revision, read_at)


def _is_fresh(folder: Path, entry: dict[str, Any] | None) -> bool:
    return entry is not None and is_unchanged(folder / entry["file"], FileMark(**entry["mark"]))


def _subjects_by_site(store: Store) -> dict[str, list[dict[str, str]]]:
    """The subjects added at interviews, as plain values."""
    by_site: dict[str, list[dict[str, str]]] = {}
    for subject in store.subjects():
        by_site.setdefault(subject.site, []).append(asdict(subject))
    return by_site


def _read_sites(
    store: Store, sites: list[str], wave: str, chunk: int
) -> Iterator[tuple[str, pd.DataFrame]]:
    for start in range(0, len(sites), chunk):
        some = sites[start : start + chunk]
        frame = store.frame(some, wave)
        rows = frame.groupby("site", observed=True, sort=False).indices
        for site in some:
            yield site, frame.iloc[rows.get(site, [])]


def _write_site(folder: Path, site: str, held: Held, as_of: list[Any], key: str) -> dict[str, Any]:
    """Write one file unless it already has these bytes; its entry in the manifest."""
    subjects = tuple(Subject(**one) for one in as_of[1])
    frame = AnswersFrame(held.answers)
    content = answers_bytes(
        Answers(frame, subjects, waiting=held.waiting, response=as_of[3], key=key)
    )
    digest = hashlib.sha256(content).hexdigest()
    path = folder / f"{site}.parquet"
    if not is_unchanged(path, FileMark(digest, len(content), -1)):
        write_whole(path, content, is_private=True)
    mark = FileMark(digest, len(content), path.stat().st_mtime_ns)
    return {
        "file": path.name,
        "mark": mark.as_json(),
        "as_of": as_of,
        "n_answers": len(frame),
        "entries": [asdict(line) for line in held.entries.values()],
    }


def _forget_others(folder: Path, sites: set[str]) -> None:
    for path in folder.glob("*.parquet"):
        if path.stem not in sites:
            path.unlink(missing_ok=True)
