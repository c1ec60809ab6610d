"""What cannot be in the records, and what was left out and why, in the language of a report."""

from __future__ import annotations

import pandas as pd

from harmony_kit.engagement.settings import Settings
from harmony_kit.measures.declaration import TEXT, declare
from harmony_kit.measures.evidence_problems import PROBLEMS
from harmony_kit.measures.privacy import WITHHELD
from harmony_kit.measures.rows import Row, rows_of
from harmony_kit.report.words import Words

__all__ = ["SAID_PROBLEMS", "SAID_WITHHELD", "say_problems", "say_withheld"]

_PLACE = PROBLEMS.part("file", "site", "id", "week", "problem").columns

#: Columns of `say_problems` and of `say_withheld`, in order.
SAID_PROBLEMS = declare(**_PLACE, what=TEXT, handled=TEXT)
SAID_WITHHELD = declare(**WITHHELD.columns, what=TEXT, why=TEXT)


def say_problems(problems: pd.DataFrame, words: Words) -> pd.DataFrame:
    """`list_evidence_problems` with what is wrong, and what is done about it, as sentences.

    Columns ``file, site, id, week, problem`` (its code), ``what, handled``.
    """
    rows = rows_of(problems)
    what = [words.say(f"problem.{row['problem']}", allowed=row["allowed"]) for row in rows]
    handled = [words.say(f"handled.{row['handling']}") for row in rows]
    return SAID_PROBLEMS.select(problems.assign(what=what, handled=handled))


def say_withheld(withheld: pd.DataFrame, words: Words, settings: Settings) -> pd.DataFrame:
    """`list_withheld` with what was left out, and why, as sentences in ``what, why``."""
    what = [_say_cell(row, words) for row in rows_of(withheld)]
    key = "withheld.why_redacted" if settings.redacted else "withheld.why"
    why = words.say(key, min=settings.shown_from)
    return withheld.assign(what=what, why=why)[list(SAID_WITHHELD.columns)]


def _say_cell(row: Row, words: Words) -> str:
    if pd.isna(row["item"]):
        return words.say("withheld.lens", lens=row["lens"])
    subject = "" if pd.isna(row["subject"]) else f"[{row['subject']}]"
    view = "" if row["about"] == row["lens"] else f"@{row['about']}"
    return words.say("withheld.cell", cell=f"{row['item']}{subject}{view}", lens=row["lens"])
