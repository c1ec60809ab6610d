"""Rows of thousands of sites in a tenth of the room: every text once, and a number beside it."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

__all__ = ["CompactRows"]


class CompactRows:
    """Rows of some columns, of which those in `numbers` hold numbers and the others texts.

    A text or number that is not there is missing in the frame.

    >>> rows = CompactRows(("item", "share"), numbers=("share",))
    >>> rows.add([{"item": "b", "share": 0.5}, {"item": "a"}])
    >>> rows.frame().values.tolist()
    [['b', 0.5], ['a', nan]]
    """

    def __init__(self, columns: Iterable[str], *, numbers: Iterable[str]) -> None:
        self._numbers = {name: array("d") for name in numbers}
        self._texts = {name: (array("i"), dict[str, int]()) for name in columns}
        for name in self._numbers:
            self._texts.pop(name, None)
        self._columns = tuple(columns)

    def add(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Take in some more rows."""
        for row in rows:
            for name, numbers in self._numbers.items():
                numbers.append(row.get(name, np.nan))
            for name, (codes, known) in self._texts.items():
                text = row.get(name)
                codes.append(-1 if text is None else known.setdefault(text, len(known)))

    def frame(self) -> pd.DataFrame:
        """All rows; texts are categories in their order, so that they sort like texts."""
        return pd.DataFrame({name: self._column(name) for name in self._columns})

    def _column(self, name: str) -> pd.Series[Any]:
        if name in self._numbers:
            return pd.Series(np.array(self._numbers[name]))
        codes, known = self._texts[name]
        names = sorted(known)
        places = {known[text]: i for i, text in enumerate(names)} | {-1: -1}
        placed = [places[code] for code in codes]
        return pd.Series(pd.Categorical.from_codes(placed, categories=pd.Index(names, dtype="str")))
