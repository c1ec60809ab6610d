"""What may be shown: nothing about fewer people of a lens than the minimum group.

The rule is applied once, to the answers, before anything is measured: a cell (lens, item,
subject, own or estimate) with too few answers is taken out. What no measure has seen, no table,
chart, results file or workbook can give away. How much is told of groups large enough, `disclosure`
says.
"""

from __future__ import annotations

from typing import NewType

import numpy as np
import pandas as pd

from harmony_kit.engagement.settings import QUOTES_FROM
from harmony_kit.journal.answers import AnswersFrame
from harmony_kit.measures.declaration import NAME, TEXT, declare
from harmony_kit.measures.finishing import finish
from harmony_kit.measures.selection import code_groups

__all__ = [
    "QUOTES",
    "WITHHELD",
    "LicensedFrame",
    "count_respondents",
    "license_answers",
    "license_quotes",
    "license_returned",
    "license_returns",
    "list_withheld",
]


#: Columns of `list_withheld` and of `license_quotes`, in order.
WITHHELD = declare(lens=NAME, item=NAME, subject=NAME, about=NAME)
QUOTES = declare(site=NAME, wave=NAME, lens=NAME, item=NAME, text=TEXT)

#: An answers frame without any small group. Every measure takes one, and only `license_answers`
#: makes one, so that nothing can be measured past the rule.
LicensedFrame = NewType("LicensedFrame", AnswersFrame)

#: In the order in which what was withheld is listed.
_CELLS = declare(site=NAME, wave=NAME, lens=NAME, item=NAME, subject=NAME, about=NAME)
_CELL = list(_CELLS.columns)


def count_respondents(answers: pd.DataFrame) -> pd.DataFrame:
    """How many people of each lens gave any answer.

    Returns columns ``site, wave, lens, n_respondents``; lenses nobody of was heard are absent.

    >>> from harmony_kit.measures.examples import answers_of, items_of, said
    >>> count_respondents(answers_of(said("it", "x.a", [4, 4, 5]), said("it", "x.b", [4, 2])))
        site wave lens  n_respondents
    0  north    1   it              3
    """
    people = code_groups(answers, ["site", "wave", "lens", "respondent"]).keys
    groups = code_groups(people, ["site", "wave", "lens"])
    return groups.keys.assign(n_respondents=np.bincount(groups.codes, minlength=groups.n))


def license_answers(answers: AnswersFrame, *, min_group: int) -> tuple[LicensedFrame, pd.DataFrame]:
    """The answers that may be measured, and what was taken out.

    A cell is one lens's own answers, or its estimates, to one item (and subject). Its size is
    the number of people who *answered* it; "don't know" and "prefer not to say" do not count,
    and go with the cell. Free text is not measured; see `license_quotes`. Of "other, namely" the
    choice is measured and its words are left out.

    Returns
    -------
    The licensed rows (an answers frame), and a frame ``site, wave, lens, item, subject, about``
    with one row per cell withheld. It does not say how many there were.

    Examples
    --------
    >>> from harmony_kit.measures.examples import answers_of, items_of, said
    >>> answers = answers_of(said("it", "x.a", [4, 4, 5]), said("it", "x.b", [4, 2]))
    >>> licensed, withheld = license_answers(answers, min_group=3)
    >>> (len(licensed), withheld["item"].tolist())
    (3, ['x.b'])
    """
    is_text = answers["text"].notna() & answers["chosen"].isna()
    measured = answers[~is_text].copy()
    measured["text"] = pd.Series(pd.NA, index=measured.index, dtype=answers["text"].dtype)
    cells = code_groups(measured.assign(subject=measured["subject"].fillna("")), _CELL)
    is_answered = measured["status"].eq("answered").to_numpy()
    is_small = np.bincount(cells.codes[is_answered], minlength=cells.n) < min_group
    licensed = measured[~is_small[cells.codes]].reset_index(drop=True)
    return LicensedFrame(AnswersFrame(licensed)), finish(
        cells.keys[is_small].reset_index(drop=True), _CELLS
    )


def license_quotes(answers: AnswersFrame, *, min_group: int) -> pd.DataFrame:
    """The free texts that may be quoted: allowed by who said them, from a lens large enough.

    Large enough is `QUOTES_FROM` people, and the minimum group. Columns ``site, wave, lens, item,
    text``, sorted by them: the order tells nothing about who said what, and no respondent is
    named.
    """
    counts = count_respondents(answers)
    large = counts[counts["n_respondents"] >= max(min_group, QUOTES_FROM)][["site", "wave", "lens"]]
    is_text = answers["text"].notna() & answers["chosen"].isna()
    quotable = answers[answers["quotable"] & is_text]
    kept = quotable.merge(large, on=["site", "wave", "lens"])
    columns = list(QUOTES.columns)
    return kept[columns].sort_values(columns).reset_index(drop=True)


def license_returned(changes: pd.DataFrame, *, min_group: int) -> pd.DataFrame:
    """Changes without those of few people who answered in both waves.

    `n_returned` and `returned_change` stay where `min_group` or more came back and those who did
    not, before and after, are nobody or as many: beside the means of both waves, the change of
    all but one person is the answer of that person.
    """
    returned = changes["n_returned"]
    is_told = (returned >= min_group).fillna(value=False)
    for n in (changes["n_before"], changes["n_after"]):
        rest = n.astype("Int64") - returned
        is_told &= ((rest <= 0) | (rest >= min_group)).fillna(value=False)
    kept = {name: changes[name].where(is_told) for name in ("n_returned", "returned_change")}
    return changes.assign(**kept)


def license_returns(returns: pd.DataFrame, *, min_group: int) -> pd.DataFrame:
    """Who came back, without groups of few: where one of the three counts is small, all are NA.

    With the people of both waves beside them, any one of the three gives the other two.
    """
    names = ["n_returned", "n_left", "n_joined"]
    counts = returns[names].astype("Int64")
    is_small = ((counts > 0) & (counts < min_group)).any(axis=1)
    return returns.assign(**{name: counts[name].mask(is_small) for name in names})


def list_withheld(heard: pd.DataFrame, cells: pd.DataFrame) -> pd.DataFrame:
    """What is left out of the report of one site.

    Parameters
    ----------
    heard
        ``lens, is_shown``: one row per lens.
    cells
        The cells `license_answers` took out.

    Returns
    -------
    Columns ``lens, item, subject, about``. A lens that is too small as a whole is one row (`item`
    NA); its single cells are not listed again.
    """
    small = heard.loc[~heard["is_shown"], "lens"].tolist()
    lenses = pd.DataFrame({"lens": small}).reindex(columns=list(WITHHELD.columns))
    rest = cells.loc[~cells["lens"].isin(small), list(WITHHELD.columns)]
    return pd.concat([lenses, rest], ignore_index=True)
