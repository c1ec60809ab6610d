"""What must hold for every page: read by a strict parser that knows what has to be closed."""

from __future__ import annotations

from collections import Counter
from html.parser import HTMLParser
from itertools import pairwise
from urllib.parse import unquote

VOID = {"br", "hr", "img", "input", "meta", "link"}
#: Closed by itself in a picture.
DRAWN = {"rect", "circle", "path", "polyline", "polygon"}


class Outline(HTMLParser):
    """Elements with their attributes, the text, and what is wrong with the nesting."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.problems: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        self.problems += [f"<{tag}> is never closed" for tag in self._open]

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in DRAWN | VOID:
            self.problems.append(f"<{tag}/> closes itself")

    def handle_endtag(self, tag):
        if not self._open or self._open.pop() != tag:
            self.problems.append(f"</{tag}> closes something else")

    def handle_data(self, data):
        if data.strip():
            self.texts.append(" ".join(data.split()))

    @property
    def text(self) -> str:
        return " ".join(self.texts)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def list_faults(html: str) -> list[str]:
    """Everything that is wrong with a page: nesting, ids, headings, tables, pictures, scripts."""
    outline = Outline(html)
    return [
        *outline.problems,
        *_ids(outline),
        *_headings(outline),
        *_described(outline),
        *_active(outline),
    ]


def _ids(outline: Outline) -> list[str]:
    ids = Counter(a["id"] for _, a in outline.elements if "id" in a)
    faults = [f"id {name!r} stands {n} times" for name, n in ids.items() if n > 1]
    named = [a["aria-labelledby"] for _, a in outline.elements if "aria-labelledby" in a]
    hrefs = [unquote(a.get("href") or "") for a in outline.all("a")]
    named += [href[1:] for href in hrefs if href.startswith("#")]
    return faults + [f"no id {name!r}" for name in named if name not in ids]


def _headings(outline: Outline) -> list[str]:
    levels = [int(tag[1]) for tag, _ in outline.elements if tag in ("h1", "h2", "h3", "h4")]
    jumps = [
        f"h{after} follows h{before}" for before, after in pairwise(levels) if after > before + 1
    ]
    return jumps + [f"{levels.count(1)} h1"] * (levels.count(1) > 1)


def _described(outline: Outline) -> list[str]:
    faults = [f"a th without scope: {a}" for a in outline.all("th") if "scope" not in a]
    faults += ["a picture says nothing" for a in outline.all("figure") if not a.get("aria-label")]
    n_tables, n_captions = len(outline.all("table")), len(outline.all("caption"))
    return faults + [f"{n_tables} tables, {n_captions} captions"] * (n_tables != n_captions)


def _active(outline: Outline) -> list[str]:
    faults = [
        f"<{tag}>"
        for tag, _ in outline.elements
        if tag in ("script", "iframe", "object", "form", "b")
    ]
    for tag, attributes in outline.elements:
        for name, value in attributes.items():
            is_far = (value or "").partition(":")[0] in ("http", "https", "javascript", "data")
            if name.startswith("on") or (name in ("src", "href") and is_far):
                faults.append(f"<{tag} {name}={value!r}>")
    return faults
