"""What is stored already of the places a file is about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from harmony_kit.exchange.outcome import AnswerJournal
from harmony_kit.exchange.submissions import Submission
from harmony_kit.journal.answers import Answer, Place, Respondent

__all__ = ["AnswerKey", "Stored", "look_up"]

AnswerKey = tuple[str, str, str, str, str, str]


@dataclass(frozen=True)
class Stored:
    """The respondents there are, by site, wave and pseudonym, and how to read their answers.

    `places` are the sites and waves of the file. Answers are read person by person: those of a
    large store would fill the memory.
    """

    respondents: Mapping[Place, Respondent]
    places: frozenset[tuple[str, str]]
    read: Callable[[Place], Iterable[Answer]]

    def answers(self, place: Place) -> dict[AnswerKey, Answer]:
        """The current answers of somebody, by their keys; none of a stranger."""
        if place not in self.respondents:
            return {}
        return {answer.key: answer for answer in self.read(place)}


def look_up(submissions: Iterable[Submission], journal: AnswerJournal) -> Stored:
    """What a journal knows of the sites and waves of some submissions."""
    people = [submission.respondent for submission in submissions]
    return Stored(
        {(r.site, r.wave, r.respondent): r for r in journal.respondents()},
        frozenset((person.site, person.wave) for person in people),
        lambda place: journal.current(*place),
    )
