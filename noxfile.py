"""The tasks of everyday work: `nox --list` names them, `nox -s fast` runs one.

They run with the interpreter nox itself was installed for, so the environment of the README's
test command is all they need; nothing is installed anew for a task.
"""

from __future__ import annotations

import shutil
import sys

import nox

nox.options.default_venv_backend = "none"
nox.options.sessions = ["check", "fast"]

#: What a marked test needs that the fast ones do without.
SLOW_MARKS = "not slow and not browser and not postgres"


def _run(session: nox.Session, *words: str) -> None:
    session.run(sys.executable, "-m", *words, external=True)


@nox.session
def check(session: nox.Session) -> None:
    """Format, lint, types: a few seconds."""
    _run(session, "ruff", "format", "--check")
    _run(session, "ruff", "check")
    _run(session, "mypy")


@nox.session
def fast(session: nox.Session) -> None:
    """Most of the tests in under a minute, on two cores; more words go to pytest."""
    _run(session, "pytest", "--numprocesses=2", "-m", SLOW_MARKS, *session.posargs)


@nox.session(name="all")
def everything(session: nox.Session) -> None:
    """Every test there is, with the branches they cover."""
    _run(session, "pytest", "--numprocesses=2", "--cov", *session.posargs)


@nox.session
def docs(session: nox.Session) -> None:
    """The pages of docs/ with the API reference, into docs/_build; a warning is an error."""
    # Written anew, or a module that is gone would keep its page.
    shutil.rmtree("docs/api", ignore_errors=True)
    _run(session, "sphinx", "--fail-on-warning", "-b", "html", "docs", "docs/_build")
