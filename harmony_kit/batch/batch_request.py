"""What a run is asked to do."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from harmony_kit.batch.job import Limits
from harmony_kit.batch.record import Edition

__all__ = ["BatchRequest"]


@dataclass(frozen=True)
class BatchRequest:
    """A run of an engagement.

    Attributes
    ----------
    as_of
        The day the reports are made as of: open decisions are counted up to it.
    sites, where
        Which sites; empty: all. `where` pairs a column of sites.csv with a value.
    wave
        None: the wave of engagement.yaml.
    n_jobs
        Notebooks at a time; None: as many as there are processors and memory for.
    is_forced
        Whether reports are made again whose inputs did not change.
    patience
        How many reports may fail in the same way, one after the other, before no further one is
        started; None: any number.
    output
        Where the reports are delivered to as well, a folder or an fsspec URL.
    scheduler
        Address of a Dask scheduler whose workers run the notebooks; None: this machine.
    exchange
        Where this machine and the workers leave things for each other, a folder or an fsspec
        URL all can reach; None: ``.harmony/exchange`` in the engagement folder.
    notebooks
        Folder of the two notebooks; None: the engagement's own, else those of the package.
    is_draft
        For the consultant's eyes only: of all answers there are, marked on every page, in a
        folder of its own that is neither registered nor delivered.
    is_redacted
        For circulation: without quotes and roles, of larger groups, in a folder of its own.
    is_never_handed_out
        Whether the reports there are of these sites were never handed out, so that the next ones
        need not keep to them.
    """

    folder: Path
    as_of: date
    sites: tuple[str, ...] = ()
    where: tuple[tuple[str, str], ...] = ()
    wave: str | None = None
    n_jobs: int | None = None
    limits: Limits = field(default_factory=Limits)
    is_forced: bool = False
    patience: int | None = 5
    output: str | None = None
    scheduler: str | None = None
    exchange: str | None = None
    notebooks: Path | None = None
    is_draft: bool = False
    is_redacted: bool = False
    is_never_handed_out: bool = False

    @property
    def edition(self) -> Edition:
        """Which reports are made; each edition has folders of its own."""
        return "redacted" if self.is_redacted else "drafts" if self.is_draft else ""
