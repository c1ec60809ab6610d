"""Agreement within a lens: whether there is one view at all.

Per lens and topic the counts over the scale, the indices of agreement with the exact
probability of seeing as much by luck, and one word for it; per lens and dimension the indices
that need several items.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from harmony_kit.engagement.settings import Settings
from harmony_kit.measures import indices
from harmony_kit.measures.arrays import Floats, Ints
from harmony_kit.measures.camps import find_camps
from harmony_kit.measures.declaration import (
    COUNT,
    GAP,
    INDEX,
    MEAN,
    NAME,
    PEOPLE,
    PROBABILITY,
    declare,
    rows_with,
)
from harmony_kit.measures.finishing import finish
from harmony_kit.measures.nulls import deviations, null_of, spreads
from harmony_kit.measures.privacy import LicensedFrame
from harmony_kit.measures.scores import summarise_scores
from harmony_kit.measures.selection import (
    Groups,
    answered_again,
    code_groups,
    count_ratings,
    distinct_rows,
    headcounts_of,
)

__all__ = ["AGREEMENT", "SCALES", "measure_agreement", "measure_scales", "name_views"]


_SCALE_KEYS = ["site", "wave", "dimension", "group", "subject", "lens", "about", "points"]

#: Columns of `measure_agreement`, in order.
AGREEMENT = declare(
    site=NAME,
    wave=NAME,
    item=NAME,
    subject=NAME,
    lens=NAME,
    about=NAME,
    dimension=NAME,
    group=NAME,
    points=COUNT.of("points"),
    n=PEOPLE,
    n_dont_know=COUNT,
    n_prefer_not=COUNT,
    counts=COUNT.each,
    mean=MEAN,
    low=MEAN,
    high=MEAN,
    p_above=PROBABILITY,
    median=MEAN,
    sd=GAP,
    ad_mean=GAP,
    ad_median=GAP,
    ad_critical=GAP,
    p_ad=PROBABILITY,
    rwg=INDEX,
    rwg_slight_skew=INDEX,
    rwg_critical=INDEX,
    p_rwg=PROBABILITY,
    awg=INDEX,
    agreement_a=INDEX,
    polarization=INDEX,
    consensus=INDEX,
    dispersion=INDEX,
    view=NAME,
    camps=rows_with(points=COUNT.of("points").each, n=PEOPLE, mean=MEAN),
)

#: Columns of `measure_scales`, in order.
SCALES = declare(
    site=NAME,
    wave=NAME,
    dimension=NAME,
    group=NAME,
    subject=NAME,
    lens=NAME,
    about=NAME,
    points=COUNT.of("points"),
    n=PEOPLE,
    n_items=COUNT.of("items"),
    rwg_j=INDEX,
    rwg_j_star=INDEX,
    alpha_ordinal=INDEX,
    alpha_interval=INDEX,
)

#: How often luck may produce a result that is called agreement.
LEVEL = 0.05


def measure_agreement(
    answers: LicensedFrame,
    items: pd.DataFrame,
    *,
    headcounts: pd.DataFrame | None = None,
    settings: Settings | None = None,
) -> pd.DataFrame:
    """How far each lens agrees with itself, one row per topic, lens and view.

    A row is a site, wave, rating, subject, lens and `about` (own answers and estimates apart);
    columns `AGREEMENT`: counts per point, mean with an interval and the probability that
    everybody's mean lies above the midpoint, AD, rwg, awg, van der Eijk's A, chance tables at
    this n, and `view`: ``one_view``, ``split`` (then `camps` says where), ``mixed`` or
    ``too_few``. NaN where an index is not defined. `headcounts` (``site, lens, headcount``)
    narrows interval and probability; who does not know has no view to be counted. Raises
    `FrameError` for an answer off its scale.

    >>> from harmony_kit.measures.examples import answers_of, items_of, said
    >>> answers = answers_of(said("it", "x.clear", [3, 4, 4, 4, 5]))
    >>> one = measure_agreement(answers, items_of({"item": "x.clear"}))
    >>> one[["n", "counts", "mean", "ad_mean", "p_ad", "rwg", "view"]].round(2)
       n           counts  mean  ad_mean  p_ad   rwg      view
    0  5  [0, 0, 1, 3, 1]   4.0      0.4  0.03  0.75  one_view
    """
    settings = settings or Settings()
    asked = items[items["kind"].eq("rating")]
    cells = count_ratings(answers, asked)
    table = cells.keys.join(asked.set_index("item")[["dimension", "group"]], on="item")
    if table.empty:
        return AGREEMENT.empty()
    n_told = (table["n"] + table["n_dont_know"]).to_numpy()
    heads = headcounts_of(table, n_told, headcounts)
    heads = answered_again(heads, n_told, settings.reliability) - table["n_dont_know"].to_numpy()
    parts = []
    for points, part in table.groupby("points", sort=True):
        counts = cells.counts[part.index, : int(str(points))]
        measured = _measure_counts(counts, heads[part.index], settings)
        parts.append(pd.concat([part, measured.set_index(part.index)], axis=1))
    return finish(pd.concat(parts).sort_index(), AGREEMENT)


def _measure_counts(counts: Ints, heads: Floats, settings: Settings) -> pd.DataFrame:
    """Everything that depends on the counts; equal counts are worked out once."""
    distinct, rows = distinct_rows(counts)
    measured = _indices(distinct)
    measured = measured.join(_chances(distinct)).assign(counts=list(distinct.tolist()))
    close = (measured["ad_mean"].to_numpy(), measured["p_ad"].to_numpy())
    measured = measured.join(_views(distinct, *close, settings))
    spread = measured.iloc[rows].reset_index(drop=True)
    certainty = np.empty((len(counts), 3))
    n = counts.sum(axis=1)
    for people in np.unique(n):
        is_here = n == people
        certainty[is_here] = _certainty(counts[is_here], heads[is_here], settings.draws)
    return spread.join(pd.DataFrame(certainty, columns=["low", "high", "p_above"]))


def _indices(counts: Ints) -> pd.DataFrame:
    points = counts.shape[1]
    a = indices.agreement_a(counts)
    return pd.DataFrame(
        {
            "mean": indices.means(counts),
            "median": indices.medians(counts),
            "sd": np.sqrt(indices.variances(counts)),
            "ad_mean": indices.ad_mean(counts),
            "ad_median": indices.ad_median(counts),
            "rwg": indices.rwg(counts),
            "rwg_slight_skew": indices.rwg(counts, indices.null_variance(points, "slight_skew")),
            "awg": indices.awg(counts),
            "agreement_a": a,
            "polarization": (1 - a) / 2,
            "consensus": indices.consensus(counts),
            "dispersion": indices.leik_dispersion(counts),
        }
    )


def _chances(counts: Ints) -> pd.DataFrame:
    names = ["ad_critical", "p_ad", "rwg_critical", "p_rwg"]
    chances = pd.DataFrame(np.nan, index=range(len(counts)), columns=names)
    n, points = counts.sum(axis=1), counts.shape[1]
    for people in np.unique(n[n > 1]):
        is_here = n == people
        null, here = null_of(int(people), points), counts[is_here]
        chances.loc[is_here, "ad_critical"] = null.ad_critical(LEVEL)
        chances.loc[is_here, "rwg_critical"] = null.rwg_critical(LEVEL)
        chances.loc[is_here, "p_ad"] = null.p_ad(deviations(here))
        chances.loc[is_here, "p_rwg"] = null.p_rwg(spreads(here))
    return chances


def _certainty(counts: Ints, heads: Floats, draws: int) -> Floats:
    """Low, high and probability above the midpoint, for rows with equally many answers."""
    n, points = int(counts[0].sum()), counts.shape[1]
    if n == 0:
        return np.full((len(counts), 3), np.nan)
    distinct, rows = distinct_rows(counts)
    scale = np.tile(np.arange(1.0, points + 1), len(distinct))
    scores = np.repeat(scale, distinct.ravel()).reshape(-1, n)
    return summarise_scores(scores, rows, heads, points=points, draws=draws)


def name_views(counts: Ints, settings: Settings) -> NDArray[np.object_]:
    """The word for how far each row of counts agrees; see `measure_agreement`."""
    chance = np.full(len(counts), np.nan)
    n = counts.sum(axis=1)
    for people in np.unique(n[n > 1]):
        here = n == people
        chance[here] = null_of(int(people), counts.shape[1]).p_ad(deviations(counts[here]))
    views = _views(counts, np.asarray(indices.ad_mean(counts)), chance, settings)
    return views["view"].to_numpy(dtype=object)


def _views(counts: Ints, ad_mean: Floats, p_ad: Floats, settings: Settings) -> pd.DataFrame:
    """One word per row: ``too_few``, ``one_view``, ``split`` or ``mixed``; and its camps."""
    n, points = counts.sum(axis=1), counts.shape[1]
    camps = find_camps(counts, settings.tolerance_of(points))
    is_split = np.array([bool(found) for found in camps])
    is_close = ad_mean <= points / 6
    is_beyond_luck = p_ad <= LEVEL + 1e-12
    is_few = (n < settings.min_group) | (is_close & ~is_beyond_luck & ~is_split)
    views = np.select(
        [is_few, is_split, is_close & is_beyond_luck], ["too_few", "split", "one_view"], "mixed"
    )
    shown = [found if view == "split" else [] for found, view in zip(camps, views, strict=True)]
    return pd.DataFrame({"view": views, "camps": pd.Series(shown, dtype="object")})


def measure_scales(agreement: pd.DataFrame) -> pd.DataFrame:
    """How far each lens agrees with itself over the items of one dimension and group.

    Takes the frame of `measure_agreement`. A row is a site, wave, dimension, group, subject,
    lens, `about` and number of points with at least two ratings, columns `SCALES`; `n`
    is the fewest answers to one of its items. rwg(J) and r*wg(J) take the items as parallel;
    Krippendorff's alpha takes the people as raters and the items as what they tell apart.

    >>> from harmony_kit.measures.examples import answers_of, items_of, said
    >>> given = {"x.a": [4, 4, 5, 4, 3], "x.b": [4, 5, 4, 4, 4], "x.c": [5, 4, 4, 4, 5]}
    >>> answers = answers_of(*(said("it", item, told) for item, told in given.items()))
    >>> agreement = measure_agreement(answers, items_of(*({"item": item} for item in given)))
    >>> measure_scales(agreement)[["n", "n_items", "rwg_j", "rwg_j_star"]].round(2)
       n  n_items  rwg_j  rwg_j_star
    0  5        3   0.94        0.83
    """
    rated = agreement[agreement["n"] > 1]
    if rated.empty:
        return SCALES.empty()
    rated = rated.assign(subject=rated["subject"].fillna(""), group=rated["group"].fillna(""))
    expected = rated["points"].map(indices.null_variance)
    rated = rated.assign(ratio=rated["sd"] ** 2 / expected)
    groups = code_groups(rated, _SCALE_KEYS)
    table = groups.keys.assign(n_items=np.bincount(groups.codes, minlength=groups.n))
    table["n"] = rated.groupby(groups.codes)["n"].min()
    ratio = rated.groupby(groups.codes)["ratio"].mean()
    table["rwg_j"], table["rwg_j_star"] = indices.rwg_j(ratio, table["n_items"])
    table = table.join(_alphas(rated, groups))
    return finish(table[table["n_items"] > 1].reset_index(drop=True), SCALES)


def _alphas(rated: pd.DataFrame, groups: Groups) -> pd.DataFrame:
    ordinal, interval_ = np.full(groups.n, np.nan), np.full(groups.n, np.nan)
    for points in rated["points"].unique():
        is_here = rated["points"].eq(points).to_numpy()
        counts = np.array(rated.loc[is_here, "counts"].to_list(), dtype=np.int64)
        sets, codes = np.unique(groups.codes[is_here], return_inverse=True)
        ordinal[sets] = indices.krippendorff_alpha(counts, codes, level="ordinal")
        interval_[sets] = indices.krippendorff_alpha(counts, codes, level="interval")
    return pd.DataFrame({"alpha_ordinal": ordinal, "alpha_interval": interval_})
