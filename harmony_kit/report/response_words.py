"""How many of those asked gave an interview, in one line."""

from __future__ import annotations

from harmony_kit.measures.response import Response
from harmony_kit.report.words import Words

__all__ = ["say_response"]


def say_response(response: Response, words: Words) -> str:
    """``13 of 16 asked; 2 declined, 1 broken off``; empty where nobody was asked."""
    if not response.n_asked:
        return ""
    numbers = {"heard": response.n_heard, "asked": response.n_asked}
    if not response.others:
        return words.say("case.response", **numbers)
    parts = (
        words.say("case.part", n=n, state=words.say(f"case.{state}"))
        for state, n in response.others
    )
    return words.say("case.response_reasons", reasons=", ".join(parts), **numbers)
