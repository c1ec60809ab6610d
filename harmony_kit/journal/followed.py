"""What can become of a question or an action after the workshop, and what needs a reason."""

from __future__ import annotations

from typing import Final

__all__ = ["FOLLOWED", "REASONED"]

#: The states of a followed thing, the first one where it starts.
FOLLOWED: Final = ("open", "done", "late", "dropped")
#: Those somebody gives a reason for.
REASONED: Final = ("late", "dropped")
