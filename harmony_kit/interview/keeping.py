"""What an interview needs of the place where answers are kept."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from harmony_kit.instrument.model import Instrument
from harmony_kit.journal.answers import Answer, Event, Place, Respondent
from harmony_kit.journal.case import Correction, InterviewCase, Teller
from harmony_kit.journal.subject import Subject

__all__ = ["InterviewCases", "InterviewJournal", "list_known"]


class InterviewCases(Protocol):
    """What became of everybody who was to be interviewed; each write is one transaction."""

    def read(self, site: str | None = None, wave: str | None = None) -> list[InterviewCase]:
        """Every case, also what was corrected away."""

    def moved(self) -> dict[Place, Place]:
        """Where those are now whose site or pseudonym was corrected."""

    def find(self, place: Place, /) -> InterviewCase:
        """The case of a place. Raises `CaseError` where there is none."""

    def correct(self, place: Place, change: Correction, teller: Teller, /) -> InterviewCase:
        """Mend what was written down wrong; the case as it is then. Raises `CaseError`."""


class InterviewJournal(Protocol):
    """Append-only, safe to call from any thread; a write returns only when it is on disk.

    `harmony_kit.journal.store.Store` is one.
    """

    @property
    def cases(self) -> InterviewCases:
        """What became of everybody: planned, invited, under way, finished, corrected."""

    def append(self, answers: Sequence[Answer], events: Sequence[Event] = (), /) -> int:
        """Add answers, and what happened with them, in one transaction; how many were new."""

    def current(
        self, site: str | None = None, wave: str | None = None, respondent: str | None = None
    ) -> list[Answer]:
        """The newest answer to every question."""

    def journal(
        self, site: str | None = None, respondent: str | None = None
    ) -> list[tuple[int, Answer]]:
        """Every version of every answer with its number, in the order recorded."""

    def revision(self) -> int:
        """A number that grows with every answer written."""

    def register(self, respondent: Respondent, /) -> None:
        """Keep a respondent, or what is new about one."""

    def respondents(self, site: str | None = None, wave: str | None = None) -> list[Respondent]:
        """The respondents of a site and wave."""

    def log(self, event: Event, /) -> None:
        """Keep something that happened."""

    def events(self, site: str, wave: str, respondent: str) -> list[Event]:
        """What happened in one interview, in the order recorded."""

    def add_subject(self, subject: Subject, /) -> None:
        """Keep a pilot or decision of a site."""

    def subjects(self, site: str | None = None) -> list[Subject]:
        """The pilots and decisions that were kept."""

    def keep_instrument(self, path: Path, /) -> Instrument:
        """Keep an instrument file with its translations, so that it can ask again later."""

    def instrument(self, sha256: str, /) -> Instrument:
        """An instrument that was kept."""


def list_known(journal: InterviewJournal, site: str | None, wave: str | None) -> list[Respondent]:
    """The respondents of a site and wave, each under the name they have now."""
    moved = journal.cases.moved()
    everybody = journal.respondents(site, wave)
    return [one for one in everybody if (one.site, one.wave, one.respondent) not in moved]
