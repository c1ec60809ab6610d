"""What the form itself says, by language: the words of the owner ``form``."""

from __future__ import annotations

from collections.abc import Mapping

from harmony_kit.instrument.language_files import list_languages, load_texts

__all__ = ["load_wording", "wording_languages"]


def wording_languages() -> tuple[str, ...]:
    """The languages the form speaks."""
    return list_languages("form")


def load_wording(language: str) -> Mapping[str, str]:
    """Text key → text in a language; English where the form does not speak it."""
    return load_texts("form", language)
