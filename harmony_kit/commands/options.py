"""Arguments and options several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import click

__all__ = [
    "FILE",
    "FOLDER",
    "RENAME",
    "exit_with",
    "folder_argument",
    "making_options",
    "run_options",
]

FOLDER = click.Path(file_okay=False, path_type=Path)
FILE = click.Path(dir_okay=False, path_type=Path)
RENAME = "Give somebody of STORE another pseudonym where theirs clashes; may be given again."


def _jobs(context: click.Context, option: click.Parameter, text: str) -> int | None:
    """A number from 1 up, or None for as many as the machine can."""
    if text == "auto":
        return None
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        message = f"{text!r} is not allowed. Allowed: auto, or 1 or more."
        raise click.BadParameter(message, context, option)
    return int(text)


def exit_with(cause: Exception) -> NoReturn:
    """Tell an error in plain words and exit with 1; raise it again where it is a fault of ours."""
    from harmony_kit.errors import HarmonyError

    if not isinstance(cause, HarmonyError | OSError) and not _is_of_a_name(cause):
        raise cause
    for line in _tell(cause).splitlines():
        click.secho("error: ", fg="red", bold=True, nl=False, err=True)
        click.echo(line, err=True)
    raise SystemExit(1) from None


def _is_of_a_name(cause: Exception) -> bool:
    """Whether it is the name of a file that is not UTF-8, as from a Windows archive."""
    return (
        isinstance(cause, UnicodeEncodeError) and "\udc80" <= cause.object[cause.start] <= "\udcff"
    )


def _tell(cause: Exception) -> str:
    """What our errors say themselves; the computer's name a file and a reason."""
    from harmony_kit.errors import HarmonyError

    if isinstance(cause, UnicodeEncodeError):
        name = next(word for word in cause.object.split() if cause.object[cause.start] in word)
        return f"{ascii(name)[1:-1]}: the name is not UTF-8. Rename that file or folder."
    if not isinstance(cause, HarmonyError) and isinstance(cause, OSError) and cause.strerror:
        place = f"{cause.filename}: " if cause.filename else ""
        return f"{place}{cause.strerror}; what was there before is kept."
    return str(cause)


def folder_argument(function: Callable[..., Any]) -> Callable[..., Any]:
    """The engagement folder, DIR."""
    return click.argument("folder", metavar="DIR", type=FOLDER, callback=_in_utf8)(function)


def _in_utf8(_context: click.Context, _option: click.Parameter, folder: Path) -> Path:
    """The folder; refused before anything is made in one no store could be opened in."""
    str(folder.absolute()).encode()
    return folder


def run_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """How reports are made: for every command that makes some."""
    for option in reversed(
        [
            click.option(
                "--jobs",
                callback=_jobs,
                metavar="N",
                default="auto",
                show_default=True,
                help="Reports made at once: a number or auto.",
            ),
            click.option(
                "--timeout",
                type=click.FloatRange(min=1),
                metavar="S",
                default=600,
                show_default=True,
                help="Seconds one report may take.",
            ),
            click.option(
                "--memory",
                type=click.IntRange(min=256),
                metavar="MB",
                help="Megabytes one report may take.",
            ),
            click.option(
                "--engine",
                type=click.Choice(["harmony", "papermill"]),
                default="harmony",
                show_default=True,
                help="harmony: a fresh process each, forked warm; papermill: a fresh kernel each "
                "(the only one on Windows).",
            ),
            click.option(
                "--profile", "is_profiled", is_flag=True, help="Print where the time went."
            ),
        ]
    ):
        function = option(function)
    return function


def making_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """What is made, where it goes, and to whom it may be handed."""
    for option in reversed(
        [
            click.option(
                "--plan",
                "is_plan",
                is_flag=True,
                help="Say what would be made and why; make nothing.",
            ),
            click.option("--force", is_flag=True, help="Make every report again, changed or not."),
            click.option(
                "--fail-fast/--keep-going", default=None, help="Default: stop after 5 alike."
            ),
            click.option(
                "--output",
                metavar="URL",
                help="Also publish to a folder or URL (s3://bucket/path).",
            ),
            click.option(
                "--dask",
                "scheduler",
                metavar="tcp://HOST:PORT",
                help="Make the reports on a Dask cluster.",
            ),
            click.option(
                "--exchange", metavar="URL", help="Where Dask workers without DIR fetch and bring."
            ),
            click.option(
                "--never-handed-out",
                "is_never_handed_out",
                is_flag=True,
                help="What this wave (or --wave) told so far was shown to nobody; registered.",
            ),
            click.option(
                "--draft",
                "is_draft",
                is_flag=True,
                help="For your own eyes, of all answers, in DIR/drafts.",
            ),
            click.option(
                "--redacted",
                "is_redacted",
                is_flag=True,
                help="For circulation, in DIR/redacted: no quotes, no roles, larger groups.",
            ),
        ]
    ):
        function = option(function)
    return function
