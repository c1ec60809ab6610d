"""The same run on a real Dask cluster: a scheduler and two workers, one of them killed."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from conftest import skip_or_fail
from engagement_folders import file_digests, make_folder, request_for

from harmony_kit.batch.batch import BatchEvent, run_engagement
from harmony_kit.errors import EngagementError, MakersLost

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parent.parent


@contextmanager
def _process(*words: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    path = os.pathsep.join([environment.pop("first_path", ""), str(ROOT)])
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    started = subprocess.Popen(
        [sys.executable, "-m", "distributed.cli.dask_" + words[0], *words[1:]],
        env={**os.environ, "PYTHONPATH": path, **environment},
        cwd=path.split(os.pathsep)[0] or None,  # -m looks in the working directory first
        **quiet,
    )
    try:
        yield started
    finally:
        started.kill()
        started.wait()


def _wait_for(condition: object, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.05)


@contextmanager
def _scheduler(folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """A scheduler's process and its address."""
    file = folder / "address"
    words = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--no-jupyter"]
    with _process("scheduler", *words, "--scheduler-file", str(file)) as started:
        # The file is there a moment before its text is.
        _wait_for(lambda: file.exists() and file.read_text().rstrip().endswith("}"))
        yield started, json.loads(file.read_text())["address"]


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[str]:
    """The address of a scheduler without workers."""
    try:
        import distributed  # noqa: F401
    except ImportError:
        skip_or_fail("dask.distributed is not installed")
    with _scheduler(tmp_path) as (_, url):
        yield url


def _worker(scheduler: str, **environment: str) -> object:
    words = ["--no-nanny", "--nthreads", "1", "--no-dashboard", "--host", "127.0.0.1"]
    return _process("worker", scheduler, *words, **environment)


def _wait_for_workers(scheduler: str, n: int) -> None:
    from distributed import Client

    with Client(scheduler, set_as_default=False) as client:
        client.wait_for_workers(n, timeout=60)


def test_a_killed_worker_costs_only_a_retry(scheduler: str, tmp_path: Path) -> None:
    sites = [f"s{i}" for i in range(8)]
    folder = make_folder(tmp_path / "fleet", sites)
    local = make_folder(tmp_path / "local", sites)
    run_engagement(request_for(local))
    with _worker(scheduler) as doomed, _worker(scheduler):  # type: ignore[attr-defined]
        _wait_for_workers(scheduler, 2)

        def kill_one(event: BatchEvent) -> None:
            if event.kind == "made" and doomed.poll() is None:
                doomed.kill()

        result = run_engagement(request_for(folder, scheduler=scheduler), on_event=kill_one)
    assert doomed.poll() is not None
    assert result.failed == {}
    assert sorted(result.made) == ["_portfolio", *sites]
    assert file_digests(folder / "reports") == file_digests(local / "reports")
    assert list((folder / ".harmony" / "exchange").iterdir()) == []


def test_drafts_are_made_of_all_answers_there_are(scheduler: str, tmp_path: Path) -> None:
    folder, local = (make_folder(tmp_path / name, ["north"]) for name in ("fleet", "local"))
    run_engagement(request_for(local, is_draft=True))
    with _worker(scheduler):  # type: ignore[attr-defined]
        _wait_for_workers(scheduler, 1)
        result = run_engagement(request_for(folder, scheduler=scheduler, is_draft=True))
    assert result.failed == {}
    assert file_digests(folder / "drafts") == file_digests(local / "drafts")
    assert not (folder / "reports").exists()


def test_another_version_on_a_worker_is_refused(scheduler: str, tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "e", "a")
    other = tmp_path / "other"
    other.mkdir()
    (other / "harmony_kit").mkdir()
    for path in (ROOT / "harmony_kit").iterdir():
        if path.name != "__init__.py":
            (other / "harmony_kit" / path.name).symlink_to(path)
    (other / "harmony_kit" / "__init__.py").write_text('__version__ = "0.0.9"\n')
    with _worker(scheduler, first_path=str(other)):  # type: ignore[attr-defined]
        _wait_for_workers(scheduler, 1)
        with pytest.raises(EngagementError, match=r"harmony-kit is '0\.0\.9'") as caught:
            run_engagement(request_for(folder, scheduler=scheduler))
    assert "Install the same versions on every machine." in str(caught.value)
    assert not (folder / "reports").exists()


def test_a_scheduler_without_workers_is_told(scheduler: str, tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "e", "a")
    with pytest.raises(EngagementError, match="the scheduler has no workers"):
        run_engagement(request_for(folder, scheduler=scheduler))


def test_no_scheduler_is_told(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "e", "a")
    with pytest.raises(EngagementError, match="no Dask scheduler answers"):
        run_engagement(request_for(folder, scheduler="tcp://127.0.0.1:1"))


@pytest.mark.parametrize("lost", ["worker", "scheduler"])
def test_where_the_last_machine_is_lost_a_run_ends_and_the_same_command_finishes(
    lost: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    logging.getLogger("distributed.client").addHandler(caplog.handler)
    monkeypatch.setattr("harmony_kit.batch.fleet.ALONE_S", 3.0)
    sites = [f"s{i}" for i in range(4)]
    folder = make_folder(tmp_path / "fleet", sites)
    with _scheduler(tmp_path) as (scheduler, url), _worker(url) as worker:  # type: ignore[attr-defined]
        _wait_for_workers(url, 1)
        doomed = {"worker": worker, "scheduler": scheduler}[lost]

        def kill(event: BatchEvent) -> None:
            if event.kind == "made":
                doomed.kill()

        began = time.monotonic()
        result = run_engagement(request_for(folder, scheduler=url), on_event=kill)
        assert time.monotonic() - began < 60
    assert not result.is_ok
    assert caplog.messages == []  # it is said once, by us, in one sentence
    assert isinstance(result.trouble, MakersLost)
    what = {"worker": "has had no workers for 3 seconds", "scheduler": "is gone"}[lost]
    assert what in str(result.trouble)
    assert (result.failed, len(result.made) + result.n_left) == ({}, 4)
    assert 1 <= result.n_left <= 3
    again = run_engagement(request_for(folder))
    assert sorted(again.made) == sorted({*sites, "_portfolio"} - {*result.made})
    assert again.is_ok
