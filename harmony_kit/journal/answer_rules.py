"""What an item takes as an answer: which sites, which lenses, which subject, which value."""

from __future__ import annotations

from typing import assert_never

from harmony_kit.errors import AnswerError, ElsewhereError
from harmony_kit.instrument.model import Instrument, Item
from harmony_kit.instrument.parts import OTHER
from harmony_kit.journal.answers import MAX_TEXT, Answer

__all__ = ["check_answer"]


def check_answer(answer: Answer, instrument: Instrument) -> Answer:
    """The answer itself, if its item allows it.

    Raises `AnswerError` naming the item, the value and what is allowed.
    """
    if not instrument.has_item(answer.item):
        known = f"an item of {instrument.id} version {instrument.version}"
        raise AnswerError(answer.item, answer.item, known)
    item = instrument.item(answer.item)
    _check_place(answer, item, instrument)
    if answer.status not in ("answered", "dont_know", "prefer_not"):
        raise AnswerError(item.id, answer.status, "answered, dont_know or prefer_not")
    if answer.status == "answered":
        _check_value(answer, item, instrument)
    elif (answer.value, answer.chosen, answer.text) != (None, None, None):
        raise AnswerError(item.id, answer.content, f"no value beside {answer.status}")
    return answer


def _check_place(answer: Answer, item: Item, instrument: Instrument) -> None:
    if item.sites and answer.site not in item.sites:
        raise ElsewhereError(item.id, answer.site, f"at {', '.join(item.sites)}")
    lenses = instrument.lens_ids
    if answer.lens not in lenses or answer.about not in lenses:
        raise AnswerError(item.id, (answer.lens, answer.about), f"lenses {' and '.join(lenses)}")
    if answer.is_estimate and not item.mirrored:
        raise AnswerError(item.id, f"an estimate of {answer.about}", "own answers only")
    if item.per and not answer.subject:
        raise AnswerError(item.id, answer.subject, f"a {item.per} as its subject")
    if not item.per and answer.subject:
        raise AnswerError(item.id, answer.subject, "no subject")


def _check_value(answer: Answer, item: Item, instrument: Instrument) -> None:
    match item.kind:
        case "rating":
            _check_rating(item, answer.value, instrument.points(item.id) or 0)
        case "text":
            n = len(answer.text or "")
            if not 1 <= n <= MAX_TEXT:
                allowed = f"1 to {MAX_TEXT} characters"
                raise AnswerError(item.id, f"a text of {n} characters", allowed)
        case "rank" | "words" | "choice":
            least = 1 if item.kind == "words" else item.k or 1
            _check_chosen(item, answer.chosen or (), instrument.option_ids(item.id), least)
            _check_namely(answer, item, instrument)
        case _:
            assert_never(item.kind)


def _check_rating(item: Item, value: int | None, points: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= points:
        raise AnswerError(item.id, value, f"a whole number from 1 to {points}")


def _check_chosen(
    item: Item, chosen: tuple[str, ...], options: tuple[str, ...], least: int
) -> None:
    unknown = [option for option in chosen if option not in options]
    if unknown:
        raise AnswerError(item.id, ";".join(unknown), f"of {', '.join(options)}")
    most = item.k or 1
    how_many = f"{least} to {most}" if item.kind == "words" else f"exactly {most}"
    if not least <= len(chosen) <= most or len(set(chosen)) != len(chosen):
        raise AnswerError(item.id, ";".join(chosen), f"{how_many} different options")


def _check_namely(answer: Answer, item: Item, instrument: Instrument) -> None:
    """Words beside an option: only what "other, namely" is, and nobody may quote them."""
    if answer.text is None:
        return
    if answer.chosen != (OTHER,) or not instrument.takes_words(item.id):
        raise AnswerError(item.id, answer.text, "words beside 'other, namely' only")
    if answer.quotable or not 1 <= len(answer.text) <= MAX_TEXT:
        allowed = f"1 to {MAX_TEXT} characters, for the consultant only"
        raise AnswerError(item.id, f"words of {len(answer.text)} characters", allowed)
