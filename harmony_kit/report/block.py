"""A piece of a page: made from a fragment with everything escaped, shown by any notebook."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from harmony_kit.instrument.language_files import package_file
from harmony_kit.report.bidi import settle, settle_value
from harmony_kit.report.drawings import NARROW, Drawing
from harmony_kit.report.notebook_view import plain_view
from harmony_kit.report.words import Words

__all__ = [
    "EMPTY",
    "PAGE",
    "Block",
    "join_blocks",
    "load_fragments",
    "paragraph",
    "picture",
    "render_block",
]


#: Under which type a notebook keeps a block for our own template, beside what others show.
PAGE: Final = "application/vnd.harmony.page+html"


@dataclass(frozen=True, repr=False)
class Block:
    """HTML that is safe to show: made by `render_block`, or of other blocks.

    A notebook shows its `plain_view`; the page made of the notebook shows the HTML itself.
    """

    html: str = ""

    def __bool__(self) -> bool:
        return bool(self.html)

    def __repr__(self) -> str:
        # A notebook keeps the plain text beside the HTML: the page must not be in it twice.
        return f"<Block of {len(self.html)} characters>"

    def __html__(self) -> str:
        return self.html

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        # An empty cell of a notebook stays empty in both.
        return {"text/html": plain_view(self.html), PAGE: self.html}


#: A section about which there is nothing to say.
EMPTY = Block()


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(package_file("report", "fragments")),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=settle_value,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def load_fragments() -> None:
    """Read and compile every fragment, which `render_block` else does when it needs one."""
    for name in _environment().list_templates(extensions=["j2"]):
        _environment().get_template(name)


def render_block(fragment: str, words: Words, **content: Any) -> Block:  # noqa: ANN401 - anything
    """A fragment of ``report/fragments`` filled in; every value in it is escaped.

    The fragment sees `content`, and `words` with its verbs as ``say`` and ``number`` and so on.
    """
    verbs = {name: getattr(words, name) for name in ("say", "count", "number", "percent", "day")}
    template = _environment().get_template(f"{fragment}.html.j2")
    return Block(template.render(words=words, **verbs, **content).strip())


def picture(
    draw: Drawing | Callable[..., Drawing] | Sequence[Callable[..., Drawing]],
    says: str,
    *,
    sees: str = "",
) -> Block:
    """A drawing as a figure that says what it shows to who cannot see it.

    What can be drawn at any `width` is drawn twice, for a wide page and for a narrow one, and
    the style sheet shows one of them. Several drawings are one picture that paper may part.
    `says` says what the picture says, `sees` stands above it:
    what there is to see.
    """
    opening = Markup('<figure class="picture" role="img" aria-label="{}">').format(settle(says))
    if isinstance(draw, Drawing):
        drawn = draw.svg()
    else:
        draws = draw if isinstance(draw, Sequence) else [draw]
        drawn = "".join(
            f'<div class="drawn-wide">{one().svg()}</div>'
            f'<div class="drawn-narrow">{one(width=NARROW).svg()}</div>'
            for one in draws
        )
    return join_blocks([paragraph(sees, "sees"), Block(f"{opening}{drawn}</figure>")])


def paragraph(text: str, css: str = "caption") -> Block:
    """A paragraph of plain text."""
    return Block(Markup('<p class="{}">{}</p>').format(css, settle(text))) if text else EMPTY


def join_blocks(blocks: Iterable[Block]) -> Block:
    """The blocks one after another."""
    return Block("\n".join(block.html for block in blocks if block))
