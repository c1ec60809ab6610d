"""From the means of a model to what a lens of so many people thinks.

A lens of N people of whom n were heard: its mean is that of n known answers without their
response noise, and of N - n colleagues not heard, who have habits and views of their own
(Cochran 1977, chapter 2, with measurement error as in chapter 13). A large lens has the mean of
the model itself.
"""

from __future__ import annotations

from typing import Final, Protocol

import numpy as np

from harmony_kit.measures.arrays import Array

__all__ = ["HeardSums", "find_lens_means"]

#: Response noise is at most this share of what a person's answer varies beside habits.
_MOST_NOISE: Final = 0.9


class HeardSums(Protocol):
    """What of the answers counts here; all of shape (4, topics, chains) or (4, topics, 1)."""

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


def find_lens_means(
    means: Array, heard: HeardSums, unseen: Array, reliability: float, random: np.random.Generator
) -> Array:
    """Draws of the mean of each lens as it is.

    Parameters
    ----------
    means
        Of the model, shape (4, topics, chains).
    heard
        Answers behind them: how many, their sum without habits, and the habits' sum.
    unseen
        Colleagues not heard, shape (topics, 4); negative for a large lens.
    reliability
        See `site_model.draw_site`.
    """
    if (unseen < 0).all():
        return means
    left = unseen.T[:, :, None].astype(np.float32)
    n = np.maximum(heard.n, 1)
    share = np.where(
        (left < 0) | (heard.n == 0), 0, heard.n / (heard.n + np.maximum(left, 0) + 1e-9)
    )
    noise = np.minimum(
        (1 - reliability) * (heard.error + heard.habit_variance), _MOST_NOISE * heard.error
    )
    view = heard.error - noise
    normal = random.standard_normal((2, *means.shape), dtype=np.float32)
    known = heard.habit_sum / n + view / heard.error * (heard.residual / n - means)
    known += normal[0] * np.sqrt(view * noise / heard.error / n)
    inverse = np.where(left > 0, 1 / np.maximum(left, 1), 0)
    habit = random.standard_normal((2, 1, means.shape[2]), dtype=np.float32)[[0, 1, 0, 1]]
    others = habit * np.sqrt(heard.habit_variance * inverse) + normal[1] * np.sqrt(view * inverse)
    return np.asarray(means + share * known + (1 - share) * others, dtype=np.float32)
