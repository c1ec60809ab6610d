"""Which interviews answer enough to count as one: not one that ended after its first question.

>>> from harmony_kit.measures.examples import answers_of, items_of, said
>>> items = items_of(*({"item": f"x.q{i}"} for i in range(4)))
>>> heard = said("it", "x.q0", [4, 5]) + said("it", "x.q1", [3])
>>> list_whole(answers_of(heard), items)[["respondent", "n_core", "is_whole"]]
   respondent  n_core  is_whole
0  north-it-0       2      True
1  north-it-1       1     False
"""

from __future__ import annotations

from typing import Final

import pandas as pd

from harmony_kit.journal.answers import AnswersFrame

__all__ = ["ENOUGH", "list_whole"]

#: The share of the core an interview answers that counts as one.
ENOUGH: Final = 0.5


def list_whole(answers: AnswersFrame, items: pd.DataFrame) -> pd.DataFrame:
    """Everybody with an answer: how much of the core of the instrument, and whether it is enough.

    Own views count, and "don't know" is an answer; "prefer not to say" is none. One row per site,
    wave, lens and respondent, sorted: `n_core` items of the core answered, `is_whole` whether
    they are half of it. An instrument without such items takes everybody.
    """
    core = set(items.loc[items["is_core"], "item"])
    people = ["site", "wave", "lens", "respondent"]
    is_own = (answers["about"] == answers["lens"]) & answers["item"].isin(core)
    counted = answers[is_own & (answers["status"] != "prefer_not")]
    n_core = counted.groupby(people)["item"].nunique().rename("n_core")
    found = answers[people].drop_duplicates().merge(n_core.reset_index(), how="left", on=people)
    found["n_core"] = found["n_core"].fillna(0).astype("int64")
    found["is_whole"] = found["n_core"] >= ENOUGH * len(core)
    return found.sort_values(people, kind="stable", ignore_index=True)
