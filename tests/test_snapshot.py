"""The answers of every site as of one moment, in files that change only when they do."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner
from engagement_folders import WAVE, make_folder, save_answers

from harmony_kit.batch.snapshot import Snapshot, take_snapshot
from harmony_kit.cli import main
from harmony_kit.engagement.scaffold import create_demo
from harmony_kit.errors import EngagementError
from harmony_kit.files import hash_file
from harmony_kit.journal.answers import type_frame
from harmony_kit.journal.answers_file import read_answers_file
from harmony_kit.journal.store import Store
from harmony_kit.journal.subject import Subject
from harmony_kit.report.assessment import Assessment
from harmony_kit.report.results import dump_results

SITES = ("a", "b", "c")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_folder(tmp_path / "e", SITES)


def _store(folder: Path) -> Store:
    return Store(f"sqlite:///{folder / 'answers.sqlite'}")


def _take(folder: Path, sites: tuple[str, ...] = SITES, *, is_forced: bool = False) -> Snapshot:
    place = folder / "snapshot"
    return take_snapshot(_store(folder), sites, wave=WAVE, folder=place, is_forced=is_forced)


def _execute(folder: Path, statement: str) -> None:
    """Change the store by hand, as whoever has to delete somebody does."""
    with closing(sqlite3.connect(folder / "answers.sqlite", isolation_level=None)) as connection:
        connection.execute(statement)


def _people(folder: Path, site: str) -> set[str]:
    return set(pd.read_parquet(folder / "snapshot" / f"{site}.parquet")["respondent"])


def _states(folder: Path) -> dict[str, tuple[str, int]]:
    paths = sorted((folder / "snapshot").glob("*.parquet"))
    return {path.stem: (hash_file(path), path.stat().st_ino) for path in paths}


def test_a_file_holds_the_answers_frame_of_its_site(folder: Path) -> None:
    snapshot = _take(folder)
    assert snapshot.read == SITES
    for site in SITES:
        path = snapshot.folder / f"{site}.parquet"
        assert snapshot.sha256[site] == hash_file(path)
        expected = _store(folder).frame([site], WAVE)
        key = ["respondent", "item", "subject", "about"]
        pd.testing.assert_frame_equal(
            type_frame(pd.read_parquet(path)), expected.sort_values(key, ignore_index=True)
        )


def test_only_the_site_that_changed_is_read_and_written(folder: Path) -> None:
    _take(folder)
    before = _states(folder)
    save_answers(folder, "b", 5, respondent="day-0")
    assert _take(folder).read == ("b",)
    after = _states(folder)
    assert {site for site in SITES if before[site] != after[site]} == {"b"}


def test_nothing_is_read_or_written_when_nothing_changed(folder: Path) -> None:
    _take(folder)
    before = (_states(folder), (folder / "snapshot" / "snapshot.json").stat().st_mtime_ns)
    assert _take(folder).read == ()
    assert (_states(folder), (folder / "snapshot" / "snapshot.json").stat().st_mtime_ns) == before


@pytest.mark.slow
def test_an_answer_taken_back_gives_the_old_file(folder: Path) -> None:
    first = _take(folder)
    save_answers(folder, "b", 5, respondent="day-0")
    second = _take(folder)
    save_answers(folder, "b", 3, respondent="day-0")
    third = _take(folder)
    # answered_at is the same in these answers, so equal content is equal bytes
    assert first.sha256["b"] != second.sha256["b"]
    assert third.sha256 == first.sha256


@pytest.mark.parametrize("damage", [b"", b"no parquet"])
def test_a_damaged_file_is_written_again(folder: Path, damage: bytes) -> None:
    first = _take(folder)
    (folder / "snapshot" / "c.parquet").write_bytes(damage)
    assert _take(folder).read == ("c",)
    assert hash_file(folder / "snapshot" / "c.parquet") == first.sha256["c"]


def test_a_site_without_answers_has_an_empty_file(folder: Path) -> None:
    snapshot = _take(folder, (*SITES, "new"))
    frame = type_frame(pd.read_parquet(snapshot.folder / "new.parquet"))
    pd.testing.assert_frame_equal(frame, _store(folder).frame(["new"], WAVE))


def test_files_of_sites_that_are_gone_are_removed(folder: Path) -> None:
    _take(folder)
    _take(folder, ("a",))
    assert list(_states(folder)) == ["a"]


def test_subjects_added_at_an_interview_travel_with_the_answers(folder: Path) -> None:
    first = _take(folder)
    _store(folder).add_subject(Subject("b", "pilot", "line-3", "Vision on line 3"))
    second = _take(folder)
    changed = {site for site in SITES if first.sha256[site] != second.sha256[site]}
    assert changed == {"b"}
    expected = (Subject("b", "pilot", "line-3", "Vision on line 3"),)
    assert read_answers_file(second.folder / "b.parquet").subjects == expected
    assert read_answers_file(second.folder / "a.parquet").subjects == ()


class _BusyStore(Store):
    """A store in which somebody saves an answer whenever it is read, a few times."""

    def __init__(self, folder: Path, n_writes: int) -> None:
        super().__init__(f"sqlite:///{folder / 'answers.sqlite'}")
        self.folder, self.n_left = folder, n_writes

    def frame(self, sites: object = None, wave: str | None = None) -> pd.DataFrame:
        frame = super().frame(sites, wave)  # type: ignore[arg-type]
        if self.n_left:
            self.n_left -= 1
            save_answers(self.folder, "a", 1 + self.n_left % 2, respondent="day-2")
        return frame


@pytest.mark.slow
@pytest.mark.parametrize("n_writes", [1, 4, 50])
def test_one_consistent_cut_while_answers_come_in(folder: Path, n_writes: int) -> None:
    store = _BusyStore(folder, n_writes)
    snapshot = take_snapshot(store, SITES, wave=WAVE, folder=folder / "snapshot")
    store.n_left = 0
    store.n_left = 0
    now = store.frame(["a"], WAVE).set_index("respondent")["value"]
    cut = pd.read_parquet(snapshot.folder / "a.parquet").set_index("respondent")["value"]
    # with 50 writes the store never rests, and the cut is the one query that read all sites
    differ = cut[cut != now.reindex(cut.index)]
    assert set(differ.index) <= ({"day-2"} if n_writes == 50 else set())
    assert len(cut) == len(now) == 6


@pytest.mark.parametrize("name", ["night-0", "night-1", "day-2"])  # the last one answered last
def test_somebody_deleted_is_gone_from_the_snapshot_as_well(folder: Path, name: str) -> None:
    _take(folder)
    before = _people(folder, "b")
    _execute(folder, f"DELETE FROM journal WHERE site = 'b' AND respondent = '{name}'")
    assert _take(folder).read == ("b",)
    assert _people(folder, "b") == before - {name}


def test_a_forced_snapshot_believes_nothing_it_knew(folder: Path) -> None:
    _take(folder)
    _execute(folder, "UPDATE journal SET value = 5 WHERE site = 'b'")  # as nobody should
    assert _take(folder).read == ()
    assert _take(folder, is_forced=True).read == SITES
    assert set(pd.read_parquet(folder / "snapshot" / "b.parquet")["value"]) == {5}


@pytest.mark.skipif(os.name == "nt", reason="files have no such modes here")
@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_a_snapshot_is_for_its_owner_only(folder: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        _take(folder)
    finally:
        os.umask(before)
    place = folder / "snapshot"
    assert place.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in place.glob("*.parquet")} == {0o600}


def test_answers_of_other_waves_only_are_a_mistake_and_not_too_few(folder: Path) -> None:
    place = _take(folder, (*SITES, "new")).folder
    assert len(read_answers_file(place / "a.parquet", wave=WAVE).frame) > 0
    assert len(read_answers_file(place / "new.parquet", wave="9").frame) == 0
    with pytest.raises(EngagementError) as refused:
        read_answers_file(place / "a.parquet", wave="9")
    assert str(refused.value) == (
        f"a.parquet: has no answers of the wave '9'. Allowed: {WAVE}. "
        "With papermill, -r keeps a name as it is written: -r wave 01."
    )


@pytest.mark.slow
def test_a_wave_of_digits_may_come_as_a_number(tmp_path: Path) -> None:
    demo = create_demo(tmp_path / "demo").folder
    store = Store(f"sqlite:///{demo / 'answers.sqlite'}")
    answers = tmp_path / "in.csv"
    answers.write_bytes((demo / "incoming" / "northfield.csv").read_bytes())
    assert CliRunner().invoke(main, ["import", str(demo), str(answers)]).exit_code == 0
    place = take_snapshot(store, ("northfield",), wave="2026", folder=tmp_path / "s").folder
    words = {"site": "northfield", "snapshot": place, "as_of": "2026-10-30"}
    loaded = [Assessment.load(demo, wave=wave, **words) for wave in ("2026", 2026)]
    assert dump_results(loaded[0].results()) == dump_results(loaded[1].results())
    assert len(loaded[0].frames["topics"]) > 0
