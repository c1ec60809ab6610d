"""Two plants as they arrive: a Forms workbook and a Kobo file, with their records."""

from __future__ import annotations

import csv
import shutil
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner
from exchange_cases import CASES

from harmony_kit.cli import main
from harmony_kit.engagement.folder import load_engagement
from harmony_kit.engagement.scaffold import create_engagement
from harmony_kit.journal.store import Store

PLANTS = CASES / "plants"


def _run(*words: object) -> str:
    result = CliRunner().invoke(main, [str(word) for word in words])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    acme = tmp_path / "acme"
    create_engagement(acme, client="Acme", wave="1")
    for name in ("sites", "decisions", "pilots", "usage"):
        shutil.copy(PLANTS / f"{name}.csv", acme / f"{name}.csv")
    settings = acme / "engagement.yaml"
    text = settings.read_text(encoding="utf-8").replace("timezone: UTC", "timezone: Europe/Berlin")
    settings.write_text(f"{text}\nas_of: 2026-10-30\n", encoding="utf-8")
    return acme


@pytest.mark.slow
def test_the_people_of_two_plants_are_counted_right_and_can_be_taken_back(folder):
    maps = ("--map", PLANTS / "riverside_columns.csv", "--labels", PLANTS / "riverside_labels.csv")
    told = _run("import", folder, PLANTS / "riverside_forms.xlsx", "--site", "riverside", *maps)
    mapped = ("--map", PLANTS / "lakeside_columns.csv")
    _run("import", folder, PLANTS / "lakeside_kobo.csv", "--site", "lakeside", *mapped)
    store = Store(load_engagement(folder).store_url, is_reader=True)
    people = Counter((p.site, p.lens) for p in store.respondents())
    assert people == {
        ("riverside", "it"): 6,
        ("riverside", "operations"): 8,
        ("lakeside", "it"): 4,
        ("lakeside", "operations"): 5,
    }
    assert "Nothing is wrong." in _run("check", folder)
    import_id = told.split("--import ")[1].split()[0]
    assert "1496 answers no longer count" in _run("undo", folder, "--import", import_id)
    assert Counter(p.site for p in store.respondents()) == {"lakeside": 9}
    undone = _run("undo", folder).splitlines()
    assert next(line.split("  ")[0] for line in undone) == import_id
    _run("undo", folder, "--import", undone[-1].split("  ")[0])
    assert Counter((p.site, p.lens) for p in store.respondents()) == people
    store.close()


def test_a_map_of_both_exports_is_proposed_and_nothing_sure_is_wrong(folder, tmp_path):
    for file, n_right in (("riverside_forms.xlsx", 120), ("lakeside_kobo.csv", 129)):
        path = tmp_path / file
        shutil.copy(PLANTS / file, path)
        told = _run("map", folder, path)
        proposed = _read(tmp_path / f"{path.stem}_columns.csv")
        wanted = _read(PLANTS / f"{path.stem.split('_')[0]}_columns.csv")
        right = [column for column, (field, _) in wanted.items() if proposed[column][0] == field]
        assert len(right) >= n_right
        sure_and_wrong = [
            column
            for column, (field, _) in wanted.items()
            if proposed[column][0] not in ("", field) and "unsure" not in proposed[column][1]
        ]
        assert sure_and_wrong == []
        assert ("unsure" in told) == (file == "riverside_forms.xlsx")


def _read(path: Path) -> dict[str, tuple[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {" ".join(r["column"].split()): (r["field"], r.get("note") or "") for r in rows}
