"""One direction of a site in every draw: what a lens thinks, expects, and what the other thinks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from harmony_kit.measures.arrays import Array, Draws

__all__ = ["SLACK", "Looks", "count_draws", "count_topics"]

#: A gap of exactly the tolerance is close, in spite of single precision.
SLACK: Final = 1e-4


@dataclass(frozen=True)
class Looks:
    """Draws of lens means and what lies within the tolerance; all of shape (topics, draws).

    Attributes
    ----------
    own, estimate, other
        What A thinks, what A believes B thinks, and what B thinks, on a scale from 0 to 4.
    misreading
        Estimate less other.
    is_close
        Whether the misreading lies within the tolerance: understood.
    is_same
        Whether the gap of the own views does: projecting would be right.
    seems_close
        Whether the gap A expects does.
    """

    own: Draws
    estimate: Draws
    other: Draws
    misreading: Draws
    is_close: Array
    is_same: Array
    seems_close: Array
    tolerance: float

    @classmethod
    def of(cls, draws: Draws, is_same: Array, tolerance: float) -> Looks:
        """Of own, estimate and other's own, shape (3, topics, draws)."""
        own, estimate, other = draws
        misreading = estimate - other
        close, seems = (np.abs(gap) <= tolerance for gap in (misreading, own - estimate))
        return cls(own, estimate, other, misreading, close, is_same, seems, tolerance)

    def pick(self, rows: Array) -> Looks:
        """Some of the topics."""
        draws = np.stack([self.own[rows], self.estimate[rows], self.other[rows]])
        return Looks.of(draws, self.is_same[rows], self.tolerance)


def count_topics(truths: Array) -> Array:
    """How many of the topics, shape (topics, draws), per draw."""
    # Without a change of type it is ten times as fast, and a byte holds 255 topics.
    narrow = np.uint8 if len(truths) < 256 else np.uint16
    return np.asarray(np.add.reduce(truths.view(np.uint8), axis=0, dtype=narrow), dtype=np.int16)


def count_draws(truths: Array) -> Array:
    """In how many of the draws, shape (topics, draws), per topic."""
    packed = np.packbits(truths, axis=1)
    return np.asarray(np.bitwise_count(packed).sum(axis=1, dtype=np.int64))
