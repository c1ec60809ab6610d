"""Which questions are asked of one person, and which answers fit the others given.

The one place that walks an instrument's conditions: the form asks here which screens come, and the
journal which answers count.
"""

from __future__ import annotations

from collections import ChainMap, defaultdict
from collections.abc import Iterable, Mapping
from typing import TypeAlias

from harmony_kit.instrument.conditions import Known, Reply, holds, parse_condition
from harmony_kit.instrument.model import Instrument, Item

__all__ = ["Put", "has_conditions", "list_asked", "list_misfits"]

#: One question as a condition sees it: item, subject or "", whether it asks for an estimate.
Put: TypeAlias = tuple[str, str, bool]
_Replies: TypeAlias = dict[tuple[str, bool], dict[str, Reply]]


def has_conditions(instrument: Instrument) -> bool:
    """Whether anything is asked of some only, or takes some answers only."""
    return any(item.relevant or item.constraint for item in instrument.items)


def list_asked(
    instrument: Instrument, lens: str, questions: Iterable[Put], replies: Mapping[Put, Reply]
) -> set[Put]:
    """The questions whose items are relevant; a reply to one that is not counts for nothing."""
    return _walk(instrument, lens, questions, replies)[0]


def list_misfits(
    instrument: Instrument, lens: str, questions: Iterable[Put], replies: Mapping[Put, Reply]
) -> set[Put]:
    """The own answers that are asked for, and whose constraint does not hold beside the others."""
    asked, counted = _walk(instrument, lens, questions, replies)
    return {
        put
        for put in asked
        if put in replies
        and not put[2]
        and not is_fitting(instrument.item(put[0]), replies[put], _known(lens, put[1], counted))
    }


def is_fitting(item: Item, reply: Reply, known: Known) -> bool:
    """Whether the constraint of an item takes a reply; one that says nothing is always taken."""
    if item.constraint is None or reply.status != "answered":
        return True
    beside = Known(known.lens, known.own, known.estimates, reply.value)
    return holds(parse_condition(item.constraint), beside)


def _walk(
    instrument: Instrument, lens: str, questions: Iterable[Put], replies: Mapping[Put, Reply]
) -> tuple[set[Put], _Replies]:
    """What is asked, and the replies to it; a condition looks only at items before its own."""
    planned: dict[str, list[Put]] = defaultdict(list)
    for put in questions:
        planned[put[0]].append(put)
    asked: set[Put] = set()
    counted: _Replies = defaultdict(dict)
    for item in instrument.items:
        here = [put for put in planned[item.id] if _is_relevant(item, put, lens, counted)]
        asked.update(here)
        for put in here:
            if put in replies:
                counted[put[1], put[2]][item.id] = replies[put]
    return asked, counted


def _is_relevant(item: Item, put: Put, lens: str, counted: _Replies) -> bool:
    if item.relevant is None:
        return True
    return holds(parse_condition(item.relevant), _known(lens, put[1], counted))


def _known(lens: str, subject: str, counted: _Replies) -> Known:
    def side(*, is_estimate: bool) -> Mapping[str, Reply]:
        places = dict.fromkeys([(subject, is_estimate), ("", is_estimate)])
        return ChainMap(*(counted.get(place, {}) for place in places))

    return Known(lens, side(is_estimate=False), side(is_estimate=True))
