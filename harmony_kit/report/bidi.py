"""Names and quotes that run from right to left keep to themselves on a page.

A mark that turns the direction round (U+202E and its like) is taken out; what reads from right
to left by itself is set apart, so that it moves nothing beside it. Text without either, nearly
all there is, stays the same characters.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import accumulate

__all__ = ["isolate", "settle", "settle_value"]

_FIRST_STRONG, _LEFT_TO_RIGHT, _POP = "\u2068", "\u2066", "\u2069"
_TURNING = re.compile("[\u202a-\u202e]")  # embeddings and overrides
_ISOLATES = re.compile("[\u2066-\u2069]")
_RIGHT_TO_LEFT = ("R", "AL", "AN")
#: Blocks that hold all letters of such scripts, and all marks: text without any is settled already.
_MAY_MOVE = re.compile(
    "[\u0590-\u08ff\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufeff"
    "\U00010800-\U00010fff\U0001e800-\U0001efff]"
)


def isolate(text: str) -> str:
    """A name or a quote, for a sentence: its own first letter says where it begins."""
    return _set_apart(text, _FIRST_STRONG)


def settle(text: str) -> str:
    """A text of a page, perhaps with names isolated in it: it begins where the page does."""
    return _set_apart(text, _LEFT_TO_RIGHT)


def settle_value(value: object) -> object:
    """What a template is about to show: plain text settled, everything else as it is."""
    return settle(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


@lru_cache(maxsize=8192)
def _set_apart(text: str, opening: str) -> str:
    if text.isascii() or not _MAY_MOVE.search(text):
        return text
    plain = _TURNING.sub("", text)
    depths = _depths(plain)
    if min(depths, default=0) < 0 or depths[-1:] not in ([], [0]):
        plain = _ISOLATES.sub("", plain)
        depths = [0] * len(plain)
    is_apart = 0 not in depths[:-1] and plain[-1:] == _POP
    runs_left = any(unicodedata.bidirectional(letter) in _RIGHT_TO_LEFT for letter in plain)
    return f"{opening}{plain}{_POP}" if runs_left and not is_apart else plain


def _depths(text: str) -> list[int]:
    """After each letter, how many isolates are open; below 0 where one is closed too often."""
    steps = (1 if "\u2066" <= letter <= "\u2068" else -(letter == _POP) for letter in text)
    return [*accumulate(steps)]
