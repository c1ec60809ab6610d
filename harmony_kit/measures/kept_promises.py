"""Promises over sites: how many were kept, and where understanding rose beside it.

>>> promises = pd.DataFrame({"site": ["a", "a", "b"], "kind": ["action", "bridge", "action"]})
>>> promises = promises.assign(standing=["done", "late", "done"], is_risen=[True, True, False])
>>> found = measure_kept_promises(promises)
>>> found[["kind", "n_kept", "risen_kept", "n_broken", "risen_broken", "is_told"]]
     kind  n_kept  risen_kept  n_broken  risen_broken  is_told
0  action       2           1         0             0    False
1  bridge       0           0         1             1    False
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from harmony_kit.measures.declaration import COUNT, NAME, SHARE, TRUTH, declare
from harmony_kit.measures.finishing import finish
from harmony_kit.measures.usage import wilson_interval

__all__ = ["FEWEST_SITES", "KEPT_PROMISES", "measure_kept_promises"]

#: Of fewer sites no share is told.
FEWEST_SITES: Final = 5

#: The columns of `measure_kept_promises`, in order; the intervals hold 80 %.
KEPT_PROMISES: Final = declare(
    kind=NAME,
    n_kept=COUNT.of("sites"),
    risen_kept=COUNT.of("sites"),
    kept_low=SHARE,
    kept_high=SHARE,
    n_broken=COUNT.of("sites"),
    risen_broken=COUNT.of("sites"),
    broken_low=SHARE,
    broken_high=SHARE,
    is_told=TRUTH,
    is_apart=TRUTH,
)


def measure_kept_promises(promises: pd.DataFrame) -> pd.DataFrame:
    """At how many sites understanding rose, where promises of a kind were kept and where not.

    Parameters
    ----------
    promises
        One row per promise: ``site, kind, standing`` (``done``, or anything else) and `is_risen`,
        whether a side of the site is claimed to understand more than one wave before.

    Returns
    -------
    frame
        One row per kind; columns `KEPT_PROMISES`. A site has kept a kind where it did all of it.
        `is_told` is whether both groups hold `FEWEST_SITES` sites; the intervals are
        Wilson's, NaN where not told; `is_apart` is whether they lie apart. Sites chose
        what they promised, so a difference is a question and no cause.
    """
    if promises.empty:
        return KEPT_PROMISES.empty()
    done = promises.assign(is_kept=promises["standing"].eq("done"))
    sites = done.groupby(["kind", "site"], as_index=False)[["is_kept", "is_risen"]].min()
    rows = [_count(str(kind), part) for kind, part in sites.groupby("kind")]
    return finish(pd.DataFrame(rows), KEPT_PROMISES)


def _count(kind: str, sites: pd.DataFrame) -> dict[str, object]:
    is_kept, is_risen = sites["is_kept"].astype(bool), sites["is_risen"].astype(bool)
    trials = np.array([is_kept.sum(), (~is_kept).sum()], dtype=np.float64)
    risen = np.array([(is_kept & is_risen).sum(), (~is_kept & is_risen).sum()], dtype=np.float64)
    is_told = bool((trials >= FEWEST_SITES).all())
    low, high = wilson_interval(risen, np.where(is_told, trials, 0.0))
    return {
        "kind": kind,
        "n_kept": int(trials[0]),
        "risen_kept": int(risen[0]),
        "kept_low": low[0],
        "kept_high": high[0],
        "n_broken": int(trials[1]),
        "risen_broken": int(risen[1]),
        "broken_low": low[1],
        "broken_high": high[1],
        "is_told": is_told,
        "is_apart": is_told and bool(low[0] > high[1] or low[1] > high[0]),
    }
