"""What the columns of our own forms are, kept beside them and found again by an import."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from harmony_kit.errors import ExchangeError, Problem
from harmony_kit.exchange.fields import Mapped, parse_field
from harmony_kit.exchange.folding import fold, guard
from harmony_kit.exchange.form_plan import FORM_COLUMN, FormPlan
from harmony_kit.exchange.labels import STATUS_WORDS, Labels
from harmony_kit.exchange.reading import Table
from harmony_kit.files import read_json
from harmony_kit.instrument.language_files import list_languages, load_texts
from harmony_kit.instrument.model import Instrument

__all__ = [
    "FormMap",
    "draw_columns",
    "draw_form_map",
    "find_mapping",
    "known_labels",
    "read_form_maps",
]


@dataclass(frozen=True)
class FormMap:
    """Column of an export → field, and the wordings a tool may write as headers instead."""

    id: str
    columns: Mapping[str, str]
    labels: Mapping[str, str]


def draw_form_map(plan: FormPlan) -> bytes:
    """The map of a form as a file an import reads."""
    content = {"form": plan.id, "columns": plan.columns(), "labels": plan.labels()}
    return json.dumps(content, ensure_ascii=False, indent=1).encode()


def draw_columns(plan: FormPlan) -> bytes:
    """The same map as a mapping file, for people and for tools that rename nothing."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["column", "field"])
    writer.writerows([guard(column), field] for column, field in plan.columns().items())
    return text.getvalue().encode()


def read_form_maps(folder: Path) -> dict[str, FormMap]:
    """The maps of the forms made in a folder, by the ids of the forms."""
    found = {}
    for path in sorted(folder.rglob("*.form.json")):
        content = read_json(path)
        if "form" in content:
            found[content["form"]] = FormMap(content["form"], content["columns"], content["labels"])
    return found


def find_mapping(
    table: Table, forms: Mapping[str, FormMap], instrument: Instrument
) -> dict[str, Mapped] | None:
    """The mapping of a table that came out of one of our forms; None for any other.

    Raises `ExchangeError` when it says it did and the form is not known here.
    """
    folded = [fold(header).rpartition("/")[2] for header in table.headers]
    if FORM_COLUMN not in folded:
        return None
    place = folded.index(FORM_COLUMN)
    ids = {row[place].strip() for row in table.rows} - {""}
    unknown = sorted(ids - set(forms))
    if unknown or not ids:
        what = f"came out of a form that is not known here: {', '.join(unknown) or 'no id'}"
        todo = "Put its .form.json into the forms folder, or give a mapping with --map."
        allowed = ", ".join(forms) or "none yet"
        raise ExchangeError(Problem(table.file, f"column {FORM_COLUMN}", what, allowed, todo))
    mapping: dict[str, Mapped] = {}
    headers = {fold(header): header for header in table.headers}
    tails = {name.rpartition("/")[2]: name for name in headers}
    for form in (forms[one] for one in sorted(ids)):
        wordings = ((label, form.columns[column]) for label, column in form.labels.items())
        for column, field in (*form.columns.items(), *wordings):
            found = headers.get(fold(column)) or headers.get(tails.get(fold(column), ""))
            if found or _spread(fold(column), headers):
                mapping[fold(found or column)] = Mapped(column, parse_field(field, instrument))
    return mapping


def _spread(name: str, headers: Iterable[str]) -> bool:
    return any(header.rpartition("/")[0].endswith(name) for header in headers)


def known_labels() -> Labels:
    """What every form of ours calls the two answers that are none, and a permission."""
    statuses: dict[str, str] = {}
    permissions: dict[str, str] = {}
    for language in list_languages("form"):
        words, texts = load_texts("form", language), load_texts("survey", language)
        statuses |= {fold(words[f"question.{code}"]): code for code in STATUS_WORDS}
        permissions |= {fold(texts[f"survey.{code}"]): code for code in ("yes", "no")}
    return Labels({"*": statuses, "quotable": permissions})
