"""What several test files need: a store of each kind, and the rule for what may be skipped."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
import sqlalchemy as sa

from harmony_kit.engine.imports import without_iri_grammar

with without_iri_grammar():
    import nbformat  # noqa: F401  # a second of every test process otherwise

#: In CI nothing may be skipped; on a user's machine what is not installed is.
IS_REQUIRED = os.environ.get("HARMONY_TESTS_REQUIRED") == "1"

# How long an example takes says more about what else the machine does than about the code.
hypothesis.settings.register_profile("harmony", deadline=None)
hypothesis.settings.load_profile("harmony")

# Started in the background of a script, the tests and all they start would ignore Ctrl-C.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def skip_or_fail(reason: str) -> None:
    """Skip on a user's machine; fail where the environment promised to have everything."""
    if IS_REQUIRED:
        pytest.fail(f"HARMONY_TESTS_REQUIRED is set, but {reason}")
    pytest.skip(reason)


def _postgres_bin() -> Path | None:
    found = shutil.which("initdb")
    places = [Path(found).parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return next((place for place in reversed(places) if (place / "initdb").exists()), None)


def _as_postgres(*command: str | Path) -> list[str]:
    # PostgreSQL refuses to run as root; CI machines often are root.
    words = [str(word) for word in command]
    return ["runuser", "-u", "postgres", "--", *words] if os.geteuid() == 0 else words


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """URL of a PostgreSQL server of our own, on a socket in a temporary folder."""
    place = _postgres_bin() if hasattr(os, "geteuid") else None
    if place is None:
        skip_or_fail("no PostgreSQL server is installed (initdb was not found)")
    pytest.importorskip("psycopg", reason="the postgres extra is not installed")
    with tempfile.TemporaryDirectory(prefix="hkpg", dir="/tmp") as folder:
        data = Path(folder) / "data"
        Path(folder).chmod(0o777)
        quiet = {"stdout": subprocess.DEVNULL, "cwd": "/tmp"}
        subprocess.run(
            _as_postgres(place / "initdb", "-A", "trust", "-D", data), check=True, **quiet
        )
        options = f"-k {folder} -c listen_addresses='' -c fsync=off"
        pg_ctl = place / "pg_ctl"
        log = Path(folder) / "log"
        started = _as_postgres(pg_ctl, "-w", "-D", data, "-l", log, "-o", options, "start")
        subprocess.run(started, check=True, **quiet)
        user = "postgres" if os.geteuid() == 0 else os.environ.get("USER", "postgres")
        try:
            yield f"postgresql+psycopg://{user}@/{{name}}?host={folder}"
        finally:
            stop = _as_postgres(pg_ctl, "-D", data, "-m", "immediate", "stop")
            subprocess.run(stop, check=True, **quiet)


@pytest.fixture
def postgres_url(postgres_server: str, request: pytest.FixtureRequest) -> str:
    """URL of a new, empty database."""
    name = f"t{abs(hash(request.node.nodeid))}"
    admin = sa.create_engine(postgres_server.format(name="postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql(f'CREATE DATABASE "{name}"')
    admin.dispose()
    return postgres_server.format(name=name)


@pytest.fixture(
    params=["memory", "file", pytest.param("postgres", marks=pytest.mark.postgres)],
)
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A URL for each kind of store the contract holds for."""
    if request.param == "postgres":
        return request.getfixturevalue("postgres_url")
    return "sqlite://" if request.param == "memory" else f"sqlite:///{tmp_path}/answers.sqlite"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own, of six megabytes: it can be full or read-only, for root as well."""
    place = tmp_path / "disk"
    place.mkdir()
    if shutil.which("mount") is None or not hasattr(os, "geteuid") or os.geteuid() != 0:
        pytest.skip("only root can mount a disk")
    command = ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", place]
    if subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("nothing can be mounted here")
    yield place
    subprocess.run(["umount", "-l", place], check=True)
