"""harmony compare: what moved from one wave of interviews to the next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import click
import pandas as pd

from harmony_kit.batch.earlier import find_used, read_wordings
from harmony_kit.batch.handing import hand_out, mark_pages, register_lines
from harmony_kit.batch.holding import narrow_lines, read_published
from harmony_kit.batch.register import RegisterLine, mark_site
from harmony_kit.commands.exchanging import open_store
from harmony_kit.commands.naming import check_names
from harmony_kit.engagement.folder import Engagement, load_engagement
from harmony_kit.engagement.secret import keep_secret
from harmony_kit.errors import EngagementError, Problem
from harmony_kit.exchange.workbook import WorkbookSheet, draw_workbook
from harmony_kit.files import publish
from harmony_kit.journal.answers import AnswersFrame
from harmony_kit.measures.changes import CHANGES
from harmony_kit.measures.declaration import Declaration
from harmony_kit.measures.rounding import round_number
from harmony_kit.measures.transitions import TRANSITIONS
from harmony_kit.measures.understood_changes import UNDERSTOOD_CHANGES
from harmony_kit.measures.wave_comparison import WaveComparison, compare_waves
from harmony_kit.measures.waves import RETURNS, Wordings
from harmony_kit.report.plain_values import plain_value
from harmony_kit.report.words import Words, load_words

__all__ = ["compare"]


def compare(
    folder: Path, *, sites: Sequence[str], output: Path | None, is_draft: bool = False
) -> None:
    """Print what changed with certainty between successive waves; `output` gets every number.

    It counts as published and is written into the register. A draft is of all answers, marked,
    and for the consultant alone.
    """
    engagement = load_engagement(folder)
    check_names(engagement, sites=sites)
    chosen = sites or engagement.site_ids
    banner = mark_pages(engagement, is_draft=is_draft).banner
    if is_draft and output is not None and "draft" not in output.name.lower():
        output = output.with_stem(f"{output.stem}.draft")
    with nullcontext(False) if is_draft else hand_out(engagement) as may_register:  # noqa: FBT003
        with open_store(engagement, is_reader=True) as store:
            wordings = read_wordings(find_used(store), store.instrument)
            answers, lines = (
                (store.frame(chosen), ()) if is_draft else read_published(store, engagement, chosen)
            )
        compared = _compare(engagement, answers, wordings)
        if may_register:
            register_lines(engagement, _narrow(lines, answers, compared), "compared")
        _show(compared, engagement, banner, output)


def _narrow(
    lines: Iterable[RegisterLine], answers: AnswersFrame, compared: WaveComparison
) -> tuple[RegisterLine, ...]:
    """The lines of what is compared: sites with more than one wave, and no texts."""
    places = pd.concat(
        compared.returns[["site", name]].set_axis(["site", "wave"], axis=1)
        for name in ("from_wave", "to_wave")
    )
    rated = answers[answers["text"].isna()]
    return narrow_lines(lines, answers, shown=rated.merge(places.drop_duplicates()))


def _show(
    compared: WaveComparison, engagement: Engagement, banner: str, output: Path | None
) -> None:
    if compared.returns.empty:
        todo = "The next round of interviews gets another `wave` in engagement.yaml."
        what = "holds one wave of every site, so there is nothing to compare"
        raise EngagementError(Problem("the store", "", what, todo=todo))
    if banner:
        click.echo(banner)
    for line in _tell(compared, engagement):
        click.echo(line)
    if output is not None:
        sheets = [_sheet(name, getattr(compared, name), told) for name, told in _SHEETS.items()]
        about = [WorkbookSheet("about", ("about",), ((banner,),))] if banner else []
        publish(output, draw_workbook([*about, *sheets]))
        click.echo(f"{output}: every number")


def _compare(engagement: Engagement, answers: AnswersFrame, wordings: Wordings) -> WaveComparison:
    secret = keep_secret(engagement.folder)
    return compare_waves(
        answers,
        engagement.instrument.items_frame(),
        settings=engagement.settings,
        headcounts=engagement.headcounts(),
        wordings=wordings,
        secret_of=lambda site, wave: mark_site(secret, site, wave).encode(),
    )


def _tell(compared: WaveComparison, engagement: Engagement) -> Iterator[str]:
    words = load_words(engagement.language)
    for (site, before, after), returns in compared.returns.groupby(
        ["site", "from_wave", "to_wave"], sort=False
    ):
        yield words.say("compare.waves", site=site, before=before, after=after)
        for row in returns.to_dict("records"):
            yield f"  {_lens(engagement, row['lens'])}: {_tell_returns(row, words)}"
        place = {"site": site, "from_wave": before, "to_wave": after}
        yield from _tell_understood(_rows(compared.understood, place), engagement, words)
        yield from _tell_transitions(_rows(compared.transitions, place), engagement, words)
        yield from _tell_changes(_rows(compared.changes, place), engagement, words)


def _rows(frame: pd.DataFrame, place: dict[str, Any]) -> pd.DataFrame:
    return frame[(frame[list(place)] == pd.Series(place)).all(axis=1)]


def _tell_returns(row: dict[Any, Any], words: Words) -> str:
    names = ("n_before", "n_after", "n_returned", "n_left", "n_joined")
    key = "compare.untold" if pd.isna(row["n_returned"]) else "compare.people"
    return words.say(key, **{name: row[name] for name in names})


def _tell_understood(rows: pd.DataFrame, engagement: Engagement, words: Words) -> Iterator[str]:
    """How much a side understands in both waves, and whether that is a change."""
    for row in rows.to_dict("records"):
        is_move = row["claim"] == "claimed" and row["direction"] != "steady"
        yield "  " + words.say(
            "compare.understood" if is_move else "compare.understood_open",
            looker=_lens(engagement, row["lens"]),
            other=_lens(engagement, row["other"]),
            before=words.percent(row["before"]),
            after=words.percent(row["after"]),
            n=row["n_topics"],
        )


def _tell_transitions(rows: pd.DataFrame, engagement: Engagement, words: Words) -> Iterator[str]:
    moved = rows[(rows["claim"] == "claimed") & (rows["from_state"] != rows["to_state"])]
    for row in moved.to_dict("records"):
        looks = words.say(
            "compare.looking",
            looker=_lens(engagement, row["lens"]),
            other=_lens(engagement, row["other"]),
        )
        states = [words.say(f"state.{row[name]}") for name in ("from_state", "to_state")]
        yield f"  {_topic(row)}, {looks}: {' -> '.join(states)}{_tell_chance(row, words)}"


def _tell_chance(row: dict[Any, Any], words: Words) -> str:
    """How certain it is that the state is another one; nothing beside a mean told as a band."""
    if pd.isna(row["p_changed"]):
        return ""
    return f" ({words.say('compare.certain', chance=words.percent(row['p_changed']))})"


def _tell_changes(rows: pd.DataFrame, engagement: Engagement, words: Words) -> Iterator[str]:
    claimed = rows[(rows["claim"] == "claimed") & (rows["direction"] != "steady")]
    for row in claimed.to_dict("records"):
        what = f"{_lens(engagement, row['lens'])}, {words.say('quantity.' + row['quantity'])}"
        values = " -> ".join(
            words.plain(round_number(row[name], 1), ".1f") for name in ("before", "after")
        )
        if pd.isna(row["low"]):  # of a band the middle: no interval is told beside it
            values = words.say("format.about", number=values)
        yield f"  {_topic(row)}, {what}: {values}"
    for kind in ("reworded", "new", "dropped"):
        items = sorted(set(rows.loc[rows["comparison"] == kind, "item"]))
        if items:
            yield f"  {words.say(f'compare.{kind}', items=', '.join(items))}"
    if (rows["comparison"] == "unverified").any():
        yield f"  {words.say('compare.unverified')}"


def _lens(engagement: Engagement, lens: str) -> str:
    return engagement.instrument.text(f"lens.{lens}.name", engagement.language)


def _topic(row: dict[Any, Any]) -> str:
    return row["item"] if pd.isna(row["subject"]) else f"{row['item']}[{row['subject']}]"


_SHEETS = {
    "changes": CHANGES,
    "transitions": TRANSITIONS,
    "understood": UNDERSTOOD_CHANGES,
    "returns": RETURNS,
}


def _sheet(name: str, frame: pd.DataFrame, declared: Declaration) -> WorkbookSheet:
    columns = [
        [plain_value(cell, column) for cell in frame[header].tolist()]
        for header, column in declared.columns.items()
    ]
    return WorkbookSheet(name, tuple(declared.columns), tuple(zip(*columns, strict=True)))
