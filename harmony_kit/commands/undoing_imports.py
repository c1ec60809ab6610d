"""harmony undo: imports, and taking one back."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from harmony_kit.commands.exchanging import open_store, user_name
from harmony_kit.engagement.folder import load_engagement
from harmony_kit.errors import ExchangeError, Problem
from harmony_kit.journal.import_entry import ImportEntry
from harmony_kit.journal.store import Store

__all__ = ["undo"]


def undo(folder: Path, import_id: str | None) -> None:
    """Take an import back and say what changed; without an id, list what there is to undo."""
    engagement = load_engagement(folder)
    with open_store(engagement) as store:
        entries = store.imports()
        if import_id is None:
            _list(entries)
            return
        _check(import_id, entries)
        _take_back(store, import_id)


def _list(entries: list[ImportEntry]) -> None:
    if not entries:
        click.echo("Nothing was imported yet.")
    undone = {entry.undoes: entry for entry in entries if entry.undoes}
    for entry in entries:
        what = f"undoes {entry.undoes}" if entry.undoes else f"{entry.file} ({entry.tool})"
        since = f"; undone by {undone[entry.id].id}" if entry.id in undone else ""
        when = entry.at.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M:%S")
        click.echo(f"{entry.id}  {when}  {entry.by}  {what}{since}")


def _check(import_id: str, entries: list[ImportEntry]) -> None:
    if import_id not in {entry.id for entry in entries}:
        allowed = ", ".join(entry.id for entry in entries[-20:]) or "none: nothing was imported"
        what = f"there is no import {import_id!r}"
        raise ExchangeError(Problem("the store", "--import", what, allowed))
    for entry in entries:
        if entry.undoes == import_id and not any(other.undoes == entry.id for other in entries):
            what = f"{import_id} is undone already"
            todo = f"To have it back: --import {entry.id}"
            raise ExchangeError(Problem("the store", "--import", what, todo=todo))


def _take_back(store: Store, import_id: str) -> None:
    plan = store.undo_import(import_id, by=user_name(), at=dt.datetime.now(dt.UTC))
    n_withdrawn = sum(answer.status == "withdrawn" for answer in plan.answers)
    n_back = len(plan.answers) - n_withdrawn
    click.echo(
        f"{import_id}: {n_withdrawn} answers no longer count, {n_back} earlier ones count again"
    )
    click.echo(f"  to have it back: harmony undo DIR --import {plan.entry.id}")
