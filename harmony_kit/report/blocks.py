"""Blocks: pieces of a page, in the words and number formats of the report's language."""

from harmony_kit.report.block import (
    EMPTY,
    Block,
    join_blocks,
    load_fragments,
    paragraph,
    picture,
    render_block,
)
from harmony_kit.report.words import FALLBACK, Words, load_words, word_languages

__all__ = [
    "EMPTY",
    "FALLBACK",
    "Block",
    "Words",
    "join_blocks",
    "load_fragments",
    "load_words",
    "paragraph",
    "picture",
    "render_block",
    "word_languages",
]
