"""Small answers and items, written by hand: for the examples of the measures and their tests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from harmony_kit.journal.answers import AnswersFrame, type_frame
from harmony_kit.measures.rows import Row

__all__ = ["answers_of", "items_of", "said"]


def items_of(*items: Mapping[str, Any]) -> pd.DataFrame:
    """An items frame; what an item does not say is that of a plain mirrored rating of 5 points."""
    plain = {
        "dimension": "frame",
        "kind": "rating",
        "mirrored": True,
        "is_core": True,
        "per": None,
        "group": None,
        "points": 5,
        "k": None,
        "options": (),
    }
    rows = [{**plain, **item} for item in items]
    return pd.DataFrame(rows).astype({"points": "Int64", "k": "Int64"})


def said(
    lens: str, item: str, answers: Iterable[int | str | list[str] | None], **where: str | None
) -> list[Row]:
    """What the people of one lens said, one after another: a point, options, or a status.

    None is somebody who was not asked. `where` gives ``site, wave, subject, answered_at`` other
    than the plain ones, and ``about`` the lens whose answer was estimated.
    """
    plain = {"site": "north", "wave": "1", "subject": None, "about": lens, "answered_at": _DAY}
    place = {**plain, **{name: value for name, value in where.items() if value is not None}}
    return [
        {
            **place,
            "respondent": f"{place['site']}-{lens}-{i}",
            "lens": lens,
            "item": item,
            "status": answer if isinstance(answer, str) else "answered",
            "value": answer if isinstance(answer, int) else None,
            "chosen": answer if isinstance(answer, list) else None,
            "text": None,
            "quotable": False,
        }
        for i, answer in enumerate(answers)
        if answer is not None
    ]


_DAY = "2026-06-01T08:00:00Z"


def answers_of(*groups: Iterable[Row]) -> AnswersFrame:
    """An answers frame of what several groups said."""
    return type_frame(pd.DataFrame([row for group in groups for row in group]))
