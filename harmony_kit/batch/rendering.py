"""The other end of `renderers`: a process that finishes reports and imports little else."""

from __future__ import annotations

import os
import pickle
import signal
import sys
from pathlib import Path

from harmony_kit.batch.page import Page
from harmony_kit.batch.publish import Finished, finish_report, warm_up

__all__ = ["serve"]


def serve() -> None:
    """Finish reports until the parent is gone: a pickled request in, a pickled answer out."""
    # Ctrl-C reaches every process of the terminal; the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # What a library prints must not get between the answers.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    warm_up()
    while True:
        try:
            work, page = pickle.load(sys.stdin.buffer)  # noqa: S301 - our own parent
        except EOFError:
            return
        pickle.dump(_answer(work, page), answers)
        answers.flush()


def _answer(work: Path, page: Page) -> Finished | str:
    try:
        return finish_report(work, page)
    except Exception as cause:  # noqa: BLE001 - whatever it is, the page of the site has to say it
        return f"{type(cause).__name__}: {cause}"
