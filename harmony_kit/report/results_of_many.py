"""What a portfolio keeps of the results of thousands of sites, read one after the other.

The sites themselves stand in the portfolios of their divisions. Here remains what is told of all
of them together, so that the memory hardly grows with their number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import pandas as pd

from harmony_kit.report.compact_rows import CompactRows
from harmony_kit.report.told_findings import is_told, rank_telling, shown_by

__all__ = ["COMPARED_STATES", "ResultsOfMany"]

#: What a topic is at two sites that could talk about it.
COMPARED_STATES: Final = ("false_consensus", "shared_view", "known_difference")
_NUMBERS: Final = {
    "understanding": ("n_topics", "share", "low", "high"),
    "topics": (),
    "findings": ("importance", "score", "n_alike"),
}
_TOPIC: Final = ("item", "lens", "state", "claim")
_TEXTS: Final = ("title", "action")


class ResultsOfMany:
    """The rows of understanding, topics and findings that are told of many sites together.

    Of the topics those that two sites can compare. Of a finding the title and the action once, as
    the first site tells them, and the first that tells it better.
    """

    def __init__(self, lists: Mapping[str, Sequence[str]]) -> None:
        columns = {name: ("site", *lists[name]) for name in _NUMBERS}
        columns["topics"] = ("site", *_TOPIC)
        self._rows = {
            name: CompactRows(columns[name], numbers=numbers) for name, numbers in _NUMBERS.items()
        }
        self._known: set[tuple[object, ...]] = set()

    def take(self, site: str, content: Mapping[str, Any]) -> dict[str, Any]:
        """Take in what is told of the results of a site; the rest of them."""
        is_ok = content["counted"]["status"] == "ok"
        told = {
            "understanding": content["understanding"],
            "topics": filter(_is_compared, content["topics"]),
            "findings": self._tell_once(content["findings"] if is_ok else ()),
        }
        for name, rows in told.items():
            self._rows[name].add({**row, "site": site} for row in rows)
        return {name: value for name, value in content.items() if name not in told}

    def frames(self) -> dict[str, pd.DataFrame]:
        """The rows of each list; nothing in it where there are none."""
        frames = {name: rows.frame() for name, rows in self._rows.items()}
        return {name: frame if len(frame) else frame[["site"]] for name, frame in frames.items()}

    def _tell_once(self, findings: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
        for finding in filter(is_told, findings):
            key = (*rank_telling(finding), *shown_by(finding))
            is_first = key not in self._known
            self._known.add(key)
            yield finding if is_first else {**finding, **dict.fromkeys(_TEXTS, "")}


def _is_compared(topic: Mapping[str, Any]) -> bool:
    return (
        topic["claim"] == "claimed"
        and topic["state"] in COMPARED_STATES
        and topic.get("subject") is None
    )
