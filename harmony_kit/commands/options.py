"""Arguments and options several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

__all__ = ["FILE", "FOLDER", "RENAME", "folder_argument", "handing_options", "run_options"]

FOLDER = click.Path(file_okay=False, path_type=Path)
FILE = click.Path(dir_okay=False, path_type=Path)
RENAME = "Give somebody of STORE another pseudonym where theirs clashes; may be given again."


def folder_argument(function: Callable[..., Any]) -> Callable[..., Any]:
    """The engagement folder, DIR."""
    return click.argument("folder", metavar="DIR", type=FOLDER)(function)


def run_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """How reports are made: for every command that makes some."""
    for option in reversed(
        [
            click.option(
                "--jobs",
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
                help="harmony: a fresh process each, forked warm; papermill: a fresh kernel each.",
            ),
            click.option(
                "--profile", "is_profiled", is_flag=True, help="Print where the time went."
            ),
        ]
    ):
        function = option(function)
    return function


def handing_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """To whom reports may be handed."""
    for option in (
        click.option(
            "--never-handed-out",
            "is_never_handed_out",
            is_flag=True,
            help="The reports there are were shown to nobody; DIR/published.jsonl remembers it.",
        ),
        click.option(
            "--draft",
            "is_draft",
            is_flag=True,
            help="For your own eyes, of all answers, in DIR/drafts.",
        ),
    ):
        function = option(function)
    return function
