"""The words at hand for a report: a playbook and an instrument, in one language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from harmony_kit.findings.playbook import Playbook, fill
from harmony_kit.instrument.model import Instrument

__all__ = ["Voice"]


@dataclass(frozen=True)
class Voice:
    """The words at hand, in one language.

    `titles` maps the ids of pilots and decisions to their titles; an id without one stands for
    itself.
    """

    playbook: Playbook
    instrument: Instrument
    language: str
    titles: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def lenses(self) -> dict[str, str]:
        """Lens id → name."""
        return {lens: self.text(f"lens.{lens}.name") for lens in self.instrument.lens_ids}

    def text(self, key: str) -> str:
        """A text of the instrument."""
        return self.instrument.text(key, self.language)

    def template(self, key: str) -> str:
        """A text of the playbook, its names still in braces; empty where it has none."""
        return self.playbook.text(key, self.language) or ""

    def phrase(self, name: str, **names: str) -> str:
        """A phrase of the playbook with its names filled in."""
        return fill(self.template(f"phrase.{name}"), names) or ""
