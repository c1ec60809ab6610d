"""The small instrument of the exchange tests, and how they import into a real store."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from harmony_kit.exchange import ImportOptions, ImportReport, import_answers
from harmony_kit.instrument.file import load_instrument
from harmony_kit.journal.store import Store

CASES = Path(__file__).parent / "cases" / "exchange"
SMALL = load_instrument(CASES / "small.yaml")
SITES = ("north", "south")
WHEN = dt.datetime(2026, 11, 1, 12, tzinfo=dt.UTC)
FORMS = {
    "site": "north",
    "wave": "1",
    "columns": CASES / "forms_columns.csv",
    "labels": CASES / "forms_labels.csv",
    "timezone": "Europe/Amsterdam",
}
KOBO = {"site": "south", "wave": "1", "columns": CASES / "kobo_columns.csv"}


def offer(store: Store, path: Path, **options: object) -> ImportReport:
    """Import a file into a store with the small instrument."""
    return import_answers(
        path,
        instrument=SMALL,
        sites=SITES,
        journal=store,
        options=ImportOptions("ana", WHEN, **options),
    )


def offer_text(store: Store, folder: Path, text: str, **options: object) -> ImportReport:
    """Import a file with this text."""
    path = folder / "wide.csv"
    path.write_text(text, encoding="utf-8", newline="")
    return offer(store, path, **options)


def everything(store: Store) -> tuple[object, ...]:
    """All a store keeps that an import could change."""
    return store.journal(), store.respondents(), store.revision()
