"""Whose pages these are: a name, one colour or two, and a logo that is part of every page."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

from harmony_kit.accent import LIGHT_GROUND, readable_accent
from harmony_kit.errors import Problem

__all__ = ["Brand", "Word", "embed_logo", "list_brand_warnings"]

Word = Annotated[str, StringConstraints(min_length=1, max_length=120, strip_whitespace=True)]


def _write_out(colour: str) -> str:
    """``#rrggbb`` in small letters; ``#rgb`` says each digit twice."""
    digits = colour[1:].lower()
    return "#" + (digits if len(digits) == 6 else "".join(2 * digit for digit in digits))


Colour = Annotated[
    str,
    StringConstraints(pattern=r"^#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$"),
    AfterValidator(_write_out),
]

#: A logo is repeated in every page.
_MOST_BYTES: Final = 64_000
_KINDS: Final = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"<svg": "image/svg+xml",
    b"<?xml": "image/svg+xml",
}


class Brand(BaseModel):
    """What is on every page.

    Attributes
    ----------
    colour
        Of the bar at the top and of links, made readable on paper if it is not.
    second
        Of lines and numbers; the first one without it.
    logo
        A PNG, JPEG or SVG file in the engagement folder; once loaded, its content as a data URL.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Word = "Harmony Kit"
    colour: Colour = "#1f5f7a"
    second: Colour | None = None
    logo: Annotated[str, StringConstraints(max_length=200)] = ""


def embed_logo(brand: Brand, folder: Path, problems: list[Problem]) -> Brand:
    """The brand with the content of its logo in place of the file's name.

    What is wrong with the file is added to `problems`.
    """
    if not brand.logo:
        return brand
    path = folder / brand.logo
    is_inside = path.resolve().parent == folder.resolve()
    content = path.read_bytes() if is_inside and path.is_file() else b""
    kind = next((kind for start, kind in _KINDS.items() if content.startswith(start)), "")
    if not kind or len(content) > _MOST_BYTES:
        what = "is no PNG, JPEG or SVG file of the folder" if not kind else "is too large"
        allowed = f"an image of at most {_MOST_BYTES // 1000} kB in the engagement folder"
        problems.append(Problem("engagement.yaml", "brand.logo", f"{brand.logo!r} {what}", allowed))
        return brand
    data = base64.b64encode(content).decode()
    return brand.model_copy(update={"logo": f"data:{kind};base64,{data}"})


def list_brand_warnings(brand: Brand) -> list[Problem]:
    """Colours that cannot be read on paper, with those that pages use in their place."""
    named = {"colour": brand.colour, "second": brand.second}
    return [
        Problem(
            "engagement.yaml",
            f"brand.{name}",
            f"{colour} is hard to read on white; pages use {readable}",
            todo="Choose a darker one, or leave it at that.",
            severity="warning",
        )
        for name, colour in named.items()
        if colour and (readable := readable_accent(colour, LIGHT_GROUND)) != colour
    ]
