"""What the form itself says, by language: ``content/interface.yaml``."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path

from harmony_kit.instrument.yamlfile import read_yaml

__all__ = ["FALLBACK", "load_wording", "wording_languages"]

#: Spoken where an instrument has a language the form has not.
FALLBACK = "en"


@cache
def _read() -> dict[str, dict[str, str]]:
    path = Path(str(files("harmony_kit"))) / "content" / "interface.yaml"
    return {language: dict(texts) for language, texts in read_yaml(path).items()}


def wording_languages() -> tuple[str, ...]:
    """The languages the form speaks."""
    return tuple(_read())


def load_wording(language: str) -> dict[str, str]:
    """Text key → text in a language; English where the form does not speak it."""
    texts = _read()
    return texts.get(language, texts[FALLBACK])
