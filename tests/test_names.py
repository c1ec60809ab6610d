"""What may be called what: each rule has one home, and every reader asks there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from harmony_kit.journal.names import BROUGHT_NAME, PSEUDONYM, SITE, SUBJECT, WAVE

PACKAGE = Path(__file__).parent.parent / "harmony_kit"


@pytest.mark.parametrize(
    ("rule", "allowed", "refused"),
    [
        (WAVE, ["1", "2026", "spring-26", "v1.2_b", "x" * 40], ["", "-1", "a/b", "1 2", "x" * 41]),
        (SITE, ["a", "plant-1", "A.b_c", "x" * 60], ["", ".a", "a.", "a/b", "a b", "x" * 61]),
        (SUBJECT, ["cam", "Line 3 (old)", "ä"], ["", "a;b", "a[1]", "a\nb", "x" * 121]),
        (PSEUDONYM, ["ab", "mira-17", "x" * 40], ["", "a", "-a", "Mira Plant", "a.b", "x" * 41]),
        (BROUGHT_NAME, ["1", "R 01", "ä" * 80], ["", "a@b", "a\tb", "a\u202eb", "x" * 81]),
    ],
)
def test_names(rule, allowed, refused):
    assert [name for name in allowed if not rule.allows(name)] == []
    assert [name for name in refused if rule.allows(name)] == []
    assert [name for name in allowed if rule.allows(f"{name}\n")] == []


def test_a_rule_for_names_is_written_once():
    character_class = re.compile(r"A-Za-z0-9")
    homes = [
        path.name for path in PACKAGE.rglob("*.py") if character_class.search(path.read_text())
    ]
    assert homes == ["names.py"]
