"""What a Dask worker does: fetch one bundle, make one report, leave one bundle."""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import harmony_kit
from harmony_kit.batch.job import Job, make_report
from harmony_kit.batch.places import package_folder
from harmony_kit.batch.publish import Finished
from harmony_kit.batch.renderers import Renderers
from harmony_kit.batch.versions import library_versions, package_fingerprint
from harmony_kit.engine.runner import Runner
from harmony_kit.files import hash_folder, mark_folder

__all__ = [
    "RemotelyMade",
    "Task",
    "describe_worker",
    "get_bundle",
    "make_remotely",
    "put_bundle",
    "remove_bundles",
]


@dataclass(frozen=True)
class Task:
    """A report to make: the job without places of another machine, and where the rest lies.

    `needed` and `made` are URLs of bundles: what the report is made from, and what was made.
    """

    job: Job
    needed: str
    made: str


@dataclass(frozen=True)
class RemotelyMade:
    """What came of a task; the files are in the bundle."""

    finished: Finished
    n_tries: int
    seconds: Mapping[str, float]


def describe_worker() -> dict[str, str]:
    """What has to be the same wherever a report is made."""
    return {
        "harmony-kit": harmony_kit.__version__,
        "code of harmony-kit": package_fingerprint()[:12],
        "packaged instruments": _hash_packaged("instrument/instruments"),
        "packaged playbooks": _hash_packaged("findings/playbooks"),
        "packaged languages": _hash_packaged("languages"),
        **library_versions(),
    }


def _hash_packaged(folder: str) -> str:
    return hash_folder(package_folder() / folder)[:12]


def make_remotely(task: Task) -> RemotelyMade:
    """Make a report from its bundle; repeated, it makes the same one again."""
    with tempfile.TemporaryDirectory(prefix="harmony-fleet-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        get_bundle(task.needed, folder)
        job = replace(task.job, folder=folder, notebook=folder / task.job.notebook)
        runner, renderers = _tools()
        made = make_report(job, runner, renderers, tell=lambda _: None)
        put_bundle(task.made, {name: made.work / name for name in mark_folder(made.work)})
    return RemotelyMade(made.finished, made.n_tries, made.seconds)


@cache
def _tools() -> tuple[Runner, Renderers]:
    # Kept warm for the next report; their processes end when they see this one gone.
    return Runner(), Renderers(1)


def put_bundle(url: str, paths: Mapping[str, Path]) -> None:
    """Put files, each under a name, where `url` says: one object that is whole or absent."""
    import fsspec

    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as bundle:
        for name, path in paths.items():
            bundle.write(path, name)
    files, target = fsspec.core.url_to_fs(url)
    parent, _, last = target.rpartition("/")
    files.makedirs(parent, exist_ok=True)
    if "file" not in files.protocol:
        files.pipe_file(target, content.getvalue())
        return
    part = f"{parent}/.{last}.part"
    files.pipe_file(part, content.getvalue())
    Path(part).replace(target)


def get_bundle(url: str, folder: Path) -> None:
    """Lay out the files of a bundle below a folder."""
    import fsspec

    files, target = fsspec.core.url_to_fs(url)
    with zipfile.ZipFile(io.BytesIO(files.cat_file(target))) as bundle:
        bundle.extractall(folder)


def remove_bundles(url: str) -> None:
    """Remove everything below a URL."""
    import fsspec

    files, target = fsspec.core.url_to_fs(url)
    if files.exists(target):
        files.rm(target, recursive=True)
