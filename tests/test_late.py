"""Somebody who answers after everything was handed out is in no file of the next time."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest
from published_plants import agree, hand_out, read_handed_out, run

from harmony_kit.engagement.demo import AS_OF
from harmony_kit.engagement.scaffold import create_demo

pytestmark = pytest.mark.slow

#: One with cells withheld, and one with a wave before and what a workshop agreed.
SITES = ("lakeview", "greenhaven")
WAITS = r"\d more answered or changed an answer; shown from 4 on\."
#: What may differ: that somebody waits, and the hash of the answers, which holds the secret.
_MAY_DIFFER = (
    rf'<p (class=\\?"n\\?"|style=[^>]*)>{WAITS}</p>',
    r"answers of \w+</th><td[^>]*><code>[0-9a-f]{64}",
    r'"answers of \w+": "[0-9a-f]{64}',
    r"answers of \w+</t></c><c [^>]*><t>[0-9a-f]{64}",
    r"<Block of \d+ characters>",
    r'"waiting": \{[^}]*\}',
    r'"response": \{.*\},',  # how many were asked and heard, as "1 more answered" says as well
)
_OF_THE_RUN = ("run", "timings", "page")


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


def _read(folder: Path) -> dict[str, str]:
    """Every file that is handed out, without what may differ."""
    found = {}
    for name, content in read_handed_out(folder).items():
        text = content
        if name.endswith("run.json"):  # when it was made, and how long it took
            kept = {key: one for key, one in json.loads(text).items() if key not in _OF_THE_RUN}
            text = json.dumps(kept)
        for pattern in _MAY_DIFFER:
            text = re.sub(pattern, "", text)
        if not name.endswith(("/waiting", "/response")):
            found[name] = text
    return found


def test_a_late_respondent_of_each_side_is_in_no_file(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    built = create_demo(folder)
    paths = [p for p in (*built.answers, *built.before) if p.stem.split("-")[0] in SITES]
    report = ("run", folder, *(word for site in SITES for word in ("--site", site)))
    run("import", folder, *paths)
    agree(folder)
    run(*report, "--as-of", AS_OF)
    hand_out(folder)
    before = _read(folder)
    for path in paths:  # of the wave before too
        n_said, texts = _add_late(path, tmp_path / f"late-{path.name}")
        assert n_said > 250
        assert len(texts) > 5
        run("import", folder, tmp_path / f"late-{path.name}")
    run(*report, "--as-of", AS_OF)
    hand_out(folder)
    after = _read(folder)
    assert sorted(after) == sorted(before)
    assert len(after) > 150
    assert [name for name, text in after.items() if text != before[name]] == []
    told = (folder / "reports" / SITES[0] / "report.html").read_text(encoding="utf-8")
    assert len(re.findall(WAITS, told)) == 2
    assert not [text for text in texts for page in after.values() if text in page]
