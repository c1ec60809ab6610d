"""How many of those asked for an interview gave one, and what became of the others.

>>> tell_response({"finished": 13, "refused": 2, "broken_off": 1, "planned": 4}, min_group=3)
Response(n_heard=13, n_asked=16, others=(('refused', 2), ('broken_off', 1)))
>>> tell_response({"finished": 13, "refused": 2, "broken_off": 1, "planned": 4}, min_group=4)
Response(n_heard=13, n_asked=16, others=())
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

__all__ = ["OTHERS", "Response", "count_response", "tell_response"]

#: What else an interview can have come to that was asked for, in the order it is told.
OTHERS: Final = ("refused", "broken_off", "not_reached", "withdrawn", "invited", "under_way")
_HEARD: Final = ("finished", "reopened")


@dataclass(frozen=True)
class Response:
    """People asked and heard at one site; `others` is what became of the rest, where it is told."""

    n_heard: int = 0
    n_asked: int = 0
    others: tuple[tuple[str, int], ...] = ()


def count_response(counts: Mapping[str, int]) -> Response:
    """What became of everybody who was asked; `counts` maps the state of a case to people."""
    heard = sum(counts.get(state, 0) for state in _HEARD)
    others = tuple((state, counts[state]) for state in OTHERS if counts.get(state))
    return Response(heard, heard + sum(n for _, n in others), others)


def tell_response(counts: Mapping[str, int], *, min_group: int) -> Response:
    """What may be told of the states of the cases of a site, both sides together.

    At a plant everybody knows who was interviewed, so whoever was
    not belongs to a group that is known by name: what became of them is told only where they are
    `min_group` or more, and never where all of them did the same. A single side is never told.
    """
    all_ = count_response(counts)
    is_told = all_.n_asked - all_.n_heard >= min_group and len(all_.others) > 1
    return all_ if is_told else replace(all_, others=())
