"""What an answer is worth to the conditions of an instrument, and which answers they leave out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby
from typing import Literal, TypeAlias, cast

from harmony_kit.instrument.conditions import Reply, Value
from harmony_kit.instrument.model import Instrument, Item
from harmony_kit.instrument.relevance import Put, has_conditions, list_asked, list_misfits
from harmony_kit.journal.answers import Answer

__all__ = ["find_misfits", "find_unasked", "put_of", "reply_of"]

#: The instrument kept under a sha256; None where it is not known, or asks everything of everybody.
Instruments: TypeAlias = Callable[[str], "Instrument | None"]
_Finder: TypeAlias = Callable[[Instrument, str, Mapping[Put, Reply]], set[Put]]


def put_of(answer: Answer) -> Put:
    """The question an answer answers, as a condition sees it."""
    return answer.item, answer.subject or "", answer.is_estimate


def reply_of(answer: Answer, item: Item) -> Reply:
    """An answer that counts as a condition sees it: a number, a word, words or a text."""
    # A withdrawn answer is no current one.
    status = cast("Literal['answered', 'dont_know', 'prefer_not']", answer.status)
    return Reply(status, _value(answer, item))


def _value(answer: Answer, item: Item) -> Value | None:
    if item.kind == "choice" and answer.chosen:
        return answer.chosen[0]
    return next((v for v in (answer.value, answer.chosen, answer.text) if v is not None), None)


def find_unasked(answers: Iterable[Answer], instrument_of: Instruments) -> Iterator[Answer]:
    """The current answers to questions that, by the others, were not to be asked.

    A question that was left out after its answer had been given, or never shown to anybody and
    answered in a file. Each is judged by the instrument that asked it, beside everything the
    person said. They stay in the journal and count again when the other answer changes back.
    """
    return _find(answers, instrument_of, _list_unasked)


def _list_unasked(instrument: Instrument, lens: str, replies: Mapping[Put, Reply]) -> set[Put]:
    return set(replies) - list_asked(instrument, lens, replies, replies)


def find_misfits(answers: Iterable[Answer], instrument_of: Instruments) -> Iterator[Answer]:
    """The current answers that do not fit the others: their constraint does not hold any more."""
    return _find(answers, instrument_of, _list_misfits)


def _list_misfits(instrument: Instrument, lens: str, replies: Mapping[Put, Reply]) -> set[Put]:
    return list_misfits(instrument, lens, replies, replies)


def _find(answers: Iterable[Answer], instrument_of: Instruments, find: _Finder) -> Iterator[Answer]:
    def person(answer: Answer) -> tuple[str, str, str]:
        return answer.site, answer.wave, answer.respondent

    for _, group in groupby(sorted(answers, key=person), person):
        yield from _find_of_person(list(group), instrument_of, find)


def _find_of_person(
    answers: list[Answer], instrument_of: Instruments, find: _Finder
) -> Iterator[Answer]:
    for sha256 in dict.fromkeys(answer.source.instrument_sha256 for answer in answers):
        instrument = instrument_of(sha256)
        if instrument is None or not has_conditions(instrument):
            continue
        known = [answer for answer in answers if instrument.has_item(answer.item)]
        replies = {put_of(a): reply_of(a, instrument.item(a.item)) for a in known}
        found = find(instrument, answers[0].lens, replies)
        for answer in known:
            if answer.source.instrument_sha256 == sha256 and put_of(answer) in found:
                yield answer
