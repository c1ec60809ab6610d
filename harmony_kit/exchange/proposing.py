"""A first mapping for an export: which column probably holds which item."""

from __future__ import annotations

import csv
import io
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from harmony_kit.exchange.fields import IGNORED
from harmony_kit.exchange.folding import fold, guard, name_twins
from harmony_kit.exchange.reading import Table, read_table
from harmony_kit.exchange.tools import recognise_tool
from harmony_kit.instrument.model import Instrument, Item
from harmony_kit.journal.answers import column_name
from harmony_kit.journal.subject import Subject

__all__ = ["map_template"]

#: Share of letter triples two texts must have in common before one is proposed for the other.
_ALIKE = 0.50
#: How much less alike a second choice may be, where another column is likelier for the first.
_NEAR = 0.10


def map_template(path: Path, instrument: Instrument, subjects: Iterable[Subject] = ()) -> str:
    """A mapping file, as CSV text, with a field proposed for every column that seems to be one.

    Columns are compared with the instrument's questions in every language, as each lens is
    asked them, about every subject given, and with the items' names; each field is proposed
    once. The column ``note`` says how alike they are, in percent. Columns nothing fits stay
    empty; a survey tool's own columns get ``-``. Somebody must read it before it is used.

    Raises `ExchangeError` when the file cannot be read.
    """
    table = read_table(path)
    folded = name_twins(fold(header) for header in table.headers)
    known = _known_fields(table, folded, instrument)
    open_places = [i for i, name in enumerate(folded) if i not in known and name]
    guesses = _guess(folded, open_places, list(_wordings(instrument, tuple(subjects))))
    proposed = {i: (field, "") for i, field in known.items()} | guesses
    joined = tuple(f"{folded[i]}/" for i, (field, _) in proposed.items() if field != IGNORED)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["column", "field", "note"])
    for i, name in enumerate(folded):
        # Kobo gives every option of a multi-select a column of its own beside the joined one.
        default = (IGNORED if joined and name.startswith(joined) else "", "")
        header = " ".join(table.headers[i].split())
        if name:
            writer.writerow(
                [guard(header if fold(header) == name else name), *proposed.get(i, default)]
            )
    return text.getvalue()


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


def _wordings(
    instrument: Instrument, subjects: tuple[Subject, ...]
) -> Iterator[tuple[str, frozenset[str]]]:
    """Field and letter triples of every way a column of it may be headed."""
    for item in instrument.items:
        for subject in [s for s in subjects if s.kind == item.per] if item.per else [None]:
            for field, text in _headings(item, subject, instrument):
                yield field, _triples(fold(text))


def _headings(
    item: Item, subject: Subject | None, instrument: Instrument
) -> Iterator[tuple[str, str]]:
    about = subject.id if subject else None
    lenses = instrument.lens_ids
    for estimate_of in (None, *(lenses if item.mirrored else ())):
        field = column_name(item.id, about, estimate_of)
        yield field, field
        under = f"__{about}" if about else ""
        asked = f"_est_{estimate_of}" if estimate_of else ""
        yield field, f"{item.id}{under}{asked}".replace(".", "_").replace("-", "_")
        for text in _questions(item, subject, estimate_of, instrument):
            yield field, text


def _questions(
    item: Item, subject: Subject | None, estimate_of: str | None, instrument: Instrument
) -> Iterator[str]:
    """The question and its short form in every language, as the lenses that answer are asked."""
    asked = [instrument.other_lens(estimate_of)] if estimate_of else instrument.lens_ids
    title = subject.title if subject else ""
    for language in instrument.languages:
        before = ""
        if estimate_of:
            other = instrument.text(f"lens.{estimate_of}.name", language)
            before = instrument.text("estimate", language).replace("{other}", other) + " "
        short = instrument.text(f"item.{item.id}.short", language)
        yield f"{before}{title}: {short}" if title else before + short
        for lens in asked:
            yield before + instrument.question(item.id, lens, language).replace("{subject}", title)


def _triples(folded: str) -> frozenset[str]:
    padded = f"  {folded} "
    return frozenset(padded[i : i + 3] for i in range(len(padded) - 2))


def _weigh(wordings: Sequence[tuple[str, frozenset[str]]]) -> dict[str, float]:
    """How telling a letter triple is: little where most questions have it, as in an estimate."""
    counts = Counter(triple for _, triples in wordings for triple in triples)
    return {triple: math.log(1 + len(wordings) / n) for triple, n in counts.items()}


def _guess(
    folded: Sequence[str],
    places: Sequence[int],
    wordings: Sequence[tuple[str, frozenset[str]]],
) -> dict[int, tuple[str, str]]:
    """Place → field and how alike they are; the likeliest pair first, every field once."""
    weights = _weigh(wordings)
    rare = max(weights.values(), default=1.0)

    def mass(triples: frozenset[str]) -> float:
        return sum(weights.get(triple, rare) for triple in triples)

    masses = [mass(triples) for _, triples in wordings]
    best: dict[tuple[int, str], float] = {}
    for i in places:
        # Kobo writes group/name; the group says nothing about the question.
        mine = _triples(folded[i].rpartition("/")[2] if " " not in folded[i] else folded[i])
        own_mass = mass(mine)
        for (field, theirs), their_mass in zip(wordings, masses, strict=True):
            alike = 2 * mass(mine & theirs) / (own_mass + their_mass)
            if alike >= _ALIKE:
                best[i, field] = max(alike, best.get((i, field), 0.0))
    return _pair(best)


def _pair(best: Mapping[tuple[int, str], float]) -> dict[int, tuple[str, str]]:
    """The likeliest pairs first, every field once; a second choice only if it is a close one."""
    guesses: dict[int, tuple[str, str]] = {}
    likeliest: dict[int, float] = {}
    taken: set[str] = set()
    for (i, field), alike in sorted(best.items(), key=lambda entry: (-entry[1], entry[0])):
        is_near = alike > likeliest.setdefault(i, alike) - _NEAR
        if i not in guesses and field not in taken and is_near:
            guesses[i] = (field, f"{alike:.0%} alike")
            taken.add(field)
    return guesses
