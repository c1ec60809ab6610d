"""What cannot be in the records, and what was left out and why, in the language of a report."""

from __future__ import annotations

from typing import Any

import pandas as pd

from harmony_kit.measures.rows import rows_of
from harmony_kit.report.words import Words

__all__ = ["say_problems", "say_withheld"]


def say_problems(problems: pd.DataFrame, words: Words) -> pd.DataFrame:
    """`list_evidence_problems` with what is wrong, and what is done about it, as sentences.

    Columns ``file, site, id, week, problem`` (a code), ``what, handled``.
    """
    rows = rows_of(problems)
    what = [words.say(f"problem.{row['problem']}", allowed=row["allowed"]) for row in rows]
    handled = [words.say(f"handled.{row['handling']}") for row in rows]
    said = problems.assign(what=what, handled=handled).astype({"what": "str", "handled": "str"})
    return said.drop(columns=["handling", "allowed"])


def say_withheld(withheld: pd.DataFrame, words: Words, *, min_group: int) -> pd.DataFrame:
    """`list_withheld` with what was left out, and why, as sentences in ``what, why``."""
    what = [_say_cell(row, words) for row in rows_of(withheld)]
    said = withheld.assign(what=what).astype({"what": "object"})
    return said.assign(why=words.say("withheld.why", min=min_group))


def _say_cell(row: dict[str, Any], words: Words) -> str:
    if pd.isna(row["item"]):
        return words.say("withheld.lens", lens=row["lens"])
    subject = "" if pd.isna(row["subject"]) else f"[{row['subject']}]"
    view = "" if row["about"] == row["lens"] else f"@{row['about']}"
    return words.say("withheld.cell", cell=f"{row['item']}{subject}{view}", lens=row["lens"])
