"""Whether a store still holds what the published reports were made from.

A store that was moved away, emptied or brought back from an old copy would else turn finished
reports into withheld ones. Somebody who asked to be forgotten is another matter: their rows are
gone from a store that otherwise went on, and their report is made again without them.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from harmony_kit.batch.record import Record, find_records, record_folder
from harmony_kit.batch.snapshot import MANIFEST, snapshot_folder, store_name
from harmony_kit.errors import Problem
from harmony_kit.files import read_json
from harmony_kit.journal.answers import type_frame
from harmony_kit.journal.store import Store

__all__ = ["list_losses"]

_KEY = ["respondent", "item", "subject", "about"]


def list_losses(store: Store, sites: Sequence[str], *, wave: str, folder: Path) -> list[Problem]:
    """One error for each site whose report was made from answers the store has no more.

    `folder` is the engagement's.
    """
    records = find_records(record_folder(folder, wave))
    told = [site for site in sites if site in records and records[site].is_ok]
    snapshot = snapshot_folder(folder, wave)
    known = read_json(snapshot / MANIFEST)
    if known.get("store") == store_name(store, snapshot) and store.mark() >= _mark_of(known):
        return []  # the same journal, and it only grew
    if known:
        entries = known.get("sites", {})
        files = {s: snapshot / entries[s]["file"] for s in told if _has_answers(entries.get(s))}
        lost = {site: _count_lost(store, site, wave, path) for site, path in files.items()}
        return [_tell(f"has lost {n} answers", site, snapshot) for site, n in lost.items() if n]
    extents = store.site_extents(wave)
    heard = {s: _count_heard(records[s]) for s in told if s not in extents}
    kept = folder / ".harmony"
    return [_tell(f"has lost all {n} people", site, kept) for site, n in heard.items() if n]


def _tell(what: str, site: str, kept: Path) -> Problem:
    todo = f"Bring the store back from a copy; or, where this is meant, move {kept} away."
    return Problem("the store", "", f"{what} that the report of {site} was made from", todo=todo)


def _mark_of(manifest: dict[str, Any]) -> int:
    """The highest number of the journal then; the first version kept one per site only."""
    entries = manifest.get("sites", {}).values()
    return int(manifest.get("mark", max((entry["as_of"][0] for entry in entries), default=0)))


def _has_answers(entry: dict[str, Any] | None) -> bool:
    return entry is not None and entry["n_answers"] > 0


def _count_lost(store: Store, site: str, wave: str, path: Path) -> int:
    """How many answers of a snapshot the store does not have, or has only an earlier version of."""
    try:
        before = type_frame(pd.read_parquet(path))
    except (OSError, ValueError):
        return 0  # nothing is left to compare with
    now = store.frame([site], wave)
    both = before[[*_KEY, "answered_at"]].merge(
        now[[*_KEY, "answered_at"]], on=_KEY, how="left", suffixes=("", "_now")
    )
    is_there = both["answered_at_now"].notna() & (both["answered_at_now"] >= both["answered_at"])
    return int((~is_there).sum())


def _count_heard(record: Record) -> int:
    """How many people a report was made from, as far as its results say."""
    counts = record.summary.get("n")
    return sum(counts.values()) if isinstance(counts, dict) else 0
