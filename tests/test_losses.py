"""A store that has lost what a published report was made from: nothing is made, all is said."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from engagement_folders import file_digests, make_folder, request_for, save_answers

from harmony_kit.batch.batch import run_engagement
from harmony_kit.cli import main
from harmony_kit.errors import EngagementError
from harmony_kit.journal.store import Store

SITES = ("a", "b")


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An engagement whose reports are made."""
    folder = make_folder(tmp_path_factory.mktemp("finished") / "e", SITES)
    assert run_engagement(request_for(folder)).is_ok
    return folder


@pytest.fixture
def folder(finished: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(finished, tmp_path / "e"))


def _store(folder: Path) -> Path:
    return folder / "answers.sqlite"


def _be_missing(folder: Path) -> None:
    _store(folder).unlink()


def _be_empty(folder: Path) -> None:
    _be_missing(folder)
    Store(f"sqlite:///{_store(folder)}").close()


def _be_an_old_copy(folder: Path) -> None:
    """As it was before the last plant was interviewed."""
    _be_empty(folder)
    save_answers(folder, "a", 3)


def _be_elsewhere(folder: Path) -> None:
    with (folder / "engagement.yaml").open("a") as file:
        file.write("store: sqlite:///nobody.sqlite\n")


def _lose_the_snapshot_too(folder: Path) -> None:
    _be_missing(folder)
    shutil.rmtree(folder / ".harmony" / "snapshots")


LOST = "has lost {} that the report of {} was made from"
SIX = "6 answers"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("happen", "lost"),
    [
        (_be_missing, {"a": SIX, "b": SIX}),
        (_be_empty, {"a": SIX, "b": SIX}),
        (_be_an_old_copy, {"b": SIX}),
        (_be_elsewhere, {"a": SIX, "b": SIX}),
        (_lose_the_snapshot_too, {"a": "all 6 people", "b": "all 6 people"}),
    ],
)
@pytest.mark.parametrize("is_forced", [False, True])
def test_run_overwrites_nothing(
    folder: Path, happen: Callable[[Path], None], lost: dict[str, str], is_forced: bool
) -> None:
    happen(folder)
    before = file_digests(folder / "reports")
    was_there = _store(folder).exists()
    with pytest.raises(EngagementError) as caught:
        run_engagement(request_for(folder, is_forced=is_forced))
    said = [problem.what for problem in caught.value.problems]
    assert said == [LOST.format(what, site) for site, what in lost.items()]
    assert all("Bring the store back from a copy" in p.todo for p in caught.value.problems)
    assert file_digests(folder / "reports") == before
    assert _store(folder).exists() == was_there


@pytest.mark.slow
def test_check_says_it_and_fails(folder: Path) -> None:
    _be_missing(folder)
    result = CliRunner().invoke(main, ["check", str(folder)])
    assert result.exit_code == 1
    assert result.output.count("6 answers that the report of") == 2
    assert "2 to mend." in result.output
    assert not _store(folder).exists()


@pytest.mark.slow
def test_the_way_out_it_names_leads_out(folder: Path) -> None:
    _be_missing(folder)
    shutil.rmtree(folder / ".harmony" / "snapshots" / "1")
    shutil.rmtree(folder / ".harmony")
    assert run_engagement(request_for(folder)).is_ok


@pytest.mark.slow
def test_a_store_that_was_moved_with_all_it_held_is_no_loss(folder: Path) -> None:
    _store(folder).rename(folder / "elsewhere.sqlite")
    with (folder / "engagement.yaml").open("a") as file:
        file.write("store: sqlite:///elsewhere.sqlite\n")
    before = file_digests(folder / "reports")
    result = run_engagement(request_for(folder))
    assert (result.is_ok, result.made) == (True, ())
    assert file_digests(folder / "reports") == before


@pytest.mark.slow
def test_somebody_who_was_deleted_is_no_loss_and_is_gone_from_the_report(folder: Path) -> None:
    store = Store(f"sqlite:///{_store(folder)}")
    with store.connect("forget", is_write=True) as connection:
        connection.exec_driver_sql("DELETE FROM journal WHERE site = 'b'")
    store.close()
    result = run_engagement(request_for(folder))
    assert (result.is_ok, set(result.made)) == (True, {"b", "_portfolio"})
    assert '"values": []' in (folder / "reports" / "b" / "results.json").read_text()


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="files have no such modes here")
@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o027, 0o640)])
def test_published_files_follow_the_umask_and_answers_do_not(
    tmp_path: Path, umask: int, mode: int
) -> None:
    before = os.umask(umask)
    try:
        folder = make_folder(tmp_path / "e", ("a",))
        assert run_engagement(request_for(folder)).is_ok
        export = folder / "answers.csv"
        exported = CliRunner().invoke(main, ["export", str(folder), str(export)])
        assert exported.exit_code == 0
    finally:
        os.umask(before)
    published = [path for path in (folder / "reports").rglob("*") if path.is_file()]
    assert {path.stat().st_mode & 0o777 for path in published} == {mode}
    assert (folder / "reports" / "a").stat().st_mode & 0o777 == 0o777 & ~umask
    private = [export, _store(folder), *(folder / ".harmony" / "snapshots").rglob("*.parquet")]
    assert {path.stat().st_mode & 0o777 for path in private} == {0o600}
