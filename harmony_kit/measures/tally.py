"""Count the answers to mirrored ratings: one row per topic, four columns of counts.

A topic has four sets of answers: what each lens thinks itself and what each lens thinks the
other would answer. Everything `coorientation` and `changes` compute starts from these counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from harmony_kit.measures.arrays import Floats, Ints
from harmony_kit.measures.declaration import COUNT, NAME, declare
from harmony_kit.measures.finishing import finish
from harmony_kit.measures.privacy import LicensedFrame, count_respondents
from harmony_kit.measures.selection import (
    code_groups,
    count_ratings,
    headcounts_of,
    lens_pairs,
)

__all__ = ["UNKNOWN", "Tally", "Voices", "tally_ratings"]

#: An unknown number of colleagues: the lens is treated as a large population.
UNKNOWN = -1

_TOPIC = ["site", "wave", "item", "subject"]
_TOPICS = declare(
    site=NAME,
    wave=NAME,
    item=NAME,
    subject=NAME,
    dimension=NAME,
    points=COUNT.of("points"),
    first=NAME,
    second=NAME,
)


@dataclass(frozen=True)
class Voices:
    """Who said what: one entry per rating, sorted by topic; all arrays of shape (ratings,).

    `topic` is the row of `Tally.topics`, `column` which of its four sets, `person` a number that
    is the same in all answers of a respondent, `value` the rating.
    """

    topic: Ints
    column: Ints
    person: Ints
    value: Ints


@dataclass(frozen=True)
class Tally:
    """Counts of the answers to every topic.

    Attributes
    ----------
    topics
        One row per site, wave, item and subject: ``site, wave, item, subject, dimension,
        points, first, second``; `first` and `second` are the two lenses of that site and wave
        in alphabetical order. Sorted by site, wave, place in the instrument, subject.
    counts
        Answers per scale point, shape (topics, 4, most points). The four: own answers of
        `first`, own answers of `second`, estimates made by `first`, estimates made by `second`.
        Points a scale does not have stay zero.
    unseen
        Colleagues whose answer is not known, shape (topics, 4); `UNKNOWN` without a head count.
    voices
        The ratings one by one.
    """

    topics: pd.DataFrame
    counts: Ints
    unseen: Ints
    voices: Voices

    @cached_property
    def n(self) -> Ints:
        """Ratings counted, shape (topics, 4)."""
        return np.asarray(self.counts.sum(axis=2), dtype=np.int64)

    @cached_property
    def means(self) -> NDArray[np.float64]:
        """Mean of the ratings, shape (topics, 4); NaN where there are none."""
        scores = np.arange(1, self.counts.shape[2] + 1)
        total = (self.counts * scores).sum(axis=2)
        mean: NDArray[np.float64] = np.full(total.shape, np.nan)
        np.divide(total, self.n, out=mean, where=self.n > 0)
        return mean

    def describe(self, row: int, side: int) -> dict[str, str]:
        """Site, wave and lenses of a topic in the direction first → second (0) or the other."""
        site, wave, first, second = self._names[row]
        lens, other = (first, second) if side == 0 else (second, first)
        return {"site": site, "wave": wave, "lens": lens, "other": other}

    @cached_property
    def dimensions(self) -> NDArray[Any]:
        """Dimension of each topic."""
        return self.topics["dimension"].to_numpy(dtype=object)

    @cached_property
    def _names(self) -> NDArray[Any]:
        return self.topics[["site", "wave", "first", "second"]].to_numpy(dtype=object)


def tally_ratings(
    answers: LicensedFrame, items: pd.DataFrame, headcounts: pd.DataFrame | None = None
) -> Tally:
    """Counts of all mirrored ratings in an answers frame.

    ``dont_know`` is a person without a view: no number, and no longer one of the unseen.
    ``prefer_not`` is a person with a view nobody has seen: no number, still one of the unseen.
    A head count below the number of people interviewed is wrong and treated as unknown.

    Parameters
    ----------
    answers
        An answers frame.
    items
        `Instrument.items_frame`.
    headcounts
        ``site, lens, headcount``; NA or no row where unknown.

    Raises
    ------
    FrameError
        A rating is off its scale, or a site holds more than two lenses.
    """
    asked = items[(items["kind"] == "rating") & items["mirrored"].astype(bool)]
    cells = count_ratings(answers, asked)
    heard = code_groups(answers, ["site", "wave", "lens", "about", "respondent"]).keys
    pairs = lens_pairs(heard)
    pairs = pairs[pairs["lens"] < pairs["other"]]
    pairs = pairs.rename(columns={"lens": "first", "other": "second"})
    keys = cells.keys.merge(pairs, on=["site", "wave"], how="left")
    is_paired = keys["first"].notna().to_numpy()
    keys, points = keys[is_paired], cells.counts[is_paired]
    is_new = ~keys.duplicated(_TOPIC).to_numpy()
    topic = np.cumsum(is_new) - 1
    slot = np.where(keys["lens"].eq(keys["about"]), 0, 2) + keys["lens"].eq(keys["second"])
    counts = np.zeros((int(is_new.sum()), 4, points.shape[1]), dtype=np.int64)
    counts[topic, slot] = points
    without_view = np.zeros(counts.shape[:2], dtype=np.int64)
    without_view[topic, slot] = keys["n_dont_know"]
    topics = _name_topics(keys[is_new], asked)
    size = _size_lenses(topics, heard, headcounts)[:, [0, 1, 0, 1]]
    unseen = np.maximum(size - counts.sum(axis=2) - without_view, 0)
    unseen = np.where(np.isinf(size), UNKNOWN, unseen).astype(np.int64)
    return Tally(topics, counts, unseen, _list_voices(answers, topics))


def _list_voices(answers: LicensedFrame, topics: pd.DataFrame) -> Voices:
    """Numbers of answers and topics are compared as codes: joining frames takes longer."""
    rated = answers["value"].notna().to_numpy()
    codes = []
    for name in _TOPIC:
        every = pd.concat([answers[name], topics[name]], ignore_index=True)
        codes.append(pd.factorize(every.fillna(""))[0])
    sizes = [int(code.max(initial=0)) + 1 for code in codes]
    code = np.ravel_multi_index(codes, sizes)
    order = np.argsort(code[len(answers) :], kind="stable")
    known = code[len(answers) :][order]
    mine = code[: len(answers)]
    place = np.minimum(np.searchsorted(known, mine), max(len(known) - 1, 0))
    is_known = known[place] == mine if len(known) else np.zeros(len(mine), dtype=bool)
    rows = np.flatnonzero(rated & is_known)
    topic = order[place[rows]]
    rows, topic = rows[np.argsort(topic, kind="stable")], np.sort(topic, kind="stable")
    lens, about = (answers[name].to_numpy()[rows] for name in ("lens", "about"))
    second = topics["second"].to_numpy()[topic]
    column = np.where(lens == about, 0, 2) + (lens == second)
    person = pd.factorize(answers["respondent"])[0][rows]
    return Voices(
        topic, column, person, answers["value"].to_numpy(dtype=np.int64, na_value=0)[rows]
    )


def _name_topics(keys: pd.DataFrame, asked: pd.DataFrame) -> pd.DataFrame:
    dimension = asked.set_index("item")["dimension"]
    topics = keys.assign(dimension=keys["item"].map(dimension)).reset_index(drop=True)
    return finish(topics, _TOPICS)


def _size_lenses(
    topics: pd.DataFrame, heard: pd.DataFrame, headcounts: pd.DataFrame | None
) -> Floats:
    """Head counts of the two lenses of each topic; infinite where not given or impossible."""
    if headcounts is None or headcounts.empty:
        return np.full((len(topics), 2), np.inf)
    people = count_respondents(heard).set_index(["site", "wave", "lens"])["n_respondents"]
    sizes = []
    for side in ("first", "second"):
        places = topics[["site", "wave", side]].rename(columns={side: "lens"})
        n = people.reindex(pd.MultiIndex.from_frame(places)).fillna(0)
        sizes.append(headcounts_of(places, n.to_numpy(dtype=np.int64), headcounts))
    return np.stack(sizes, axis=1)
