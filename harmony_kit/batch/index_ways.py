"""How somebody finds a plant among hundreds on the page of all sites: regions, states, letters."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, Final

__all__ = ["list_names", "list_ways"]

#: What a row may be filtered by, in the order of the page.
_STATES: Final = ("ok", "withheld", "failed", "missing", "outdated", "setback")
#: Fewer sites than this are seen at a glance.
_MANY: Final = 30


def list_ways(sites: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Regions, states and first letters to choose from, and the sites with theirs.

    A site's `letter` is the number of the letter it is the first of by name, else 0. What would
    leave nothing to choose is empty.
    """
    regions = sorted({site["region"] for site in sites if site["region"]}, key=str.casefold)
    rows = [{**site, "states": _list_states(site), "letter": 0} for site in sites]
    found = [state for state in _STATES if any(state in row["states"] for row in rows)]
    letters: list[str] = []
    if len(rows) >= _MANY:
        for row in sorted(rows, key=lambda row: row["order"]["name"]):
            letter = _find_letter(row["name"])
            if letter not in letters:
                letters.append(letter)
                row["letter"] = len(letters)
    return {
        "sites": rows,
        "regions": regions if len(regions) > 1 else [],
        "states": found if len(found) > 1 else [],
        "letters": letters,
    }


def list_names(run: Mapping[str, Any]) -> dict[str, Any]:
    """Every site by its first letter, and the page it stands on: what the overview of many tells.

    Each is its name, its id, and the number of its page in ``pages``.
    """
    numbers = {site: i for i, page in enumerate(run["pages"]) for site in page["sites"]}
    letters: dict[str, list[tuple[str, str, int]]] = {}
    for row in sorted(run["sites"], key=lambda row: row["order"]["name"]):
        entry = (row["name"], row["site"], numbers[row["site"]])
        letters.setdefault(_find_letter(row["name"]), []).append(entry)
    return {"letters": letters}


def _list_states(site: Mapping[str, Any]) -> list[str]:
    also = [mark for mark in ("outdated", "setback") if site[mark]]
    return [site["status"], *also]


def _find_letter(name: str) -> str:
    """The letter a name is filed under: without its accent, digits and signs together."""
    first = unicodedata.normalize("NFD", name.strip()[:1]).upper()[:1]
    return first if first.isalpha() else "#"
