"""A block as other programs show it: JupyterLab, VS Code, GitHub, nbconvert's own templates.

They know no style sheet of ours, and in a notebook nobody has trusted yet they drop what could do
harm: drawings, style sheets, most attributes. What is left everywhere is plain structure and
``<img>`` with its picture inside, so that is what a block becomes; where style attributes survive,
as in JupyterLab, they set it as a page.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from functools import cache
from typing import Final

from harmony_kit.report.drawings.palette import GOOD, LENSES, LINE, PAPER

__all__ = ["plain_view"]

_FIGURE: Final = re.compile(
    r'<figure class="picture" role="img" aria-label="([^"]*)">(.*?)</figure>', re.DOTALL
)
#: What is drawn for a phone as well stays with the page.
_NARROW: Final = re.compile(r'<div class="drawn-narrow">.*?</svg></div>', re.DOTALL)
_SVG: Final = re.compile(r'<svg viewBox="0 0 ([\d.]+) ([\d.]+)"(.*?)</svg>', re.DOTALL)
_MARK: Final = re.compile(r'<span class="mark (first|second)( hollow)?"[^>]*></span>')
_BAND: Final = re.compile(r'<span class="band"[^>]*></span>')
#: For who looks at the page, who hears it, or who prints it: nothing of it helps here.
_OF_THE_PAGE: Final = re.compile(
    r'<a class="(?:anchor|back)"[^>]*>.*?</a>'
    r'|<caption class="hidden">.*?</caption>'
    r'|<div class="part-of".*?</div>'
    r'|\s(?:role|tabindex|data-[a-z]+|style|aria-[a-z]+)="[^"]*"',
    re.DOTALL,
)
#: Not of an image, whose content would be searched letter by letter.
_CLASS: Final = re.compile(r'<(?!img )(\w+)([^>]*?) class="([^"]*)"')
_CELL: Final = re.compile(r"<(t[dh])(?![^>]* style=)(?=[ >])")
#: Beside each other on the page without a sign between them.
_APART: Final = (("</span><span>", "</span> · <span>"), ('<span class="pair">', "<br><span>"))

#: The marks of the lenses, full and hollow.
_MARKS: Final[Mapping[tuple[str, bool], str]] = {
    ("first", False): f'<span style="color:{LENSES[0]}">●</span>',
    ("first", True): f'<span style="color:{LENSES[0]}">○</span>',
    ("second", False): f'<span style="color:{LENSES[1]}">■</span>',
    ("second", True): f'<span style="color:{LENSES[1]}">□</span>',
}
#: Paper around a chart; a swatch is no wider than a word and has none.
_EDGE: Final = 10
_SWATCH: Final = 100
_LEFT: Final = "text-align:left;vertical-align:top"
_BESIDE: Final = "display:grid;grid-template-columns:1fr 1fr;gap:0 2em"
#: Class → what it looks like. No colour of text or ground: the program has its own, maybe dark.
_LOOKS: Final[Mapping[str, str]] = {
    "part": f"border-top:3px solid {LINE};margin-top:3em;padding-top:1em",
    "cover": "margin-top:2em",
    "dimension": f"border-top:1px solid {LINE};margin-top:2em;padding-top:.6em",
    "kicker": "opacity:.8",
    "n": "font-size:.875em;opacity:.8",
    "soft": "opacity:.8",
    "caption": "opacity:.8;margin:.9em 0 .2em",
    "footnote": "font-size:.8em;opacity:.8",
    "lead": "font-size:1.1em",
    "dek": "font-size:1.3em",
    "story": "font-size:1.5em;font-weight:600;line-height:1.25",
    "common": f"border-left:4px solid {GOOD};padding-left:.8em",
    "big": "font-size:2em;font-weight:600;line-height:1",
    "verdict": "font-weight:600",
    "who": "font-weight:600",
    "lens": "font-weight:600",
    "key": f"border:1px solid {LINE};padding:.6em 1em",
    "heard": _BESIDE,
    "sides": _BESIDE,
    "against": _BESIDE,
    "signed": _BESIDE,
    "places": f"{_BESIDE};grid-template-columns:repeat(3, 1fr)",
    "card": f"border-top:3px solid {LINE};padding-top:.5em",
    "ask": f"border:1px solid {LINE};padding:.5em .8em",
    "scroll": "overflow-x:auto",
    "hidden": "display:none",
    "first": f"border-color:{LENSES[0]}",
    "second": f"border-color:{LENSES[1]}",
    "number": "text-align:right;vertical-align:top",
}


def plain_view(html: str) -> str:
    """A block without anything an untrusted notebook may not show.

    >>> plain_view('<p class="n" role="note">Three <span class="mark first"></span></p>')
    '<p style="font-size:.875em;opacity:.8">Three <span style="color:#1b5e9b">●</span></p>'
    """
    drawn = _SVG.sub(_embed, _FIGURE.sub(_show_figure, html))
    marked = _BAND.sub("▒▒", _MARK.sub(lambda m: _MARKS[m[1], bool(m[2])], _keep_marks(drawn)))
    for beside, apart in _APART:
        marked = marked.replace(beside, apart)
    return _CELL.sub(rf'<\1 style="{_LEFT}"', _CLASS.sub(_set_look, marked))


def _keep_marks(html: str) -> str:
    """Without what is of the page only; images are whole already and keep what they say."""
    parts = re.split(r"(<img [^>]*>)", html)
    return "".join(part if i % 2 else _OF_THE_PAGE.sub("", part) for i, part in enumerate(parts))


def _show_figure(found: re.Match[str]) -> str:
    """The drawings of a figure as pictures below each other; the first says what they say."""
    drawn = _SVG.sub(_embed, _NARROW.sub("", found[2]))
    pictures = re.findall(r"<img [^>]*>", drawn)
    first = [picture.replace('alt=""', f'alt="{found[1]}"', 1) for picture in pictures[:1]]
    return "\n".join(f"<p>{picture}</p>" for picture in (*first, *pictures[1:]))


def _embed(found: re.Match[str]) -> str:
    """One drawing as a picture with everything in it, on paper of its own."""
    width, height, rest = float(found[1]), float(found[2]), found[3]
    edge = _EDGE if width > _SWATCH else 0
    opening, _, marks = rest.partition(">")
    x, size = f"{-edge:g}", f'width="{width + 2 * edge:g}" height="{height + 2 * edge:g}"'
    box = f"{x} {x} {width + 2 * edge:g} {height + 2 * edge:g}"
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="{box}"{opening}>'
        f'<rect x="{x}" y="{x}" {size} fill="{PAPER}"/>{marks}</svg>'
    )
    data = base64.b64encode(svg.encode()).decode()
    return f'<img alt="" width="{width + 2 * edge:g}" src="data:image/svg+xml;base64,{data}">'


def _set_look(found: re.Match[str]) -> str:
    """A tag with the look of its classes in place of them."""
    tag, others, names = found.groups()
    return f"<{tag}{others}{_style(tag, names)}"


@cache
def _style(tag: str, names: str) -> str:
    styles = [_LOOKS[name] for name in names.split() if name in _LOOKS]
    if tag == "blockquote" or "view" in names.split():
        styles.insert(0, f"border-left:3px solid {LINE};padding-left:.8em;margin:.5em 0")
    return f' style="{";".join(styles)}"' if styles else ""
