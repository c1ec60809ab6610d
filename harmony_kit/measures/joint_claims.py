"""Which topics of a site may be claimed together, from draws of all of them.

Claims of one report hang together: where people answer higher than their lens, all topics are
read too high at once. So what is promised is not only that few claims are wrong on the average
of reports but, of each report, that in three of four draws at most one in ten of its claims is
wrong (exceedance of the false discovery proportion: Genovese &
Wasserman 2006).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
from scipy.stats import binom

from harmony_kit.measures.arrays import Bools, Floats

__all__ = ["ONE_IN", "PROMISE_AT", "TOPIC_DOUBT", "discount", "find_wider", "stand_together"]

#: At most one claim in so many is wrong, in so large a share of the draws (of these shares 0.75
#: claims as much as single topics did, set by benchmarks/truth.py).
ONE_IN: Final = 10
PROMISE_AT: Final = 0.75

#: How much more the doubt about a topic counts in a report of twice the width
#: (set by benchmarks/truth.py).
TOPIC_DOUBT: Final = 1.0


def find_wider(n_topics: int, apart: float) -> float:
    """By how much of it the interval of a share is wider than that of as many fair coins.

    >>> round(find_wider(36, 0.4444), 2)
    1.0
    """
    return max(apart / _width_of_coins(n_topics) - 1, 0.0)


@lru_cache(maxsize=1024)
def _width_of_coins(n: int) -> float:
    """The width of the 80 % interval of a share of `n` fair coins."""
    return float((binom.ppf(0.9, n, 0.5) - binom.ppf(0.1, n, 0.5)) / n)


def discount(certainty: float | Floats, wider: float, doubt: float = TOPIC_DOUBT) -> Floats:
    """Certainty, with what remains of doubt counted more in a wide report.

    >>> discount(np.array([0.9]), 1.0).round(2).tolist()
    [0.8]
    """
    return np.asarray(1 - (1 - certainty) * (1 + doubt * wider))


def stand_together(certainty: Floats, is_right: Bools, claim_at: float) -> Bools:
    """Which claims stand: as many of the most certain as keep the promise together.

    Parameters
    ----------
    certainty
        Of each claim, shape (claims,); below `claim_at`, or NaN, it is none.
    is_right
        Whether it would be right, shape (claims, draws).
    claim_at
        See `certainty`.

    Examples
    --------
    >>> together = np.ones((12, 100), dtype=bool)
    >>> together[:, :20] = False  # all wrong at once
    >>> int(stand_together(np.full(12, 0.81), together, 0.80).sum())
    12
    >>> apart = np.eye(12, 100, dtype=bool) ^ True  # one wrong at a time
    >>> int(stand_together(np.full(12, 0.99), apart, 0.80).sum())
    12
    >>> apart[:, ::3] &= np.arange(12)[:, None] % 4 > 0
    >>> int(stand_together(np.full(12, 0.92), apart, 0.80).sum())
    0
    """
    stands = np.zeros(len(certainty), dtype=bool)
    order = np.argsort(-np.nan_to_num(certainty), kind="stable")
    order = order[np.nan_to_num(certainty)[order] >= claim_at]
    if not len(order):
        return stands
    wrong = np.cumsum(~is_right[order], axis=0, dtype=np.int32)
    most = (np.arange(1, len(order) + 1) // ONE_IN)[:, None]
    is_kept = (wrong <= most).mean(axis=1) >= PROMISE_AT
    # Equally certain claims stand or fall together.
    is_last = np.append(np.diff(certainty[order]) != 0, True)
    ends = np.flatnonzero(is_kept & is_last)
    if len(ends):
        stands[order[: ends[-1] + 1]] = True
    return stands
