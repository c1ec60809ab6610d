"""What is true of most plants tells little about this one."""

from __future__ import annotations

from collections.abc import Iterable

from harmony_kit.findings.findings import Finding

__all__ = ["only_special"]

#: What two jobs put apart at most plants.
_GENERAL = ("rank", "words", "two_dialects")


def only_special(findings: Iterable[Finding]) -> list[Finding]:
    """The findings that tell this plant from others; all of them where none does."""
    known = [*findings]
    special = [f for f in known if f.kind not in _GENERAL and f.pattern not in _GENERAL]
    return special or known
