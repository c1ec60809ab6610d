"""Where randomness comes from: a generator that depends on the answers and on nothing else.

The same answers give the same draws, in any order and in any company, and so the same report. A
secret of the engagement, where there is one, keeps others from repeating the draws.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
from scipy.special import ndtri

from harmony_kit.measures.arrays import Array

__all__ = ["Streams", "cube_normal", "digest_arrays", "seed_draws"]


def digest_arrays(arrays: Iterable[np.ndarray]) -> bytes:
    """A digest (32 bytes) of the shapes, types and values of some arrays, in this order."""
    digest = hashlib.blake2b(digest_size=32)
    for array in arrays:
        digest.update(f"{array.dtype.str}{array.shape}".encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.digest()


def seed_draws(digest: bytes, secret: bytes | None = None) -> np.random.Generator:
    """The generator for the draws that belong to some answers.

    Parameters
    ----------
    digest
        Of the answers, see `digest_arrays`.
    secret
        At most 64 bytes that only the engagement knows; without it anybody who has the answers
        can repeat the draws.
    """
    seed = hashlib.blake2b(digest, digest_size=16, key=secret or b"").digest()
    return np.random.Generator(np.random.SFC64(int.from_bytes(seed, "little")))


#: One normal number per word of 16 bits: a table is five times as fast as a formula.
_QUANTILES: Final = ndtri((np.arange(2**16) + 0.5) / 2**16).astype(np.float32)

#: Gamma numbers of smaller shapes are not near enough to a cube of normal ones.
_SMALL: Final = 2.5

#: Words drawn ahead for each site.
_AHEAD: Final = 2**16


class Streams:
    """The generators of several sites, whose chains lie side by side on the last axis.

    Each site draws from its own generator as much as it would alone: what a site gets does not
    depend on its company. Words of 16 bits are drawn ahead, for all sites as many.

    Parameters
    ----------
    each
        One generator per site.
    chains
        Chains of each site.
    """

    def __init__(self, each: Sequence[np.random.Generator], chains: int) -> None:
        self.each, self.chains = tuple(each), chains
        self._ahead = np.empty((len(self.each), 0), dtype=np.uint16)

    def normal(self, *shape: int) -> Array:
        """Standard normal, single precision, shape (`shape`, sites times chains)."""
        return _QUANTILES.take(self._draw_words(shape), mode="clip")

    def uniform(self, *shape: int) -> Array:
        """Between 0 and 1, as above."""
        return (self._draw_words(shape) + np.float32(0.5)) * np.float32(2**-16)

    def gamma(self, shape: Array) -> Array:
        """Gamma of these shapes, the last axis over sites times chains.

        With the cube root of Wilson & Hilferty (1931), off by less than a thousandth from 2.5 on;
        smaller ones are drawn one larger, times a power (Stuart 1962).
        """
        is_small = shape < _SMALL
        power = self.uniform(*shape.shape[:-1]) ** np.where(is_small, 1 / shape, 0)
        return power * cube_normal(shape + is_small, self.normal(*shape.shape[:-1]))

    def choose(self, logs: Array) -> Array:
        """A place on the first axis for each of the others, with chances as exp of `logs`."""
        edges = np.cumsum(np.exp(logs - logs.max(axis=0)), axis=0)
        return np.asarray((self.uniform(*logs.shape[1:-1]) * edges[-1] >= edges[:-1]).sum(axis=0))

    def normal_of(self, people: Sequence[int]) -> Array:
        """Standard normal per person of each site; 0 for those a site has fewer than the most."""
        drawn = np.zeros((max(people), len(people) * self.chains), dtype=np.float32)
        for place, (one, n) in enumerate(zip(self.each, people, strict=True)):
            columns = slice(place * self.chains, (place + 1) * self.chains)
            words = _draw_words(one, n * self.chains).reshape(n, self.chains)
            drawn[:n, columns] = _QUANTILES.take(words, mode="clip")
        return drawn

    def _draw_words(self, shape: tuple[int, ...]) -> Array:
        n = math.prod(shape) * self.chains
        if self._ahead.shape[1] < n:
            self._ahead = np.stack([_draw_words(one, max(n, _AHEAD)) for one in self.each])
        words, self._ahead = self._ahead[:, :n], self._ahead[:, n:]
        beside = words.reshape(len(self.each), -1, self.chains).transpose(1, 0, 2)
        return beside.reshape(*shape, len(self.each) * self.chains)


def cube_normal(shape: Array, normal: Array) -> Array:
    """Gamma numbers of these shapes from as many standard normal ones."""
    part = 1 / (9 * shape)
    cube = normal * np.sqrt(part)
    cube += 1 - part
    np.maximum(cube, np.float32(0.05), out=cube)
    return np.asarray(shape * cube * cube * cube)


def _draw_words(random: np.random.Generator, n: int) -> Array:
    """Words of 16 bits, each as likely as any."""
    words: Array = random.bit_generator.random_raw(-(-n // 4)).astype("<u8", copy=False)
    return words.view("<u2")[:n]
