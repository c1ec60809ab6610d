"""Harmony Kit: what IT and Operations each mean by AI, and what each knows of the other.

The names below are the public surface; they are loaded when first used, so that importing the
package, and `harmony --help`, cost nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harmony_kit.answers import Answer, Respondent, Source
    from harmony_kit.assessment import Assessment, measure_site
    from harmony_kit.engagement import Engagement, load_engagement
    from harmony_kit.errors import HarmonyError
    from harmony_kit.instrument import Instrument
    from harmony_kit.instrument_file import load_instrument
    from harmony_kit.interviewing import open_interview
    from harmony_kit.portfolio import Portfolio
    from harmony_kit.settings import Settings
    from harmony_kit.store import Store

__version__ = "0.1.0"

_HOMES = {
    "Answer": "answers",
    "Assessment": "assessment",
    "Engagement": "engagement",
    "HarmonyError": "errors",
    "Instrument": "instrument",
    "Portfolio": "portfolio",
    "Respondent": "answers",
    "Settings": "settings",
    "Source": "answers",
    "Store": "store",
    "load_engagement": "engagement",
    "load_instrument": "instrument_file",
    "measure_site": "assessment",
    "open_interview": "interviewing",
}

__all__ = [
    "Answer",
    "Assessment",
    "Engagement",
    "HarmonyError",
    "Instrument",
    "Portfolio",
    "Respondent",
    "Settings",
    "Source",
    "Store",
    "__version__",
    "load_engagement",
    "load_instrument",
    "measure_site",
    "open_interview",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
