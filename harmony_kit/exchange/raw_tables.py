"""The tables of a report for who calculates on: a sheet for every list of results.json."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeGuard

from harmony_kit.exchange.workbook import WorkbookSheet, draw_workbook
from harmony_kit.files import publish

__all__ = ["write_tables"]

_FIRST = ("topics", "within", "rank", "words", "ownership", "pilots", "readiness", "evidence")
_LAST = ("withheld", "settings", "provenance")
#: What says which row of a list the rows of a list inside it belong to.
_KEYS = ("id", "item", "subject", "signature", "lens")

#: Mappings whose keys differ from row to row: a column each would be mostly empty.
_LONG = ("numbers",)
_NESTED = frozenset((dict, list, tuple))
_WIDTH = 16

_Row = Mapping[str, Any]


def write_tables(results: Mapping[str, Any], path: Path) -> None:
    """The results of a site as tables: a sheet for every list in it, one for the rest.

    Nested values become columns such as ``probability.shared_view``, a list of rows inside a row a
    sheet such as ``readiness.blocking``. A figure that was withheld is absent here as it is in
    `results`, and a list without rows has no sheet. The same results make the same bytes.

    Raises `ExchangeError` when the file cannot be written.
    """
    publish(path, draw_workbook(_list_sheets(results)))


def _list_sheets(results: Mapping[str, Any]) -> list[WorkbookSheet]:
    plain = {key: value for key, value in results.items() if not _is_table(value)}
    about = {
        k: v for k, v in plain.items() if not isinstance(v, Mapping) or k in ("n", "instrument")
    }
    sheets = [_pair_sheet("about", about)]
    for key in sorted(results, key=_rank):
        if key not in about:
            sheets += _sheets_of(key, results[key])
    return sheets


def _rank(key: str) -> tuple[int, int]:
    """Measures first, then what was made of them, then settings; else as they stand."""
    if key in _FIRST:
        return 0, _FIRST.index(key)
    return (2, _LAST.index(key)) if key in _LAST else (1, 0)


def _is_table(value: object) -> TypeGuard[list[_Row]]:
    return isinstance(value, list) and all(isinstance(row, Mapping) for row in value)


def _sheets_of(name: str, value: object) -> Iterator[WorkbookSheet]:
    if _is_table(value):
        yield from _table_sheets(name, value)
    elif not isinstance(value, Mapping):
        yield _pair_sheet(name, {name: value})
    else:
        rest = {key: part for key, part in value.items() if not _is_table(part)}
        if rest:
            yield _pair_sheet(name, rest)
        for key, part in value.items():
            if key not in rest:
                yield from _sheets_of(f"{name}.{key}", part)


def _table_sheets(name: str, rows: Sequence[_Row]) -> Iterator[WorkbookSheet]:
    if not rows:
        return
    inside: dict[str, list[_Row]] = {}
    is_flat = [_NESTED.isdisjoint(map(type, row.values())) for row in rows]
    flat = [
        dict(row) if one else dict(_flatten(row)) for row, one in zip(rows, is_flat, strict=True)
    ]
    for row in (row for row, one in zip(flat, is_flat, strict=True) if not one):
        for header in [header for header, cell in row.items() if type(cell) is list]:
            keys = {f"of.{key}": row[key] for key in _KEYS if key in row}
            inside.setdefault(header, []).extend({**keys, **one} for one in row.pop(header))
    headers = tuple(dict.fromkeys(key for row in flat for key in row))
    cells = tuple(tuple(map(row.get, headers)) for row in flat)
    yield WorkbookSheet(name, headers, cells, widths=(_WIDTH,) * len(headers))
    for header, found in inside.items():
        yield from _table_sheets(f"{name}.{header}", found)


def _pair_sheet(name: str, pairs: _Row) -> WorkbookSheet:
    return WorkbookSheet(name, ("what", "value"), tuple(_flatten(pairs)))


def _flatten(value: _Row, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """The cells of a row; a list among them holds rows of its own."""
    for key, part in value.items():
        name, kind = f"{prefix}{key}", type(part)
        if kind is dict:
            if key in _LONG:
                yield name, [{"what": one, "value": number} for one, number in part.items()]
            else:
                yield from _flatten(part, f"{name}.")
        elif kind is list or kind is tuple:
            is_rows = bool(part) and type(part[0]) is dict
            joined = "; ".join("" if one is None else str(one) for one in part)
            yield name, part if is_rows else joined
        else:
            yield name, part
