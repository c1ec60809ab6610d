"""The tasks of everyday work: `nox --list` names them, `nox -s fast` runs one.

They run with the interpreter nox itself was installed for, so the environment of the README's
test command is all they need; nothing is installed anew for a task.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import nox

nox.options.default_venv_backend = "none"
nox.options.sessions = ["check", "fast"]

#: Each process keeps to its half of the tests until it helps the other: what the tests of a file
#: share is made once.
TWO_AT_A_TIME = ("--numprocesses=2", "--dist=worksteal")

#: What a marked test needs that the fast ones do without.
SLOW_MARKS = "not slow and not browser and not postgres"

_AUDIT = (
    *("-m", "pip_audit", "--skip-editable", "--progress-spinner=off", "--timeout=15"),
    *("--format=json", "--vulnerability-service"),
)


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
    """Four tests in five, in two minutes on two cores; more words go to pytest."""
    _run(session, "pytest", *TWO_AT_A_TIME, "-m", SLOW_MARKS, *session.posargs)


@nox.session
def cover(session: nox.Session) -> None:
    """The same tests, with the branches of the package they go through."""
    words = ("--cov", "--cov-report=term:skip-covered")
    _run(session, "pytest", *TWO_AT_A_TIME, "-m", SLOW_MARKS, *words, *session.posargs)


@nox.session(name="all")
def everything(session: nox.Session) -> None:
    """Every test there is."""
    _run(session, "pytest", *TWO_AT_A_TIME, *session.posargs)


@nox.session
def docs(session: nox.Session) -> None:
    """The pages of docs/ with the API reference, into docs/_build; a warning is an error."""
    # Written anew, or a module that is gone would keep its page.
    shutil.rmtree("docs/api", ignore_errors=True)
    _run(session, "sphinx", "--fail-on-warning", "-b", "html", "docs", "docs/_build")


@nox.session
def audit(session: nox.Session) -> None:
    """Known faults of the libraries installed, where PyPI or osv.dev can be asked about them."""
    for service in ("pypi", "osv"):
        words = [*_AUDIT, service, *session.posargs]
        asked = subprocess.run(
            [sys.executable, *words], capture_output=True, text=True, check=False
        )
        try:
            libraries = json.loads(asked.stdout)["dependencies"]
        except ValueError:
            continue  # it says why on the other stream: mostly that nobody answers
        known = [one for one in libraries if "vulns" in one]
        faults = [
            f"{one['name']} {one['version']}: {fault['id']}, mended in {fault['fix_versions']}"
            for one in known
            for fault in one["vulns"]
        ]
        if faults:
            session.error("\n".join(faults))
        if known:
            session.log(
                f"{service} knows of no fault in {len(known)} of {len(libraries)} libraries"
            )
            return
    session.warn("neither PyPI nor osv.dev could be asked; run `nox -s audit` where one can be")
