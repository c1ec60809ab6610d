"""harmony map: what an export's columns and labels probably mean."""

from __future__ import annotations

from pathlib import Path

import click

from harmony_kit.commands.exchanging import known_subjects, open_store
from harmony_kit.engagement.folder import load_engagement
from harmony_kit.errors import ExchangeError, Problem
from harmony_kit.exchange.proposing import Proposal, propose
from harmony_kit.files import publish

__all__ = ["propose_maps"]


def propose_maps(folder: Path, paths: tuple[Path, ...], *, sheet: str | None) -> None:
    """Write a first mapping and label file beside each file and say what is unsure.

    Existing ones are kept: raises `ExchangeError` before anything is written.
    """
    engagement = load_engagement(folder)
    with open_store(engagement, is_reader=True) as store:
        subjects = known_subjects(engagement, store)
    for path in paths:
        _check(path)
        proposal = propose(path, engagement.instrument, subjects, sheet=sheet)
        _write(path, proposal)


def _check(path: Path) -> None:
    todo = "Move it away to have a new one proposed."
    there = [target for target in _targets(path) if target.exists()]
    if there:
        raise ExchangeError(
            *(Problem(str(one), "", "is already there", todo=todo) for one in there)
        )


def _targets(path: Path) -> tuple[Path, Path]:
    return path.with_name(f"{path.stem}_columns.csv"), path.with_name(f"{path.stem}_labels.csv")


def _write(path: Path, proposal: Proposal) -> None:
    columns, labels = _targets(path)
    publish(columns, proposal.columns.encode())
    click.echo(f"{columns}: {proposal.n_columns} columns have a field")
    how = f"--map {columns.name}"
    if proposal.labels:
        publish(labels, proposal.labels.encode())
        click.echo(f"{labels}: write a value in place of each ?")
        how += f" --labels {labels.name}"
    for warning in proposal.warnings:
        click.echo(f"  {warning}")
    for line in proposal.unsure:
        click.echo(f"  unsure  {line}")
    click.echo(f"Read and correct them, then: harmony import DIR {path.name} {how} --dry-run")
