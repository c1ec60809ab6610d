"""Markdown somebody wrote as a block: its structure, and nothing that could act or load.

HTML in it stands as the text it is; a picture becomes its description, a link its words and its
address, which paper shows as well.
"""

from __future__ import annotations

import re
from typing import Final

from markupsafe import escape
from mistune import HTMLRenderer, Markdown, create_markdown

from harmony_kit.report.bidi import settle
from harmony_kit.report.block import Block

__all__ = ["show_markdown"]

_LINKS: Final = ("http://", "https://", "mailto:")
_HEADING: Final = re.compile(r"<(/?)h([1-6])>")
#: A note stands in a part, whose own heading is the second.
_FIRST_LEVEL: Final = 3


class _Renderer(HTMLRenderer):
    """Structure only; whatever else mistune could write is text."""

    def __init__(self, label: str) -> None:
        super().__init__(escape=True)
        self._label = label

    def link(self, text: str, url: str, title: str | None = None) -> str:
        del title
        address = escape(url)
        is_told = not url.lower().startswith(_LINKS) or address == text
        return text if is_told else f"{text} ({address})"

    def image(self, text: str, url: str, title: str | None = None) -> str:
        del url, title
        return f"<em>{text}</em>"

    def block_code(self, code: str, info: str | None = None) -> str:
        del info
        return f"<pre><code>{escape(code)}</code></pre>\n"

    def table(self, text: str) -> str:
        name = escape(self._label)
        opening = f'<div class="scroll" role="group" tabindex="0" aria-label="{name}"><table>'
        caption = f'<caption class="hidden">{name}</caption>'
        return f"{opening}\n{caption}\n{text}</table></div>\n"

    def table_cell(self, text: str, align: str | None = None, head: bool = False) -> str:  # noqa: FBT001, FBT002 - mistune's
        tag, scope = ("th", ' scope="col"') if head else ("td", "")
        look = ' class="number"' if align == "right" else ""
        return f"<{tag}{scope}{look}>{text}</{tag}>\n"


def show_markdown(text: str, label: str) -> Block:
    r"""What somebody wrote, with its headings below those of the page; `label` names its tables.

    >>> show_markdown("# Line 4\n<script>stop()</script> *runs*", "Notes").html
    '<h3>Line 4</h3>\n<p>&lt;script&gt;stop()&lt;/script&gt; <em>runs</em></p>'
    """
    html = _reader(label)(settle(text))
    levels = sorted({int(level) for _, level in _HEADING.findall(str(html))})
    return Block(
        _HEADING.sub(
            lambda found: f"<{found[1]}h{min(_FIRST_LEVEL + levels.index(int(found[2])), 6)}>",
            str(html),
        ).strip()
    )


def _reader(label: str) -> Markdown:
    return create_markdown(renderer=_Renderer(label), plugins=["strikethrough", "table"])
