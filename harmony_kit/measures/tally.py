"""Count the answers to mirrored ratings: one row per topic, four columns of counts.

A topic has four sets of answers: what each lens thinks itself and what each lens thinks the
other would answer. Everything `coorientation` and `changes` compute starts from these counts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from harmony_kit.errors import FrameError
from harmony_kit.journal.answers import check_frame
from harmony_kit.measures.arrays import Ints

__all__ = ["UNKNOWN", "Tally", "Voices", "tally_ratings"]

#: An unknown number of colleagues: the lens is treated as a large population.
UNKNOWN = -1

#: Up to this many possible combinations are marked in a table; more are sorted.
_MOST_MARKS = 2_000_000


@dataclass(frozen=True)
class Voices:
    """Who said what: one entry per rating, sorted by topic; all arrays of shape (ratings,).

    `topic` is the row of `Tally.topics`, `column` which of its four sets, `person` a number that
    is the same in all answers of a respondent of a site and lens, `value` the rating.
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

    @property
    def n(self) -> Ints:
        """Ratings counted, shape (topics, 4)."""
        return np.asarray(self.counts.sum(axis=2), dtype=np.int64)

    @property
    def means(self) -> NDArray[np.float64]:
        """Mean of the ratings, shape (topics, 4); NaN where there are none."""
        scores = np.arange(1, self.counts.shape[2] + 1)
        total = (self.counts * scores).sum(axis=2)
        mean: NDArray[np.float64] = np.full(total.shape, np.nan)
        np.divide(total, self.n, out=mean, where=self.n > 0)
        return mean


@dataclass(frozen=True)
class _Codes:
    """The answers as integers: one code per distinct site and wave, item, subject and lens."""

    places: pd.DataFrame
    lenses: pd.Index
    place: Ints
    lens: Ints
    about: Ints
    pair: Ints


def tally_ratings(
    answers: pd.DataFrame, items: pd.DataFrame, headcounts: pd.DataFrame | None = None
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
        A column is missing or of the wrong type, a rating is off its scale, or a site holds
        more than two lenses.
    """
    asked = items[(items["kind"] == "rating") & items["mirrored"].astype(bool)]
    asked = asked.reset_index(drop=True)
    codes = _code(check_frame(answers))
    item = pd.Index(asked["item"]).get_indexer(pd.Index(answers["item"]))
    subject, subjects = pd.factorize(answers["subject"], sort=True)
    keep = (item >= 0) & (codes.pair[codes.place, 0] < codes.pair[codes.place, 1])
    parts = np.stack([codes.place[keep], item[keep], subject[keep] + 1])
    topic, key = _number(parts)
    slot = _slots(codes, keep)
    points = asked["points"].to_numpy(dtype=np.int64, na_value=0)
    value = answers["value"].to_numpy(dtype=np.int64, na_value=0)[keep]
    _check_values(value, points[item[keep]])
    width = int(points.max(initial=1))
    n_topics = key.shape[1]
    counts = _count((topic * 4 + slot) * width + value - 1, value > 0, (n_topics, 4, width))
    lost = (answers["status"] == "dont_know").to_numpy()[keep]
    without_view = _count(topic * 4 + slot, lost, (n_topics, 4))
    topics = _topics(codes, asked, subjects, key)
    size = _headcounts(answers, codes, headcounts)[key[0]]
    unseen = np.maximum(size[:, [0, 1, 0, 1]] - counts.sum(axis=2) - without_view, 0)
    unseen[size[:, [0, 1, 0, 1]] < 0] = UNKNOWN
    person, _ = pd.factorize(answers["respondent"])
    voices = _list_voices(topic, slot, person[keep], value)
    return Tally(topics, counts, unseen, voices)


def _list_voices(topic: Ints, column: Ints, person: Ints, value: Ints) -> Voices:
    rows = np.flatnonzero(value > 0)
    rows = rows[np.argsort(topic[rows], kind="stable")]
    return Voices(topic[rows], column[rows], person[rows], value[rows])


def _code(answers: pd.DataFrame) -> _Codes:
    site, sites = pd.factorize(answers["site"], sort=True)
    wave, waves = pd.factorize(answers["wave"], sort=True)
    place, key = _number(np.stack([site, wave]))
    places = pd.DataFrame({"site": sites[key[0]], "wave": waves[key[1]]})
    lens, lenses = pd.factorize(answers["lens"])
    about, abouts = pd.factorize(answers["about"])
    names = lenses.union(abouts, sort=True)
    lens = names.get_indexer(lenses)[lens] if len(lens) else lens
    about = names.get_indexer(abouts)[about] if len(about) else about
    pair = _lens_pairs(places, names, np.concatenate([place, place]), np.append(lens, about))
    return _Codes(places, names, place, lens, about, pair)


def _number(parts: Ints) -> tuple[Ints, Ints]:
    """Number the distinct columns of a stack of codes, in sorted order."""
    if parts.shape[1] == 0:
        return np.zeros(0, dtype=np.int64), parts
    sizes = tuple(int(size) + 1 for size in parts.max(axis=1))
    code = np.ravel_multi_index(tuple(parts), sizes)
    if np.prod(sizes, dtype=float) > _MOST_MARKS:
        flat, number = np.unique(code, return_inverse=True)
    else:  # marking what occurs is several times faster than sorting
        is_present = np.zeros(int(np.prod(sizes)), dtype=bool)
        is_present[code] = True
        flat, number = np.flatnonzero(is_present), np.cumsum(is_present)[code] - 1
    return number, np.stack(np.unravel_index(flat, sizes))


def _lens_pairs(places: pd.DataFrame, names: pd.Index, place: Ints, lens: Ints) -> Ints:
    present = np.zeros((len(places), len(names)), dtype=bool)
    present[place, lens] = True
    crowded = np.flatnonzero(present.sum(axis=1) > 2)
    if crowded.size:
        found = ", ".join(names[present[crowded[0]]])
        column, expected = "lens", "two lenses at a site"
        raise FrameError(column, expected, f"{found} at {places.iloc[crowded[0], 0]}")
    if not len(names):
        return np.zeros((0, 2), dtype=np.int64)
    first = present.argmax(axis=1)
    second = len(names) - 1 - present[:, ::-1].argmax(axis=1)
    return np.stack([first, second], axis=1)


def _slots(codes: _Codes, keep: NDArray[np.bool_]) -> Ints:
    lens, about = codes.lens[keep], codes.about[keep]
    is_second = lens == codes.pair[codes.place[keep], 1]
    slot: Ints = np.where(lens == about, 0, 2) + is_second
    return slot


def _check_values(value: Ints, points: Ints) -> None:
    wrong = np.flatnonzero((value < 0) | (value > points))
    if wrong.size:
        column, expected = "value", f"a whole number from 1 to {points[wrong[0]]}"
        raise FrameError(column, expected, str(value[wrong[0]]))


def _count(place: Ints, which: NDArray[np.bool_], shape: tuple[int, ...]) -> Ints:
    size = int(np.prod(shape))
    return np.bincount(place[which], minlength=size).reshape(shape).astype(np.int64)


def _topics(codes: _Codes, asked: pd.DataFrame, subjects: pd.Index, key: Ints) -> pd.DataFrame:
    place, item, subject = key
    names = np.array([None, *subjects], dtype=object)
    columns = {
        "site": codes.places["site"].to_numpy(dtype=object)[place],
        "wave": codes.places["wave"].to_numpy(dtype=object)[place],
        "item": asked["item"].to_numpy(dtype=object)[item],
        "subject": names[subject],
        "dimension": asked["dimension"].to_numpy(dtype=object)[item],
        "first": np.asarray(codes.lenses, dtype=object)[codes.pair[place, 0]],
        "second": np.asarray(codes.lenses, dtype=object)[codes.pair[place, 1]],
    }
    frame = pd.DataFrame(columns).astype("str")
    frame["points"] = asked["points"].to_numpy(dtype=np.int64, na_value=0)[item]
    return frame


def _headcounts(answers: pd.DataFrame, codes: _Codes, headcounts: pd.DataFrame | None) -> Ints:
    """Head count per place and lens of its pair; `UNKNOWN` where not given or impossible."""
    size = np.full((len(codes.places), 2), UNKNOWN, dtype=np.int64)
    if headcounts is None or headcounts.empty or not len(codes.places):
        return size
    known = headcounts.dropna(subset=["headcount"]).set_index(["site", "lens"])["headcount"]
    n_people = _people(answers, codes)
    for side in (0, 1):
        lens = codes.lenses[codes.pair[:, side]]
        wanted = pd.MultiIndex.from_arrays([codes.places["site"], lens])
        found = known.reindex(wanted).to_numpy(dtype=np.int64, na_value=UNKNOWN)
        size[:, side] = np.where(found >= n_people[:, side], found, UNKNOWN)
    return size


def _people(answers: pd.DataFrame, codes: _Codes) -> Ints:
    """How many different people of each lens were interviewed, shape (places, 2)."""
    person, _ = pd.factorize(answers["respondent"])
    _, key = _number(np.stack([codes.place, codes.lens, person]))
    is_second = key[1] == codes.pair[key[0], 1]
    flat = np.bincount(key[0] * 2 + is_second, minlength=2 * len(codes.places))
    return flat.reshape(-1, 2)
