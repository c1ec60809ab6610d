"""Which installed browser prints: Chromium, Chrome or Edge, on PATH or where installers put it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from harmony_kit.errors import FileError, Problem

__all__ = ["find_browser", "usual_places"]

#: What the browsers are called on PATH, in the order they are tried.
_NAMES: Final = (
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
    *("chrome", "microsoft-edge", "microsoft-edge-stable", "msedge"),
)

#: Where they lie on macOS, below / and below the home folder.
_MAC: Final = (
    "Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "Applications/Chromium.app/Contents/MacOS/Chromium",
    "Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
)

#: Where they lie on Windows, below the folders these variables name.
_WINDOWS: Final = (
    "Google/Chrome/Application/chrome.exe",
    "Chromium/Application/chrome.exe",
    "Microsoft/Edge/Application/msedge.exe",
)
_WINDOWS_ROOTS: Final = ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")

_LINUX: Final = ("snap/bin/chromium", "opt/google/chrome/chrome", "opt/microsoft/msedge/msedge")

_ROOT: Final = Path("/")

_ALLOWED: Final = "Chromium, Google Chrome or Microsoft Edge, version 131 or newer"
_TODO: Final = (
    "Install one (Debian, Ubuntu: apt install chromium; macOS: brew install --cask google-chrome; "
    "Windows has Edge: winget install Microsoft.Edge), or say where it is with --browser PATH."
)


def find_browser(
    named: str | None, environment: Mapping[str, str] = os.environ, root: Path = _ROOT
) -> Path:
    """The browser somebody named, else the first one installed.

    Raises `FileError` where there is none, with what to install.
    """
    path = environment.get("PATH", "")
    if named is not None:
        if found := shutil.which(named, path=path):
            return Path(found)
        raise FileError(Problem(named, "", "is no program that can be started", _ALLOWED))
    on_path = (shutil.which(name, path=path) for name in _NAMES)
    places = (str(place) for place in usual_places(environment, root) if place.is_file())
    found = next((place for place in (*on_path, *places) if place), None)
    if found is None:
        what = "was not found, neither on PATH nor where it is usually installed"
        raise FileError(Problem("a browser that prints", "", what, _ALLOWED, _TODO))
    return Path(found)


def usual_places(environment: Mapping[str, str], root: Path) -> Iterator[Path]:
    """Where installers put a browser, on any system, beside PATH."""
    for top in dict.fromkeys([root, Path(environment.get("HOME", root))]):
        yield from (top / place for place in _MAC)
    yield from (root / place for place in _LINUX)
    for name in _WINDOWS_ROOTS:
        if folder := environment.get(name):
            yield from (Path(folder) / place for place in _WINDOWS)
