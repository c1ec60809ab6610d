"""Which answers a measure looks at, and the groups it looks at them in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Any, Final

import numpy as np
import pandas as pd
from pandas.api.extensions import ExtensionArray

from harmony_kit.errors import FrameError
from harmony_kit.journal.answers import AnswersFrame
from harmony_kit.measures.arrays import Floats, Ints

__all__ = [
    "CELL",
    "MANY",
    "Cells",
    "Groups",
    "answered_again",
    "code_groups",
    "count_ratings",
    "distinct_rows",
    "find_rows",
    "headcounts_of",
    "join_pairs",
    "lens_pairs",
    "select_answers",
]

#: A batch has more rows than this, the report of a site fewer: what is quick for the one is slow
#: for the other.
MANY: Final = 10_000
_BOTH: Final = 2


@dataclass(frozen=True)
class Groups:
    """Rows sorted into groups: `codes` per row, `keys` one row per group, sorted by its keys."""

    codes: Ints
    keys: pd.DataFrame

    @property
    def n(self) -> int:
        """How many groups there are."""
        return len(self.keys)


def select_answers(
    answers: AnswersFrame,
    asked: pd.DataFrame,
    *,
    columns: Sequence[str],
    is_answered: bool = True,
) -> pd.DataFrame:
    """The answers to the items `asked` (rows of an items frame), as little of them as needed.

    Columns ``site, wave, lens, item, subject, about`` and `columns`. `subject` is ``""`` where
    an item has none, so that rows group without missing keys, and `item` is categorical in the
    order of the instrument. With `is_answered` only real answers, else also "don't know" and
    "prefer not to say".
    """
    order = _find_places(answers["item"], asked["item"])
    is_kept = order >= 0
    if is_answered:
        is_kept &= answers["status"].to_numpy(dtype=object) == "answered"
    rows = np.flatnonzero(is_kept)
    names = ["site", "wave", "lens", "subject", "about", *columns]
    kept = {name: answers[name].array.take(rows) for name in names}
    kept["item"] = pd.Categorical.from_codes(
        order[rows], categories=pd.Index(asked["item"]), ordered=True
    )
    kept["subject"] = kept["subject"].fillna("")
    return pd.DataFrame(kept, index=answers.index[rows])


def _find_places(items: pd.Series, asked: pd.Series) -> Ints:
    """Place of each item among those asked; -1 where it is not."""
    if len(items) > MANY:
        return np.asarray(pd.Index(asked).get_indexer(pd.Index(items)), dtype=np.int64)
    place = {item: code for code, item in enumerate(asked.tolist())}
    return np.array([place.get(item, -1) for item in items.tolist()], dtype=np.int64)


def code_groups(frame: pd.DataFrame, keys: Sequence[str]) -> Groups:
    """The groups of equal `keys` (columns without missing values), in the order of the keys.

    >>> groups = code_groups(pd.DataFrame({"lens": ["b", "a", "b"]}), ["lens"])
    >>> (groups.codes.tolist(), groups.keys["lens"].tolist())
    ([1, 0, 1], ['a', 'b'])
    """
    combined = np.zeros(len(frame), dtype=np.int64)
    levels: list[ExtensionArray] = []
    for key in keys:
        codes, values = _code_values(frame[key])
        combined = combined * max(len(values), 1) + codes
        levels.append(values)
    # Hashing first leaves only the few different keys to sort.
    number, found = pd.factorize(combined)
    order = np.argsort(found)
    rank = np.empty(len(found), dtype=np.int64)
    rank[order] = np.arange(len(found))
    codes, found = rank[number], found[order]
    columns: dict[str, ExtensionArray] = {}
    for key, level in zip(reversed(keys), reversed(levels), strict=True):
        found, position = np.divmod(found, max(len(level), 1))
        columns[key] = level.take(position)
    index = pd.RangeIndex(len(found))
    return Groups(codes=codes, keys=pd.DataFrame({key: columns[key] for key in keys}, index=index))


def find_rows(table: pd.DataFrame, wanted: pd.DataFrame) -> Ints:
    """In which row of `table` each row of `wanted` stands; -1 where it does not.

    Columns go by their place and hold no missing values; no row of `table` stands there twice.

    >>> table = pd.DataFrame({"site": ["a", "b"], "lens": ["x", "y"]})
    >>> find_rows(table, pd.DataFrame({"site": ["b", "b"], "other": ["x", "y"]})).tolist()
    [-1, 1]
    """
    place = {row: number for number, row in enumerate(_tuples_of(table))}
    return np.array([place.get(row, -1) for row in _tuples_of(wanted)], dtype=np.int64)


def _tuples_of(frame: pd.DataFrame) -> Iterator[tuple[Any, ...]]:
    return zip(*(frame[name].tolist() for name in frame.columns), strict=True)


def join_pairs(rows: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """Every row once for each of its site's and wave's `pairs`, with ``lens`` and ``other``.

    As `DataFrame.merge` does it, in a fraction of the time on few rows.
    """
    here: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for row, place in enumerate(_tuples_of(pairs[["site", "wave"]])):
        here[place].append(row)
    found = [here.get(place, ()) for place in _tuples_of(rows[["site", "wave"]])]
    repeated = np.repeat(np.arange(len(rows)), [len(numbers) for numbers in found])
    paired = np.array([one for numbers in found for one in numbers], dtype=np.int64)
    both = {name: pairs[name].array.take(paired) for name in ("lens", "other")}
    return rows.iloc[repeated].reset_index(drop=True).assign(**both)


def _code_values(values: pd.Series) -> tuple[Ints, ExtensionArray]:
    """Which of its different values each one is, and these in order; of categories their names.

    Few words are told apart as Python has them: on few rows `pandas.factorize` of a column of its
    own takes several times as long, on many it takes an eighth.
    """
    if isinstance(values.dtype, pd.CategoricalDtype):
        used, codes = np.unique(values.cat.codes.to_numpy(), return_inverse=True)
        return codes, values.cat.categories.take(used).astype("str").array
    if not isinstance(values.dtype, pd.StringDtype) or len(values) > MANY:
        codes, found = pd.factorize(values, sort=True)
        return codes, pd.Index(found, dtype=values.dtype).array
    words = values.to_numpy(dtype=object)
    different = sorted(set(words))
    if len(different) == 1:
        codes = np.zeros(len(words), dtype=np.int64)
    else:
        place = {word: code for code, word in enumerate(different)}
        codes = np.array([place[word] for word in words], dtype=np.int64)
    return codes, pd.array(different, dtype=values.dtype)


@dataclass(frozen=True)
class Cells:
    """Ratings counted: one row per site, wave, item, subject, lens and `about`, in this order.

    `keys` also says how many answered (`n`) and how many did not: ``n_dont_know,
    n_prefer_not``. `counts` holds the answers per scale point, as many as the longest scale has.
    """

    keys: pd.DataFrame
    counts: Ints


def count_ratings(answers: AnswersFrame, asked: pd.DataFrame) -> Cells:
    """The answers to the ratings `asked` (rows of an items frame), counted cell by cell.

    Raises `FrameError` where an answer is off its scale.
    """
    chosen = select_answers(answers, asked, columns=["status", "value"], is_answered=False)
    groups = code_groups(chosen, CELL)
    points = asked.set_index("item")["points"].astype("int64")
    keys = groups.keys.assign(points=groups.keys["item"].map(points).astype("int64"))
    for name, status in _TOLD.items():
        is_it = chosen["status"].eq(status).to_numpy()
        keys[name] = np.bincount(groups.codes[is_it], minlength=groups.n)
    value = chosen["value"].to_numpy(dtype=np.int64, na_value=0)
    _check_values(value, keys["points"].to_numpy()[groups.codes])
    width = int(points.max()) if len(points) else 1
    place = (groups.codes * width + value - 1)[value > 0]
    counts = np.bincount(place, minlength=groups.n * width).reshape(-1, width)
    return Cells(keys, counts.astype(np.int64))


#: What tells one lens's answers to one rating from others, own and estimates apart.
CELL = ("site", "wave", "item", "subject", "lens", "about")
_TOLD = {"n": "answered", "n_dont_know": "dont_know", "n_prefer_not": "prefer_not"}


def _check_values(value: Ints, points: Ints) -> None:
    wrong = np.flatnonzero((value < 0) | (value > points))
    if wrong.size:
        column, expected = "value", f"a whole number from 1 to {points[wrong[0]]}"
        raise FrameError(column, expected, str(value[wrong[0]]))


def lens_pairs(answers: pd.DataFrame, lenses: tuple[str, str] | None = None) -> pd.DataFrame:
    """Which lens looks at which, per site and wave: columns ``site, wave, lens, other``.

    Two rows per site and wave. Without `lenses` they are those that answered or were estimated
    there; a site where only one is known gives no row, for nobody can say who the other is.
    `answers` may be any selection with ``site, wave, lens, about``.
    Raises `FrameError` where there are more than two.
    """
    if lenses is not None:
        places = code_groups(answers, ["site", "wave"]).keys
        ordered = sorted(lenses)
        both = {
            name: pd.array(one * len(places), dtype="str")
            for name, one in (("lens", ordered), ("other", ordered[::-1]))
        }
        return (
            places.iloc[np.repeat(np.arange(len(places)), 2)].reset_index(drop=True).assign(**both)
        )
    seen = code_groups(answers, ["site", "wave", "lens", "about"]).keys
    known: dict[tuple[str, str], set[str]] = defaultdict(set)
    for site, wave, *lens_and_about in _tuples_of(seen):
        known[site, wave].update(lens_and_about)
    pairs = []
    for (site, wave), there in known.items():
        if len(there) > _BOTH:
            column, expected = "lens", "two lenses at a site"
            raise FrameError(column, expected, f"{', '.join(sorted(there))} at {site}")
        pairs += [(site, wave, *pair) for pair in permutations(sorted(there), _BOTH)]
    columns = dict(zip(("site", "wave", "lens", "other"), zip(*pairs, strict=True), strict=False))
    return pd.DataFrame(columns, columns=["site", "wave", "lens", "other"], dtype="str")


def headcounts_of(groups: pd.DataFrame, n: Ints, headcounts: pd.DataFrame | None) -> Floats:
    """Head count of each group's site and lens; infinite where unknown or below its `n`."""
    if headcounts is None or headcounts.empty:
        return np.full(len(groups), np.inf)
    columns = (headcounts[name].tolist() for name in ("site", "lens", "headcount"))
    heads_of: dict[tuple[str, str], float] = {}
    for site, lens, number in zip(*columns, strict=True):
        heads_of.setdefault((site, lens), np.inf if pd.isna(number) else float(number))
    places = zip(groups["site"].tolist(), groups["lens"].tolist(), strict=True)
    heads = np.array([heads_of.get(place, np.inf) for place in places])
    return np.where(heads < n, np.inf, heads)


def answered_again(heads: Floats, n: Ints, reliability: float) -> Floats:
    """Head counts for those who answered once: asked again, some would answer otherwise.

    The `n` heard stand for at most the share `reliability` of their lens, whatever its size.

    >>> answered_again(np.array([6.0, 30.0, np.inf]), np.array([6, 6, 6]), 0.7)
    array([ 9., 30., inf])
    """
    return np.maximum(heads, np.ceil(n / reliability - 1e-9))


def distinct_rows(counts: Ints) -> tuple[Ints, Ints]:
    """The different rows of a matrix of counts, and which of them each row is."""
    base = int(counts.max(initial=0)) + 1
    if base ** counts.shape[1] >= 2**62:  # too many to number
        rows, codes = np.unique(counts, axis=0, return_inverse=True)
        return rows, codes.ravel()
    codes, numbers = pd.factorize(counts @ base ** np.arange(counts.shape[1]))
    rows = numbers[:, None] // base ** np.arange(counts.shape[1]) % base
    return rows, codes
