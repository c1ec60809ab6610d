"""How many people to interview: what a site still needs before its report can say something.

>>> from harmony_kit.measures.examples import answers_of, items_of, said
>>> heads = pd.DataFrame({"site": "north", "lens": ["it", "quality"], "headcount": [8, 30]})
>>> plan = plan_interviews(
...     answers_of(said("it", "x.clear", [4])),
...     items_of({"item": "x.clear"}),
...     settings=Settings(),
...     headcounts=heads.astype({"headcount": "Int64"}),
...     wave="1",
... )
>>> plan[["lens", "headcount", "n", "n_to_claim", "n_more"]]
      lens  headcount  n  n_to_claim  n_more
0       it          8  1           7       6
1  quality         30  0           7       7
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from harmony_kit.engagement.settings import Settings
from harmony_kit.journal.answers import AnswersFrame
from harmony_kit.measures.arrays import Floats, Ints
from harmony_kit.measures.declaration import COUNT, GAP, NAME, PROBABILITY, TRUTH, declare
from harmony_kit.measures.finishing import finish
from harmony_kit.measures.predictive import MOST_INTERVIEWS, foresee
from harmony_kit.measures.privacy import LicensedFrame, license_answers
from harmony_kit.measures.site_state import PRIOR
from harmony_kit.measures.tally import UNKNOWN, tally_ratings
from harmony_kit.measures.tally_draws import SecretOf, draw_tally, no_secret
from harmony_kit.measures.whole_interviews import list_whole

__all__ = ["PLAN", "plan_interviews"]

#: The columns of `plan_interviews`, in order.
PLAN = declare(
    site=NAME,
    wave=NAME,
    lens=NAME,
    headcount=COUNT.or_none,
    n=COUNT.or_none,
    n_partial=COUNT,
    n_to_report=COUNT.or_none,
    n_to_claim=COUNT.or_none,
    n_more=COUNT.or_none,
    chance=PROBABILITY,
    spread=GAP,
    spread_from=NAME,
    can_report=TRUTH,
)

#: Variance of one answer before anybody was asked, in points of a 5-point scale: what the site
#: model takes for granted (a deviation of 0.86, an rwg of 0.63, moderate agreement: LeBreton &
#: Senter 2008).
_TYPICAL: Final = PRIOR.error + PRIOR.habit

#: With fewer answers beyond the first of their set the prior says more than the answers.
_ANSWERS_FROM: Final = 10

#: A plan is good enough when it leads to the claim in this share of cases.
_GOOD_ENOUGH: Final = 0.8

#: The gap to be claimed lies this far beyond the tolerance, in points of a 5-point scale.
_MARGIN: Final = 1.0

#: Variance between the topics of a site, in points of a 5-point scale: how well a mean is known
#: before anybody is asked about it.
_BETWEEN_TOPICS: Final = 1.0


def plan_interviews(  # noqa: PLR0913 - whose answers, by which rules, with which draws
    answers: AnswersFrame,
    items: pd.DataFrame,
    *,
    settings: Settings,
    headcounts: pd.DataFrame,
    wave: str,
    secret_of: SecretOf = no_secret,
) -> pd.DataFrame:
    """How many interviews each lens of each site needs, and how many are missing.

    The plan is for a typical gap that matters, in points of a 5-point scale: the lenses lie one
    point further apart than the tolerance, and the lens that looks believes them close.

    Parameters
    ----------
    answers, items, settings
        As in `measure_topics`; the answers may lack sites that are in `headcounts`.
    headcounts
        ``site, lens, headcount`` of every site to be planned, NA where unknown.
    wave
        The wave to be planned; others are not counted.
    secret_of
        As in `wave_pairs.draw_successive`.

    Returns
    -------
    frame
        One row per site and lens, sorted: people interviewed so far (`n`), those whose interview
        is too short to count (`n_partial`), and how many more are missing until anything may be
        shown (`n_to_report`; NA where the lens is smaller than the minimum group, `can_report`
        False). `n_to_claim` is the fewest interviews per lens with which the gap would be claimed
        in four of five cases, a smaller lens being interviewed whole; NA when `MOST_INTERVIEWS` do
        not suffice, and at a site with one lens or with a lens that is too small to be shown.
        `n_more` is what is missing to both. `chance` is the share of cases in which those
        interviewed so far suffice. `spread` is the standard deviation within the lens
        as the site model draws it, `spread_from` where it comes from: ``answers``, or what is
        ``typical``.

    Raises
    ------
    FrameError
        See `tally_ratings`.
    """
    now = AnswersFrame(answers[answers["wave"] == wave])
    plan = _list_lenses(now, items, headcounts).assign(wave=wave)
    licensed = license_answers(now, min_group=settings.min_group)[0]
    plan = _add_spread(plan, _measure_spread(licensed, items, settings, secret_of))
    plan["can_report"] = plan["headcount"].fillna(settings.min_group) >= settings.min_group
    plan["n_to_claim"], plan["chance"] = _plan_claims(plan, settings)
    return _count_missing(plan, settings.min_group)


def _count_missing(plan: pd.DataFrame, min_group: int) -> pd.DataFrame:
    """A plan with what is missing to a report and to its claims."""
    is_shown = plan.groupby("site")["can_report"].transform("all")
    plan["n_to_claim"] = plan["n_to_claim"].where(is_shown)
    missing = (min_group - plan["n"]).clip(lower=0).astype("Int64")
    plan["n_to_report"] = missing.where(plan["can_report"])
    to_claim = (plan["n_to_claim"] - plan["n"]).clip(lower=0)
    plan["n_more"] = pd.concat([to_claim, plan["n_to_report"]], axis=1).max(axis=1)
    return finish(plan, PLAN)


def _add_spread(plan: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """A plan with the spread of each lens: as the site model draws it, else what is typical."""
    plan = plan.merge(known, how="left", on=["site", "lens"])
    plan["spread"] = np.sqrt(plan["variance"].fillna(_TYPICAL).astype("float64"))
    is_known = plan["freedom"].fillna(0.0) >= _ANSWERS_FROM
    plan["spread_from"] = np.where(is_known, "answers", "typical")
    return plan


def _list_lenses(
    answers: AnswersFrame, items: pd.DataFrame, headcounts: pd.DataFrame
) -> pd.DataFrame:
    """Every site and lens with a head count or an answer, with its people so far."""
    is_whole = list_whole(answers, items).groupby(["site", "lens"])["is_whole"]
    people = is_whole.agg(n="sum", n_all="size").reset_index()
    plan = headcounts[["site", "lens", "headcount"]].merge(people, how="outer", on=["site", "lens"])
    plan["n"] = plan["n"].fillna(0).astype("int64")
    n_all = plan.pop("n_all").fillna(0).astype("int64")
    plan["n_partial"] = n_all - plan["n"]
    # A head count below the people already heard is wrong: treated as unknown, as in the measures.
    plan["headcount"] = plan["headcount"].where(plan["headcount"] >= n_all).astype("Int64")
    return plan.sort_values(["site", "lens"], kind="stable").reset_index(drop=True)


def _measure_spread(
    answers: LicensedFrame, items: pd.DataFrame, settings: Settings, secret_of: SecretOf
) -> pd.DataFrame:
    """Variance of an answer around the mean of its lens, and answers behind it, per site and lens.

    From the draws of the site model, over all topics and both own views and estimates.
    """
    tally = tally_ratings(answers, items)
    rows = []
    for one in draw_tally(tally, reliability=settings.reliability, secret_of=secret_of):
        n = tally.n[one.rows].T
        for side, lens in enumerate(("first", "second")):
            heard = n[side::2] > 0
            rows.append(
                {
                    "site": tally.topics["site"].iloc[one.rows.start],
                    "lens": tally.topics[lens].iloc[one.rows.start],
                    "variance": one.draws.error[side::2][heard].mean() if heard.any() else np.nan,
                    "freedom": float(np.maximum(n[side::2] - 1, 0).sum()),
                }
            )
    return pd.DataFrame(rows, columns=["site", "lens", "variance", "freedom"])


def _plan_claims(plan: pd.DataFrame, settings: Settings) -> tuple[pd.Series, pd.Series]:
    """Interviews needed, and the chance with those made, per row of a plan."""
    needed = pd.Series(pd.NA, index=plan.index, dtype="Int64")
    chance = pd.Series(np.nan, index=plan.index)
    is_pair = plan.groupby("site")["lens"].transform("size") == 2
    rows = np.flatnonzero(is_pair).reshape(-1, 2)  # sorted: the two lenses of a site
    looks = np.stack([rows[:, [0, 0, 1]], rows[:, [1, 1, 0]]], axis=1).reshape(-1, 3)
    heads = plan["headcount"].to_numpy(dtype=np.int64, na_value=UNKNOWN)
    spread = plan["spread"].to_numpy()
    n = plan["n"].to_numpy()
    so_far = _chance(n[looks], heads[looks], spread[looks], settings)
    chance.iloc[rows.ravel()] = pd.Series(so_far)
    least = np.zeros(len(looks), dtype=np.int64)
    for size in range(MOST_INTERVIEWS, 0, -1):
        made = np.full(looks.shape, size)
        is_enough = _chance(made, heads[looks], spread[looks], settings) >= _GOOD_ENOUGH
        least[is_enough] = size
    both = least.reshape(-1, 2).max(axis=1, initial=0)
    both[(least.reshape(-1, 2) == 0).any(axis=1)] = 0
    sizes = pd.Series(np.repeat(both, 2), index=plan.index[rows.ravel()], dtype="Int64")
    whole = plan["headcount"].iloc[rows.ravel()]
    is_whole = (whole < sizes).fillna(value=False)
    needed.iloc[rows.ravel()] = sizes.where(sizes > 0).mask(is_whole, whole).array
    return needed, chance


def _chance(n: Ints, heads: Ints, spread: Floats, settings: Settings) -> Floats:
    """Share of cases in which the gap is claimed; arguments have shape (rows, 3)."""
    is_large = heads == UNKNOWN
    made = np.where(is_large, n, np.minimum(n, heads))
    unseen = np.where(is_large, UNKNOWN, heads - made)
    apart = settings.tolerance + _MARGIN
    truth = np.array([0.0, max(settings.tolerance - _MARGIN, 0.0), apart])
    mean = np.broadcast_to(truth, made.shape)
    tolerance = np.full(len(made), settings.tolerance)
    heard = np.maximum(made, 1)
    not_seen = np.where(is_large, 1.0, unseen / np.maximum(heads, 1))
    # Response noise stays even when everybody was heard.
    not_seen = settings.reliability * not_seen + 1 - settings.reliability
    left = np.sqrt(not_seen / (1 / _BETWEEN_TOPICS + made / spread**2))
    moved = spread * np.sqrt(not_seen / heard)
    best = foresee(mean, moved, left, tolerance)
    chance = (best >= settings.claim_at).mean(axis=1)
    return np.asarray(np.where((made > 0).all(axis=1), chance, 0.0), dtype=np.float64)
