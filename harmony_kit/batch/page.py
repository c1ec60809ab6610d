"""A page and its frame: colours, logo, running head, ways to the other pages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from markupsafe import Markup

from harmony_kit.accent import DARK_GROUND, LIGHT_GROUND, readable_accent
from harmony_kit.batch.record import Failure
from harmony_kit.engagement.brand import Brand
from harmony_kit.report.bidi import settle
from harmony_kit.report.words import load_words

__all__ = ["Page", "spell_out"]

_NOT_HTML: Final = re.compile(
    "[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)

#: The pages beside a page, and what they are called, by what the page is.
_PLACES: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "site": (("../index.html", "index.name"), ("../portfolio.html", "portfolio.name")),
    "portfolio": (("index.html", "index.name"),),
}


@dataclass(frozen=True)
class Page:
    """What a page needs to know beside its executed notebook.

    Attributes
    ----------
    head
        Stands on every sheet of paper, with the banner, and on the tab of a browser; the title
        without it.
    kind
        What lies beside the page: that of a ``site``, of the ``portfolio`` or the ``index``.
    results
        The file the notebook must have written; empty: none.
    taken_down_for
        The inputs a report no longer follows from that stood here before; empty: none stood here.
    around
        The pages beside it, each with the key of its name; empty: as its kind has them.
    is_own
        Whether it is made by a notebook of the engagement, not by the package's.
    """

    title: str
    language: str
    client: str = ""
    brand: Brand = field(default_factory=Brand)
    banner: str = ""
    head: str = ""
    kind: str = "site"
    book: str = "assessment.ipynb"
    html: str = "report.html"
    results: str = "results.json"
    failure: Failure | None = None
    taken_down_for: tuple[str, ...] = ()
    around: tuple[tuple[str, str], ...] = ()
    is_own: bool = False

    @property
    def is_part(self) -> bool:
        """Whether it is the portfolio of some of many sites."""
        return self.kind == "portfolio" and bool(self.around)

    def look(self, *, is_alone: bool = False) -> dict[str, Any]:
        """The frame around what the page says; one that is handed on alone links to nothing."""
        words = load_words(self.language)
        places = () if is_alone else self.around or _PLACES.get(self.kind, ())
        style = _write_style(self.brand, self.head or self.title, self.banner)
        return {
            "title": settle(self.head or self.title),
            "language": self.language,
            "brand": settle(self.brand.name),
            "client": settle(self.client),
            "banner": settle(self.banner),
            "logo": self.brand.logo,
            "style": Markup(style),  # noqa: S704 - hex colours and escapes
            "links": [(place, words.say(name)) for place, name in places],
            "around": words.say("page.around"),
            "appendix": words.say("page.appendix"),
            "made_by": words.say("page.own_notebook") if self.is_own else "",
        }


def spell_out(html: str) -> str:
    r"""A page with the characters no page may hold, as NUL, spelled out.

    >>> spell_out("<p>a\x00b</p>")
    '<p>a\\x00b</p>'
    """
    return _NOT_HTML.sub(lambda found: found[0].encode("unicode_escape").decode(), html)


def _write_style(brand: Brand, head: str, banner: str) -> str:
    second = brand.second or brand.colour
    colours = {
        "brand": readable_accent(brand.colour, LIGHT_GROUND),
        "link-dark": readable_accent(brand.colour, DARK_GROUND),
        "accent": readable_accent(second, LIGHT_GROUND),
        "accent-dark": readable_accent(second, DARK_GROUND),
    }
    root = " ".join(f"--{name}: {colour};" for name, colour in colours.items())
    left, right = _quote(head), _quote(banner)
    boxes = f"@top-left {{ content: {left}; }} @top-right {{ content: {right}; }}"
    return f":root {{ {root} }}\n@page {{ {boxes} }}"


def _quote(text: str) -> str:
    """A text as a string of a style sheet, with nothing in it that could end it."""
    plain = "".join(
        letter if letter.isalnum() or letter in " .,-" else f"\\{ord(letter):x} "
        for letter in settle(text)
        if letter.isprintable()
    )
    return f'"{plain}"'
