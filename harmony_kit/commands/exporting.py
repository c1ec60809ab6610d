"""harmony export: answers for other programs, through the rules of disclosure or marked raw."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from pathlib import Path

import click

from harmony_kit.commands.exchanging import open_store
from harmony_kit.commands.naming import check_names
from harmony_kit.engagement.folder import Engagement, load_engagement
from harmony_kit.exchange.tables_out import tabulate_tidy, tabulate_wide
from harmony_kit.exchange.wide import export_table, find_format
from harmony_kit.journal.answers import Answer, Respondent, answers_frame
from harmony_kit.measures.privacy import license_answers
from harmony_kit.measures.telling import DISTRIBUTION_FROM

__all__ = ["ExportOptions", "export"]

_RAW = "RAW: single answers of single people; for those who collected them, nobody else"
_LICENSED = (
    "Disclosure rules applied: only questions at least {n} people of a side answered, no texts, "
    "no roles, no times, new numbers for people"
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
        answers = store.current(site=options.site, wave=options.wave)
        people = store.respondents(site=options.site, wave=options.wave)
    n_before = len(answers)
    if options.is_raw:
        note = _RAW
        path = path if "raw" in path.name.lower() else path.with_stem(f"{path.stem}.raw")
    else:
        answers, people, note = _license(answers, engagement)
    tabulate = tabulate_tidy if options.is_tidy else tabulate_wide
    table = tabulate(answers, people, engagement.instrument)
    for written in export_table(table, path, note=note):
        click.echo(f"{written}: {len(people)} respondents, {len(answers)} answers")
    click.echo(note)
    if n_before > len(answers):
        click.echo(f"{n_before - len(answers)} answers were withheld; --raw writes all of them.")


def _license(
    answers: list[Answer], engagement: Engagement
) -> tuple[list[Answer], list[Respondent], str]:
    """The answers of groups large enough to be shown point by point, of people without names.

    The new numbers follow no order that tells who it is: they are by what was said.
    """
    n = max(DISTRIBUTION_FROM, engagement.settings.min_group)
    licensed, _ = license_answers(answers_frame(answers), min_group=n)
    keys = ["site", "wave", "respondent", "item", "subject", "about"]
    rows = licensed[keys].fillna("").itertuples(index=False, name=None)
    kept = set(rows)
    shown = [answer for answer in answers if answer.key in kept]
    told: dict[tuple[str, str, str, str], list[str]] = {}
    for answer in shown:
        place = (answer.site, answer.wave, answer.lens, answer.respondent)
        told.setdefault(place, []).append(repr((answer.key[3:], answer.content[:3])))
    order = sorted(told, key=lambda place: (place[:3], sorted(told[place])))
    names = {place: f"{place[2]}-{i:03d}" for i, place in enumerate(order, 1)}
    renamed = [
        replace(
            answer,
            respondent=names[answer.site, answer.wave, answer.lens, answer.respondent],
            answered_at=_day_of(answers),
            note=None,
        )
        for answer in shown
    ]
    people = [Respondent(p[0], p[1], names[p], p[2]) for p in order]
    return renamed, people, _LICENSED.format(n=n)


def _day_of(answers: list[Answer]) -> dt.datetime:
    """One time for all answers: when the last of them was given, at midnight."""
    latest = max(answer.answered_at for answer in answers)
    return latest.replace(hour=0, minute=0, second=0, microsecond=0)
