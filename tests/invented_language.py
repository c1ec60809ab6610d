"""A language nobody wrote: every English text in letters of another script, as files only.

`speak` copies the package, adds the folder of the language and changes nothing else; what stands in
Latin letters on a page afterwards came from the people who answered, or from code.
"""

from __future__ import annotations

import re
import shutil
import string
from collections.abc import Mapping
from html.parser import HTMLParser
from pathlib import Path

import yaml

from harmony_kit.findings.playbook_file import find_playbook, load_playbook
from harmony_kit.instrument.file import find_instrument, load_instrument
from harmony_kit.instrument.language_files import load_texts, owner_files

ROOT = Path(__file__).parent.parent
LANGUAGE = "xx"
OWNERS = ("report", "pictures", "story", "records", "failures", "accord", "form", "workshop")
OWNERS += ("survey", "notice", "workbook")
#: What files, columns and codes are called is no sentence, and stays.
NAMES = re.compile(
    r"\b[\w-]+\.(?:csv|json|ipynb|xlsx|yaml|html)\b|\bSHA-256\b|\bharmony-kit\b|\bHarmony Kit\b"
    r"|\b[0-9a-f]{64}\b|\b\w+_\w+\b|\bit-operations\b"
)
_LETTERS = str.maketrans(string.ascii_letters, "".join(map(chr, [*range(0x10D0, 0x10D0 + 26)] * 2)))


def in_letters(text: str) -> str:
    """A text in Georgian letters; names in braces stay."""
    parts = re.split(r"(\{\w*\})", text)
    return "".join(p if p.startswith("{") else p.translate(_LETTERS) for p in parts)


def speak(folder: Path) -> Path:
    """A copy of the package, its template and notebooks in `folder` that speaks the language."""
    leave = shutil.ignore_patterns("__pycache__")
    for name in ("harmony_kit", "templates", "notebooks"):
        shutil.copytree(ROOT / name, folder / name, ignore=leave)
    tree = folder / "harmony_kit" / "languages" / LANGUAGE
    for owner in OWNERS:
        _write(tree / f"{owner}.yaml", {"owner": owner}, load_texts(owner, "en"))
    instrument = load_instrument(find_instrument("it-operations"))
    head = {"instrument": instrument.id, "version": instrument.version}
    _write(tree / "instruments" / "it-operations.yaml", head, instrument.source_texts)
    playbook = load_playbook(find_playbook(instrument.id))
    head = {"playbook": playbook.id, "version": playbook.version}
    _write(tree / "playbooks" / "it-operations.yaml", head, playbook.source_texts)
    return folder


def _write(path: Path, head: Mapping[str, object], texts: Mapping[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    said = {key: in_letters(text) for key, text in texts.items()}
    content = {**head, "language": LANGUAGE, "texts": said}
    path.write_text(yaml.safe_dump(content, allow_unicode=True, width=10_000), encoding="utf-8")


class _Reader(HTMLParser):
    """What somebody who reads, or hears, a page gets: texts, and what stands for pictures."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self._silent: list[str] = []
        self._is_drawn = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        if tag in ("style", "script", "pre", "code"):
            self._silent.append(tag)
        if tag == "svg":
            self._is_drawn = True
            self.texts.append("")
        self.texts += [v for k, v in attrs if k in ("aria-label", "title", "alt") and v]

    def handle_endtag(self, tag):
        if self._silent and self._silent[-1] == tag:
            self._silent.pop()
        if tag == "svg":
            self._is_drawn = False

    def handle_data(self, data):
        if self._silent or not data.strip():
            return
        words = " ".join(data.split())
        if self._is_drawn:
            # A label of a picture may stand on several lines.
            self.texts[-1] = f"{self.texts[-1]} {words}".strip()
        else:
            self.texts.append(words)


def read_page(html: str) -> list[str]:
    """The texts of a page, in their order."""
    return _Reader(html).texts


def list_latin(texts: list[str], data: list[str]) -> list[str]:
    """The texts that hold a word in Latin letters which no datum and no name accounts for."""
    known = re.compile("|".join(rf"(?<!\w){re.escape(datum)}(?!\w)" for datum in data))
    rest = {text: known.sub(" ", NAMES.sub(" ", text)) for text in texts}
    return sorted(text for text, latin in rest.items() if re.search(r"[A-Za-z]{2,}", latin))


def known_languages() -> tuple[str, ...]:
    """The languages the package itself speaks."""
    return tuple(owner_files("report"))
