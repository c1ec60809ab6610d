"""What may be shown: nothing about fewer people of a lens than the minimum group.

The rule is applied once, to the answers, before anything is measured: a cell (lens, item,
subject, own or estimate) with too few answers is taken out. What no measure has seen, no table,
chart, results file or workbook can give away.
"""

from __future__ import annotations

import pandas as pd

from harmony_kit.answers import check_frame

__all__ = ["count_respondents", "license_answers", "license_quotes"]

_CELL = ["site", "wave", "lens", "item", "subject", "about"]


def count_respondents(answers: pd.DataFrame) -> pd.DataFrame:
    """How many people of each lens gave any answer.

    Returns columns ``site, wave, lens, n_respondents``; lenses nobody of was heard are absent.
    """
    check_frame(answers)
    groups = answers.groupby(["site", "wave", "lens"], observed=True)["respondent"]
    return groups.nunique().rename("n_respondents").reset_index()


def license_answers(answers: pd.DataFrame, *, min_group: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The answers that may be measured, and what was taken out.

    A cell is one lens's own answers, or its estimates, to one item (and subject). Its size is
    the number of people who *answered* it; "don't know" and "prefer not to say" do not count,
    and go with the cell. Free text is not measured; see `license_quotes`.

    Returns
    -------
    The licensed rows (an answers frame), and a frame ``site, wave, lens, item, subject, about``
    with one row per cell withheld. It does not say how many there were.
    """
    check_frame(answers)
    measured = answers[answers["text"].isna()]
    keys = [measured[column].fillna("") for column in _CELL]
    is_answered = (measured["status"] == "answered").astype("int64")
    sizes = is_answered.groupby(keys, sort=False).transform("sum")
    is_licensed = sizes >= min_group
    left_out = measured.loc[~is_licensed, _CELL].drop_duplicates()
    withheld = left_out.sort_values(_CELL, na_position="first")
    return measured[is_licensed].reset_index(drop=True), withheld.reset_index(drop=True)


def license_quotes(answers: pd.DataFrame, *, min_group: int) -> pd.DataFrame:
    """The free texts that may be quoted: allowed by who said them, from a lens large enough.

    Columns ``site, wave, lens, item, text``, sorted by them: the order tells nothing about who
    said what, and no respondent is named.
    """
    check_frame(answers)
    counts = count_respondents(answers)
    large = counts[counts["n_respondents"] >= min_group][["site", "wave", "lens"]]
    quotable = answers[answers["quotable"] & answers["text"].notna()]
    kept = quotable.merge(large, on=["site", "wave", "lens"])
    columns = ["site", "wave", "lens", "item", "text"]
    return kept[columns].sort_values(columns).reset_index(drop=True)
