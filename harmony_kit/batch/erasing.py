"""Taking somebody out of the files of an engagement folder: what was made of her answers, copies.

Snapshots and drafts are deleted, the reports of her site are taken down until the next run makes
them again. Tables (CSV) lose her rows, notebooks their outputs. Whatever else names her is deleted
only where that is asked for, because it may be somebody's only copy of other things.
"""

from __future__ import annotations

import csv
import html
import io
import json
import re
import shutil
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from harmony_kit.batch.briefing import is_portfolio
from harmony_kit.batch.edited import EDITED
from harmony_kit.batch.handing import MADE_FOLDERS, reports_name
from harmony_kit.batch.index_pages import list_index_pages
from harmony_kit.batch.kept import list_kept
from harmony_kit.batch.paper import name_pdf
from harmony_kit.batch.record import EDITIONS, find_records, known_waves, record_folder
from harmony_kit.batch.shelf import Shelf
from harmony_kit.batch.wave_shelves import list_places, place_of_wave
from harmony_kit.engagement.folder import Engagement
from harmony_kit.errors import ExchangeError
from harmony_kit.files import hash_file, read_json, write_whole
from harmony_kit.grids import read_grids

__all__ = [
    "Traces",
    "Undone",
    "erase_drafts",
    "erase_snapshots",
    "erase_traces",
    "find_traces",
    "mend_files",
]

#: A text shorter than this may be anybody's.
_TELLING: Final = 12
_TABLES: Final = (".csv", ".tsv", ".txt")
_PACKED: Final = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".parquet", ".sav")


@dataclass(frozen=True)
class Traces:
    """By what somebody can be found in a file.

    Pseudonyms are one person's at one site only: `names` are those nobody has elsewhere, found as
    whole words, `pairs` site and pseudonym, found in one row. `texts` are sentences nobody else
    said; `rows` maps the sha256 of a file that was imported to the rows that were hers.
    """

    sites: Collection[str]
    names: Collection[str]
    pairs: Collection[tuple[str, str]] = ()
    texts: Collection[str] = ()
    rows: Mapping[str, Collection[int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Undone:
    """What was done: paths that went or were mended, and those that still hold something."""

    gone: tuple[str, ...] = ()
    mended: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


def erase_traces(engagement: Engagement, traces: Traces, *, is_thorough: bool) -> Undone:
    """Take somebody out of every file in the folder but the store; what is `left` holds her still.

    With `is_thorough` files that are none of ours, and no table, are deleted as well. Raises
    OSError.
    """
    gone = [*erase_drafts(engagement), *_take_down(engagement, traces.sites)]
    others = mend_files(engagement, traces, is_thorough=is_thorough)
    return replace(others, gone=(*map(str, gone), *others.gone))


def mend_files(engagement: Engagement, traces: Traces, *, is_thorough: bool) -> Undone:
    """Take somebody out of the files that are not ours to delete. Raises OSError."""
    gone, mended, left = [], [], []
    for path in find_traces(engagement, traces):
        if _mend(path, traces):
            mended.append(path)
        elif is_thorough or _is_checkpoint(path):
            path.unlink()
            gone.append(path)
        else:
            left.append(path)
    named = (tuple(str(path) for path in paths) for paths in (gone, mended, left))
    return Undone(*named)


def erase_drafts(engagement: Engagement) -> Iterator[Path]:
    """Delete what nobody was handed: drafts, and what a killed run left."""
    for one in list_kept(engagement):
        path = Path(one.where)
        if one.remedy == "delete" and one.kind != "notebooks" and path.exists():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
            yield path


def _take_down(engagement: Engagement, sites: Collection[str]) -> Iterator[Path]:
    """Take down reports and portfolios, with what they were made from."""
    folder = engagement.folder
    for shelf in _list_shelves(engagement):
        for name, record in find_records(shelf.records).items():
            if name in sites or is_portfolio(name):
                shelf.remove(record)
                yield shelf.place(name)
    for place in list_places(folder):
        for site in sites:
            shutil.rmtree(place / site, ignore_errors=True)
        changed = [path.name for path in place.glob(f"*{EDITED}*")]
        for name in (*_list_of_the_run(place), *changed):
            (place / name).unlink(missing_ok=True)
    yield from erase_snapshots(folder, sites)


def _list_of_the_run(place: Path) -> Iterator[str]:
    """What the run writes anew, and holds numbers of every site; what lists the rest last."""
    for name in list_index_pages(read_json(place / "run.json")):
        yield from (name, name_pdf(Path(name)).name)
    yield "run.json"


def _list_shelves(engagement: Engagement) -> Iterator[Shelf]:
    """The reports of every edition and wave, with their records."""
    folder = engagement.folder
    for edition in EDITIONS:
        reports = folder / reports_name(edition)
        for wave in known_waves(folder, edition):
            place = place_of_wave(reports, wave, engagement.wave)
            yield Shelf(place, record_folder(folder, wave, edition))


def erase_snapshots(folder: Path, sites: Collection[str]) -> Iterator[Path]:
    """Delete the copies of answers of some sites, also where they lie for the wave after."""
    snapshots = folder / ".harmony" / "snapshots"
    for site in sites:
        places = (f"*/{site}.parquet", f"*/earlier/{site}.parquet", f"*/earlier/{site}.json")
        for path in sorted(path for place in places for path in snapshots.glob(place)):
            path.unlink()
            yield path


def find_traces(engagement: Engagement, traces: Traces) -> list[Path]:
    """The files of the folder in which somebody is found, but for those we made ourselves.

    What we made of the answers of her site is taken down; what we made of others is theirs.
    """
    folder = engagement.folder
    ours = {Path(one.where) for one in list_kept(engagement) if one.kind in _OURS}
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    kept = [
        p for p in paths if p.relative_to(folder).parts[0] not in MADE_FOLDERS and p not in ours
    ]
    return [path for path in kept if _is_in(path, traces)]


_OURS: Final = ("store", "store_log", "store_copy", "names", "register", "secret")


def _is_in(path: Path, traces: Traces) -> bool:
    if traces.rows and hash_file(path) in traces.rows:
        return True
    content = path.read_bytes()
    if _pattern(traces).search(content):
        return True
    is_table = path.suffix.lower() in (*_PACKED, *_TABLES)
    return is_table and any(_hers(row, traces) for row in _cells(path))


def _pattern(traces: Traces) -> re.Pattern[bytes]:
    """Her names and texts as bytes, also as JSON and HTML write them."""
    words = [rb"(?<![\w-])" + re.escape(name.encode()) + rb"(?![\w-])" for name in traces.names]
    for text in traces.texts:
        if len(text) >= _TELLING:
            spelled = {text, html.escape(text), json.dumps(text)[1:-1]}
            spelled.add(json.dumps(text, ensure_ascii=False)[1:-1])
            words += [re.escape(one.encode()) for one in sorted(spelled)]
    return re.compile(b"|".join(words) or rb"(?!)")


def _cells(path: Path) -> Iterator[list[str]]:
    try:
        for sheet in read_grids(path).sheets:
            yield from sheet.rows
    except ExchangeError:
        return  # not a table after all


def _hers(row: Collection[str], traces: Traces) -> bool:
    texts = [text for text in traces.texts if len(text) >= _TELLING]
    cells = {cell.strip() for cell in row}
    return (
        not cells.isdisjoint(traces.names)
        or any(cells.issuperset(pair) for pair in traces.pairs)
        or any(text in cell for cell in cells for text in texts)
    )


def _mend(path: Path, traces: Traces) -> bool:
    """Take her out of a table or a notebook; whether that was possible."""
    if path.suffix.lower() in _TABLES:
        return _mend_table(path, traces)
    return path.suffix == ".ipynb" and not _is_checkpoint(path) and _mend_notebook(path, traces)


def _is_checkpoint(path: Path) -> bool:
    return ".ipynb_checkpoints" in path.parts


def _mend_table(path: Path, traces: Traces) -> bool:
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
        dialect = csv.Sniffer().sniff(text[:20_000], delimiters=",;\t|")
    except (UnicodeDecodeError, csv.Error):
        return False
    hers = set(traces.rows.get(hash_file(path), ()))
    rows = list(csv.reader(io.StringIO(text, newline=""), dialect))
    kept = [
        row for number, row in enumerate(rows, 1) if number not in hers and not _hers(row, traces)
    ]
    mark = "\ufeff" if content.startswith(b"\xef\xbb\xbf") else ""
    out = io.StringIO(mark, newline="")
    out.seek(0, io.SEEK_END)
    ending = "\r\n" if b"\r\n" in content else "\n"
    writer = csv.writer(out, delimiter=dialect.delimiter, lineterminator=ending)
    writer.writerows(kept)
    mended = out.getvalue().encode()
    if len(kept) == len(rows) or _pattern(traces).search(mended):
        return False
    write_whole(path, mended, is_private=not path.stat().st_mode & 0o077)
    return True


def _mend_notebook(path: Path, traces: Traces) -> bool:
    """A notebook without its outputs, where she is only in those."""
    try:
        book = json.loads(path.read_bytes())
        for cell in book["cells"]:
            if "outputs" in cell:
                cell |= {"outputs": [], "execution_count": None}
        book.get("metadata", {}).pop("widgets", None)
    except (ValueError, KeyError, TypeError):
        return False
    text = json.dumps(book, ensure_ascii=False, indent=1) + "\n"
    if _pattern(traces).search(text.encode()):
        return False
    write_whole(path, text.encode())
    return True
