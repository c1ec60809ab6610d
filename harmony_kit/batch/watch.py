"""Drafts of reports that follow the answers: made again as soon as one is saved."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from harmony_kit.batch.batch import BatchRequest, run_engagement
from harmony_kit.batch.briefing import is_portfolio
from harmony_kit.batch.crew import auto_jobs
from harmony_kit.batch.makers import Maker, makers
from harmony_kit.engagement.folder import load_engagement
from harmony_kit.errors import HarmonyError
from harmony_kit.journal.store import Store

__all__ = ["watch_engagement"]

_POLL_SECONDS = 0.25
_WATCHED = ("*.yaml", "*.csv", "evidence/*.csv", "notes/**/*.md", "notebooks/*.ipynb")


def watch_engagement(
    request: BatchRequest,
    *,
    tell: Callable[[str], None],
    until: threading.Event | None = None,
) -> None:
    """Make drafts of the reports, and again whenever an answer is saved or a file changed.

    Drafts only: two reports that follow each other by one answer would tell that answer.

    Does not return before `until` is set. The notebooks' server stays warm in between. What goes
    wrong is told and the watch goes on; raises `EngagementError` and `StoreError` only where the
    engagement cannot be opened at all.
    """
    until = until or threading.Event()
    request = replace(request, is_draft=True)
    url = load_engagement(request.folder).store_url
    Store(url, is_reader=True).close()
    with makers(request, request.n_jobs or auto_jobs(request.limits.memory_mb)) as maker:
        seen: object = None
        while not until.is_set():
            now = _state(url, request.folder)
            if now is not None and now != seen:
                _run_once(request, maker, tell)
                seen = now
            until.wait(_POLL_SECONDS)


def _state(url: str, folder: Path) -> object:
    """What differs as soon as anything a report is made from was saved."""
    paths = sorted(path for pattern in _WATCHED for path in folder.glob(pattern))
    try:
        # Opened for every look: the file may be new since, or another one.
        with closing(Store(url, is_reader=True)) as store:
            revision = store.revision()
        return revision, [(path.name, path.stat().st_mtime_ns) for path in paths]
    except (HarmonyError, OSError):
        return None  # locked, or being replaced by an editor: the next look finds it


def _run_once(request: BatchRequest, maker: Maker, tell: Callable[[str], None]) -> None:
    try:
        result = run_engagement(request, maker=maker)
    except (HarmonyError, OSError) as cause:
        tell(str(cause))
        return
    sites = [name for name in result.made if not is_portfolio(name) and name not in result.failed]
    if sites:
        tell(f"made {', '.join(sites)} in {result.seconds:.1f} s")
    for name, why in result.failed.items():
        tell(f"failed {name}: {why}")
