"""harmony plan: how many interviews are still missing, and a sheet to schedule them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pandas as pd

from harmony_kit.commands.exchanging import open_store
from harmony_kit.commands.naming import check_names
from harmony_kit.engagement.folder import Engagement, load_engagement
from harmony_kit.exchange.workbook import WorkbookSheet, draw_workbook
from harmony_kit.files import publish
from harmony_kit.measures.planning import plan_interviews

__all__ = ["plan"]

_NONE = "-"
_HEADERS = ("site", "side", "interviewed", "of", "to report", "to settle", "chance")
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
    "pseudonym",
    "done",
)


def plan(folder: Path, *, sites: tuple[str, ...], wave: str | None, schedule: Path | None) -> None:
    """Print what each site still needs; with `schedule`, write a row per missing interview."""
    engagement = load_engagement(folder)
    check_names(engagement, sites=sites, wave=wave)
    planned = _plan(engagement, sites or engagement.site_ids, wave or engagement.wave)
    for line in _table(planned, engagement):
        click.echo(line)
    _explain(engagement)
    if schedule is not None:
        rows = tuple(_schedule(planned, engagement))
        publish(schedule, draw_workbook([WorkbookSheet("Schedule", _SCHEDULE, rows)]))
        click.echo(f"{schedule}: {len(rows)} interviews to schedule")


def _plan(engagement: Engagement, sites: tuple[str, ...], wave: str) -> pd.DataFrame:
    with open_store(engagement) as store:
        answers = store.frame(sites, wave)
    heads = engagement.headcounts()
    planned = plan_interviews(
        answers,
        engagement.instrument.items_frame(),
        settings=engagement.settings,
        headcounts=heads[heads["site"].isin(sites)],
        wave=wave,
    )
    order = {site: i for i, site in enumerate(engagement.site_ids)}
    return planned.sort_values("site", key=lambda ids: ids.map(order), kind="stable")


def _table(planned: pd.DataFrame, engagement: Engagement) -> Iterator[str]:
    rows = [_HEADERS, *(_cells(row, engagement) for row in planned.to_dict("records"))]
    widths = [max(len(row[i]) for row in rows) for i in range(len(_HEADERS))]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _cells(row: dict[Any, Any], engagement: Engagement) -> tuple[str, ...]:
    name = engagement.instrument.text(f"lens.{row['lens']}.name")
    heads = "?" if pd.isna(row["headcount"]) else str(row["headcount"])
    if not row["can_report"]:
        return (row["site"], name, str(row["n"]), heads, "too few work here", _NONE, _NONE)
    to_report = "enough" if row["n_to_report"] == 0 else f"{row['n_to_report']} more"
    if pd.isna(row["n_to_claim"]):
        to_settle = "not within reach"
    elif row["n"] >= row["n_to_claim"]:
        to_settle = f"enough ({row['n_to_claim']})"
    else:
        to_settle = f"{row['n_to_claim'] - row['n']} more ({row['n_to_claim']})"
    chance = _NONE if pd.isna(row["chance"]) else f"{row['chance']:.0%}"
    return (row["site"], name, str(row["n"]), heads, to_report, to_settle, chance)


def _explain(engagement: Engagement) -> None:
    settings = engagement.settings
    click.echo(
        f"\nto report: until {settings.min_group} people of a side are heard, none of it shows.\n"
        "to settle: interviews per side (in all) with which a gap one point beyond the tolerance\n"
        f"that a side does not see is claimed at {settings.claim_at:g} in four of five cases;\n"
        "chance: how often those heard so far suffice."
    )


def _schedule(planned: pd.DataFrame, engagement: Engagement) -> Iterator[tuple[object, ...]]:
    for row in planned.to_dict("records"):
        if pd.isna(row["n_more"]):
            continue
        to_report = 0 if pd.isna(row["n_to_report"]) else int(row["n_to_report"])
        name = engagement.instrument.text(f"lens.{row['lens']}.name")
        plant = engagement.site(row["site"]).name
        for i in range(int(row["n_more"])):
            number = int(row["n"]) + i + 1
            purpose = "to report" if i < to_report else "to settle"
            yield (row["site"], plant, name, number, purpose, *[None] * 6)
