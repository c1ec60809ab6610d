"""Results as they were published: what the report of a site told, and nothing that it did not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from harmony_kit.files import read_json
from harmony_kit.report.results import SCHEMA

__all__ = ["read_told"]


def read_told(reports: Path, site: str, wave: str | None = None) -> dict[str, Any]:
    """The content of ``<reports>/<site>/results.json``; of another wave if one is named: nothing.

    Empty as well where there is no such file, it cannot be read, or another version wrote it.
    """
    content = read_json(reports / site / "results.json")
    is_ours = content.get("schema") == SCHEMA and wave in (None, content.get("wave"))
    return content if is_ours else {}
