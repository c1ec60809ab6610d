"""The same topic in one wave and the next: what moved, and how surely.

A change counts from half the tolerance on (half a point on a 5-point scale, about the smallest
difference people notice on rating scales: Jaeschke et al. 1989; Norman et al. 2003).

>>> from harmony_kit.measures.examples import answers_of, items_of, said
>>> from harmony_kit.measures.wave_pairs import draw_successive
>>> answers = answers_of(
...     said("it", "x.clear", [2, 2, 3]),
...     said("it", "x.clear", [5, 4, 5], wave="2", answered_at="2026-09-01T08:00:00Z"),
...     said("quality", "x.clear", [3, 3, 2], about="it"),
... )
>>> items = items_of({"item": "x.clear"})
>>> changes = measure_changes(draw_successive(answers, items, settings=Settings()))
>>> changes.loc[[0], ["lens", "quantity", "before", "after", "change", "direction"]].round(2)
  lens quantity  before  after  change direction
0   it      own    2.33    NaN     NaN       NaN
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from harmony_kit.engagement.settings import Settings
from harmony_kit.measures.arrays import Draws, Floats
from harmony_kit.measures.claims import grade_claims
from harmony_kit.measures.declaration import COUNT, GAP, MEAN, NAME, PROBABILITY, declare
from harmony_kit.measures.finishing import finish
from harmony_kit.measures.privacy import license_returned
from harmony_kit.measures.readings import DIRECTIONS
from harmony_kit.measures.site_ratings import WIDTH
from harmony_kit.measures.tally import Tally
from harmony_kit.measures.wave_pairs import DrawnWaves
from harmony_kit.measures.waves import Wordings, compare_wordings

__all__ = [
    "CHANGES",
    "SMALLEST_CHANGE",
    "measure_changes",
]

#: The smallest change worth a word, as a share of the tolerance.
SMALLEST_CHANGE: Final = 0.5

#: The columns of `measure_changes`, in order.
CHANGES = declare(
    site=NAME,
    item=NAME,
    subject=NAME,
    dimension=NAME,
    lens=NAME,
    other=NAME,
    from_wave=NAME,
    to_wave=NAME,
    comparison=NAME,
    quantity=NAME,
    n_before=COUNT.or_none,
    n_after=COUNT.or_none,
    before=MEAN,
    after=MEAN,
    change=GAP,
    low=GAP,
    high=GAP,
    p_rose=PROBABILITY,
    p_steady=PROBABILITY,
    p_fell=PROBABILITY,
    direction=NAME,
    claim=NAME,
    n_returned=COUNT.or_none,
    returned_change=GAP,
)

#: What is compared: own answers, estimates, and the size of the misreading.
_QUANTITIES: Final = ("own", "estimate", "misreading")
_DRAWN: Final = ("low", "high", "p_rose", "p_steady", "p_fell")


def measure_changes(drawn: DrawnWaves, *, wordings: Wordings | None = None) -> pd.DataFrame:
    """What moved on each topic from one wave to the next.

    Parameters
    ----------
    drawn
        From `draw_successive`.
    wordings
        What each wave asked, see `compare_wordings`; without it every comparison says
        ``unverified``.

    Returns
    -------
    frame
        Three rows per topic, direction and pair of successive waves; `quantity` is ``own`` (the
        lens's own mean), ``estimate`` (its mean estimate of the other) or ``misreading`` (the
        distance of that estimate from the other's own mean, so that a fall is an improvement).
        `before`, `after` and `change` in points; `low` and `high` bound the central 80 % of the
        change and hold the change itself; `p_rose`, `p_steady`, `p_fell` are the probabilities
        of a change upwards by more than `SMALLEST_CHANGE` of the tolerance, of less than that,
        and downwards; `direction` the most probable of them. The moves are drawn by the
        `wave_model`; `n_returned` people answered twice, and their answers moved by
        `returned_change` (see `license_returned`). What `comparison` does not allow to compare has
        no change: NA.
    """
    settings = drawn.settings
    changes = _stack(drawn.tally, drawn.pairs, _summarise_all(drawn))
    changes["comparison"] = compare_wordings(changes, wordings)
    is_silent = ~changes["comparison"].isin(["same", "unverified"])
    changes.loc[is_silent, ["change", *_DRAWN]] = np.nan
    changes = changes.merge(_returned(drawn), how="left", on=[*_RETURNED, "quantity"])
    changes.loc[is_silent.to_numpy(), "returned_change"] = np.nan
    return _name_directions(license_returned(changes, min_group=settings.min_group), settings)


def _stack(tally: Tally, pairs: pd.DataFrame, drawn: Floats) -> pd.DataFrame:
    """One row per topic, direction and quantity: before, after, and the change between."""
    frames = []
    for side, columns in enumerate(DIRECTIONS):
        for place, quantity in enumerate(_QUANTITIES):
            frame = _describe(pairs, side).assign(quantity=quantity)
            frame[["n_before", "before"]] = _level(tally, pairs["row_before"], columns, place)
            frame[["n_after", "after"]] = _level(tally, pairs["row_after"], columns, place)
            frame[list(_DRAWN)] = drawn[side, place]
            frames.append(frame)
    changes = pd.concat(frames).sort_index(kind="stable").reset_index(drop=True)
    changes["change"] = changes["after"] - changes["before"]
    changes["low"] = np.minimum(changes["low"], changes["change"])
    changes["high"] = np.maximum(changes["high"], changes["change"])
    return changes


def _describe(pairs: pd.DataFrame, side: int) -> pd.DataFrame:
    names = ("first", "second") if side == 0 else ("second", "first")
    columns = ["site", "item", "subject", "dimension", "points", "from_wave", "to_wave"]
    return pairs[columns].assign(lens=pairs[names[0]], other=pairs[names[1]])


def _level(tally: Tally, rows: pd.Series, columns: tuple[int, int, int], place: int) -> Floats:
    """Answers and value of a quantity in one wave, shape (rows, 2); 0 and NaN where not asked."""
    _, estimate, other = columns
    n, means = tally.n[rows], tally.means[rows]
    if place == 2:
        counted = n[:, [estimate, other]].min(axis=1)
        value = np.abs(means[:, estimate] - means[:, other])
    else:
        counted, value = n[:, columns[place]], means[:, columns[place]]
    is_asked = (rows >= 0).to_numpy()
    return np.stack([np.where(is_asked, counted, 0), np.where(is_asked, value, np.nan)], axis=1)


def _summarise_all(drawn: DrawnWaves) -> Floats:
    """Interval and probabilities, shape (2 sides, 3 quantities, rows, columns of `_DRAWN`)."""
    pairs, smallest = drawn.pairs, SMALLEST_CHANGE * drawn.settings.tolerance
    every = np.full((2, len(_QUANTITIES), len(pairs), len(_DRAWN)), np.nan)
    unit = (pairs["points"].to_numpy(dtype=np.float64) - 1) / WIDTH
    for rows, waves in drawn.drawn:
        found = _summarise(waves.before, waves.after, smallest=smallest)
        found[..., :2] *= unit[rows][:, None]
        every[:, :, rows] = found
    return every


def _summarise(before: Draws, after: Draws, *, smallest: float) -> Floats:
    sides = []
    for own, estimate, other in DIRECTIONS:
        was, now = ((m[own], m[estimate], np.abs(m[estimate] - m[other])) for m in (before, after))
        changes = np.stack([new - old for new, old in zip(now, was, strict=True)])
        low, high = np.quantile(changes, [0.1, 0.9], axis=-1)
        # Never quite 0 or 1, whatever the draws.
        n_draws = changes.shape[-1] + 1
        rose = ((changes > smallest).sum(axis=-1) + 1 / 3) / n_draws
        fell = ((changes < -smallest).sum(axis=-1) + 1 / 3) / n_draws
        sides.append(np.stack([low, high, rose, 1 - rose - fell, fell], axis=-1))
    return np.stack(sides)


_RETURNED: Final = ["site", "from_wave", "to_wave", "item", "subject", "lens"]


def _returned(drawn: DrawnWaves) -> pd.DataFrame:
    """Mean change of the people who rated a topic in both waves, own answers and estimates."""
    answers, items, pairs = drawn.answers, drawn.items, drawn.waves
    asked = items.loc[(items["kind"] == "rating") & items["mirrored"].astype(bool), "item"]
    columns = ["site", "wave", "item", "subject", "lens", "about", "respondent", "value"]
    ratings = answers.loc[answers["item"].isin(asked) & answers["value"].notna(), columns]
    ratings = ratings.assign(
        subject=ratings["subject"].fillna(""),
        quantity=np.where(ratings["lens"] == ratings["about"], "own", "estimate"),
        value=ratings["value"].astype("float64"),
    )
    before = ratings.rename(columns={"wave": "from_wave"}).merge(pairs, on=["site", "from_wave"])
    after = ratings.rename(columns={"wave": "to_wave"}).merge(pairs, on=["site", "to_wave"])
    both = before.merge(after, on=[*_RETURNED, "about", "quantity", "respondent"])
    both["returned_change"] = both["value_y"] - both["value_x"]
    groups = both.groupby([*_RETURNED, "quantity"], as_index=False)
    return groups.agg(
        n_returned=("returned_change", "size"), returned_change=("returned_change", "mean")
    )


def _name_directions(changes: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    names = np.array(["rose", "steady", "fell"], dtype=object)
    probability = changes[[f"p_{name}" for name in names]].to_numpy()
    is_known = ~np.isnan(probability).any(axis=1)
    direction = names[np.nan_to_num(probability, nan=-1).argmax(axis=1)]
    changes["direction"] = pd.Series(direction, index=changes.index).where(is_known)
    certainty = pd.Series(probability.max(axis=1), index=changes.index)
    # That most topics stand still must not pay for a move that chance made.
    is_move = changes["direction"].isin(["rose", "fell"])
    report = changes[["site", "to_wave"]].assign(is_move=is_move)
    changes["claim"] = grade_claims(certainty, report, settings)
    is_counted = changes["quantity"] != "misreading"
    changes["n_returned"] = changes["n_returned"].where(is_counted).astype("Int64")
    return finish(changes, CHANGES)
