"""The commands that bring answers, forms and instruments in and out: argument parsing only."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from harmony_kit.commands.options import FILE, RENAME, folder_argument

__all__ = ["export", "form", "import_", "instrument", "journal", "map_", "merge", "undo"]


@click.command(name="import")
@folder_argument
@click.argument(
    "paths", metavar="FILE...", type=click.Path(path_type=Path), nargs=-1, required=True
)
@click.option("--site", help="Site of every row, unless the file has a site column.")
@click.option("--wave", help="Wave of every row; default: the file's, else the engagement's.")
@click.option("--lens", help="Lens of every row, where a form was sent to one side only.")
@click.option("--form", default="", help="A name for the form, where two forms number from 1.")
@click.option(
    "--map", "columns", type=FILE, metavar="COLUMNS.csv", help="What each column is: column,field."
)
@click.option(
    "--labels", type=FILE, metavar="LABELS.csv", help="What each label means: field,label,value."
)
@click.option(
    "--timezone", metavar="ZONE", help="Zone of times that do not say, e.g. Europe/Berlin."
)
@click.option(
    "--day-first/--month-first",
    default=None,
    help="How 3/4/2026 reads; default: found out from the column.",
)
@click.option(
    "--by",
    "recorded_by",
    default=None,
    help="Who imports; kept with every answer. Default: your user name.",
)
@click.option("--dry-run", is_flag=True, help="Say what would happen, store nothing.")
@click.option("--sheet", help="Which sheet of a workbook, where several hold a table.")
@click.option(
    "--accept",
    default="",
    metavar="4,7-9,F12,H",
    help="Leave out these rows, cells, or the wrong cells of a column; a refusal says which.",
)
def import_(
    folder: Path,
    paths: tuple[Path, ...],
    **options: Any,  # noqa: ANN401
) -> None:
    """Import answers from CSV or XLSX files into DIR.

    A file in our own column naming (docs/exchange.md) needs nothing else. An export of a survey
    tool needs a map of its columns, and of its labels where it has labels instead of codes:
    `harmony map` writes a first one. A form made by `harmony form` needs none.

    A file is stored whole or not at all. Importing it again changes nothing; importing it after
    an answer was edited adds the edited answer and keeps the old one in the journal. What was
    imported by mistake is taken back by `harmony undo`.
    """
    from harmony_kit.commands import exchanging

    sys.exit(exchanging.import_files(folder, paths, exchanging.import_options(**options)))


@click.command(name="map")
@folder_argument
@click.argument(
    "paths", metavar="FILE...", type=click.Path(path_type=Path), nargs=-1, required=True
)
@click.option("--sheet", help="Which sheet of a workbook, where several hold a table.")
def map_(folder: Path, paths: tuple[Path, ...], *, sheet: str | None) -> None:
    """Propose what the columns and labels of a survey tool's export mean.

    Writes FILE_columns.csv and, where answers are labels, FILE_labels.csv beside each FILE, and
    prints what is unsure. Read them, correct them, then import with --map and --labels.
    """
    from harmony_kit.commands import mapping

    mapping.propose_maps(folder, paths, sheet=sheet)


@click.command()
@folder_argument
@click.option("--respondent", required=True, help="Pseudonym of the respondent.")
@click.option("--site", help="Where the pseudonym is used at more than one site.")
def journal(folder: Path, respondent: str, site: str | None) -> None:
    """Print a respondent's answers with every change.

    When, who, how long, from what to what, and why if it was after the end of the interview.
    """
    from harmony_kit.commands import exchanging

    sys.exit(exchanging.print_journal(folder, respondent=respondent, site=site))


@click.command()
@folder_argument
@click.option("--import", "import_id", metavar="ID", help="Which one; without it they are listed.")
def undo(folder: Path, import_id: str | None) -> None:
    """Take back an import, or list the imports there were.

    Answers it brought no longer count, and those it replaced count again; an answer changed
    since stays. The journal keeps all of it, and the undoing has an id of its own: undo that,
    and the import counts again.
    """
    from harmony_kit.commands import undoing_imports

    undoing_imports.undo(folder, import_id)


@click.command()
@folder_argument
@click.argument("path", metavar="FILE", type=FILE)
@click.option("--site", help="Only this site.")
@click.option("--wave", help="Only this wave.")
@click.option(
    "--to",
    "format_name",
    type=click.Choice(["csv", "xlsx", "parquet", "spss"]),
    help="The format; default: what the name of FILE ends in.",
)
@click.option("--raw", "is_raw", is_flag=True, help="Every answer of everybody, marked as raw.")
@click.option("--tidy/--wide", "is_tidy", help="Raw: one row per answer, or per respondent.")
def export(folder: Path, path: Path, **options: Any) -> None:  # noqa: ANN401
    """Write the current answers to FILE, with a codebook.

    FILE ends in .csv, .xlsx, .parquet or .sav. It holds how many people of a side gave each
    answer, where that may be shown, and counts as published: reports keep to it. With --raw it
    holds everything, in a file named so, and comes back by an import as it was.
    """
    from harmony_kit.commands import exporting

    exporting.export(folder, path, exporting.ExportOptions(**options))


@click.command()
@folder_argument
@click.argument(
    "other", metavar="STORE", type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--rename", "renames", metavar="OLD=NEW", multiple=True, help=RENAME)
def merge(folder: Path, other: Path, renames: tuple[str, ...]) -> None:
    """Add the answers of another answers.sqlite to DIR.

    For two interviewers with a laptop each. Merging twice adds nothing, and the order of merging
    makes no difference; where both have an answer to the same question, the one given later
    counts and both stay in the journal. Two people under one pseudonym are listed, and nothing
    is added until --rename says who is who.
    """
    from harmony_kit.commands import exchanging

    exchanging.merge(folder, other, renames=renames)


@click.command()
@folder_argument
@click.option(
    "--to",
    "kind",
    type=click.Choice(["xlsform", "workbook", "print"]),
    required=True,
    help="For KoboToolbox and ODK, a workbook each person fills in, or paper.",
)
@click.option("--site", help="Only this site; default: every one.")
@click.option("--lens", help="Only for this side; default: a form for each.")
@click.option("--lang", "language", help="Only in this language; default: the engagement's.")
@click.option("--wave", help="Which wave; default: the engagement's.")
def form(folder: Path, **options: Any) -> None:  # noqa: ANN401
    """Write forms for survey tools, spreadsheets or paper into DIR/forms.

    Their own views and their estimates stand on separate pages. What comes back is imported
    without a map: the form brings its own.
    """
    from harmony_kit.commands import forms

    forms.make_forms(folder, forms.FormOptions(**options))


@click.group()
def instrument() -> None:
    """Write, check, compare and show what is asked."""


@instrument.command()
@click.argument("path", metavar="FILE.yaml", type=FILE)
@click.option("--extends", metavar="ID", help="Add own questions to this instrument.")
def new(path: Path, extends: str | None) -> None:
    """Start an instrument of your own, or own questions beside those of another."""
    from harmony_kit.commands import instruments

    instruments.new(path, extends=extends)


@instrument.command()
@click.argument("name", metavar="INSTRUMENT")
def check(name: str) -> None:
    """Say everything that is wrong with an instrument: a file, or one of the package by id."""
    from harmony_kit.commands import instruments

    instruments.check(name)


@instrument.command()
@click.argument("name", metavar="INSTRUMENT")
@click.option("--lang", "language", help="In this language; default: its own.")
def show(name: str, language: str | None) -> None:
    """Print what is asked, chapter by chapter."""
    from harmony_kit.commands import instruments

    instruments.show(name, language=language)


@instrument.command()
@click.argument("before", metavar="BEFORE")
@click.argument("after", metavar="AFTER")
def diff(before: str, after: str) -> None:
    """Say what changed from one instrument to another, and which answers stay comparable."""
    from harmony_kit.commands import instruments

    sys.exit(instruments.diff(before, after))
