"""What the tests of the measures share, beside the frames of `harmony_kit.measures.examples`."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from harmony_kit.journal.answers import type_frame
from harmony_kit.measures.examples import answers_of, items_of, said

__all__ = [
    "LENSES",
    "answers_of",
    "at_site",
    "case",
    "dtypes_of",
    "items_of",
    "no_answers",
    "said",
]

CASES = Path(__file__).parent / "cases" / "measures"
LENSES = ("engineering", "quality")


def case(name):
    """A case file of the measures."""
    return json.loads((CASES / name).read_text(encoding="utf-8"))


def no_answers():
    """An answers frame without rows."""
    return type_frame(pd.DataFrame())


def dtypes_of(frame):
    """Column → dtype of a frame."""
    return {name: str(dtype) for name, dtype in frame.dtypes.items()}


def at_site(frame, site):
    """The rows of one site, numbered anew."""
    return frame[frame["site"] == site].reset_index(drop=True)
