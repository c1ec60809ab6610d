"""What a wave, a site, a subject and a respondent may be called; every reader asks here."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["BROUGHT_NAME", "PSEUDONYM", "SITE", "SUBJECT", "WAVE", "NameRule"]

#: What a run puts beside the folders of the sites.
_PAGES = re.compile(r"index(-.*)?\.html|portfolio(-.*)?\.(html|ipynb)|run\.json")
#: What Windows takes for a device, whatever its ending and in any case.
_DEVICES = frozenset(
    {"con", "prn", "aux", "nul"} | {f"{port}{n}" for port in ("com", "lpt") for n in range(10)}
)


@dataclass(frozen=True)
class NameRule:
    """What one kind of thing may be called: a pattern for the whole name, and it in words.

    With `is_folder`, names that a folder cannot have, here or on Windows, are refused too.
    """

    pattern: str
    allowed: str
    is_folder: bool = False

    def allows(self, name: str) -> bool:
        """Whether the whole name fits, is free, and nothing in it is invisible."""
        is_fitting = name.isprintable() and re.fullmatch(self.pattern, name) is not None
        return is_fitting and not self.why_taken(name)

    def why_taken(self, name: str) -> str:
        """Why no folder can have this name, however well it fits; empty where one can."""
        plain = name.casefold()
        if self.is_folder and _PAGES.fullmatch(plain):
            return "a page has this name"
        if self.is_folder and plain == "waves":
            return "the reports of earlier waves lie in a folder of this name"
        if self.is_folder and plain.split(".")[0] in _DEVICES:
            return "Windows takes this name for a device"
        return ""


#: A wave names a folder of snapshots; one character is enough, as `harmony init` writes it.
WAVE = NameRule(
    r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}",
    "1 to 40 letters, digits, dots, dashes and underscores, the first a letter or digit",
    is_folder=True,
)

#: A site names a folder of reports, also on Windows, where no name ends in a dot.
SITE = NameRule(
    r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,58}[A-Za-z0-9_-])?",
    "letters, digits, dot, dash and underscore, at most 60, not starting or ending with a dot",
    is_folder=True,
)

#: The id of a pilot or decision stands in the brackets of a column, `<item>[<subject>]`, and in
#: lists joined by semicolons.
SUBJECT = NameRule(r"[^\[\];]{1,120}", "1 to 120 characters, without [ ] and ;")

#: Typed for somebody at an interview: names nobody, and makes no trouble in a file name or a
#: column of a spreadsheet.
PSEUDONYM = NameRule(
    r"[A-Za-z0-9][A-Za-z0-9_-]{1,39}", "2 to 40 letters, digits, dashes and underscores"
)

#: Brought by a file of answers: whatever its tool called people, as long as it is no address.
BROUGHT_NAME = NameRule(r"[^@]{1,80}", "up to 80 printable characters, without @")
