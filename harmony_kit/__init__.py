"""Harmony Kit: what IT and Operations each mean by AI, and what each knows of the other.

The names below are the public surface; they are loaded when first used, so that importing the
package, and `harmony --help`, cost nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harmony_kit.commands.interviewing import open_interview
    from harmony_kit.engagement.folder import Engagement, load_engagement
    from harmony_kit.engagement.settings import Settings
    from harmony_kit.errors import HarmonyError
    from harmony_kit.instrument.file import load_instrument
    from harmony_kit.instrument.model import Instrument
    from harmony_kit.journal.answers import Answer, Respondent, Source
    from harmony_kit.journal.store import Store
    from harmony_kit.report.assessment import Assessment, measure_site
    from harmony_kit.report.portfolio import Portfolio

__version__ = "0.1.0"

_HOMES = {
    "Answer": "journal.answers",
    "Assessment": "report.assessment",
    "Engagement": "engagement.folder",
    "HarmonyError": "errors",
    "Instrument": "instrument.model",
    "Portfolio": "report.portfolio",
    "Respondent": "journal.answers",
    "Settings": "engagement.settings",
    "Source": "journal.answers",
    "Store": "journal.store",
    "load_engagement": "engagement.folder",
    "load_instrument": "instrument.file",
    "measure_site": "report.assessment",
    "open_interview": "commands.interviewing",
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
