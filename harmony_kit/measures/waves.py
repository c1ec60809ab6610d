"""Waves of one site: their order, which topics can be compared, and who came back.

>>> from harmony_kit.measures.examples import answers_of, items_of, said
>>> answers = answers_of(
...     said("it", "x.clear", [5, 4, 4]),
...     said("it", "x.clear", [None, 4, 4, 3], wave="2", answered_at="2026-09-01T08:00:00Z"),
... )
>>> pair_waves(answers)
    site from_wave to_wave
0  north         1       2
>>> returns = measure_returns(answers, min_group=1)
>>> returns[["n_before", "n_after", "n_returned", "n_left", "n_joined"]]
   n_before  n_after  n_returned  n_left  n_joined
0         3        3           2       1         1
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from harmony_kit.measures.declaration import COUNT, NAME, declare
from harmony_kit.measures.finishing import finish
from harmony_kit.measures.privacy import LicensedFrame, license_returns

__all__ = ["RETURNS", "Wordings", "compare_wordings", "measure_returns", "pair_waves"]

#: Wave → item → what its wording was then (a hash of text, anchors and scale will do).
Wordings = Mapping[str, Mapping[str, str]]

#: The columns of `measure_returns`, in order.
RETURNS = declare(
    site=NAME,
    lens=NAME,
    from_wave=NAME,
    to_wave=NAME,
    n_before=COUNT.or_none,
    n_after=COUNT.or_none,
    n_returned=COUNT.or_none,
    n_left=COUNT.or_none,
    n_joined=COUNT.or_none,
)


def pair_waves(answers: LicensedFrame) -> pd.DataFrame:
    """Each wave of a site with the one after it: ``site, from_wave, to_wave``.

    Waves follow each other as their first answers do; at the same moment, as their names do.
    A site with one wave has no row.
    """
    begun = answers.groupby(["site", "wave"])["answered_at"].min().reset_index()
    begun = begun.sort_values(["site", "answered_at", "wave"], kind="stable")
    pairs = begun.assign(to_wave=begun.groupby("site")["wave"].shift(-1))
    pairs = pairs[pairs["to_wave"].notna()].rename(columns={"wave": "from_wave"})
    named = pairs[["site", "from_wave", "to_wave"]].astype("str")
    return named.reset_index(drop=True)


def compare_wordings(pairs: pd.DataFrame, wordings: Wordings | None) -> pd.Series:
    """Whether the item of each row asked the same in both waves.

    Parameters
    ----------
    pairs
        With columns ``item, from_wave, to_wave``, and ``n_before`` and ``n_after`` answers.
    wordings
        What each wave asked; None if nobody knows.

    Returns
    -------
    series
        ``same``, ``reworded``, ``new`` (not asked before), ``dropped`` (not asked any more), or
        ``unverified`` where the wording of one of the waves is not known. Only ``same`` and
        ``unverified`` are compared, and the second never without saying so.
    """
    known = wordings or {}
    words = [
        (known.get(before), known.get(after), item)
        for before, after, item in zip(
            pairs["from_wave"], pairs["to_wave"], pairs["item"], strict=True
        )
    ]
    found = [_compare(before, after, item) for before, after, item in words]
    comparison = pd.Series(found, index=pairs.index, dtype="str")
    is_comparable = comparison.isin(["same", "unverified"])
    comparison[is_comparable & (pairs["n_before"] == 0)] = "new"
    comparison[is_comparable & (pairs["n_after"] == 0)] = "dropped"
    return comparison


def _compare(before: Mapping[str, str] | None, after: Mapping[str, str] | None, item: str) -> str:
    if before is None or after is None:
        return "unverified"
    if item not in before:
        return "new"
    if item not in after:
        return "dropped"
    return "same" if before[item] == after[item] else "reworded"


def measure_returns(answers: LicensedFrame, *, min_group: int) -> pd.DataFrame:
    """Who came back: people of each lens in one wave and the next.

    A person is the same pseudonym at the same site and lens; the counts mean something only
    where an engagement keeps pseudonyms from wave to wave.

    Parameters
    ----------
    answers
        Licensed answers of all waves.
    min_group
        Fewest people who may be told of.

    Returns
    -------
    frame
        One row per site, lens and pair of waves: people `n_before` and `n_after`, of them
        `n_returned` (in both), `n_left` (only before) and `n_joined` (only after); all three NA
        where one of them is small (see `license_returns`).
    """
    people = answers[["site", "wave", "lens", "respondent"]].drop_duplicates()
    pairs = pair_waves(answers)
    before = pairs.merge(people.rename(columns={"wave": "from_wave"}), on=["site", "from_wave"])
    after = pairs.merge(people.rename(columns={"wave": "to_wave"}), on=["site", "to_wave"])
    both = before.merge(after, how="outer", indicator="when")
    key = ["site", "lens", "from_wave", "to_wave"]
    when = pd.get_dummies(both["when"]).astype("int64").rename(columns=str)
    counts = pd.concat([both[key], when], axis=1).groupby(key, as_index=False).sum()
    counts["n_returned"] = counts["both"]
    counts["n_left"], counts["n_joined"] = counts["left_only"], counts["right_only"]
    counts["n_before"] = counts["both"] + counts["left_only"]
    counts["n_after"] = counts["both"] + counts["right_only"]
    ordered = counts.sort_values(["site", "lens"], kind="stable")
    rank = pairs.reset_index().merge(ordered, on=["site", "from_wave", "to_wave"], how="right")
    ordered = ordered.iloc[np.lexsort([rank["index"], rank["lens"], rank["site"]])]
    licensed = license_returns(ordered.reset_index(drop=True), min_group=min_group)
    return finish(licensed, RETURNS)
