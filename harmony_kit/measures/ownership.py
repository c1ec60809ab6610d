"""Who answers for what: what each lens says, and how the two answers meet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from harmony_kit.engagement.settings import Settings
from harmony_kit.journal.answers import OTHER
from harmony_kit.measures.arrays import Floats, Ints, Names
from harmony_kit.measures.declaration import COUNT, NAME, PEOPLE, PROBABILITY, declare
from harmony_kit.measures.finishing import CERTAINTY, finish, sort_rows
from harmony_kit.measures.modes import mode_probabilities
from harmony_kit.measures.privacy import LicensedFrame
from harmony_kit.measures.selection import (
    answered_again,
    find_rows,
    headcounts_of,
    join_pairs,
    lens_pairs,
    select_answers,
)

__all__ = ["NOBODY", "OWNERSHIP", "PATTERNS", "measure_ownership"]

#: How the owners two lenses name for a duty can meet.
PATTERNS = ("agreed", "contested", "claimed_by_both", "void")

#: The option that says a duty has no owner.
NOBODY = "nobody"

_KEYS = ["site", "wave", "item", "subject"]

#: Columns of `measure_ownership`, in order.
OWNERSHIP = declare(
    site=NAME,
    wave=NAME,
    item=NAME,
    subject=NAME,
    lens=NAME,
    other=NAME,
    dimension=NAME,
    group=NAME,
    n=PEOPLE,
    n_other=PEOPLE,
    n_dont_know=COUNT,
    counts=COUNT.each,
    owner=NAME,
    p_owner=PROBABILITY,
    other_owner=NAME,
    p_other_owner=PROBABILITY,
    p_self=PROBABILITY,
    p_handed_over=PROBABILITY,
    p_nobody=PROBABILITY,
    p_agreed=PROBABILITY,
    p_contested=PROBABILITY,
    p_claimed_by_both=PROBABILITY,
    p_void=PROBABILITY,
    p_unowned=PROBABILITY,
    pattern=NAME,
    probability=PROBABILITY,
    claim=NAME,
)


def measure_ownership(
    answers: LicensedFrame,
    items: pd.DataFrame,
    *,
    lenses: tuple[str, str] | None = None,
    headcounts: pd.DataFrame | None = None,
    settings: Settings | None = None,
) -> pd.DataFrame:
    """Whom each lens names for each duty, and how the two answers meet.

    A row is a site, wave, duty (choice items of group ``duty`` or ``bridge``) and lens; columns
    `OWNERSHIP`. `counts` is answers per option, `owner` the option most chose (NA when
    several tie). The pattern and its probabilities are those of the duty and the same in both
    of its rows: ``agreed`` on an owner, ``claimed_by_both``, ``void`` (both say nobody, or each
    says the other), else ``contested``, as where both say "other"; ``too_few`` when fewer than
    `Settings.min_group` of a lens answered. `p_unowned` is the probability that a lens says
    nobody or each says the other.
    `lenses` names the two lenses where a site heard only one of them. Raises `FrameError` for a
    frame without a column.

    >>> from harmony_kit.measures.examples import answers_of, items_of, said
    >>> duty = {"item": "x.duty", "kind": "choice", "group": "duty", "options": ("it", "quality")}
    >>> answers = answers_of(*(said(one, "x.duty", [[one]] * 4) for one in duty["options"]))
    >>> found = measure_ownership(answers, items_of(duty))
    >>> found[["lens", "owner", "p_owner", "pattern", "probability", "claim"]].round(2)
          lens    owner  p_owner          pattern  probability    claim
    0       it       it     0.98  claimed_by_both         0.97  claimed
    1  quality  quality     0.99  claimed_by_both         0.97  claimed
    """
    settings = settings or Settings()
    duties = items[items["kind"].eq("choice") & items["group"].isin(("duty", "bridge"))]
    chosen = select_answers(answers, duties, columns=["status", "chosen"], is_answered=False)
    duties = duties[duties["item"].isin(chosen["item"].unique())]
    rows = _rows(chosen, lens_pairs(answers, lenses))
    if rows.empty:
        return OWNERSHIP.empty()
    parts = []
    for _, same in duties.groupby("options", sort=False):
        part = rows[rows["item"].isin(same["item"])]
        counted = _count_duties(part, chosen, same["options"].iloc[0])
        n = counted.n + counted.n_dont_know
        heads = headcounts_of(counted.rows, n, headcounts)
        heads = answered_again(heads, n, settings.reliability) - counted.n_dont_know
        parts.append(_measure_duties(counted, heads, settings))
    measured = pd.concat(parts)
    measured = sort_rows(measured, items, "dimension", "group")
    measured[CERTAINTY] = measured["probability"]
    return finish(measured, OWNERSHIP, settings)


def _rows(chosen: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """One row per duty asked at a site and lens, whether that lens answered or not."""
    first = ~chosen.duplicated(_KEYS).to_numpy()
    return join_pairs(chosen.loc[first, _KEYS].astype({"item": "str"}), pairs)


@dataclass(frozen=True)
class _Duties:
    """Duties with the same options: one row per duty and lens, counts per option beside it."""

    rows: pd.DataFrame
    options: tuple[str, ...]
    counts: Ints
    n_dont_know: Ints

    @property
    def n(self) -> Ints:
        return np.asarray(self.counts.sum(axis=1), dtype=np.int64)

    def option_of(self, names: pd.Series) -> Ints:
        """Number of the option with each name; -1 where the duties have no such option."""
        return np.asarray(pd.Index(self.options).get_indexer(pd.Index(names)), dtype=np.int64)


def _count_duties(part: pd.DataFrame, chosen: pd.DataFrame, options: tuple[str, ...]) -> _Duties:
    keys = [*_KEYS, "lens"]
    rows = part.reset_index(drop=True)
    given = chosen.astype({"item": "str"})
    row = find_rows(rows[keys], given[keys])
    option = pd.Index(options).get_indexer(pd.Index(given["chosen"].str[0]))
    is_named = (row >= 0) & (option >= 0)
    cells = row[is_named] * len(options) + option[is_named]
    counts = np.bincount(cells, minlength=len(rows) * len(options))
    lost = row[(row >= 0) & given["status"].eq("dont_know").to_numpy()]
    return _Duties(
        rows=rows,
        options=options,
        counts=counts.reshape(len(rows), len(options)).astype(np.int64),
        n_dont_know=np.bincount(lost, minlength=len(rows)).astype(np.int64),
    )


def _measure_duties(duties: _Duties, heads: Floats, settings: Settings) -> pd.DataFrame:
    rows, n = duties.rows, duties.n
    p = mode_probabilities(duties.counts, heads, settings.draws)
    partner = find_rows(rows[[*_KEYS, "lens"]], rows[[*_KEYS, "other"]])
    owner, p_owner = _name_owners(duties, p)
    measured = rows.assign(
        n=n,
        n_other=n[partner],
        n_dont_know=duties.n_dont_know,
        counts=_named_counts(duties),
        owner=owner,
        p_owner=p_owner,
        other_owner=owner[partner],
        p_other_owner=p_owner[partner],
        p_self=_pick(p, duties.option_of(rows["lens"])),
        p_handed_over=_pick(p, duties.option_of(rows["other"])),
        p_nobody=_pick(p, duties.option_of(pd.Series(NOBODY, index=rows.index))),
    )
    # Two who say "other" need not mean the same.
    other = _pick(p, duties.option_of(pd.Series(OTHER, index=rows.index)))
    same = (p * p[partner]).sum(axis=1) - other * other[partner]
    return _add_patterns(measured, partner, same, settings)


def _name_owners(duties: _Duties, p: Floats) -> tuple[Names, Floats]:
    most = duties.counts.max(axis=1)
    is_alone = ((duties.counts == most[:, None]).sum(axis=1) == 1) & (most > 0)
    best = duties.counts.argmax(axis=1)
    names = np.array(duties.options, dtype=object)[best]
    names[~is_alone] = None
    return names, np.where(is_alone, _pick(p, best), np.nan)


def _named_counts(duties: _Duties) -> pd.Series:
    named = [dict(zip(duties.options, row, strict=True)) for row in duties.counts.tolist()]
    return pd.Series(named, index=duties.rows.index, dtype="object")


def _pick(p: Floats, option: Ints) -> Floats:
    return np.where(option >= 0, p[np.arange(len(p)), option], 0.0)


def _add_patterns(
    measured: pd.DataFrame, partner: Ints, same: Floats, settings: Settings
) -> pd.DataFrame:
    mine, handed = measured["p_self"].to_numpy(), measured["p_handed_over"].to_numpy()
    nobody = measured["p_nobody"].to_numpy()
    both_nobody, swapped = nobody * nobody[partner], handed * handed[partner]
    patterns = pd.DataFrame(
        {
            "p_agreed": same - both_nobody,
            "p_contested": 0.0,
            "p_claimed_by_both": mine * mine[partner],
            "p_void": both_nobody + swapped,
        },
        index=measured.index,
    )
    patterns["p_contested"] = (1 - patterns.sum(axis=1)).clip(lower=0)
    is_few = measured[["n", "n_other"]].min(axis=1).lt(settings.min_group)
    best = np.array(PATTERNS, dtype=object)[patterns.to_numpy().argmax(axis=1)]
    unowned = 1 - (1 - nobody) * (1 - nobody[partner]) + swapped
    return measured.join(patterns).assign(
        p_unowned=unowned,
        pattern=np.where(is_few, "too_few", best),
        probability=patterns.max(axis=1).where(~is_few),
    )
