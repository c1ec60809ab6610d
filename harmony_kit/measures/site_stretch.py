"""The step of the site model that moves all misreadings of a site together.

One at a time they move slowly where they are nearly equal: how far they lie apart is known from
the misreadings, and these from how far they lie apart. So each sweep also draws centre, step and
spread given the answers, while every misreading keeps its place relative to them (ancillary
beside sufficient: Yu & Meng 2011; moves along a scale: Liu & Sabatti 2000).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from harmony_kit.measures.arrays import Array
from harmony_kit.measures.lens_means import HeardSums
from harmony_kit.measures.seeding import Streams
from harmony_kit.measures.site_state import PRIOR, Chains, prior_scatter

__all__ = ["stretch"]

#: How much wider or narrower all misreadings may become at once.
_FACTORS: Final = np.exp(np.linspace(-1.5, 1.5, 13))[:, None, None]
_CENTRE: Final = np.array(PRIOR.centre[2:])[:, None]
_MISREADINGS: Final = np.array([2, 3])


def stretch(chains: Chains, heard: HeardSums, streams: Streams) -> Chains:
    """The chains with centre, step and spread of misreadings drawn given their relative places."""
    weight = 1 / chains.error[2:]
    worth = heard.n[2:] * weight
    pull = heard.residual[2:] * weight - worth * chains.means[2:]
    centre, step, means = chains.centre.copy(), chains.step, chains.means.copy()

    off = (centre[2:] - _CENTRE, PRIOR.centre_deviation)
    by = _draw_move(pull.sum(axis=1), worth.sum(axis=1), off, streams)
    centre[2:] += by
    moved = np.broadcast_to(by.astype(np.float32)[:, None], worth.shape)
    pull -= worth * moved
    means[2:] += moved

    aside = worth * chains.side
    off = (step, PRIOR.step_deviation)
    by = _draw_move(
        (pull * chains.side).sum(axis=1), (aside * chains.side).sum(axis=1), off, streams
    )
    sign = np.where(step + by < 0, np.float32(-1), np.float32(1))[:, None]
    moved = by.astype(np.float32)[:, None]
    pull -= aside * moved
    means[2:] += chains.side * moved
    chains = replace(
        chains, centre=centre, step=np.abs(step + by), side=chains.side * sign, means=means
    )
    return _widen(chains, pull, worth, streams)


def _draw_move(pull: Array, worth: Array, off: tuple[Array, float], streams: Streams) -> Array:
    """How far to move something given the answers; `off` the middle of a normal prior it lies."""
    distance, deviation = off
    precision = worth + deviation**-2
    by = (pull - distance * deviation**-2) / precision
    return np.asarray(by + streams.normal(2) / np.sqrt(precision))


def _widen(chains: Chains, pull: Array, worth: Array, streams: Streams) -> Chains:
    """All misreadings of a lens farther apart, or closer, by one factor."""
    means, precision = chains.means, chains.precision.copy()
    apart = means[2:] - means[1::-1] - chains.centre[2:].astype(np.float32)[:, None]
    apart -= chains.side * chains.step.astype(np.float32)[:, None]
    linear, curve = (pull * apart).sum(axis=1), (worth * apart * apart).sum(axis=1)
    held = precision[_MISREADINGS, _MISREADINGS] * prior_scatter(chains, apart.shape[1])[2:] / 2
    by = _FACTORS - 1
    # To the power of -5: -10 of the inverse Wishart density, 5 of the change of its entries.
    chance = by * linear - by * by / 2 * curve - 5 * np.log(_FACTORS) - held / _FACTORS**2
    best = _FACTORS[streams.choose(chance), 0, 0]
    means[2:] += (best - 1).astype(np.float32)[:, None] * apart
    precision[2:] /= best[:, None]
    precision[:, 2:] /= best
    return replace(chains, precision=precision)
