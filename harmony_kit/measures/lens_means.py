"""From the means of a model to what a lens of so many people thinks.

A lens of N people of whom n were heard: its mean is that of n known answers without their
response noise, and of N - n colleagues not heard, who have habits and views of their own
(Cochran 1977, chapter 2, with measurement error as in chapter 13). A large lens has the mean of
the model itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from harmony_kit.measures.arrays import Array
from harmony_kit.measures.seeding import Streams

__all__ = ["HeardSums", "LensMeans"]

#: Response noise is at most this share of what a person's answer varies beside habits.
_MOST_NOISE: Final = 0.9


class HeardSums(Protocol):
    """What of the answers counts here; all of shape (4, topics, chains)."""

    @property
    def n(self) -> Array:
        """Answers."""

    @property
    def residual(self) -> Array:
        """Their sum without habits."""

    @property
    def habit_sum(self) -> Array:
        """Sum of the habits of who was heard."""

    @property
    def error(self) -> Array:
        """Variance of an answer beside habits."""

    @property
    def habit_variance(self) -> Array:
        """Variance of habits."""


@dataclass(frozen=True)
class LensMeans:
    """How a draw of the model's means becomes one of the means of lenses of so many people.

    Of the means themselves `kept` stays, `known` is added for those heard, and colleagues not
    heard add chance: `deviation` apart for every set and topic, `shift` of habits for all topics
    of a lens. All of shape (4, topics, chains); None for large lenses.
    """

    kept: Array
    known: Array
    deviation: Array
    shift: Array

    @classmethod
    def of(cls, heard: HeardSums, unseen: Array, reliability: float) -> LensMeans | None:
        """From the answers and the number of colleagues not heard (negative: many)."""
        if (unseen < 0).all():
            return None
        left = unseen.astype(np.float32)
        n = np.maximum(heard.n, 1)
        whole = heard.n + np.maximum(left, 0) + np.float32(1e-9)
        share = np.where((left < 0) | (heard.n == 0), np.float32(0), heard.n / whole)
        noise = (1 - reliability) * (heard.error + heard.habit_variance)
        noise = np.minimum(noise, _MOST_NOISE * heard.error)
        view = heard.error - noise
        ratio = view / heard.error
        inverse = np.where(left > 0, 1 / np.maximum(left, 1), np.float32(0))
        known = share / n * (heard.habit_sum + ratio * heard.residual)
        variance = share**2 * ratio * noise / n + (1 - share) ** 2 * view * inverse
        shift = (1 - share) * np.sqrt(heard.habit_variance * inverse)
        parts = (1 - share * ratio, known, np.sqrt(variance), shift)
        return cls(*(part.astype(np.float32) for part in parts))

    def draw(self, means: Array, streams: Streams) -> Array:
        """Draws of the lens means, given draws of the model's means."""
        found = streams.normal(*means.shape[:-1])
        found *= self.deviation
        found += self.kept * means
        found += self.known
        found += self.shift * streams.normal(2, 1)[[0, 1, 0, 1]]
        return found
