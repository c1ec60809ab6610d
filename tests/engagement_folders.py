"""Tiny engagement folders for the tests of the batch: one rating item, as many sites as needed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from harmony_kit.batch.batch import BatchRequest
from harmony_kit.batch.job import Limits
from harmony_kit.files import hash_file
from harmony_kit.journal.answers import Answer, Source
from harmony_kit.journal.store import Store

CASES = Path(__file__).parent / "cases" / "batch"
WAVE = "1"
_SOURCE = Source("tests", "interview", "tiny", 1, "0" * 64)
_REGIONS = ("EMEA", "APAC", "AMER")


def make_folder(folder: Path, sites: Sequence[str]) -> Path:
    """An engagement with three respondents of each lens at every site."""
    folder.mkdir()
    (folder / "instrument.yaml").write_bytes((CASES / "instrument.yaml").read_bytes())
    (folder / "engagement.yaml").write_text(
        f"client: Tiny Works\nwave: '{WAVE}'\ninstrument: instrument.yaml\n"
    )
    rows = [f"{s},Plant {s},{_REGIONS[i % 3]},NL,line {i % 2}" for i, s in enumerate(sites)]
    (folder / "sites.csv").write_text("\n".join(["site,name,region,country,line", *rows]) + "\n")
    for site in sites:
        save_answers(folder, site, 3)
    return folder


def save_answers(folder: Path, site: str, value: int, *, respondent: str | None = None) -> None:
    """Everybody at a site, or one respondent, answers the one question with a value."""
    people = [(f"{lens}-{i}", lens) for lens in ("night", "day") for i in range(3)]
    answers = [
        Answer(
            site,
            WAVE,
            name,
            lens,
            "work.clear",
            lens,
            "answered",
            datetime(2026, 1, 5, 9, tzinfo=UTC),
            _SOURCE,
            value=value,
        )
        for name, lens in people
        if respondent in (None, name)
    ]
    store = Store(f"sqlite:///{folder / 'answers.sqlite'}")
    store.append(answers)
    store.close()


def request_for(folder: Path, **changes: object) -> BatchRequest:
    """A run of the tiny notebooks, two at a time."""
    usual = {"n_jobs": 2, "notebooks": CASES, "limits": Limits(timeout_s=60)}
    options = {"as_of": date(2026, 2, 1), **usual, **changes}
    return BatchRequest(folder, **options)  # type: ignore[arg-type]


def behave(folder: Path, **behaviours: str) -> None:
    """What the tiny notebook does at some sites: raise, crash, hang, mute, odd error and more."""
    (folder / "behaviour.json").write_text(json.dumps(behaviours))


def file_digests(folder: Path) -> dict[str, str]:
    """Path below a folder → sha256, of every file but run.json, which holds times."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    named = {path.relative_to(folder).as_posix(): path for path in paths}
    return {name: hash_file(path) for name, path in named.items() if name != "run.json"}
