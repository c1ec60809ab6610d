"""harmony plan: how many interviews are still missing, and a sheet to schedule them."""

from __future__ import annotations

import hmac
import random
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click
import pandas as pd

from harmony_kit.batch.register import mark_site
from harmony_kit.commands.cases import tell_site
from harmony_kit.commands.exchanging import open_store
from harmony_kit.commands.naming import check_names
from harmony_kit.engagement.folder import Engagement, load_engagement
from harmony_kit.engagement.secret import keep_secret
from harmony_kit.exchange.workbook import WorkbookSheet, draw_workbook
from harmony_kit.files import publish
from harmony_kit.interview.beginning import propose_pseudonym
from harmony_kit.journal.case import InterviewCase
from harmony_kit.measures.planning import plan_interviews
from harmony_kit.report.words import Words, load_words

__all__ = ["plan"]

_NONE = "-"
#: The columns of the table and of the schedule; their headings are words.
_COLUMNS = ("site", "side", "interviewed", "of", "to_report", "to_settle", "chance")
_SCHEDULE = (
    "site",
    "plant",
    "side",
    "interview",
    "for",
    "date",
    "time",
    "place",
    "interviewer",
    "role",
    "pseudonym",
    "name",
    "done",
)


def plan(folder: Path, *, sites: tuple[str, ...], wave: str | None, schedule: Path | None) -> None:
    """Print what each site still needs; with `schedule`, write a row per missing interview."""
    engagement = load_engagement(folder)
    check_names(engagement, sites=sites, wave=wave)
    planned = _plan(engagement, sites or engagement.site_ids, wave or engagement.wave)
    words = load_words(engagement.language)
    for line in _table(planned, engagement, words):
        click.echo(line)
    with open_store(engagement, is_reader=True) as store:
        cases = store.cases.read(wave=wave or engagement.wave)
    responses = [tell_site(site, cases, words) for site in sites or engagement.site_ids]
    if told := [line for line in responses if line]:
        click.echo("\n" + "\n".join(told))
    click.echo(f"\n{_explain(planned, engagement, words)}")
    if schedule is not None:
        rows = tuple(_schedule(planned, cases, engagement, words))
        sheet = WorkbookSheet(words.say("plan.schedule"), _heads(_SCHEDULE, words), rows)
        publish(schedule, draw_workbook([sheet]))
        click.echo(f"{schedule}: {len(rows)} interviews to schedule")


def _plan(engagement: Engagement, sites: tuple[str, ...], wave: str) -> pd.DataFrame:
    with open_store(engagement, is_reader=True) as store:
        answers = store.frame(sites, wave)
    heads, secret = engagement.headcounts(), keep_secret(engagement.folder)
    planned = plan_interviews(
        answers,
        engagement.instrument.items_frame(),
        settings=engagement.settings,
        headcounts=heads[heads["site"].isin(sites)],
        wave=wave,
        secret_of=lambda site, wave: mark_site(secret, site, wave).encode(),
    )
    order = {site: i for i, site in enumerate(engagement.site_ids)}
    return planned.sort_values("site", key=lambda ids: ids.map(order), kind="stable")


def _heads(columns: tuple[str, ...], words: Words) -> tuple[str, ...]:
    return tuple(words.say(f"plan.{name}") for name in columns)


def _table(planned: pd.DataFrame, engagement: Engagement, words: Words) -> Iterator[str]:
    body = (_cells(row, engagement, words) for row in planned.to_dict("records"))
    rows = [_heads(_COLUMNS, words), *body]
    widths = [max(len(row[i]) for row in rows) for i in range(len(_COLUMNS))]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _lens(engagement: Engagement, lens: str) -> str:
    return engagement.instrument.text(f"lens.{lens}.name", engagement.language)


def _cells(row: dict[Any, Any], engagement: Engagement, words: Words) -> tuple[str, ...]:
    heads = "?" if pd.isna(row["headcount"]) else str(row["headcount"])
    n, partial = str(row["n"]), int(row["n_partial"])
    heard = words.say("plan.partial", n=n, more=partial) if partial else n
    who = (row["site"], _lens(engagement, row["lens"]), heard, heads)
    if not row["can_report"]:
        return (*who, words.say("plan.too_few"), _NONE, _NONE)
    chance = _NONE if pd.isna(row["chance"]) else words.percent(row["chance"])
    return (*who, _to_report(row, words), _to_settle(row, words), chance)


def _to_report(row: dict[Any, Any], words: Words) -> str:
    missing = int(row["n_to_report"])
    return words.say("plan.more", n=missing) if missing else words.say("plan.enough")


def _to_settle(row: dict[Any, Any], words: Words) -> str:
    if pd.isna(row["n_to_claim"]):
        return words.say("plan.out_of_reach")
    all_ = int(row["n_to_claim"])
    missing = all_ - int(row["n"])
    told = words.say("plan.more", n=missing) if missing > 0 else words.say("plan.enough")
    return f"{told} ({all_})"


def _explain(planned: pd.DataFrame, engagement: Engagement, words: Words) -> str:
    settings = engagement.settings
    told = (
        words.say("plan.about_report", min=settings.min_group),
        words.say("plan.about_settle", claim_at=words.plain(settings.claim_at)),
        words.say("plan.about_chance"),
        *([words.say("plan.about_short")] if planned["n_partial"].any() else []),
    )
    return "\n".join(textwrap.fill(text, 90) for text in told)


def _schedule(
    planned: pd.DataFrame,
    cases: Sequence[InterviewCase],
    engagement: Engagement,
    words: Words,
) -> Iterator[tuple[object, ...]]:
    """A row for each interview that is planned already, and for each that is missing."""
    taken = {case.respondent.casefold() for case in cases}
    draw = _draw(engagement)
    for row in planned.to_dict("records"):
        site, lens = str(row["site"]), str(row["lens"])
        who = (site, engagement.site(site).name, _lens(engagement, lens))
        here = [c for c in cases if c.counts and (c.site, c.lens) == (site, lens)]
        waiting = [case for case in here if case.state in _WAITING]
        for i, case in enumerate(waiting, 1):
            number = int(row["n"]) + i
            plan = (case.date or None, None, None, case.interviewer or None, case.role or None)
            yield (*who, number, words.say("plan.to_report"), *plan, case.respondent, None, None)
        if pd.isna(row["n_more"]):
            continue
        to_report = 0 if pd.isna(row["n_to_report"]) else int(row["n_to_report"])
        for i in range(len(waiting), int(row["n_more"])):
            number = int(row["n"]) + i + 1
            purpose = words.say("plan.to_report" if i < to_report else "plan.to_settle")
            name = propose_pseudonym(taken, draw)
            taken.add(name)
            yield (*who, number, purpose, *[None] * 5, name, None, None)


#: Those an interview is still to be held with.
_WAITING = ("planned", "invited", "not_reached")


def _draw(engagement: Engagement) -> random.Random:
    """Pseudonyms that are the same each time, and that nobody without the secret can foretell."""
    secret = keep_secret(engagement.folder)
    return random.Random(hmac.new(secret, b"schedule", "sha256").digest())  # noqa: S311 - names
