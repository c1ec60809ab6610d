"""How one lens reads the other, in parts, from draws of what both think.

Over the topics of a site, with `own` what lens A thinks, `est` what it believes B thinks, and
`other` what B thinks (Cronbach 1955; Kenny & Albright 1987; Biesanz 2010):

- **level**: mean of ``est - other``; A expects B too high or too low overall;
- **profile**: correlation of `est` and `other`; A knows where B is high and where low;
- **projection**: regression weight of `own` beside `other` on `est`; how far the estimate
  follows A's own view where B's view is the same;
- understanding **beyond projecting**: more topics within the tolerance than if A's estimate were
  its own view, and **beyond a flat guess**: than with the best single answer to every topic;
- the share understood of the topics on which the two **really differ**.

Each is computed in every draw, so that noise of the answers neither weakens nor flatters it, and
summed up by its middle and its central 80 %.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from harmony_kit.measures.arrays import Array
from harmony_kit.measures.declaration import COUNT, GAP, INDEX, PROBABILITY, SHARE, declare
from harmony_kit.measures.site_ratings import WIDTH

__all__ = ["ACCURACY", "CENTRAL", "FEWEST_TOPICS", "Hits", "count_true", "read_accuracy"]

#: The parts with an interval: middle, ``_low`` and ``_high``.
_PARTS: Final = ("level", "profile", "projection", "projected", "guessed", "different_understood")

#: What each part is measured in.
_KINDS: Final = {"level": GAP, "profile": INDEX, "projection": INDEX}

#: The columns this adds to a row of understanding, in order.
ACCURACY = declare(
    **{f"{part}{end}": _KINDS.get(part, SHARE) for part in _PARTS for end in ("", "_low", "_high")},
    n_different=COUNT.of("topics").or_none,
    p_beyond_projection=PROBABILITY,
    p_beyond_guess=PROBABILITY,
)

#: Fewer topics than this have no profile and no projection.
FEWEST_TOPICS: Final = 5

#: The central 80 %, and the middle.
CENTRAL: Final = (0.1, 0.5, 0.9)

_GUESSES: Final = np.linspace(0, WIDTH, 17, dtype=np.float32)


@dataclass(frozen=True)
class Hits:
    """How many of some topics come within the tolerance, per draw.

    Attributes
    ----------
    n_topics
        Of how many.
    is_close
        Whether the estimate does, shape (topics, draws).
    is_same
        Whether the own view would: projecting.
    understood, projected, guessed
        Number of topics the estimate, the own view and the best single answer to all reach.
    """

    n_topics: int
    is_close: Array
    is_same: Array
    understood: Array
    projected: Array
    guessed: Array

    @classmethod
    def of(cls, own: Array, estimate: Array, other: Array, tolerance: float) -> Hits:
        """Of draws of lens means, shape (topics, draws), on a scale from 0 to `WIDTH`."""
        is_close, is_same = (np.abs(part - other) <= tolerance for part in (estimate, own))
        guessed = [count_true(np.abs(other - guess) <= tolerance) for guess in _GUESSES]
        best = np.max(guessed, axis=0)
        return cls(len(own), is_close, is_same, count_true(is_close), count_true(is_same), best)

    @property
    def beyond_both(self) -> Array:
        """Whether understanding beats projecting and a flat guess at once: 0, 1/2 or 1."""
        return _exceeds(self.understood, np.maximum(self.projected, self.guessed))


def count_true(truths: Array) -> Array:
    """How many of the topics, shape (topics, draws), per draw."""
    return np.asarray(truths.sum(axis=0, dtype=np.int16))  # four times as fast as in int64


def read_accuracy(own: Array, estimate: Array, other: Array, hits: Hits) -> dict[str, float]:
    """The parts of accuracy of one direction.

    Parameters
    ----------
    own, estimate, other
        Draws of lens means, shape (topics, draws), on a scale from 0 to `WIDTH`.
    hits
        `Hits.of` them.

    Returns
    -------
    row
        Columns of `ACCURACY`. `level` in points of a 5-point scale; `projected` and
        `guessed` are the shares of topics that projecting and the best flat guess would reach;
        `n_different` is the middle number of topics that really differ. NaN where there are too
        few topics, or none that differ.
    """
    n_different = hits.n_topics - hits.projected
    parts = {
        "level": (estimate - other).mean(axis=0),
        "projected": hits.projected / hits.n_topics,
        "guessed": hits.guessed / hits.n_topics,
        "different_understood": _share_of(count_true(hits.is_close & ~hits.is_same), n_different),
    }
    if len(own) >= FEWEST_TOPICS:
        parts |= _read_profile(own, estimate, other)
    row = {name: float("nan") for name in ACCURACY.columns} | _summarise(parts)
    row["n_different"] = int(np.median(n_different))
    row["p_beyond_projection"] = float(_exceeds(hits.understood, hits.projected).mean())
    row["p_beyond_guess"] = float(_exceeds(hits.understood, hits.guessed).mean())
    return row


def _exceeds(number: Array, than: Array) -> Array:
    """1 where a number is larger, one half where it is equal."""
    return np.asarray((number > than) + 0.5 * (number == than))


def _share_of(hit: Array, n: Array) -> Array:
    return np.where(n > 0, hit / np.maximum(n, 1), np.nan)


def _read_profile(own: Array, estimate: Array, other: Array) -> dict[str, Array]:
    a, e, b = (part - part.mean(axis=0) for part in (own, estimate, other))
    aa, ee, bb = ((x * x).sum(axis=0) for x in (a, e, b))
    ab, ae, eb = ((x * y).sum(axis=0) for x, y in ((a, b), (a, e), (e, b)))
    least = np.float32(1e-6)
    profile = eb / np.sqrt(np.maximum(ee * bb, least))
    projection = (ae * bb - eb * ab) / np.maximum(aa * bb - ab * ab, least)
    return {"profile": profile, "projection": projection}


def _summarise(parts: dict[str, Array]) -> dict[str, float]:
    """Middle and central 80 % of each part over the draws in which there is one."""
    bounds = np.quantile(np.stack([*parts.values()]), CENTRAL, axis=1).T
    row: dict[str, float] = {}
    for (name, values), found in zip(parts.items(), bounds, strict=True):
        known = values[np.isfinite(values)]
        is_partly = 0 < len(known) < len(values)
        numbers = np.quantile(known, CENTRAL) if is_partly else found
        ends = (f"{name}_low", name, f"{name}_high")
        row |= dict(zip(ends, numbers.tolist(), strict=True))
    return row
