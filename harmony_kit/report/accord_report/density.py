"""How small a sheet is set so that it stays one sheet: by the letters there are to print."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

__all__ = ["find_density"]

#: From so many letters on a sheet is set smaller; found by printing full workshops.
_DENSITIES = (("tiny", 5200), ("tight", 3800), ("dense", 3000))


def find_density(told: object) -> str:
    """How a sheet with these texts is set; empty where it has room.

    >>> find_density({"frame": [{"told": "It recommends."}]})
    ''
    >>> find_density({"frame": ["x" * 4000]})
    'tight'
    """
    n_letters = sum(map(len, _list_texts(told)))
    return next((name for name, least in _DENSITIES if n_letters >= least), "")


def _list_texts(told: object) -> Iterator[str]:
    if isinstance(told, str):
        yield told
    elif isinstance(told, Mapping):
        for value in told.values():
            yield from _list_texts(value)
    elif isinstance(told, list | tuple):
        for value in told:
            yield from _list_texts(value)
