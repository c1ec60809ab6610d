"""Links of a report to what is not in it: a notebook of one's own may have dropped a cell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any, Final
from urllib.parse import unquote

from harmony_kit.report.block import PAGE

__all__ = ["mend_links"]

_ID: Final = re.compile(r'\sid="([^"]*)"')
_ADDRESS: Final = re.compile(r'\shref="#([^"]*)"')
_LINK: Final = re.compile(
    r'(<li>)?<a\b[^>]*\shref="#([^"]*)"[^>]*>(.*?)</a>(?(1)(</li>)?\n?)', re.DOTALL
)


def mend_links(notebook: dict[str, Any]) -> dict[str, Any]:
    """The notebook without links that lead nowhere: an entry of a list goes, other words stay."""
    shown = [*_list_shown(notebook)]
    there = {unescape(name) for html in shown for name in _ID.findall(html)}
    wanted = {_name(link) for html in shown for link in _ADDRESS.findall(html)}
    dead = wanted - there
    if not dead:
        return notebook
    return {**notebook, "cells": [_mend_cell(cell, dead) for cell in notebook["cells"]]}


def _list_shown(notebook: dict[str, Any]) -> Iterator[str]:
    for cell in notebook["cells"]:
        for output in cell.get("outputs", ()):
            if html := output.get("data", {}).get(PAGE):
                yield html


def _name(link: str) -> str:
    return unquote(unescape(link))


def _mend_cell(cell: dict[str, Any], dead: set[str]) -> dict[str, Any]:
    if "outputs" not in cell:
        return cell
    return {**cell, "outputs": [_mend_output(output, dead) for output in cell["outputs"]]}


def _mend_output(output: dict[str, Any], dead: set[str]) -> dict[str, Any]:
    data = output.get("data", {})
    if PAGE not in data:
        return output
    mended = {
        kind: _LINK.sub(lambda found: _mend(found, dead), content)
        if kind in (PAGE, "text/html")
        else content
        for kind, content in data.items()
    }
    return {**output, "data": mended}


def _mend(found: re.Match[str], dead: set[str]) -> str:
    if _name(found[2]) not in dead:
        return found[0]
    if found[1] and found[4]:
        return ""
    return f"{found[1] or ''}{found[3]}"
