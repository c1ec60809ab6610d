"""Cells of the workbook: named in the report's language, formatted as declared, marked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cached_property, partial
from typing import Any, Final

from harmony_kit.exchange.lean_worksheet import Marked
from harmony_kit.measures.claims import find_range
from harmony_kit.measures.declaration import MeasureColumn
from harmony_kit.measures.rows import Row
from harmony_kit.report.site_report.site_view import SiteView

__all__ = ["NOTHING", "SheetCells", "find_form", "find_unit", "say_head"]

#: Where a number is not told.
NOTHING: Final = "\u2013"
_WORDS: Final = ("name", "text", "truth", "day", "rows")
_PERCENT: Final = ("share", "probability")

#: Sheet and column → the head's key, where the column's own name would say less.
_HEADS: Final = {
    ("evidence.decisions", "n"): "n_decisions",
    ("pilots", "subject"): "pilot",
    ("readiness", "subject"): "decision",
    ("quotes", "lens"): "said_by",
}
#: Numbers that are there only where there is something to say.
_RARE: Final = ("more_interviews", "median_days", "oldest_open_days")


def find_form(column: MeasureColumn) -> str:
    """The number format of a column, by what it is declared to hold."""
    if column.kind in _WORDS:
        return ""
    if column.kind in _PERCENT:
        return "0%"
    digits = f".{'0' * column.digits}" if column.digits else ""
    if column.kind == "trend":
        return f"+0{digits}%;-0{digits}%;0{digits}%"
    return f"#,##0{digits}"


def find_unit(view: SiteView, column: MeasureColumn) -> str:
    """What the numbers of a column count, as a reader sees them; empty for words."""
    if column.kind in _WORDS or column.kind == "index":
        return ""
    unit = "percent" if column.kind in _PERCENT else column.unit.replace(" ", "_")
    return view.words.name("unit", unit)


def say_head(view: SiteView, plan: str, name: str, column: MeasureColumn) -> str:
    """The head of a column with its unit, where the head does not name it."""
    head = view.words.say(f"head.{_HEADS.get((plan, name), name)}")
    unit = find_unit(view, column)
    return f"{head} ({unit})" if unit and unit.casefold() not in head.casefold() else head


def _itself(_row: Row, value: object) -> object:
    return value


def _read_day(_row: Row, value: str) -> object:
    return date.fromisoformat(value)


def _keys(rows: Sequence[Row]) -> set[str]:
    return {key for row in rows for key in row}


class SheetCells:
    """The cells of one site's workbook."""

    def __init__(self, view: SiteView) -> None:
        self._view = view
        self._known: dict[tuple[str, object], str] = {}

    def list_cells(
        self, rows: Sequence[Row], columns: Mapping[str, MeasureColumn]
    ) -> tuple[tuple[object, ...], ...]:
        """Rows of results.json as rows of a sheet."""
        cells = (self._column(rows, name, column) for name, column in columns.items())
        return tuple(zip(*cells, strict=True))

    def _column(self, rows: Sequence[Row], name: str, column: MeasureColumn) -> list[object]:
        missing = partial(self._mark_missing, name, column)
        say: Callable[[Row, Any], object]
        if column.kind == "probability":
            say = self._tell_chance
        elif column.kind not in _WORDS:
            say = partial(self._coarse, name) if f"{name}_to" in _keys(rows) else _itself
        elif column.kind == "day":
            say = _read_day
        else:
            say = self._rowwise.get(name) or partial(self._name, name)
        return [
            missing(row) if (value := row.get(name)) is None or value == [] else say(row, value)
            for row in rows
        ]

    def _coarse(self, name: str, row: Row, value: object) -> object:
        low = row.get(f"{name}_from", value)
        return value if row.get(f"{name}_to", low) == low else Marked(value, "coarse")

    def _tell_chance(self, _row: Row, chance: float) -> object:
        """How sure something is; the middle of what its claim leaves is marked as that."""
        is_range = find_range(chance, self._view.site.engagement.settings) is not None
        return Marked(chance, "coarse") if is_range else chance

    def _mark_missing(self, name: str, column: MeasureColumn, row: Row) -> object:
        """What stands where nothing is told: nothing where there is nothing to tell of."""
        if name in _RARE or (column.kind in _WORDS and name != "state"):
            return None
        is_withheld = row.get("claim") == "withheld" and column.kind in ("people", "mean", "name")
        said = self._view.words.say("table.too_few") if is_withheld else NOTHING
        return Marked(said, "withheld")

    def _name(self, name: str, _row: Row, value: object) -> str:
        """A value in words; asked once for each."""
        key = name, value
        if key not in self._known:
            say = self._names.get(name)
            self._known[key] = say(value) if say else str(value)
        return self._known[key]

    @cached_property
    def _names(self) -> dict[str, Callable[[Any], str]]:
        view, words = self._view, self._view.words
        sections = {"claim": "claim", "state": "state", "from_state": "state", "to_state": "state"}
        sections |= {"pattern": "pattern", "quadrant": "quadrant", "verdict": "verdict"}
        sections |= {"signature": "sign", "view": "view", "effort": "effort"}
        known: dict[str, Callable[[Any], str]] = {
            name: lambda value, section=section: words.name(section, value)  # type: ignore[misc]
            for name, section in sections.items()
        }
        yes_no = {True: words.say("truth.yes"), False: words.say("truth.no")}
        known |= dict.fromkeys(("is_on_line", "is_present", "is_open", "is_past_end"), yes_no.get)  # type: ignore[arg-type]
        known |= {"lens": view.name, "item": view.label, "dimension": self._say_dimension}
        return known | dict.fromkeys(("subject", "pilot"), self._say_subject)

    @cached_property
    def _rowwise(self) -> dict[str, Callable[[Row, Any], str]]:
        """Values whose words depend on the rest of their row."""
        return {
            "first_own": self._list_options,
            "first_estimate": self._list_options,
            "first_other_own": self._list_options,
            "owner": self._say_owner,
            "other_owner": self._say_owner,
            "about": self._say_about,
            "blocking": self._list_blocking,
            "owners": self._list_owners,
            "what": self._say_what,
        }

    def _say_subject(self, subject: str) -> str:
        """A pilot, a decision, or the side a sign is about."""
        return (
            self._view.name(subject) if subject in self._view.lenses else self._view.title(subject)
        )

    def _say_dimension(self, dimension: str) -> str:
        is_all = dimension == "all"
        return (
            self._view.words.say("table.all")
            if is_all
            else self._view.site.dimension_name(dimension)
        )

    def _list_options(self, row: Row, options: list[str]) -> str:
        return ", ".join(self._view.site.option_label(row["item"], one) for one in options)

    def _say_owner(self, row: Row, owner: str) -> str:
        return self._view.site.option_label(row["item"], owner)

    def _say_about(self, row: Row, about: str) -> str:
        return self._view.words.say("about.own" if about == row["lens"] else "about.other")

    def _list_blocking(self, _row: Row, blocking: list[Row]) -> str:
        view = self._view
        told = (
            (view.label(one["item"]), view.name(one["lens"]), view.words.told(one, "mean"))
            for one in blocking
        )
        return "; ".join(f"{check} ({lens}, {mean})" for check, lens, mean in told)

    def _list_owners(self, _row: Row, owners: Mapping[str, str]) -> str:
        return "; ".join(f"{self._view.name(lens)}: {owner}" for lens, owner in owners.items())

    def _say_what(self, row: Row, what: str) -> str:
        """What is wrong with a file, or what was left out."""
        view, words = self._view, self._view.words
        if "lens" not in row:
            return what[:1].upper() + what[1:]
        lens = view.name(row["lens"])
        if "item" not in row:
            return words.say("method.withheld_lens", lens=lens)
        key = "method.withheld_own" if row["about"] == row["lens"] else "method.withheld_estimates"
        return words.say(key, lens=lens, topics=view.label(row["item"], row.get("subject")))
