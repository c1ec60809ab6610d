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

from typing import Final

import numpy as np

from harmony_kit.measures.arrays import Array
from harmony_kit.measures.declaration import COUNT, GAP, INDEX, PROBABILITY, SHARE, declare
from harmony_kit.measures.site_ratings import WIDTH

__all__ = ["ACCURACY", "CENTRAL", "FEWEST_TOPICS", "beat_baselines", "read_accuracy"]

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


def read_accuracy(own: Array, estimate: Array, other: Array, tolerance: float) -> dict[str, float]:
    """The parts of accuracy of one direction.

    Parameters
    ----------
    own, estimate, other
        Draws of lens means, shape (topics, draws), on a scale from 0 to `WIDTH`.
    tolerance
        On that scale.

    Returns
    -------
    row
        Columns of `ACCURACY`. `level` in points of a 5-point scale; `projected` and
        `guessed` are the shares of topics that projecting and the best flat guess would reach;
        `n_different` is the middle number of topics that really differ. NaN where there are too
        few topics, or none that differ.
    """
    is_close = np.abs(estimate - other) <= tolerance
    is_same = np.abs(own - other) <= tolerance
    guessed = _guess_flat(other, tolerance)
    parts = {
        "level": (estimate - other).mean(axis=0),
        "projected": is_same.mean(axis=0),
        "guessed": guessed,
        "different_understood": _share_of(is_close, ~is_same),
    }
    if len(own) >= FEWEST_TOPICS:
        parts |= _read_profile(own, estimate, other)
    row = {name: float("nan") for name in ACCURACY.columns}
    for name, values in parts.items():
        row |= _summarise(name, values)
    understood = is_close.mean(axis=0)
    row["n_different"] = int(np.median((~is_same).sum(axis=0)))
    row["p_beyond_projection"] = float(_exceeds(understood, parts["projected"]).mean())
    row["p_beyond_guess"] = float(_exceeds(understood, guessed).mean())
    return row


def beat_baselines(own: Array, estimate: Array, other: Array, tolerance: float) -> Array:
    """Whether understanding beats projecting and a flat guess at once, per draw: 0, ½ or 1."""
    understood = (np.abs(estimate - other) <= tolerance).mean(axis=0)
    projected = (np.abs(own - other) <= tolerance).mean(axis=0)
    return _exceeds(understood, np.maximum(projected, _guess_flat(other, tolerance)))


def _exceeds(share: Array, than: Array) -> Array:
    """1 where a share is larger, one half where it is equal."""
    return np.asarray((share > than + 1e-9) + 0.5 * (np.abs(share - than) <= 1e-9))


def _guess_flat(other: Array, tolerance: float) -> Array:
    """Share of topics the best single answer to all of them would reach, per draw."""
    reached = [(np.abs(other - guess) <= tolerance).mean(axis=0) for guess in _GUESSES]
    return np.asarray(np.max(reached, axis=0))


def _share_of(is_close: Array, which: Array) -> Array:
    n = which.sum(axis=0)
    return np.where(n > 0, (is_close & which).sum(axis=0) / np.maximum(n, 1), np.nan)


def _read_profile(own: Array, estimate: Array, other: Array) -> dict[str, Array]:
    a, e, b = (part - part.mean(axis=0) for part in (own, estimate, other))
    aa, ee, bb = ((x * x).sum(axis=0) for x in (a, e, b))
    ab, ae, eb = ((x * y).sum(axis=0) for x, y in ((a, b), (a, e), (e, b)))
    least = np.float32(1e-6)
    profile = eb / np.sqrt(np.maximum(ee * bb, least))
    projection = (ae * bb - eb * ab) / np.maximum(aa * bb - ab * ab, least)
    return {"profile": profile, "projection": projection}


def _summarise(name: str, values: Array) -> dict[str, float]:
    known = values[np.isfinite(values)]
    if not known.size:
        return {}
    low, middle, high = np.quantile(known, CENTRAL)
    return {name: float(middle), f"{name}_low": float(low), f"{name}_high": float(high)}
