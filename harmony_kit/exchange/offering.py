"""A file as it is offered for import: its table, mapping and labels, checked as a whole."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from harmony_kit.errors import ExchangeError, Problem
from harmony_kit.exchange.accepting import read_accepted
from harmony_kit.exchange.columns import Layout, lay_out
from harmony_kit.exchange.fields import LEADING, Mapped, read_columns
from harmony_kit.exchange.fill_in import read_fill_in
from harmony_kit.exchange.folding import fold
from harmony_kit.exchange.form_maps import find_mapping, known_labels
from harmony_kit.exchange.labels import Labels, read_labels
from harmony_kit.exchange.outcome import ImportOptions
from harmony_kit.exchange.people import Intake
from harmony_kit.exchange.reading import Table, find_table
from harmony_kit.exchange.row_problems import Complaints
from harmony_kit.exchange.spread import name_options
from harmony_kit.exchange.submissions import Form
from harmony_kit.exchange.tidy import is_tidy, lay_out_tidy
from harmony_kit.grids import read_grids
from harmony_kit.instrument.model import Instrument
from harmony_kit.journal.names import WAVE
from harmony_kit.times import Clock, find_day_first, find_zone, has_offset

__all__ = ["Offer", "open_desk", "read_offer", "warn_columns"]

_SHOWN = 12


@dataclass(frozen=True)
class Offer:
    """A table with the mapping of its columns (None: our own names) and its labels."""

    table: Table
    mapping: Mapping[str, Mapped] | None
    labels: Labels


def read_offer(path: Path, instrument: Instrument, options: ImportOptions) -> Offer:
    """Read the three files; raises `ExchangeError` with the problems of all of them.

    A file that came out of a form of ours brings its own mapping.
    """
    problems: list[Problem] = []
    table = mapping = None
    labels = Labels()
    try:
        table, mapping = _read_table(path, instrument, options)
    except ExchangeError as cause:
        problems += cause.problems
    try:
        mapping = read_columns(options.columns, instrument) if options.columns else mapping
    except ExchangeError as cause:
        problems += cause.problems
    try:
        labels = read_labels(options.labels, instrument) if options.labels else labels
    except ExchangeError as cause:
        problems += cause.problems
    if table is None or problems:
        raise ExchangeError(*problems)
    return Offer(table, mapping, known_labels().under(labels))


def _read_table(
    path: Path, instrument: Instrument, options: ImportOptions
) -> tuple[Table, Mapping[str, Mapped] | None]:
    grids = read_grids(path)
    if (filled_in := read_fill_in(grids, instrument)) and not options.columns:
        return filled_in
    table = find_table(grids, sheet=options.sheet)
    return table, None if options.columns else find_mapping(table, options.forms, instrument)


def open_desk(
    offer: Offer, instrument: Instrument, sites: Collection[str], options: ImportOptions
) -> Intake:
    """Everything the rows are read with.

    Raises `ExchangeError` when a column is unknown or missing, a site, wave or lens is given
    nowhere, or times can be read in two ways.
    """
    complaints = Complaints(offer.table.file)
    has_rows_of_answers = offer.mapping is None and is_tidy(offer.table)
    if has_rows_of_answers:
        layout = lay_out_tidy(offer.table, complaints)
    else:
        layout = lay_out(offer.table, instrument, offer.mapping, complaints)
    wave = options.wave or (None if layout.leading("wave") else options.default_wave)
    fixed = {"site": options.site or "", "wave": wave or "", "lens": options.lens or ""}
    known = {"site": sites, "wave": None, "lens": instrument.lens_ids}
    for name, value in fixed.items():
        _check_given(name, value, known[name], layout, complaints)
    if not (layout.groups or has_rows_of_answers or complaints.others):
        complaints.add_file("no column holds answers to an item", todo="Give a mapping with --map.")
    clock = Clock(
        find_zone(options.timezone or offer.table.zone or "UTC", offer.table.file),
        _find_day_first(offer.table, layout, options, complaints),
    )
    complaints.refuse()
    items = {group.field.item for group in layout.groups}
    items |= {item.id for item in instrument.items} if has_rows_of_answers else set()
    codes = _find_codes(offer.labels, items, instrument, sites)
    layout = name_options(layout, offer.table, instrument, codes, complaints)
    if "@" in options.form:
        complaints.add_file("looks like an e-mail address", "a name for a form", where="--form")
    complaints.refuse()
    form = Form(
        instrument=instrument,
        layout=layout,
        codes=codes,
        complaints=complaints,
        notes=Complaints(offer.table.file, "warning"),
        accepted=read_accepted(options.accept),
    )
    return Intake(form, offer.table, fixed, sites, options.form, clock, options.now)


def _check_given(
    name: str,
    value: str,
    known: Collection[str] | None,
    layout: Layout,
    complaints: Complaints,
) -> None:
    if value and known is not None and value not in known:
        complaints.add_file(f"{value!r} is not a {name}", ", ".join(known), where=f"--{name}")
    elif value and name == "wave" and not WAVE.allows(value):
        complaints.add_file(f"{value!r} cannot name a wave", WAVE.allowed, where="--wave")
    elif not value and layout.leading(name) is None:
        todo = f"Give --{name}, or a column for it."
        complaints.add_file(f"neither a column nor the import says the {name}", todo=todo)


def _time_cells(table: Table, layout: Layout) -> list[str]:
    columns = [layout.leading(name) for name in ("started_at", "finished_at", "answered_at")]
    cells = (row[column.index].strip() for column in columns if column for row in table.rows)
    return [cell for cell in cells if cell]


def _find_day_first(
    table: Table, layout: Layout, options: ImportOptions, complaints: Complaints
) -> bool:
    if options.day_first is not None:
        return options.day_first
    cells = _time_cells(table, layout)
    allowed = "--day-first or --month-first"
    try:
        is_day_first = find_day_first(cells)
    except ValueError as cause:
        first, second = cause.args
        what = f"{first!r} has the day first and {second!r} the month"
        complaints.add_file(what, "one order in all times of a file")
        return False
    if is_day_first is None:
        what = f"no time says whether the day or the month stands first, as in {cells[0]!r}"
        complaints.add_file(what, allowed)
    return bool(is_day_first)


def _find_codes(
    labels: Labels, items: Iterable[str], instrument: Instrument, sites: Collection[str]
) -> dict[str, dict[str, str]]:
    known: dict[str, dict[str, str]] = {name: {} for name in (*LEADING, "quotable")}
    known["site"] = {fold(site): site for site in sites}
    for language in instrument.languages:
        for lens in instrument.lens_ids:
            known["lens"][fold(instrument.text(f"lens.{lens}.name", language))] = lens
    known["lens"] |= {fold(lens): lens for lens in instrument.lens_ids}
    codes = {name: labels.leading(name, values) for name, values in known.items()}
    for item_id in items:
        codes[item_id] = labels.codes(instrument.item(item_id), instrument)
    return codes


def warn_columns(offer: Offer, layout: Layout, options: ImportOptions) -> Iterator[Problem]:
    """What a person should know of the columns: not imported, without zone, without a key."""
    file, cells = offer.table.file, _time_cells(offer.table, layout)
    if layout.unknown:
        shown = "; ".join(layout.unknown[:_SHOWN])
        more = f"; and {len(layout.unknown) - _SHOWN} more" if len(layout.unknown) > _SHOWN else ""
        what = f"{len(layout.unknown)} not in the mapping and left out: "
        yield _warn(file, what + shown + more)
    zone = options.timezone or offer.table.zone
    if not zone and not all(map(has_offset, cells)):
        yield _warn(file, "times without an offset were read as UTC", "Give --timezone.")
    if not cells:
        yield _warn(file, "no column says when; answers carry the time of the import")
    if layout.leading("respondent") is None and layout.leading("submission") is None:
        what = "no column numbers the forms: an edited form will count as another person"
        yield _warn(file, what, "Map a column to submission.")


def _warn(file: str, what: str, todo: str = "") -> Problem:
    return Problem(file, "", what, todo=todo, severity="warning")
