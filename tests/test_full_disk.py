"""A full disk: one sentence, exit 1, and what was there is there."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from engagement_folders import file_digests, make_folder, request_for
from workshops import Holder, make_workshop

from harmony_kit.batch.batch import run_engagement
from harmony_kit.batch.swap import publish_folder, put_back
from harmony_kit.cli import main
from harmony_kit.journal.copying import copy_database
from harmony_kit.journal.store import Store


def _fill(disk: Path) -> Path:
    """Write until nothing more goes on the disk; the file to delete for room."""
    filler = disk / "filler"
    with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    assert shutil.disk_usage(disk).free == 0
    return filler


def _invoke(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def _refused(*words: object) -> str:
    result = _invoke(*words)
    assert isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == 1
    return result.output


def test_a_folder_that_could_not_be_made_is_not_half_made(small_disk):
    filler = _fill(small_disk)
    assert "cannot be written (No space left on device)" in _refused("init", small_disk / "a")
    assert list((small_disk / "a").iterdir()) == []
    filler.unlink()
    assert _invoke("init", small_disk / "a").exit_code == 0


def test_a_backup_comes_back_whole_or_not_at_all(small_disk, tmp_path):
    folder, backup = small_disk / "a", tmp_path / "b.zip"
    assert _invoke("init", folder).exit_code == 0
    assert _invoke("backup", folder, backup).exit_code == 0
    settings = folder / "engagement.yaml"
    settings.write_text(settings.read_text() + "# changed since\n")
    before = file_digests(folder)
    filler = _fill(small_disk)
    os.truncate(filler, filler.stat().st_size - 40_000)  # room for the small files of it
    for place in (folder, small_disk / "new"):
        assert "No space left on device" in _refused("restore", place, backup, "--force")
    nothing = hashlib.sha256(b"").hexdigest()
    assert file_digests(folder) == {**before, ".harmony/run.lock": nothing}
    assert not (small_disk / "new").exists()
    filler.unlink()
    for place in (folder, small_disk / "new"):
        assert _invoke("restore", place, backup, "--force").exit_code == 0
        assert "changed since" not in (place / "engagement.yaml").read_text()


def test_a_copy_of_a_store_that_fails_leaves_the_one_before(tmp_path):
    (source := tmp_path / "answers.sqlite").write_bytes(b"no database" * 400)
    (kept := tmp_path / "answers.sqlite.before-restore").write_text("an older one")
    with pytest.raises(OSError, match="file is not a database"):
        copy_database(source, kept)
    assert kept.read_text() == "an older one"
    assert sorted(tmp_path.iterdir()) == [source, kept]


def test_a_report_that_does_not_fit_beside_the_one_that_stands_is_not_half_there(
    small_disk, tmp_path
):
    """Where reports lie on another disk than the folder they are made in."""
    (work := tmp_path / "work").mkdir()
    for name in ("a", "b"):
        (work / name).write_bytes(b"new" * 2000)
    (target := small_disk / "reports" / "north").mkdir(parents=True)
    (target / "a").write_text("old")
    filler = _fill(small_disk)
    with pytest.raises(OSError, match=r"^\[Errno 28\] No space left on device") as caught:
        publish_folder(work, target)
    assert caught.value.errno == errno.ENOSPC  # by which the page tells a full disk
    assert file_digests(target) == {"a": hashlib.sha256(b"old").hexdigest()}
    filler.unlink()
    put_back(target.parent)
    publish_folder(work, target)
    assert (target / "b").read_bytes() == b"new" * 2000
    assert [path.name for path in target.parent.iterdir()] == ["north"]


@pytest.mark.slow
def test_nothing_that_was_there_is_lost(small_disk):
    folder = make_folder(small_disk / "e", ("a", "b"))
    assert run_engagement(request_for(folder)).is_ok
    more = small_disk / "more.csv"
    rows = [f"x-{n},a,day,1,4" for n in range(3000)]
    more.write_text("\n".join(["respondent,site,lens,wave,work.clear", *rows]) + "\n")
    export = small_disk / "export.csv"
    export.write_text("an older export")
    before, answers = file_digests(folder / "reports"), _answers(folder)
    filler = _fill(small_disk)
    assert "the disk is full" in _refused("import", folder, more)
    assert "No space left on device" in _refused("export", folder, export)
    assert _refused("run", folder, "--plan").count("No space left on device") == 1
    assert "No space left on device" in _refused("plan", folder, "--schedule", folder / "s.xlsx")
    assert "cannot be written" in _refused("map", folder, more)
    assert _invoke("check", folder).exit_code == 0
    # No report could be made again and the index not written: the command says so and ends.
    with pytest.raises(OSError, match="No space left on device"):
        run_engagement(request_for(folder, is_forced=True))
    assert export.read_text() == "an older export"
    assert file_digests(folder / "reports") == before
    assert _answers(folder) == answers
    filler.unlink()
    assert run_engagement(request_for(folder)).made == ()
    assert _invoke("import", folder, more).exit_code == 0


def _answers(folder: Path) -> list[object]:
    store = Store(f"sqlite:///{folder / 'answers.sqlite'}", is_reader=True)
    try:
        return [*store.current(), *store.respondents()]
    finally:
        store.close()


def test_a_workshop_says_what_is_not_saved_and_goes_on_once_there_is_room(small_disk):
    holder = Holder(make_workshop(small_disk / "acme"), workflow="stop-line")
    holder.say("why;frame.risk;it;text", "Because.")
    filler = _fill(small_disk)
    long = {"do": "answer", "question": "why;frame.risk;operations;text", "text": "é" * 2000}
    replies = [holder.host.handle({**long, "text": long["text"][n:]}) for n in range(40)]
    refused = [reply for reply in replies if "trouble" in reply]
    assert refused, "everything went on a full disk"
    assert "the disk is full" in refused[-1]["trouble"]["detail"]
    assert not any("saved" in reply for reply in refused)
    filler.unlink()
    assert holder.accord.find("why", "frame.risk", "it").text == "Because."
    assert "saved" in holder.ask(**long)
    assert holder.accord.find("why", "frame.risk", "operations").text == long["text"]
