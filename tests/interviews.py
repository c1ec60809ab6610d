"""An engagement to interview at, small enough to see whole, and desks at it for the tests."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from harmony_kit.commands.interviewing import open_reception
from harmony_kit.engagement.folder import load_engagement
from harmony_kit.interview.beginning import Newcomer
from harmony_kit.interview.reception import Reception
from harmony_kit.journal.answers import Respondent
from harmony_kit.journal.store import Store

CASES = Path(__file__).parent / "cases" / "interview"
START = datetime(2026, 6, 1, 7, 30, tzinfo=UTC)

_FILES = {
    "engagement.yaml": (
        "client: Northwind\nwave: '2026'\ninstrument: small.yaml\nlanguages: [en, de]\n"
        "timezone: Europe/Amsterdam\n"
    ),
    "sites.csv": "site,name,region,country\nlyon,Lyon,EU,FR\nporto,Porto,EU,PT\n",
    "pilots.csv": (
        "site,pilot,title,started_on,planned_end,ended_on,scope_changes,status\n"
        "lyon,cam,Camera,2026-01-01,2026-09-01,,0,running\n"
        "porto,dos,Dosing,2026-01-01,2026-09-01,,0,running\n"
    ),
}


class Clock:
    """A clock that a test moves; every look takes a millisecond, so no two answers are alike."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now

    def wait(self, **duration: float) -> None:
        self.now += timedelta(**duration)


def make_engagement(folder: Path, instrument: str = "small") -> Path:
    """An engagement folder on the small instrument (or a packaged one), without answers."""
    folder.mkdir(exist_ok=True)
    for name, content in _FILES.items():
        text = content if instrument == "small" else content.replace("small.yaml", instrument)
        (folder / name).write_text(text, encoding="utf-8")
    for path in CASES.glob("small*.yaml"):
        shutil.copy(path, folder / path.name)
    return folder


def open_desk(folder: Path, clock: Clock | None = None, **options: bool) -> Reception:
    """A form's reception at Lyon, as a newly run notebook has it."""
    return open_reception(load_engagement(folder), "lyon", clock=clock or Clock(), **options)


def newcomer(respondent: str = "mira-17", **changes: str) -> Newcomer:
    """Somebody of the plant who agreed to be interviewed."""
    given = {
        "site": "lyon",
        "wave": "2026",
        "lens": "plant",
        "language": "en",
        "consent": "yes, all of it",
    }
    return Newcomer(respondent=respondent, **{**given, **changes})


def begin(reception: Reception, respondent: str = "mira-17") -> dict:
    """Start an interview through the form's door."""
    return reception.handle(
        {
            "do": "begin",
            "respondent": respondent,
            "lens": "plant",
            "role": "shift lead",
            "language": "en",
            "consent": True,
        }
    )


@contextlib.contextmanager
def run_pocket(folder: Path, *options: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """`harmony interview --self` as it is typed; the address it tells, and its process.

    With ``--share`` among the options it is that instead.
    """
    command = [sys.executable, "-u", "-m", "harmony_kit", "interview", str(folder)]
    alone = () if "--share" in options else ("--self",)
    process = subprocess.Popen(
        [*command, *alone, "--site", "lyon", "--no-browser", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ},
    )
    try:
        told = process.stdout.readline()
        yield re.search(r"https?://\S+", told).group(), process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.wait(20)
        process.stdout.close()


def find_respondent(store: Store, name: str = "mira-17") -> Respondent:
    """The respondent as the store knows them."""
    (found,) = [known for known in store.respondents("lyon", "2026") if known.respondent == name]
    return found
