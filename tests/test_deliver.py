"""Reports in another place: a folder, or a real S3 server on this machine."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import skip_or_fail
from engagement_folders import behave, file_digests, make_folder, request_for, save_answers

from harmony_kit.batch.batch import run_engagement
from harmony_kit.batch.deliver import Destination
from harmony_kit.batch.makers import Maker, makers
from harmony_kit.errors import StoreError
from harmony_kit.files import FileMark, mark_file

FILES = {
    "a/report.html": "<p>a</p>",
    "a/results.json": "{}",
    "index.html": "<p>all</p>",
    "run.json": "{}",
}


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """The address of an S3 server of our own."""
    pytest.importorskip("s3fs", reason="the s3 extra is not installed")
    try:
        import moto  # noqa: F401
    except ImportError:
        skip_or_fail("moto is not installed")
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"]
    server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert server.stderr is not None
    for line in server.stderr:
        if found := re.search(r"Running on (http://\S+)", line):
            break
    try:
        yield found[1]  # type: ignore[index]
    finally:
        server.kill()
        server.communicate()


@pytest.fixture
def s3_url(s3_server: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> str:
    """A new bucket, reached as a user would: the address in the environment."""
    import s3fs

    for name, value in (
        ("AWS_ENDPOINT_URL", s3_server),
        ("AWS_ACCESS_KEY_ID", "testing"),
        ("AWS_SECRET_ACCESS_KEY", "testing"),
        ("AWS_DEFAULT_REGION", "us-east-1"),
    ):
        monkeypatch.setenv(name, value)
    s3fs.S3FileSystem.clear_instance_cache()
    bucket = f"b{abs(hash(request.node.nodeid))}"
    s3fs.S3FileSystem().mkdir(bucket)
    return f"s3://{bucket}/reports of 2026"


@pytest.fixture(params=["folder", "s3"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "s3":
        return request.getfixturevalue("s3_url")  # type: ignore[no-any-return]
    return str(tmp_path / "there")


class _Counting(Destination):
    """A destination that remembers what was put, and fails on demand."""

    fail_at = ""

    def __init__(self, url: str, ledger: Path) -> None:
        super().__init__(url, ledger)
        self.put: list[str] = []

    def _put(self, source: Path, path: str) -> None:
        if path == self.fail_at:
            message = "the line is dead"
            raise OSError(message)
        self.put.append(path)
        super()._put(source, path)


def _reports(folder: Path) -> dict[str, FileMark]:
    for name, content in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
    return {name: mark_file(folder / name) for name in FILES}


def _content(url: str) -> dict[str, str]:
    import fsspec

    files, root = fsspec.core.url_to_fs(url)
    files.invalidate_cache()
    return {p[len(root) + 1 :]: files.cat_file(p).decode() for p in files.find(root)}


@pytest.mark.slow
def test_everything_arrives_the_index_last(url: str, tmp_path: Path) -> None:
    marks = _reports(tmp_path / "reports")
    destination = _Counting(url, tmp_path / "ledger")
    destination.deliver(tmp_path / "reports", "all", marks)
    assert destination.put == ["a/results.json", "a/report.html", "index.html", "run.json"]
    assert _content(url) == FILES


def test_only_what_changed_is_sent_again(url: str, tmp_path: Path) -> None:
    reports = tmp_path / "reports"
    Destination(url, tmp_path / "ledger").deliver(reports, "all", _reports(reports))
    (reports / "a" / "results.json").write_text('{"n": 1}')
    marks = {name: mark_file(reports / name) for name in FILES}
    again = _Counting(url, tmp_path / "ledger")
    again.deliver(reports, "all", marks)
    assert again.put == ["a/results.json"]


def test_what_is_gone_here_is_removed_there(url: str, tmp_path: Path) -> None:
    marks = _reports(tmp_path / "reports")
    Destination(url, tmp_path / "ledger").deliver(tmp_path / "reports", "all", marks)
    kept = {name: mark for name, mark in marks.items() if name != "a/results.json"}
    Destination(url, tmp_path / "ledger").deliver(tmp_path / "reports", "all", kept)
    assert sorted(_content(url)) == ["a/report.html", "index.html", "run.json"]


@pytest.mark.slow
def test_what_was_lost_there_is_sent_again(url: str, tmp_path: Path) -> None:
    import fsspec

    marks = _reports(tmp_path / "reports")
    Destination(url, tmp_path / "ledger").deliver(tmp_path / "reports", "all", marks)
    files, root = fsspec.core.url_to_fs(url)
    files.rm_file(f"{root}/a/report.html")
    again = _Counting(url, tmp_path / "ledger")
    again.deliver(tmp_path / "reports", "all", marks)
    assert again.put == ["a/report.html"]


def test_a_line_that_breaks_is_told_and_mended(url: str, tmp_path: Path) -> None:
    marks = _reports(tmp_path / "reports")
    broken = _Counting(url, tmp_path / "ledger")
    broken.fail_at = "index.html"
    with pytest.raises(StoreError, match="the line is dead"):
        broken.deliver(tmp_path / "reports", "all", marks)
    Destination(url, tmp_path / "ledger").deliver(tmp_path / "reports", "all", marks)
    assert _content(url) == FILES


def test_an_error_does_not_repeat_the_password(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as caught:
        Destination("nonsense://me:secret@there/x", tmp_path)
    assert "secret" not in str(caught.value)


@pytest.fixture(scope="module")
def maker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Maker]:
    """Warm processes for both runs."""
    with makers(request_for(tmp_path_factory.mktemp("none")), 2) as made:
        yield made


@pytest.mark.slow
def test_a_run_delivers_the_same_bytes(url: str, tmp_path: Path, maker: Maker) -> None:
    folder = make_folder(tmp_path / "e", "ab")
    run_engagement(request_for(folder, output=url), maker=maker)
    assert _bytes(url) == file_digests(folder / "reports")
    save_answers(folder, "b", 5)
    behave(folder, b="raise")
    run_engagement(request_for(folder, output=url), maker=maker)
    delivered = _bytes(url)
    assert delivered == file_digests(folder / "reports")
    assert "b/results.json" not in delivered
    assert Path(url).name not in (folder / "reports" / "run.json").read_text()


def _bytes(url: str) -> dict[str, str]:
    import hashlib

    digests = {n: hashlib.sha256(text.encode()).hexdigest() for n, text in _content(url).items()}
    digests.pop("run.json")
    return digests
