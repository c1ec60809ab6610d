"""harmony export: answers for other programs, through the rules of disclosure or marked raw."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import click
import pandas as pd

from harmony_kit.batch.holding import read_published
from harmony_kit.commands.exchanging import open_store
from harmony_kit.commands.naming import check_names
from harmony_kit.engagement.folder import Engagement, load_engagement
from harmony_kit.exchange.tables_out import tabulate_tidy, tabulate_wide
from harmony_kit.exchange.wide import export_table, find_format
from harmony_kit.journal.answers import Answer, Respondent, Source
from harmony_kit.journal.queries import read_counted
from harmony_kit.journal.store import Store
from harmony_kit.measures.privacy import LicensedFrame, license_answers
from harmony_kit.measures.rows import rows_of
from harmony_kit.measures.telling import DISTRIBUTION_FROM

__all__ = ["ExportOptions", "export"]

_RAW = "RAW: single answers of single people; for those who collected them, nobody else"
#: What an answer keeps as it is.
_KEPT = ("site", "wave", "respondent", "lens", "item", "about", "status")
_LICENSED = (
    "Disclosure rules applied: only questions at least {n} people of a side answered, no texts, "
    "no roles, no times, new numbers for people; nothing reports do not show yet"
)


@dataclass(frozen=True)
class ExportOptions:
    """What is exported, and how: `format_name` None tells it from the name of the file."""

    site: str | None = None
    wave: str | None = None
    format_name: str | None = None
    is_tidy: bool = False
    is_raw: bool = False


def export(folder: Path, path: Path, options: ExportOptions) -> None:
    """Write current answers with a codebook and say what is in the file.

    Raw answers get ``raw`` into the name of their file.
    """
    engagement = load_engagement(folder)
    find_format(path, options.format_name)
    check_names(engagement, sites=[options.site], wave=options.wave, is_reading=True)
    with open_store(engagement, is_reader=True) as store:
        with store.connect("read answers from") as connection:
            answers = read_counted(
                connection, site=options.site, wave=options.wave, is_raw=options.is_raw
            )
        heard = {answer.key[:3] for answer in answers}
        people = [
            person
            for person in store.respondents(site=options.site, wave=options.wave)
            if (person.site, person.wave, person.respondent) in heard
        ]
        n_before, note = len(answers), _RAW
        if not options.is_raw:
            answers, people, note = _read_licensed(store, engagement, options)
    if options.is_raw and "raw" not in path.name.lower():
        path = path.with_stem(f"{path.stem}.raw")
    tabulate = tabulate_tidy if options.is_tidy else tabulate_wide
    table = tabulate(answers, people, engagement.instrument)
    for written in export_table(table, path, note=note):
        click.echo(f"{written}: {len(people)} respondents, {len(answers)} answers")
    click.echo(note)
    if n_before > len(answers):
        click.echo(f"{n_before - len(answers)} answers were withheld; --raw writes all of them.")


def _read_licensed(
    store: Store, engagement: Engagement, options: ExportOptions
) -> tuple[list[Answer], list[Respondent], str]:
    """The answers of groups large enough to be shown point by point, of people without names.

    They are those reports may show: where a report waits until enough people have changed, so
    does the export. The new numbers follow no order that tells who it is: they are by what was
    said.
    """
    sites = None if options.site is None else [options.site]
    published = read_published(store, engagement, sites, options.wave)
    n = max(DISTRIBUTION_FROM, engagement.settings.min_group)
    licensed, _ = license_answers(published, min_group=n)
    shown = _take_out(licensed, engagement)
    told: dict[tuple[str, str, str, str], list[str]] = {}
    for answer in shown:
        told.setdefault(_place(answer), []).append(repr((answer.key[3:], answer.content[:3])))
    order = sorted(told, key=lambda place: (place[:3], sorted(told[place])))
    names = {place: f"{place[2]}-{i:03d}" for i, place in enumerate(order, 1)}
    renamed = [replace(answer, respondent=names[_place(answer)]) for answer in shown]
    people = [Respondent(p[0], p[1], names[p], p[2]) for p in order]
    return renamed, people, _LICENSED.format(n=n)


def _place(answer: Answer) -> tuple[str, str, str, str]:
    return answer.site, answer.wave, answer.lens, answer.respondent


def _take_out(licensed: LicensedFrame, engagement: Engagement) -> list[Answer]:
    """Answers of a frame, all at one time: midnight before the last of them was given."""
    instrument = engagement.instrument
    source = Source("", "import", instrument.id, instrument.version, instrument.sha256)
    when = licensed["answered_at"].max()
    return [
        Answer(
            **{name: row[name] for name in _KEPT},
            subject=row["subject"] if isinstance(row["subject"], str) else None,
            value=None if pd.isna(row["value"]) else int(row["value"]),
            chosen=tuple(row["chosen"]) if row["chosen"] else None,
            answered_at=when.to_pydatetime().replace(hour=0, minute=0, second=0, microsecond=0),
            source=source,
        )
        for row in rows_of(licensed)
    ]
