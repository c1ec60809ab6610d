"""How many of a side gave each answer, where answers may be shown point by point."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pandas as pd

from harmony_kit.measures.declaration import COUNT, NAME, declare
from harmony_kit.measures.finishing import finish
from harmony_kit.measures.privacy import LicensedFrame
from harmony_kit.measures.rows import rows_of
from harmony_kit.measures.telling import hides_counts

__all__ = ["ANSWER_COUNTS", "count_answers"]

#: Columns of `count_answers`, in order.
ANSWER_COUNTS = declare(
    site=NAME, wave=NAME, lens=NAME, item=NAME, subject=NAME, about=NAME, answer=NAME, people=COUNT
)


def count_answers(answers: LicensedFrame, *, is_named: bool = False) -> pd.DataFrame:
    """The answers people gave, with how many of each lens did, as reports would show them.

    A row is a point of a rating or an option somebody chose. A cell answered by too few people to
    be shown point by point, or by all or all but one alike, has none; with `is_named` every cell
    has. "Don't know" and texts are no such answers.

    >>> from harmony_kit.measures.examples import answers_of, said
    >>> from harmony_kit.measures.privacy import license_answers
    >>> alike, apart = said("it", "x.a", [4] * 7 + [5]), said("it", "x.b", [4] * 6 + [5, 5])
    >>> licensed, _ = license_answers(answers_of(alike, apart), min_group=4)
    >>> count_answers(licensed)[["item", "answer", "people"]].to_dict("records")
    [{'item': 'x.b', 'answer': '4', 'people': 6}, {'item': 'x.b', 'answer': '5', 'people': 2}]
    """
    given = answers[answers["status"].eq("answered")]
    cells: dict[tuple[str, ...], tuple[Counter[str], int]] = {}
    for row in rows_of(given.assign(subject=given["subject"].fillna(""))):
        cell = tuple(row[name] for name in _CELL)
        counts, n = cells.setdefault(cell, (Counter(), 0))
        counts.update(_list_answers(row))
        cells[cell] = counts, n + 1
    rows = [
        (*cell, answer, people)
        for cell, (counts, n) in cells.items()
        if is_named or not hides_counts(counts.values(), n)
        for answer, people in sorted(counts.items())
    ]
    return finish(pd.DataFrame(rows, columns=[*ANSWER_COUNTS.columns]), ANSWER_COUNTS)


_CELL = list(ANSWER_COUNTS.columns)[:6]


def _list_answers(row: dict[str, Any]) -> list[str]:
    return [str(row["value"])] if row["chosen"] is None else list(row["chosen"])
