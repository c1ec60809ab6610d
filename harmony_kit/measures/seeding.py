"""Where randomness comes from: a generator that depends on the answers and on nothing else.

The same answers give the same draws, in any order and in any company, and so the same report. A
secret of the engagement, where there is one, keeps others from repeating the draws.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import numpy as np

__all__ = ["digest_arrays", "seed_draws"]


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
