"""A first mapping for an export: what each column, and each label in it, probably means."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rapidfuzz import fuzz, process

from harmony_kit.errors import Problem
from harmony_kit.exchange.cells import CellError, find_code, read_cell
from harmony_kit.exchange.fields import IGNORED, SPREAD, parse_field
from harmony_kit.exchange.folding import fold, guard, name_twins
from harmony_kit.exchange.form_maps import known_labels
from harmony_kit.exchange.labels import STATUS_WORDS
from harmony_kit.exchange.likeness import Match, find_matches, list_candidates, plain
from harmony_kit.exchange.reading import Table, read_table
from harmony_kit.exchange.tools import recognise_tool
from harmony_kit.instrument.model import Instrument, Item
from harmony_kit.journal.subject import Subject

__all__ = ["Proposal", "map_template", "propose"]

#: Below this a proposal is unsure, and so is one with another field this close behind.
_SURE, _NEAR = 85.0, 5.0
#: How alike a label and a wording must be for the one to be proposed for the other.
_LABEL_ALIKE = 70.0
#: Stands where somebody must write what a label means; an import refuses it.
OPEN = "?"
_TAIL = re.compile(r"(.+?)(?:/[^/]+| ?\[[^\]]+\])$")


@dataclass(frozen=True)
class Proposal:
    """Two files to read and correct, what the columns were taken for, and what is unsure.

    `labels` is empty where the file holds codes or wordings of the instrument only.
    """

    columns: str
    labels: str
    unsure: tuple[str, ...]
    n_columns: int
    warnings: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class _Guess:
    field: str
    note: str = ""
    is_sure: bool = True


def map_template(path: Path, instrument: Instrument, subjects: Iterable[Subject] = ()) -> str:
    """The mapping file of `propose`."""
    return propose(path, instrument, subjects).columns


def propose(
    path: Path,
    instrument: Instrument,
    subjects: Iterable[Subject] = (),
    *,
    sheet: str | None = None,
) -> Proposal:
    """A mapping file and a label file, as CSV text, for a table.

    Columns are compared with the items' names and with the questions in every language, as each
    lens is asked them, about every subject given; each field is proposed once. The column
    ``note`` says how alike they are, in percent. Columns nothing fits stay empty; a survey tool's
    own columns get ``-``. Labels no code is known for are compared with the wording of their
    question; where nothing fits the value is ``?``. Somebody must read both before they are used.

    Raises `ExchangeError` when the file cannot be read.
    """
    table = read_table(path, sheet=sheet)
    folded = name_twins(fold(header) for header in table.headers)
    guesses = _guess_columns(table, folded, instrument, tuple(subjects))
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["column", "field", "note"])
    for i, name in enumerate(folded):
        header = " ".join(table.headers[i].split())
        if name:
            guess = guesses.get(i, _Guess(""))
            shown = header if fold(header) == name else name
            writer.writerow([guard(shown), guess.field, guess.note])
    labels, open_labels = _propose_labels(table, guesses, instrument)
    unsure = [
        f"column {' '.join(table.headers[i].split())!r}: {guess.field}, {guess.note}"
        for i, guess in sorted(guesses.items())
        if not guess.is_sure
    ]
    n_columns = sum(guess.field not in ("", IGNORED) for guess in guesses.values())
    return Proposal(
        text.getvalue(), labels, (*unsure, *open_labels), n_columns, warnings=table.warnings
    )


def _guess_columns(
    table: Table, folded: Sequence[str], instrument: Instrument, subjects: tuple[Subject, ...]
) -> dict[int, _Guess]:
    guesses = {i: _Guess(field) for i, field in _known_fields(table, folded, instrument).items()}
    stems = {i: _stem(i, table, folded) for i in range(len(folded))}
    open_places = {i: stems[i] for i, name in enumerate(folded) if i not in guesses and name}
    matches = find_matches(open_places, list_candidates(instrument, subjects), instrument)
    guesses |= _pair(matches, stems, instrument)
    joined = tuple(f"{folded[i]}/" for i, guess in guesses.items() if guess.field != IGNORED)
    for i, name in enumerate(folded):
        # Kobo gives every option of a multi-select a column of its own beside the joined one.
        if joined and name.startswith(joined):
            guesses[i] = _Guess(IGNORED)
    return guesses


def _stem(i: int, table: Table, folded: Sequence[str]) -> str:
    """What a header says of its question: without group, and without the option it stands for."""
    header = table.label(i) or table.headers[i]
    if " " not in header and "/" in header:  # Kobo writes group/name
        whole = header.rpartition("/")[2]
        is_option = any(other == folded[i].rpartition("/")[0] for other in folded)
        return header.rpartition("/")[0] if is_option else whole
    match = _TAIL.match(header)
    siblings = sum(other.startswith(fold(match[1])) for other in folded) if match else 0
    return match[1] if match and siblings > 1 else header


def _known_fields(table: Table, folded: Sequence[str], instrument: Instrument) -> dict[int, str]:
    """What needs no guessing: a tool's own columns, and the one that holds nothing but lenses."""
    tool = recognise_tool(folded)
    known: dict[int, str] = {}
    if tool:
        own = [i for i, name in enumerate(folded) if name in tool.bookkeeping]
        known = {i: tool.fields.get(folded[i], IGNORED) for i in own}
    lenses = {fold(lens.id) for lens in instrument.lenses}
    for language in instrument.languages:
        for lens in instrument.lens_ids:
            lenses.add(fold(instrument.text(f"lens.{lens}.name", language)))
    for i in range(len(folded)):
        values = {fold(row[i]) for row in table.rows} - {""}
        if i not in known and len(values) == len(instrument.lenses) and values <= lenses:
            known[i] = "lens"
            break
    return known


def _pair(
    matches: Mapping[int, list[Match]], stems: Mapping[int, str], instrument: Instrument
) -> dict[int, _Guess]:
    """The likeliest pairs first, every field once, or once for all columns of one question.

    A second choice is taken only where it is a close one.
    """
    guesses: dict[int, _Guess] = {}
    users: dict[str, str] = {}
    pairs = ((-m.score, i, m) for i, found in matches.items() for m in found)
    for _, i, match in sorted(pairs, key=lambda pair: pair[:2]):
        first = matches[i][0].score
        kind = instrument.item(parse_field(match.field, instrument).item).kind
        is_shared = kind in SPREAD and users.get(match.field) == stems[i]
        if i in guesses or match.score < first - 2 * _NEAR:
            continue
        if match.field not in users or is_shared:
            guesses[i] = _tell(match, matches[i])
            users[match.field] = stems[i]
    return guesses


def _tell(match: Match, found: Sequence[Match]) -> _Guess:
    note = f"{match.score:.0f}% alike"
    others = [one for one in found if one.field != match.field]
    is_close = bool(others) and others[0].score > match.score - _NEAR and match.score < 100
    if match.score >= _SURE and not is_close:
        return _Guess(match.field, note)
    rival = f"; or {others[0].field} ({others[0].score:.0f}%)" if others else ""
    return _Guess(match.field, f"unsure: {note}{rival}", is_sure=False)


# Labels


def _propose_labels(
    table: Table, guesses: Mapping[int, _Guess], instrument: Instrument
) -> tuple[str, list[str]]:
    known = known_labels()
    rows: dict[tuple[str, str, str, str], list[Item]] = {}
    for i, guess in sorted(guesses.items()):
        if guess.field in ("", IGNORED) or "." not in guess.field:
            continue
        item = instrument.item(parse_field(guess.field, instrument).item)
        if item.kind == "text":
            continue
        for label in _unknown_labels(table, i, item, known.codes(item, instrument)):
            said = _guess_label(label, item, instrument)
            rows.setdefault((item.kind, label, *said), []).append(item)
    if not rows:
        return "", []
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["field", "label", "value", "note"])
    unsure = []
    for (kind, label, value, note), items in rows.items():
        # One line says it for all questions of a kind where it seems to mean the same in all.
        fields = [kind] if len({item.id for item in items}) > 1 else [items[0].id]
        fields = ["*"] if value in STATUS_WORDS else fields
        writer.writerows([field, guard(label), value, note] for field in fields)
        if value == OPEN or float(note.split("%")[0]) < _SURE:
            meant = "nothing fits" if value == OPEN else f"{value}, {note}"
            unsure.append(f"label {label!r} of {fields[0]}: {meant}")
    return text.getvalue(), unsure


def _unknown_labels(table: Table, i: int, item: Item, codes: Mapping[str, str]) -> Iterator[str]:
    seen = set()
    for cell in dict.fromkeys(row[i] for row in table.rows):
        if _is_readable(cell, item, codes):
            continue
        pieces = re.split(r"[;\n]", cell) if item.kind in SPREAD else [cell]
        for piece in filter(None, (" ".join(one.split()) for one in pieces)):
            if find_code(fold(piece), codes) is None and fold(piece) not in seen:
                yield piece
            seen.add(fold(piece))


def _is_readable(cell: str, item: Item, codes: Mapping[str, str]) -> bool:
    """Whether an import would read a cell as it is: codes, wordings, numbers, marks."""
    if fold(cell) in ("0", "1", "y", "n", "yes", "no", "true", "false"):
        return True
    try:
        read_cell(cell, item, codes)
    except CellError:
        return False
    return True


def _guess_label(label: str, item: Item, instrument: Instrument) -> tuple[str, str]:
    """The code a label probably means, and how alike they are; `OPEN` where nothing is."""
    wordings: dict[str, str] = {}
    for text, code in known_labels().codes(item, instrument).items():
        wordings.setdefault(plain(text), code)
    wordings |= {plain(code): code for code in STATUS_WORDS}
    found = process.extractOne(
        plain(label), list(wordings), scorer=fuzz.token_sort_ratio, score_cutoff=_LABEL_ALIKE
    )
    return (wordings[found[0]], f"{found[1]:.0f}% alike") if found else (OPEN, "")
