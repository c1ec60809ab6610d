"""What a run brings to another place as well, report by report, and the waves that are kept."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from harmony_kit.batch.briefing import Briefing, is_portfolio
from harmony_kit.batch.deliver import Destination, ledger_folder
from harmony_kit.batch.index_pages import list_index_pages
from harmony_kit.batch.record import Record, find_records, record_folder
from harmony_kit.batch.shelf import Shelf
from harmony_kit.batch.wave_shelves import kept_waves, place_of_wave
from harmony_kit.errors import HarmonyError, StoreError
from harmony_kit.files import FileMark, mark_file, read_json

__all__ = ["Delivery"]

#: By which name it is remembered what of the run's own pages is there.
_OF_PAGES = "_pages"


class Delivery:
    """Brings files where the run was asked to; without such a place it does nothing.

    Once that fails, `trouble` says why and the rest waits for the next run.
    """

    def __init__(self, briefing: Briefing) -> None:
        self.trouble: HarmonyError | None = None
        self._briefing = briefing
        self._root = briefing.home
        self._destination: Destination | None = None
        url = briefing.request.output
        if url is not None and not briefing.request.is_draft:
            if briefing.request.is_redacted:  # never over the ordinary reports
                url = f"{url.rstrip('/')}/{briefing.request.edition}"
            ledger = ledger_folder(briefing.engagement.folder, url)
            self._destination = Destination(url, ledger)

    def deliver_kept(self) -> None:
        """Bring the waves that moved aside first: what they were there is replaced next."""
        folder, edition = self._briefing.engagement.folder, self._briefing.request.edition
        for wave in kept_waves(self._root) if self._destination is not None else ():
            place = place_of_wave(self._root, wave, self._briefing.present)
            for record in find_records(record_folder(folder, wave, edition)).values():
                self._deliver_from(place, record.name, _files_of(record, place))
            self.deliver_pages(place)

    def deliver_record(self, record: Record, shelf: Shelf) -> None:
        """Bring the files of one report."""
        if record.setback and record.missing_files(shelf.place(record.name)):
            return  # what stands there is no longer whole; what was delivered is
        self._deliver_from(shelf.reports, record.name, _files_of(record))

    def withdraw(self, records: Collection[str]) -> None:
        """Take away there what no record is left of, in any wave; `records` are those of the run.

        What a wave has no report of is no longer beside those it has: a site that left, one that
        was forgotten, or what the wave before had in this place.
        """
        folder, edition = self._briefing.engagement.folder, self._briefing.request.edition
        run = self._briefing.engagement.wave
        for sent in self._destination.list_sent() if self._destination is not None else ():
            below, _, name = sent.rpartition("/")
            wave = below.rpartition("/")[2] or self._briefing.present
            is_there = (record_folder(folder, wave, edition) / f"{name}.json").is_file()
            if not is_there and name != _OF_PAGES and not (wave == run and name in records):
                self._deliver_from(self._root / below, name, {})

    def deliver_pages(self, place: Path) -> None:
        """Bring what the run itself writes; last, because it links to all the rest."""
        names = [*list_index_pages(read_json(place / "run.json")), "run.json"]
        pages = {name: mark_file(place / name) for name in names if (place / name).is_file()}
        self._deliver_from(place, _OF_PAGES, pages)

    def _deliver_from(self, place: Path, name: str, files: Mapping[str, FileMark]) -> None:
        if self._destination is None or self.trouble is not None:
            return
        below = place.relative_to(self._root).as_posix() if place != self._root else ""
        prefix = f"{below}/" if below else ""
        named = {f"{prefix}{path}": mark for path, mark in files.items()}
        try:
            self._destination.deliver(self._root, f"{prefix}{name}", named)
        except StoreError as cause:
            self.trouble = cause
        except OSError as cause:  # its ledger could not be written
            tried = "keep what was delivered from"
            self.trouble = StoreError(tried, str(self._root), str(cause))


def _files_of(record: Record, place: Path | None = None) -> dict[str, FileMark]:
    """The files of a report by their place below the reports; with a `place`, those still there."""
    prefix = "" if is_portfolio(record.name) else f"{record.name}/"
    named = {f"{prefix}{name}": mark for name, mark in record.files.items()}
    return {n: mark for n, mark in named.items() if place is None or (place / n).is_file()}
