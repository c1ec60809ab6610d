"""Small answers frames and items frames, written by hand, for the tests of the measures."""

from __future__ import annotations

import json
from itertools import count
from pathlib import Path

import pandas as pd

from harmony_kit.journal.answers import type_frame

CASES = Path(__file__).parent / "cases" / "measures"
LENSES = ("engineering", "quality")


def case(name):
    """A case file of the measures."""
    return json.loads((CASES / name).read_text(encoding="utf-8"))


def items_of(*items):
    """An items frame; each item is a dict, what it does not say is that of a plain rating."""
    plain = {
        "dimension": "frame",
        "kind": "rating",
        "mirrored": True,
        "per": None,
        "group": None,
        "points": 5,
        "k": None,
        "options": (),
    }
    rows = [plain | item for item in items]
    return pd.DataFrame(rows).astype({"points": "Int64", "k": "Int64"})


def said(lens, item, answers, *, about=None, subject=None, site="north", wave="1"):
    """Rows of one lens: an answer per person; a number, options, or a status as a word."""
    return [
        {
            "site": site,
            "wave": wave,
            "respondent": f"{site}-{lens}-{i}",
            "lens": lens,
            "item": item,
            "subject": subject,
            "about": about or lens,
            "status": answer if isinstance(answer, str) else "answered",
            "value": answer if isinstance(answer, int) else None,
            "chosen": answer if isinstance(answer, list) else None,
            "text": None,
            "quotable": False,
            "answered_at": "2026-06-01T08:00:00Z",
        }
        for i, answer in zip(count(), answers, strict=False)
        if answer is not None
    ]


def answers_of(*groups):
    """An answers frame from groups of rows made by `said`."""
    return type_frame(pd.DataFrame([row for group in groups for row in group]))


def no_answers():
    """An answers frame without rows."""
    return type_frame(pd.DataFrame())


def dtypes_of(frame):
    """Column → dtype of a frame."""
    return {name: str(dtype) for name, dtype in frame.dtypes.items()}


def at_site(frame, site):
    """The rows of one site, numbered anew."""
    return frame[frame["site"] == site].reset_index(drop=True)
