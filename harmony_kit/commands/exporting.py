"""harmony export: answers for other programs, as counts that may be shown, or marked raw."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import click

from harmony_kit.batch.handing import hand_out, mark_pages, register_lines
from harmony_kit.batch.holding import narrow_lines, read_published
from harmony_kit.batch.register import RegisterLine
from harmony_kit.commands.exchanging import open_store
from harmony_kit.commands.naming import check_names
from harmony_kit.engagement.folder import Engagement, load_engagement
from harmony_kit.exchange.tables_out import (
    AnswerTable,
    tabulate_counts,
    tabulate_tidy,
    tabulate_wide,
)
from harmony_kit.exchange.wide import export_table, find_format
from harmony_kit.journal.answers import AnswersFrame
from harmony_kit.journal.queries import read_counted
from harmony_kit.measures.answer_counts import count_answers
from harmony_kit.measures.privacy import license_answers
from harmony_kit.measures.rows import rows_of, text_of
from harmony_kit.measures.telling import DISTRIBUTION_FROM

__all__ = ["ExportOptions", "export"]

_RAW = "RAW: single answers of single people; for those who collected them, nobody else"
_COUNTS = (
    "How many people of a side gave each answer, where at least {n} answered and not all, or all "
    "but one, alike; no people, no texts, and nothing reports do not show yet"
)
_NAMED = (
    "How many people of a side gave each answer, where at least {n} were heard, also where all "
    "say the same; no names, no texts, and nothing reports do not show yet"
)


@dataclass(frozen=True)
class ExportOptions:
    """What is exported, and how: `format_name` None tells it from the name of the file.

    `is_tidy` is about raw answers: one row for each, or one for each respondent.
    """

    site: str | None = None
    wave: str | None = None
    format_name: str | None = None
    is_tidy: bool = False
    is_raw: bool = False


def export(folder: Path, path: Path, options: ExportOptions) -> None:
    """Write current answers with a codebook and say what is in the file.

    Raw answers get ``raw`` into the name of their file; counts are written into the register.
    """
    engagement = load_engagement(folder)
    find_format(path, options.format_name)
    check_names(engagement, sites=[options.site], wave=options.wave, is_reading=True)
    write = _export_raw if options.is_raw else _export_counts
    write(engagement, path, options)


def _export_raw(engagement: Engagement, path: Path, options: ExportOptions) -> None:
    with open_store(engagement, is_reader=True) as store:
        with store.connect("read answers from") as connection:
            answers = read_counted(connection, site=options.site, wave=options.wave)
        heard = {answer.key[:3] for answer in answers}
        people = [
            person
            for person in store.respondents(site=options.site, wave=options.wave)
            if (person.site, person.wave, person.respondent) in heard
        ]
    tabulate = tabulate_tidy if options.is_tidy else tabulate_wide
    table = tabulate(answers, people, engagement.instrument)
    if "raw" not in path.name.lower():
        path = path.with_stem(f"{path.stem}.raw")
    _write(table, path, f"{len(people)} respondents, {len(answers)} answers", _RAW)


def _export_counts(engagement: Engagement, path: Path, options: ExportOptions) -> None:
    sites = None if options.site is None else [options.site]
    with hand_out(engagement) as may_register:
        with open_store(engagement, is_reader=True) as store:
            answers, lines = read_published(store, engagement, sites, options.wave)
        table, lines = _count(engagement, answers, lines)
        if may_register:
            register_lines(engagement, lines, "exported")
        n_answers = sum(int(row[-1]) for row in table.rows)
        told = f"{len(table.rows)} counts of {n_answers} answers"
        _write(table, path, told, _note(engagement))
    click.echo("Every answer of everybody: --raw.")


def _note(engagement: Engagement) -> str:
    """What is in the file, after what its pages are marked with."""
    settings = engagement.settings
    fewest = settings.min_group
    counts = _NAMED if settings.named else _COUNTS
    fewest = fewest if settings.named else max(DISTRIBUTION_FROM, fewest)
    banner = mark_pages(engagement, is_draft=False).banner
    return " ".join(filter(None, (banner, counts.format(n=fewest))))


def _count(
    engagement: Engagement, answers: AnswersFrame, lines: tuple[RegisterLine, ...]
) -> tuple[AnswerTable, tuple[RegisterLine, ...]]:
    """The counts that may be shown, and the lines of the sides they are of."""
    settings = engagement.settings
    licensed, _ = license_answers(answers, min_group=settings.min_group)
    counts = count_answers(licensed, is_named=settings.named)
    rows = [
        {**row, "subject": text_of(row["subject"]), "people": str(row["people"])}
        for row in rows_of(counts)
    ]
    table = tabulate_counts(rows, engagement.instrument)
    return table, narrow_lines(lines, answers, shown=counts)


def _write(table: AnswerTable, path: Path, told: str, note: str) -> None:
    for written in export_table(table, path, note=note):
        click.echo(f"{written}: {told}")
    click.echo(note)
