"""What a measure's columns hold: declared once beside the measure, read by all who show them.

From a declaration follow the dtypes of a frame, which zeros mean "nobody" and how far numbers
are rounded in results.json and the workbook, the digits on a page, and docs/results.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:  # whoever renders a page needs the kinds of columns and no frame
    import pandas as pd
    from pandas._typing import DtypeObj

__all__ = [
    "COUNT",
    "DAY",
    "DAYS",
    "DISTANCE",
    "GAP",
    "INDEX",
    "MEAN",
    "NAME",
    "NUMBER",
    "PEOPLE",
    "PROBABILITY",
    "SHARE",
    "TEXT",
    "TREND",
    "TRUTH",
    "ColumnKind",
    "Declaration",
    "MeasureColumn",
    "declare",
    "rows_with",
]

ColumnKind: TypeAlias = Literal[
    "name",
    "text",
    "truth",
    "day",
    "people",
    "count",
    "mean",
    "gap",
    "index",
    "share",
    "probability",
    "distance",
    "days",
    "trend",
    "number",
    "rows",
]


@dataclass(frozen=True)
class MeasureColumn:
    """What one column holds.

    Attributes
    ----------
    unit
        What its numbers count or run over; empty for words.
    digits
        Digits after the point where a reader sees it; of a share or a probability, as percent.
    kept
        Digits after the point in results.json and the workbook.
    parts
        For a list of rows: what each key of a row holds.
    """

    kind: ColumnKind
    unit: str = ""
    digits: int = 0
    dtype: str = "float64"
    kept: int = 6
    parts: Mapping[str, MeasureColumn] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def or_none(self) -> MeasureColumn:
        """The same, where there may be no number."""
        return replace(self, dtype="Int64")

    @property
    def or_unknown(self) -> MeasureColumn:
        """The same, where it may not be known whether."""
        return replace(self, dtype="boolean")

    @property
    def each(self) -> MeasureColumn:
        """One for each point, option, holder or lens: a list or a mapping of them."""
        return replace(self, dtype="object")

    def of(self, unit: str) -> MeasureColumn:
        """The same in another unit."""
        return replace(self, unit=unit)


#: An id: of a site, wave, lens, item, option, pattern, claim, week.
NAME = MeasureColumn("name", dtype="str")
#: Words somebody wrote.
TEXT = MeasureColumn("text", dtype="str")
TRUTH = MeasureColumn("truth", dtype="bool")
DAY = MeasureColumn("day", dtype="datetime64[s]")
#: How many people a figure is of: 0 is nobody, and then there is no figure.
PEOPLE = MeasureColumn("people", "people", dtype="int64")
#: How many there are of something; 0 is a figure like any other.
COUNT = MeasureColumn("count", "people", dtype="int64")
MEAN = MeasureColumn("mean", "points of the scale", 1)
#: A difference of two means.
GAP = MeasureColumn("gap", "points of the scale", 1)
#: An index of agreement.
INDEX = MeasureColumn("index", "see method.md", 2)
SHARE = MeasureColumn("share", "0 to 1")
PROBABILITY = MeasureColumn("probability", "0 to 1")
#: How far two sets of weights lie apart.
DISTANCE = MeasureColumn("distance", "0 to 1", 2)
DAYS = MeasureColumn("days", "days")
TREND = MeasureColumn("trend", "share per week", 1)
#: A number whose unit stands beside it in the row.
NUMBER = MeasureColumn("number", "that of `what`", 1)
ROWS = MeasureColumn("rows", dtype="object")


@dataclass(frozen=True, repr=False)
class Declaration:
    """The columns of a measure's frame, in order."""

    columns: Mapping[str, MeasureColumn]

    def __repr__(self) -> str:
        return f"Declaration({', '.join(self.columns)})"

    @cached_property
    def dtypes(self) -> dict[str, str]:
        """Column → dtype."""
        return {name: column.dtype for name, column in self.columns.items()}

    def part(self, *names: str) -> Declaration:
        """Some of the columns, in the order of `names`."""
        return Declaration({name: self.columns[name] for name in names})

    def select(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The declared columns of a frame, in order and typed; KeyError where one is missing."""
        if frame.empty:  # Arrow cannot join what was selected of nothing
            return self.empty()
        names, had = list(self.columns), frame.columns.tolist()
        if missing := self.columns.keys() - set(had):
            raise KeyError(*sorted(missing))
        # Only what has another dtype is touched: most frames come as they are declared, and
        # `DataFrame.astype` takes several times as long on few rows.
        picked = frame.copy(deep=False) if had == names else frame.reindex(columns=names)
        wanted = zip(self._dtypes_now().items(), picked.dtypes.tolist(), strict=True)
        wrong = {
            name: picked[name].astype(dtype) for (name, dtype), found in wanted if found != dtype
        }
        return picked.assign(**wrong) if wrong else picked

    def empty(self) -> pd.DataFrame:
        """A frame without rows."""
        import pandas as pd

        storage = pd.get_option("mode.string_storage")
        if storage not in self._empty:
            typed = {name: pd.Series(dtype=dtype) for name, dtype in self._dtypes_now().items()}
            self._empty[storage] = pd.DataFrame(typed, index=pd.RangeIndex(0))
        return self._empty[storage].copy()

    @cached_property
    def _empty(self) -> dict[str, pd.DataFrame]:
        return {}

    def _dtypes_now(self) -> dict[str, DtypeObj]:
        """Column → dtype, as strings are stored now."""
        import pandas as pd

        storage = pd.get_option("mode.string_storage")
        if storage not in self._typed:
            found = {name: _find_dtype(dtype, storage) for name, dtype in self.dtypes.items()}
            self._typed[storage] = found
        return self._typed[storage]

    @cached_property
    def _typed(self) -> dict[str, dict[str, DtypeObj]]:
        return {}


@lru_cache(maxsize=64)
def _find_dtype(name: str, storage: str) -> DtypeObj:  # noqa: ARG001
    """The dtype of a name, which pandas looks up in its registry anew for each column.

    What ``str`` is depends on the storage of strings that is set.
    """
    import pandas as pd

    return pd.api.types.pandas_dtype(name)


def declare(**columns: MeasureColumn) -> Declaration:
    """The declaration of a measure: its columns by name, in order.

    >>> declare(site=NAME, n=PEOPLE, mean=MEAN).dtypes
    {'site': 'str', 'n': 'int64', 'mean': 'float64'}
    """
    return Declaration(MappingProxyType(columns))


def rows_with(**parts: MeasureColumn) -> MeasureColumn:
    """A list of rows with these keys in each cell."""
    return replace(ROWS, parts=MappingProxyType(parts))
