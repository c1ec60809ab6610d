"""The part of docs/results.md that is made of the declarations of the measures.

    python tests/results_page.py

writes it anew.
"""

from __future__ import annotations

from itertools import chain
from pathlib import Path

from harmony_kit.report.results import declared_lists

PAGE = Path(__file__).parent.parent / "docs" / "results.md"
BEGIN, END = "<!-- columns -->\n", "<!-- end of columns -->\n"
WORDS = ("name", "text", "truth", "day", "rows")


def _describe(kind, column):
    percent = " of percent" if kind in ("share", "probability") else ""
    kept = 0 if kind in ("people", "count") else column.kept
    digits = ("", "") if kind in WORDS else (f"{column.digits}{percent}", kept)
    return f"| {kind} | {digits[0]} | {digits[1]} |"


def _columns(declared):
    for name, column in declared.columns.items():
        yield name, column
        yield from ((f"{name}[].{part}", inner) for part, inner in column.parts.items())


def _by_kind(declared):
    groups = {}
    for name, column in _columns(declared):
        each = ", one each" if column.dtype == "object" and column.kind != "rows" else ""
        groups.setdefault((column.kind + each, column.unit), []).append(f"`{name}`")
    return [f"| {kind} | {unit} | {', '.join(names)} |" for (kind, unit), names in groups.items()]


def tell_columns():
    """The tables between the marks."""
    lists = declared_lists()
    kinds = {column.kind: column for _, column in chain(*map(_columns, lists.values()))}
    lines = ["| kind | digits on a page | digits here |", "|---|---|---|"]
    lines += [_describe(kind, column) for kind, column in kinds.items()]
    for name, declared in lists.items():
        lines += ["", f"### `{name}`", "", "| kind | unit | columns |", "|---|---|---|"]
        lines += _by_kind(declared)
    return "\n".join(lines) + "\n"


def split_page():
    """What stands before, between and after the marks."""
    before, rest = PAGE.read_text(encoding="utf-8").split(BEGIN)
    between, after = rest.split(END)
    return before, between, after


if __name__ == "__main__":
    head, _, tail = split_page()
    PAGE.write_text(head + BEGIN + tell_columns() + END + tail, encoding="utf-8")
