"""Somebody who answers after a report was handed out is in no file of the next one."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
from pathlib import Path

import pytest

from harmony_kit.engagement.demo import AS_OF
from harmony_kit.engagement.scaffold import create_demo

pytestmark = pytest.mark.slow

SITE = "lakeview"
#: What may differ: that somebody waits, and the hash of the answers, which holds the secret.
_MAY_DIFFER = (
    r'<p class=\\?"n\\?">1 more answered or changed an answer; shown from 4 on\.</p>',
    r"answers of lakeview</th><td><code>[0-9a-f]{64}",
    r'"answers of lakeview": "[0-9a-f]{64}',
    r"<Block of \d+ characters>",
    r'"waiting": \{[^}]*\}',
    r'"response": \{.*\},',  # how many were asked and heard, as "1 more answered" says as well
)


def _harmony(*words: object) -> None:
    command = [sys.executable, "-m", "harmony_kit", *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def _add_late(path: Path, late: Path) -> tuple[int, list[str]]:
    """One person more on each side, who says the opposite; how much they say, and their texts."""
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    texts, n_said = [], 0
    added = []
    for lens in ("it", "operations"):
        row = next(row for row in rows if row["lens"] == lens) | {"respondent": f"{lens}-late"}
        for name in [name for name in row if "." in name and row[name]]:
            n_said += 1
            if row[name].isdigit():
                row[name] = str(6 - int(row[name]))
            elif name.endswith(":quotable"):
                row[name] = "yes"
            elif " " in row[name]:
                row[name] = f"Said late by {lens} of {name}"
                texts.append(row[name])
        added.append(row)
    with late.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(added)
    return n_said, texts


def _read(reports: Path) -> dict[str, str]:
    """Every file but the workbooks, which repeat the results, without what may differ."""
    found = {}
    for path in sorted(path for path in (reports / SITE).iterdir() if path.suffix != ".xlsx"):
        text = path.read_text(encoding="utf-8")
        for pattern in _MAY_DIFFER:
            text = re.sub(pattern, "", text)
        found[path.name] = text
    return found


def test_a_late_respondent_of_each_side_is_in_no_file(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    built = create_demo(folder)
    path = next(path for path in built.answers if path.stem == SITE)
    run = ("run", folder, "--site", SITE, "--as-of", AS_OF)
    _harmony("import", folder, path)
    _harmony(*run)
    before = _read(folder / "reports")
    n_said, texts = _add_late(path, tmp_path / "late.csv")
    assert n_said > 250
    assert len(texts) > 5
    _harmony("import", folder, tmp_path / "late.csv")
    _harmony(*run)
    after = _read(folder / "reports")
    assert after == before
    assert sorted(after) == ["assessment.ipynb", "handout.html", "report.html", "results.json"]
    told = (folder / "reports" / SITE / "report.html").read_text(encoding="utf-8")
    assert told.count("1 more answered or changed an answer; shown from 4 on.") == 2
    assert not [text for text in texts for page in after.values() if text in page]
