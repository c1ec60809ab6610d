"""The pseudonym of somebody whose form has a number and no name."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from harmony_kit.journal.answers import Respondent

__all__ = ["Pseudonyms", "known_pseudonyms"]

_SHOWN_DIGITS = 8
#: How the details of a respondent name the form that was filled in.
_FORM = ("tool", "form", "submission")


@dataclass(frozen=True)
class Pseudonyms:
    """Pseudonyms such as ``it-3f9a2c41``: the same form always gets the same.

    Attributes
    ----------
    secret
        Mixed in, so that whoever holds the tool's export, with the numbers of its forms, cannot
        tell whose answers they see. Without one, anybody can.
    known
        Site, wave, tool, form and number → the pseudonym the form has already: it stays, whatever
        secret there was or was not when it came.
    """

    secret: bytes = b""
    known: Mapping[tuple[str, ...], str] = field(default_factory=dict)

    def find(self, lens: str, *key: str) -> str:
        """The pseudonym of a form; `key` is site, wave, survey tool, form and number."""
        if key in self.known:
            return self.known[key]
        digest = hashlib.sha256(self.secret + "\x1f".join(key).encode()).hexdigest()
        return f"{lens}-{digest[:_SHOWN_DIGITS]}"


def known_pseudonyms(respondents: Iterable[Respondent]) -> dict[tuple[str, ...], str]:
    """What `Pseudonyms` knows of those who are stored."""
    return {
        (person.site, person.wave, *(person.details.get(name, "") for name in _FORM)): (
            person.respondent
        )
        for person in respondents
        if "submission" in person.details
    }
