"""Names no site or wave can have: their folders stand beside pages, and on Windows too."""

from __future__ import annotations

__all__ = ["why_taken"]

#: What a run puts beside the folders of the sites.
_PAGES = frozenset({"index.html", "portfolio.html", "portfolio.ipynb", "run.json"})
#: What Windows takes for a device, whatever its ending and in any case.
_DEVICES = frozenset(
    {"con", "prn", "aux", "nul"} | {f"{port}{n}" for port in ("com", "lpt") for n in range(10)}
)


def why_taken(name: str) -> str:
    """Why a folder cannot have this name; empty where it can."""
    plain = name.casefold()
    if plain in _PAGES:
        return "a page has this name"
    if plain.split(".")[0] in _DEVICES:
        return "Windows takes this name for a device"
    return ""
