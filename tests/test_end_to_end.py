"""The main job as a user runs it: a folder, imports, `harmony run`, and what lies in reports/."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from harmony_kit.cli import main
from harmony_kit.engagement.folder import load_engagement
from harmony_kit.engagement.scaffold import create_demo, create_engagement

pytestmark = pytest.mark.slow

CASES = Path(__file__).parent / "cases"
SITES = ("northfield", "weststrand", "tarn")


def _run(*words: object, code: int = 0) -> Result:
    result = CliRunner().invoke(main, [str(word) for word in words])
    assert result.exit_code == code, result.output
    return result


class _Page(HTMLParser):
    """The words of a page, and everything in it that could load or run something."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.suspicious: list[tuple[str, str]] = []
        self.links: list[str] = []
        self._is_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._is_style = tag == "style"
        if tag in ("script", "iframe", "object", "embed", "link", "base"):
            self.suspicious.append((tag, str(attrs)))
        for name, value in attrs:
            is_local = (value or "").startswith(("data:", "#")) or "://" not in (value or "")
            if name.startswith("on") or (name in ("src", "href", "srcset") and not is_local):
                self.suspicious.append((tag, f"{name}={value}"))
            if name == "href" and value and not value.startswith("#"):
                self.links.append(value)

    def handle_data(self, data: str) -> None:
        if not self._is_style:
            self.words.append(data)
        self._is_style = False

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.words))


def _read(path: Path) -> _Page:
    page = _Page()
    page.feed(path.read_text(encoding="utf-8"))
    return page


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three plants of the demo with two people's texts made nasty, run."""
    folder = tmp_path_factory.mktemp("end") / "demo"
    built = create_demo(folder)
    sites = (folder / "sites.csv").read_text(encoding="utf-8").splitlines()
    kept = [line for line in sites if line.split(",")[0] in ("site", *SITES)]
    (folder / "sites.csv").write_text("\n".join(kept) + "\n", encoding="utf-8")
    for name in ("decisions", "pilots", "usage"):
        path = folder / f"{name}.csv"
        frame = pd.read_csv(path, dtype=str)
        frame[frame["site"].isin(SITES)].to_csv(path, index=False)
    for path in built.answers:
        if path.stem in SITES:
            frame = pd.read_csv(path, dtype=str)
            if path.stem == "northfield":
                frame["execution.one_change"] = "=1+1 <b>bold</b> <img src=x onerror=alert(1)> $x$"
                frame["execution.one_change:quotable"] = ["yes"] * 2 + ["no"] * (len(frame) - 2)
                frame["meaning.ready"] = "SECRET not to be quoted"
                frame["meaning.ready:quotable"] = "no"
            frame.to_csv(path, index=False)
            _run("import", folder, path)
    _run("run", folder)
    return folder / "reports"


def test_everything_is_where_the_readme_says(reports):
    names = {str(path.relative_to(reports)) for path in reports.rglob("*") if path.is_file()}
    expected = {"index.html", "portfolio.html", "run.json"}
    for site in SITES:
        files = ("report.html", "handout.html", "results.json", "assessment.ipynb")
        files += ("workbook.xlsx", "tables.xlsx")
        for name in files:
            expected.add(f"{site}/{name}")
    assert expected <= names


def test_pages_load_and_run_nothing(reports):
    for path in reports.rglob("*.html"):
        page = _read(path)
        assert page.suspicious == [], path
        assert "Content-Security-Policy" in path.read_text(encoding="utf-8")


def test_links_of_the_index_lead_somewhere(reports):
    links = _read(reports / "index.html").links
    assert len(links) > 6
    assert [link for link in links if not (reports / link).exists()] == []


def test_every_page_says_it_is_a_demo(reports):
    for path in reports.rglob("*.html"):
        assert "invented" in _read(path).text, path


def test_text_typed_by_people_is_text(reports):
    page = _read(reports / "northfield" / "report.html")
    assert "=1+1 <b>bold</b> <img src=x onerror=alert(1)> $x$" in page.text
    html = (reports / "northfield" / "report.html").read_text(encoding="utf-8")
    assert "<b>bold</b>" not in html


def test_what_may_not_be_quoted_is_nowhere(reports):
    for path in reports.rglob("*"):
        if path.is_file() and path.suffix in (".html", ".json", ".ipynb"):
            assert "SECRET" not in path.read_text(encoding="utf-8"), path


def test_a_plant_too_small_says_so_and_shows_no_number(reports):
    results = json.loads((reports / "tarn" / "results.json").read_text(encoding="utf-8"))
    assert results["topics"] == []
    assert "Tarn Fittings" in _read(reports / "tarn" / "report.html").text


def test_report_shows_code_of_no_cell(reports):
    text = _read(reports / "northfield" / "report.html").text
    assert "Assessment.load" not in text
    assert "Traceback" not in text


def test_a_second_run_makes_nothing(reports):
    before = {path: path.stat().st_mtime_ns for path in reports.rglob("*.html")}
    result = _run("run", reports.parent)
    after = {path: path.stat().st_mtime_ns for path in reports.rglob("*.html")}
    changed = [path.name for path in before if before[path] != after[path]]
    assert set(changed) <= {"index.html"}, result.output


def test_one_bad_site_stops_no_other(reports, tmp_path):
    folder = tmp_path / "demo"
    shutil.copytree(reports.parent, folder)
    _spoil(folder, "weststrand")
    result = _run("run", folder, "--force", code=1)
    assert "weststrand" in result.output
    page = _read(folder / "reports" / "weststrand" / "report.html")
    assert "cell" in page.text.lower()
    run = json.loads((folder / "reports" / "run.json").read_text(encoding="utf-8"))
    status = {row["site"]: row["status"] for row in run["sites"]}
    assert status["weststrand"] == "failed"
    assert status["northfield"] == "ok"


def _spoil(folder: Path, site: str) -> None:
    """Put ratings beyond the scale behind the back of the importer, as a broken tool could."""
    engine = sa.create_engine(load_engagement(folder).store_url)
    with engine.begin() as connection:
        beyond = sa.text("UPDATE journal SET value = 9 WHERE site = :site AND value IS NOT NULL")
        connection.execute(beyond, {"site": site})
    engine.dispose()


def test_another_instrument_runs_through_to_a_report(tmp_path):
    """Other lenses, six points, nothing mirrored, no pilots or decisions on record."""
    folder = tmp_path / "acme"
    create_engagement(folder, client="Acme", wave="1")
    name = "engineering-quality.yaml"
    shutil.copy(CASES / "instrument" / name, folder / name)
    settings = (folder / "engagement.yaml").read_text(encoding="utf-8")
    (folder / "engagement.yaml").write_text(
        settings.replace("instrument: it-operations ", f"instrument: {name} "), encoding="utf-8"
    )
    (folder / "sites.csv").write_text("site,name\np1,Plant One\n", encoding="utf-8")
    rows = [
        {
            "respondent": f"{lens[:1]}-{i}",
            "site": "p1",
            "lens": lens,
            "meaning.words": "speed;yield" if lens == "engineering" else "proof",
            "meaning.top": "speed;trace",
            "ownership.model": lens,
            "ownership.bridge": "nobody",
            "frame.limits": str(5 if lens == "engineering" else 2),
            "frame.release": str(1 + i),
        }
        for lens in ("engineering", "quality")
        for i in range(4)
    ]
    pd.DataFrame(rows).to_csv(tmp_path / "answers.csv", index=False)
    _run("check", folder)
    _run("import", folder, tmp_path / "answers.csv", "--timezone", "UTC")
    _run("run", folder, "--as-of", dt.date(2026, 10, 30).isoformat())
    page = _read(folder / "reports" / "p1" / "report.html")
    assert "Engineering" in page.text
    assert "Quality" in page.text
    results = json.loads((folder / "reports" / "p1" / "results.json").read_text(encoding="utf-8"))
    assert results["n"] == {"engineering": 4, "quality": 4}
    assert {row["pattern"] for row in results["ownership"]} == {"contested"}
