"""A second wave never takes the place of the first: its pages move aside, and are linked."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from engagement_folders import file_digests, make_folder, request_for

from harmony_kit.batch.batch import plan_engagement, run_engagement
from harmony_kit.batch.erasing import Traces, erase_traces
from harmony_kit.batch.wave_shelves import arrange_waves, kept_waves, link_waves, place_of_wave
from harmony_kit.cli import main
from harmony_kit.engagement.folder import load_engagement
from harmony_kit.errors import EngagementError, StoreError
from harmony_kit.journal.names import SITE


def _begin(folder: Path, wave: str) -> None:
    """Name another wave as the present one."""
    path = folder / "engagement.yaml"
    lines = path.read_text().splitlines()
    path.write_text("\n".join([f"wave: '{wave}'" if x.startswith("wave") else x for x in lines]))


def _write(folder: Path, text: str, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def _standing(folder: Path) -> dict[str, str]:
    reports = folder / "reports"
    paths = sorted(path for path in reports.rglob("*") if path.is_file())
    return {path.relative_to(reports).as_posix(): path.read_text() for path in paths}


def test_another_wave_moves_what_stood_there_aside_and_back(tmp_path: Path) -> None:
    _write(tmp_path / "reports", "1", "a/report.html", "index.html", "mine.txt")
    assert arrange_waves(tmp_path / "reports", "1") == ""
    assert arrange_waves(tmp_path / "reports", "2") == "1"
    _write(tmp_path / "reports", "2", "a/report.html", "index.html")
    names = ("a/report.html", "index.html", "mine.txt")
    first = {f"waves/1/{name}": "1" for name in names}
    assert _standing(tmp_path) == {**first, "a/report.html": "2", "index.html": "2"}
    assert kept_waves(tmp_path / "reports") == ["1"]
    assert place_of_wave(tmp_path / "reports", "1", "2") == tmp_path / "reports" / "waves" / "1"
    assert arrange_waves(tmp_path / "reports", "2") == ""
    assert arrange_waves(tmp_path / "reports", "1") == "2"
    second = {"waves/2/a/report.html": "2", "waves/2/index.html": "2"}
    assert _standing(tmp_path) == {**dict.fromkeys(names, "1"), **second}


@pytest.mark.parametrize("n_moved", range(4))
def test_a_move_that_was_cut_short_is_finished(tmp_path: Path, n_moved: int) -> None:
    names = ("a/report.html", "b/report.html", "index.html")
    _write(tmp_path / "reports", "1", *names)
    arrange_waves(tmp_path / "reports", "1")
    aside = tmp_path / "reports" / "waves" / "1"
    aside.mkdir(parents=True)
    for name in ("a", "b", "index.html")[:n_moved]:
        (tmp_path / "reports" / name).rename(aside / name)
    arrange_waves(tmp_path / "reports", "2")
    assert _standing(tmp_path) == {f"waves/1/{name}": "1" for name in names}
    # The way back, killed after the mark was set and some of it had moved.
    (tmp_path / ".harmony" / "standing.json").write_text('{"reports": "1"}')
    for name in ("a", "b", "index.html")[:n_moved]:
        (aside / name).rename(tmp_path / "reports" / name)
    arrange_waves(tmp_path / "reports", "1")
    assert _standing(tmp_path) == dict.fromkeys(names, "1")


def test_a_folder_of_before_says_its_wave_in_run_json(tmp_path: Path) -> None:
    _write(tmp_path / "reports", json.dumps({"wave": "1"}), "run.json", "index.html")
    assert arrange_waves(tmp_path / "reports", "2") == "1"
    assert sorted(_standing(tmp_path)) == ["waves/1/index.html", "waves/1/run.json"]
    assert link_waves(tmp_path / "reports", "2", "2") == [
        {"wave": "1", "link": "waves/1/index.html"}
    ]


def test_what_cannot_be_moved_is_told(tmp_path: Path) -> None:
    _write(tmp_path / "reports", "1", "a/report.html")
    _write(tmp_path / "reports" / "waves", "a file", "1")
    arrange_waves(tmp_path / "reports", "1")
    with pytest.raises(EngagementError, match="the reports of wave 1 cannot be moved aside"):
        arrange_waves(tmp_path / "reports", "2")
    assert (tmp_path / "reports" / "a" / "report.html").read_text() == "1"


def test_no_site_takes_the_name_of_their_folder() -> None:
    assert not SITE.allows("Waves")
    assert SITE.why_taken("waves") == "the reports of earlier waves lie in a folder of this name"


@pytest.mark.slow
def test_a_second_wave_leaves_every_page_of_the_first(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "acme", "ab")
    out = tmp_path / "out"
    assert run_engagement(request_for(folder, output=str(out))).is_ok
    first, sent = file_digests(folder / "reports"), file_digests(out)
    _begin(folder, "2")
    n_due = len(plan_engagement(request_for(folder)).due)
    assert (n_due, file_digests(folder / "reports")) == (2, first)  # a plan moves nothing
    with pytest.raises(StoreError, match="nowhere"):
        run_engagement(request_for(folder, output="nowhere://x"))
    assert file_digests(folder / "reports") == first  # nor does a run that is refused
    result = run_engagement(request_for(folder, output=str(out)))
    assert result.told == ("the reports of wave 1 moved to reports/waves/1",)
    assert file_digests(folder / "reports" / "waves" / "1") == first
    assert file_digests(out / "waves" / "1") == sent
    assert result.run["waves"] == [{"wave": "1", "link": "waves/1/index.html"}]
    index = (folder / "reports" / "index.html").read_text()
    assert 'Other waves: <a href="waves/1/index.html">Wave 1</a>' in index
    assert {name for name in first if "/" in name} <= file_digests(folder / "reports").keys()

    # Asked for again, the first wave is made where it is; the second stays where it stands.
    second = file_digests(folder / "reports" / "a")
    again = run_engagement(request_for(folder, wave="1"))
    assert (again.made, again.n_current) == ((), 2)
    assert again.reports == folder / "reports" / "waves" / "1"
    shutil.rmtree(folder / "reports" / "waves" / "1" / "a")
    assert run_engagement(request_for(folder, wave="1")).made == ("a",)
    assert file_digests(folder / "reports" / "waves" / "1" / "a") == {
        name.removeprefix("a/"): digest for name, digest in first.items() if name[:2] == "a/"
    }
    back = (folder / "reports" / "waves" / "1" / "index.html").read_text()
    assert 'Other waves: <a href="../../index.html">Wave 2</a>' in back
    assert file_digests(folder / "reports" / "a") == second


@pytest.mark.slow
def test_who_is_forgotten_is_taken_out_of_every_wave(tmp_path: Path) -> None:
    folder, out = make_folder(tmp_path / "acme", "ab"), tmp_path / "out"
    run_engagement(request_for(folder, output=str(out)))
    _begin(folder, "2")
    only = request_for(folder, output=str(out), sites=("b",))
    run_engagement(only)
    # What the present wave has no report of is not left there from the one before.
    assert {path.parent.name for path in out.glob("*/report.html")} == {"b"}
    assert {path.parent.name for path in out.glob("waves/1/*/report.html")} == {"a", "b"}
    aside = folder / "reports" / "waves" / "1"
    (aside / "index.edited-2026-11-26.html").write_text("x")
    for name in ("portfolio.html", "portfolio.pdf", "a/report.html", "a/mine.txt"):
        (aside / name).write_text("changed by hand, and of everybody")
    erase_traces(load_engagement(folder), Traces({"a"}, set()), is_thorough=False)
    left = _standing(folder)
    assert left != {}
    assert {name.removeprefix("waves/1/").split("/")[0] for name in left} == {"b"}
    run_engagement(only)
    assert {path.parent.name for path in out.glob("waves/1/*/*")} == {"b"}
    assert run_engagement(request_for(folder, wave="1")).made == ("a", "_portfolio")


@pytest.mark.slow
def test_a_wave_is_kept_by_the_command_line_as_well(tmp_path: Path) -> None:
    folder = tmp_path / "acme"
    runner = CliRunner()
    assert runner.invoke(main, ["init", str(folder)]).exit_code == 0
    (folder / "sites.csv").write_text("site,name\na,One\n", encoding="utf-8")
    assert runner.invoke(main, ["run", str(folder)]).exit_code == 0
    assert runner.invoke(main, ["run", str(folder), "--redacted"]).exit_code == 0
    text = (folder / "engagement.yaml").read_text(encoding="utf-8")
    (folder / "engagement.yaml").write_text(
        text.replace('wave: "1"', 'wave: "2"'), encoding="utf-8"
    )
    assert load_engagement(folder).wave == "2"
    run = runner.invoke(main, ["run", str(folder)])
    assert "the reports of wave 1 moved to reports/waves/1\n" in run.output
    assert (folder / "reports" / "waves" / "1" / "a" / "report.html").is_file()
    run = runner.invoke(main, ["run", str(folder), "--redacted"])
    assert "the reports of wave 1 moved to redacted/waves/1\n" in run.output
    assert (folder / "redacted" / "waves" / "1" / "a" / "report.html").is_file()
