"""Which finding answers the story: its action stands first on page one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from harmony_kit.findings.findings import Finding
from harmony_kit.findings.story import Story

__all__ = ["find_answer"]

#: Plot → kind and pattern of the findings whose action answers it, the best first.
_ANSWERS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "feels_aligned_decisions_stall": (
        ("signature", "feels_aligned_decisions_stall"),
        ("evidence", "decisions_stall"),
    ),
    "works_but_ignored": (
        ("signature", "works_but_ignored"),
        ("pilot", "works_but_ignored"),
        ("evidence", "adoption_fades"),
    ),
    "used_but_unsafe": (("signature", "used_but_unsafe"), ("pilot", "used_but_unsafe")),
    "readiness_stalemate": (("signature", "readiness_stalemate"), ("readiness", "fix_first")),
    "nobodys_bridge": (("signature", "nobodys_bridge"), ("ownership", "void")),
    "held_alone": (("signature", "drift"), ("drift", "alone")),
    "false_conflict": (("topic", "false_conflict"),),
    "blindness": (("understanding", "misreads"), ("topic", "false_consensus")),
    "split_inside": (("within", "split_often"), ("within", "split")),
    "honest_difference": (("topic", "known_difference"), ("rank", "known_difference")),
    "healthy": (("pilot", "works_and_used"), ("evidence", "adoption_holds")),
}

#: The part whose lens is the one that looks in the finding that answers.
_LOOKERS = ("blind", "split", "holder")


def find_answer(story: Story, findings: Iterable[Finding]) -> Finding | None:
    """The finding whose action answers the story; None where none does.

    Of several that do, that on most topics: it changes most of what the story tells.
    """
    wanted = _ANSWERS.get(story.plot, ())
    fitting = [
        (wanted.index((one.kind, one.pattern)), -len(one.alike), -one.score, one.id, one)
        for one in findings
        if one.action and (one.kind, one.pattern) in wanted and _is_about(story, one)
    ]
    return min(fitting, key=lambda each: each[:4])[-1] if fitting else None


def _is_about(story: Story, finding: Finding) -> bool:
    """Whether it is about the same pilots or decisions and the same lens as the story."""
    lookers = [lens for part, lens in story.roles.items() if part in _LOOKERS]
    is_side = not lookers or finding.looker in ("", "both", *lookers)
    is_named = not story.subjects or not finding.names or story.subjects[0] in finding.names
    return is_side and is_named
