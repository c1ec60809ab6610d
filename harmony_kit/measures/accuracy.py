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
from math import atanh, tanh
from typing import Final

import numpy as np

from harmony_kit.measures.arrays import Array
from harmony_kit.measures.declaration import COUNT, GAP, INDEX, PROBABILITY, SHARE, declare
from harmony_kit.measures.looks import Looks, count_topics
from harmony_kit.measures.site_ratings import WIDTH

__all__ = ["ACCURACY", "CENTRAL", "FEWEST_TOPICS", "Hits", "read_accuracy"]

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

#: Draws alone hold the profile a little too seldom (0.78; with this 0.85: benchmarks/truth.py).
_PROFILE_WIDER: Final = 1.15
#: Beside a correlation of 1 Fisher's z is without end.
_LARGEST: Final = 0.9999

#: Flat guesses tried per point of the scale.
_PER_POINT: Final = 4


@dataclass(frozen=True)
class Hits:
    """How many of some topics come within the tolerance, per draw.

    Attributes
    ----------
    n_topics
        Of how many.
    understood, projected, guessed
        Number of topics the estimate, the own view and the best single answer to all reach.
    """

    n_topics: int
    understood: Array
    projected: Array
    guessed: Array

    @classmethod
    def of(cls, looks: Looks) -> Hits:
        """Of draws."""
        best = _guess_best(looks.other, looks.tolerance)
        understood, projected = count_topics(looks.is_close), count_topics(looks.is_same)
        return cls(len(looks.own), understood, projected, best)

    @property
    def beyond_both(self) -> Array:
        """Whether understanding beats projecting and a flat guess at once: 0, 1/2 or 1."""
        return _exceeds(self.understood, np.maximum(self.projected, self.guessed))


def _guess_best(other: Array, tolerance: float) -> Array:
    """Topics the best single answer comes close to, per draw; quarters of a point are tried."""
    # First and last guess that comes close, as small whole numbers, which compare ten times faster.
    first = np.ceil((other - tolerance) * _PER_POINT).astype(np.int8)
    last = np.floor((other + tolerance) * _PER_POINT).astype(np.int8)
    guesses = range(int(WIDTH * _PER_POINT) + 1)
    near = [count_topics((first <= guess) & (last >= guess)) for guess in guesses]
    return np.asarray(np.max(near, axis=0))


def read_accuracy(looks: Looks, hits: Hits) -> dict[str, float]:
    """The parts of accuracy of one direction.

    Parameters
    ----------
    looks
        Draws of what the two lenses think.
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
    read = count_topics(looks.is_close & ~looks.is_same)
    parts = {
        "level": looks.misreading.mean(axis=0),
        "projected": hits.projected / hits.n_topics,
        "guessed": hits.guessed / hits.n_topics,
        "different_understood": _share_of(read, n_different),
    }
    if hits.n_topics >= FEWEST_TOPICS:
        parts |= _read_profile(looks)
    row = {name: float("nan") for name in ACCURACY.columns} | _summarise(parts)
    if hits.n_topics >= FEWEST_TOPICS:
        row |= _widen_profile(row["profile_low"], row["profile"], row["profile_high"])
    row["n_different"] = int(np.median(n_different))
    row["p_beyond_projection"] = float(_exceeds(hits.understood, hits.projected).mean())
    row["p_beyond_guess"] = float(_exceeds(hits.understood, hits.guessed).mean())
    return row


def _widen_profile(low: float, middle: float, high: float) -> dict[str, float]:
    """Ends of the profile farther from its middle by `_PROFILE_WIDER`, in Fisher's z."""
    below, centre, above = (
        atanh(max(-_LARGEST, min(one, _LARGEST))) for one in (low, middle, high)
    )
    ends = centre + _PROFILE_WIDER * (below - centre), centre + _PROFILE_WIDER * (above - centre)
    return {"profile_low": min(tanh(ends[0]), low), "profile_high": max(tanh(ends[1]), high)}


def _exceeds(number: Array, than: Array) -> Array:
    """1 where a number is larger, one half where it is equal."""
    return np.asarray((number > than) + 0.5 * (number == than))


def _share_of(hit: Array, n: Array) -> Array:
    return np.where(n > 0, hit / np.maximum(n, 1), np.nan)


def _read_profile(looks: Looks) -> dict[str, Array]:
    a, e, b = (part - part.mean(axis=0) for part in (looks.own, looks.estimate, looks.other))
    aa, ee, bb = ((x * x).sum(axis=0) for x in (a, e, b))
    ab, ae, eb = ((x * y).sum(axis=0) for x, y in ((a, b), (a, e), (e, b)))
    least = np.float32(1e-6)
    profile = eb / np.sqrt(np.maximum(ee * bb, least))
    projection = (ae * bb - eb * ab) / np.maximum(aa * bb - ab * ab, least)
    return {"profile": profile, "projection": projection}


def _summarise(parts: dict[str, Array]) -> dict[str, float]:
    """Middle and central 80 % of each part over the draws in which there is one."""
    ranked = np.sort(np.stack([*parts.values()]).astype(np.float64), axis=1)  # NaN come last
    n = np.isfinite(ranked).sum(axis=1)[:, None]
    place = np.maximum(n - 1, 0) * np.array(CENTRAL)
    below = np.floor(place).astype(int)
    above = np.minimum(below + 1, np.maximum(n - 1, 0))
    low, high = (np.take_along_axis(ranked, at, axis=1) for at in (below, above))
    row: dict[str, float] = {}
    for name, bounds in zip(parts, low + (place - below) * (high - low), strict=True):
        ends = (f"{name}_low", name, f"{name}_high")
        row |= dict(zip(ends, bounds.tolist(), strict=True))
    return row
