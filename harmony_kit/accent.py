"""The engagement's colour, made readable on light and on dark ground."""

from __future__ import annotations

import colorsys

__all__ = ["contrast", "readable_accent"]

LIGHT_GROUND, DARK_GROUND = "#ffffff", "#15191d"
#: WCAG 2.2 asks 4.5 of text; a little more leaves room for a tinted ground.
ENOUGH = 5.2


def _channels(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return red, green, blue


def _luminance(colour: str) -> float:
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in _channels(colour)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(colour: str, ground: str) -> float:
    """Contrast ratio of two ``#rrggbb`` colours, 1 to 21 (WCAG 2.2, 1.4.3)."""
    first, second = sorted((_luminance(colour), _luminance(ground)), reverse=True)
    return (first + 0.05) / (second + 0.05)


def readable_accent(colour: str, ground: str) -> str:
    """The colour itself, or the nearest of its lightness that can be read on the ground."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*_channels(colour))
    step = -0.01 if _luminance(ground) > 0.5 else 0.01
    while contrast(colour, ground) < ENOUGH and 0 <= lightness + step <= 1:
        lightness += step
        rgb = colorsys.hls_to_rgb(hue, lightness, saturation)
        colour = "#" + "".join(f"{round(channel * 255):02x}" for channel in rgb)
    return colour
