"""From probabilities to words: the most probable state, and whether it may be claimed."""

from __future__ import annotations

from typing import Any, Final, Literal, TypeAlias, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from harmony_kit.engagement.settings import Settings
from harmony_kit.measures.declaration import COUNT, MEAN, NAME, SHARE, declare

__all__ = [
    "APART",
    "CLOSE",
    "MOST_WRONG",
    "STATES",
    "UNKNOWING",
    "WORDED",
    "WRONG_CLAIMS",
    "Claim",
    "State",
    "expected_wrong_claims",
    "find_range",
    "grade_claims",
    "middle_certainty",
    "name_states",
    "state_named",
]

#: The columns of `expected_wrong_claims`, in order.
WRONG_CLAIMS: Final = declare(
    site=NAME,
    wave=NAME,
    n_topics=COUNT.of("directions").or_none,
    n_claimed=COUNT.of("directions").or_none,
    expected_wrong=MEAN.of("directions"),
    share_wrong=SHARE,
)

#: How a lens stands to the other on a topic: both think alike and it knows, they differ and it
#: knows, they differ and it does not know, both think alike and it does not know.
State: TypeAlias = Literal["shared_view", "known_difference", "false_consensus", "false_conflict"]
STATES: Final[tuple[State, ...]] = get_args(State)

#: Where the two sides think alike, and where they do not.
CLOSE: Final[tuple[State, ...]] = ("shared_view", "false_conflict")
APART: Final[tuple[State, ...]] = ("known_difference", "false_consensus")

#: Where a side does not know which of the two it is.
UNKNOWING: Final[tuple[State, ...]] = ("false_consensus", "false_conflict")

#: How sure a reading is, and which of them a report may put into words.
Claim: TypeAlias = Literal["claimed", "leaning", "open"]
WORDED: Final[tuple[Claim, ...]] = ("claimed", "leaning")


def state_named(name: object) -> State | None:
    """The state of that name, none where it names no state.

    >>> state_named("false_conflict"), state_named("too_few")
    ('false_conflict', None)
    """
    return next((state for state in STATES if state == name), None)


#: Of the claims a report makes, at most this share is expected to be wrong, on the average of
#: reports: a single report can have more. One in ten is meant; the rest is a margin for what the
#: model leaves out (benchmarks/truth.py says how many reports keep to one in ten).
MOST_WRONG: Final = 0.08


def name_states(probabilities: pd.DataFrame) -> pd.Series:
    """The most probable of the columns ``p_<state>``, NA where there is none; ties: the first.

    >>> list(name_states(pd.DataFrame({"p_shared_view": [0.2], "p_false_conflict": [0.8]})))
    ['false_conflict']
    """
    values = probabilities.to_numpy(dtype=float)
    names = np.array([name.removeprefix("p_") for name in probabilities.columns], dtype=object)
    chosen = names[np.nan_to_num(values, nan=-1).argmax(axis=1)]
    chosen[np.isnan(values).any(axis=1)] = None
    return pd.Series(chosen, index=probabilities.index, dtype="str")


def grade_claims(certainty: pd.Series, report: pd.DataFrame, settings: Settings) -> pd.Series:
    """``claimed``, ``leaning`` or ``open`` per row; NA where the certainty is NaN.

    A row is claimed from `Settings.claim_at` on, as long as the claims of its report stay right
    often enough together: of the claims of one report, taken from the most certain down, as
    many stand as keep the expected share of wrong ones (the mean of 1 - certainty) within
    `MOST_WRONG`. The others are leaning. Equally certain claims stand or fall together. This is
    the Bayesian false discovery rate of Newton et al. (2004), Biostatistics 5, 155-176.

    Parameters
    ----------
    certainty
        Probability of what would be claimed, 0 to 1.
    report
        The columns that tell one report from another (site and wave), same index.
    settings
        The thresholds.

    Examples
    --------
    >>> report = pd.DataFrame({"site": ["north"] * 3})
    >>> list(grade_claims(pd.Series([0.95, 0.90, 0.85]), report, Settings()))
    ['claimed', 'claimed', 'leaning']
    """
    p = certainty.to_numpy(dtype=float)
    is_claimed = p >= settings.claim_at
    is_claimed[_too_many(p, is_claimed, report)] = False
    claim = np.full(len(p), "open", dtype=object)
    claim[p >= settings.leaning_at] = "leaning"
    claim[is_claimed] = "claimed"
    claim[np.isnan(p)] = None
    return pd.Series(claim, index=certainty.index, dtype="str")


def _too_many(
    p: NDArray[np.float64], is_claimed: NDArray[np.bool_], report: pd.DataFrame
) -> NDArray[np.int64]:
    """Rows whose claim would take the share of wrong claims of its report past the limit."""
    rows = np.flatnonzero(is_claimed)
    if not len(rows):
        return rows
    columns = [pd.factorize(report[name].iloc[rows])[0] for name in report.columns]
    order = np.lexsort((-p[rows], *columns))
    rows, keys = rows[order], [column[order] for column in columns]
    starts = _starts(*keys)
    sizes = np.diff([*starts, len(rows)])
    sums = np.cumsum(1 - p[rows])
    before = np.repeat(sums[starts] - (1 - p[rows[starts]]), sizes)
    rank = np.arange(len(rows)) - np.repeat(starts, sizes) + 1
    is_kept = (sums - before) / rank <= MOST_WRONG + 1e-9
    ties = _starts(*keys, p[rows])
    all_kept = np.logical_and.reduceat(is_kept, ties)
    left_out: NDArray[np.int64] = rows[~np.repeat(all_kept, np.diff([*ties, len(rows)]))]
    return left_out


def _starts(*keys: NDArray[Any]) -> NDArray[np.int64]:
    """Where a run of rows with the same `keys` begins."""
    is_new = np.ones(len(keys[0]), dtype=bool)
    is_new[1:] = np.any([key[1:] != key[:-1] for key in keys], axis=0)
    return np.flatnonzero(is_new)


def middle_certainty(claim: pd.Series, settings: Settings) -> pd.Series:
    """The middle of the range in which a claim leaves its certainty; NaN where nothing is said.

    >>> list(middle_certainty(pd.Series(["claimed", "leaning", "open"]), Settings()))
    [0.9, 0.7, nan]
    """
    middles = {claimed: middle for middle, (claimed, _) in _list_ranges(settings).items()}
    return claim.map(middles).astype("float64")


def _list_ranges(settings: Settings) -> dict[float, tuple[str, tuple[float, float]]]:
    """The middle of each range → the claim that leaves it, and its ends."""
    ranges = {
        "claimed": (settings.claim_at, 1.0),
        "leaning": (settings.leaning_at, settings.claim_at),
    }
    return {round(sum(ends) / 2, 2): (claim, ends) for claim, ends in ranges.items()}


def find_range(certainty: float, settings: Settings) -> tuple[float, float] | None:
    """The range a told certainty stands for, where it is the middle of what a claim leaves.

    >>> find_range(0.7, Settings()), find_range(0.95, Settings())
    ((0.6, 0.8), None)
    """
    found = _list_ranges(settings).get(round(certainty, 2))
    return found[1] if found else None


def expected_wrong_claims(topics: pd.DataFrame) -> pd.DataFrame:
    """How many of a report's claims are expected to be wrong.

    Parameters
    ----------
    topics
        From `measure_topics`.

    Returns
    -------
    frame
        One row per site and wave: ``site, wave, n_topics`` (directions with a state),
        ``n_claimed, expected_wrong`` (sum of 1 - probability over the claimed), ``share_wrong``
        (of the claims; 0 to `MOST_WRONG`, NaN without claims).

    Examples
    --------
    >>> topics = pd.DataFrame({"site": "north", "wave": "1", "state": STATES[0]}, index=range(2))
    >>> topics = topics.assign(**dict.fromkeys((f"p_{one}" for one in STATES), 0.02))
    >>> topics = topics.assign(p_shared_view=[0.95, 0.90], claim="claimed")
    >>> expected_wrong_claims(topics)[["n_topics", "n_claimed", "expected_wrong", "share_wrong"]]
       n_topics  n_claimed  expected_wrong  share_wrong
    0         2          2            0.15        0.075
    """
    probability = topics[[f"p_{state}" for state in STATES]].max(axis=1)
    is_claimed = topics["claim"] == "claimed"
    frame = pd.DataFrame(
        {
            "site": topics["site"],
            "wave": topics["wave"],
            "n_topics": topics["state"].notna(),
            "n_claimed": is_claimed,
            "expected_wrong": (1 - probability).where(is_claimed, 0.0),
        }
    )
    sums = frame.groupby(["site", "wave"], as_index=False).sum()
    claims = sums["n_claimed"].astype("float64")
    sums["share_wrong"] = sums["expected_wrong"] / claims.where(claims > 0)
    return WRONG_CLAIMS.select(sums)
