"""harmony lexicon: what each side calls things, as its report told it, to be agreed on."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from harmony_kit.batch.handing import reports_name
from harmony_kit.batch.wave_shelves import place_of_wave
from harmony_kit.commands.naming import check_names
from harmony_kit.engagement.folder import Engagement, load_engagement
from harmony_kit.engagement.lexicon import LEXICON, LexiconEntry, lexicon_columns
from harmony_kit.engagement.row_files import read_row_file
from harmony_kit.exchange.folding import guard
from harmony_kit.files import publish
from harmony_kit.instrument.model import Instrument, Item
from harmony_kit.report.told_results import read_told

__all__ = ["lexicon", "propose_entries"]

#: Groups of text items that say what something means to a side.
_WORDED = ("ready", "sentence")

#: So many of the sentences of a side stand in one cell.
_MOST_SENTENCES = 3


def lexicon(folder: Path, *, sites: tuple[str, ...]) -> None:
    """Add a line per thing both sides have words for; what stands in the file stays as it is."""
    engagement = load_engagement(folder)
    check_names(engagement, sites=sites)
    known = {(entry.site, entry.item) for entry in engagement.lexicon}
    reports = place_of_wave(folder / reports_name(), engagement.wave, engagement.wave)
    found = [
        entry
        for site in sites or engagement.site_ids
        for entry in propose_entries(read_told(reports, site), engagement)
        if (site, entry.item) not in known
    ]
    path = engagement.folder / LEXICON
    if found:
        publish(path, _write(path, found, engagement.instrument.lens_ids), is_private=True)
    click.echo(f"{path}: {len(found)} lines added, {len(engagement.lexicon)} were there")


def propose_entries(results: Mapping[str, Any], engagement: Engagement) -> Iterator[LexiconEntry]:
    """An entry per word or sentence of which at least one side has said something."""
    instrument, language = engagement.instrument, engagement.language
    for item in instrument.items:
        said = {
            lens: _say(results, instrument, item, lens, language) for lens in instrument.lens_ids
        }
        if any(said.values()):
            above = item.id.rpartition(".")[0]
            named = above if instrument.has_item(above) else item.id
            term = instrument.text(f"item.{named}.short", language)
            yield LexiconEntry(results["site"], item.id, term, said)


def _say(
    results: Mapping[str, Any], instrument: Instrument, item: Item, lens: str, language: str
) -> str:
    if item.kind == "words":
        rows = (row for row in results.get("words", ()) if row["item"] == item.id)
        options = next((row.get("first_own") or [] for row in rows if row["lens"] == lens), [])
        return ", ".join(
            instrument.text(f"option.{item.options}.{option}", language) for option in options
        )
    if item.group not in _WORDED:
        return ""
    quotes = (q for q in results.get("quotes", ()) if (q["item"], q["lens"]) == (item.id, lens))
    return " / ".join([*dict.fromkeys(quote["text"] for quote in quotes)][:_MOST_SENTENCES])


def _write(path: Path, found: list[LexiconEntry], lenses: tuple[str, ...]) -> bytes:
    """The file as it was, its own columns too, with the new lines below."""
    columns = list(lexicon_columns(lenses))
    rows: list[Mapping[str, str]] = []
    if path.is_file():
        file = read_row_file(path)
        columns = list(dict.fromkeys([*filter(None, file.columns), *columns]))
        rows = [row for _, row in file.rows]
    for entry in found:
        cells = {"site": entry.site, "term": entry.term, "item": entry.item, **entry.said}
        rows.append({name: guard(cell) for name, cell in cells.items()})
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")
