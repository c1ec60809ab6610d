"""harmony init, check, plan: the folder, what is wrong in it, and what is still missing."""

from __future__ import annotations

from pathlib import Path

import click

from harmony_kit.engagement.choosing import first_site
from harmony_kit.engagement.folder import load_engagement
from harmony_kit.engagement.scaffold import create_engagement
from harmony_kit.engagement.secret import SECRET, keep_secret

__all__ = ["check", "init", "interview"]


def init(folder: Path, *, client: str | None, wave: str, has_notebooks: bool = False) -> None:
    """Write a new engagement folder, or notebooks into one there is; say what to do next."""
    if has_notebooks and (folder / "engagement.yaml").is_file():
        _copy(folder, load_engagement(folder).wave)
        return
    files = create_engagement(folder, client=client or folder.resolve().name, wave=wave)
    keep_secret(folder)
    for file in (*files, folder / SECRET):
        click.echo(f"  {file}")
    if has_notebooks:
        _copy(folder, wave)
    click.echo(f"Next: list the plants in {folder / 'sites.csv'}, then: harmony check {folder}")


def _copy(folder: Path, wave: str) -> None:
    from harmony_kit.batch.own_notebooks import copy_notebooks, list_own

    made = copy_notebooks(folder, wave)
    for path in made:
        click.echo(f"  {path}")
    there = [folder / "notebooks" / name for name in list_own(folder)]
    for path in there:
        if path not in made:
            click.echo(f"  {path} was there and stays as it is")
    click.echo("Reports are made by these notebooks from now on; move one away for the package's.")


def check(folder: Path) -> int:
    """Print every problem of an engagement folder; returns the exit code."""
    from harmony_kit.commands.checking import (
        check_engagement,  # measures and playbook; init needs neither
    )

    report = check_engagement(folder)
    for problem in report.problems:
        is_error = problem.severity == "error"
        click.secho(
            "error    " if is_error else "warning  ", fg="red" if is_error else "yellow", nl=False
        )
        click.echo(str(problem).replace(": warning: ", ": "))
    for line in report.summary:
        click.echo(line)
    n_errors = sum(problem.severity == "error" for problem in report.problems)
    if n_errors:
        click.secho(f"{n_errors} to mend.", fg="red", bold=True)
        return 1
    click.secho("Nothing is wrong.", fg="green", bold=True)
    return 0


def interview(folder: Path, *, site: str | None, open_browser: bool) -> int:
    """Open the interview; returns JupyterLab's exit code."""
    # The store and Jupyter; init and check need none of it.
    from harmony_kit.commands.naming import check_names
    from harmony_kit.interview.launch import start_lab

    engagement = load_engagement(folder)
    first_site(engagement)
    check_names(engagement, sites=[site])
    return start_lab(folder, site=site, open_browser=open_browser)
