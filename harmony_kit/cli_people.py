"""The commands about people: who was asked, what became of it, what is kept of them."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from harmony_kit.commands.options import FILE, folder_argument

if TYPE_CHECKING:
    from harmony_kit.commands.deleting import Whose

__all__ = ["COMMANDS"]

_STATES = ("invited", "refused", "not_reached", "broken_off", "withdrawn")


@click.command()
@folder_argument
@click.argument("path", metavar="FILE", type=FILE)
@click.option("--wave", help="Which wave; default: the engagement's.")
def roster(folder: Path, path: Path, wave: str | None) -> None:
    """Read a filled-in schedule back: who is to be interviewed.

    `harmony plan --schedule` writes one.

    Site, side, pseudonym, role, date and interviewer become planned interviews. Names, if there is
    a column of them, go into names.csv, which nothing else reads. Reading it again changes nothing.
    """
    from harmony_kit.commands import rostering

    rostering.read_roster(folder, path, wave=wave)


@click.command()
@folder_argument
@click.option("--site", help="Only this site.")
@click.option("--respondent", help="Pseudonym; without it all interviews are listed.")
@click.option("--wave", help="Which wave; default: the engagement's.")
@click.option("--state", type=click.Choice(_STATES), help="What became of it.")
@click.option("--test", "is_test", is_flag=True, help="It is a test and never counts.")
@click.option("--why", default="", help="Why, for the journal.")
def case(folder: Path, **options: Any) -> None:  # noqa: ANN401
    """List the interviews, or say what became of one.

    Planned, invited, refused, not reached, under way, broken off, finished, reopened, withdrawn.
    Whoever withdraws counts no more from the next run on; `harmony forget` deletes.
    """
    from harmony_kit.commands import cases

    state, is_test = options.pop("state"), options.pop("is_test")
    if options["respondent"] is None:
        if state or is_test:
            message = "say whose: --site and --respondent"
            raise click.UsageError(message)
        cases.list_cases(folder, site=options["site"], wave=options["wave"])
        return
    if options["site"] is None:
        message = "say where: --site"
        raise click.UsageError(message)
    cases.set_case(folder, cases.CaseChange(**options), state, is_test=is_test)


@click.command()
@folder_argument
@click.option("--site", required=True, help="Where the person is now.")
@click.option("--respondent", required=True, help="Pseudonym now.")
@click.option("--wave", help="Which wave; default: the engagement's.")
@click.option("--why", required=True, help="Why, for the journal.")
@click.option("--to-site", help="Where the person belongs.")
@click.option("--side", help="The side the person belongs to.")
@click.option("--role", help="The role of the person.")
@click.option("--pseudonym", help="The pseudonym the person gets.")
def correct(folder: Path, **options: Any) -> None:  # noqa: ANN401
    """Mend the site, side, role or pseudonym of a person.

    The answers follow; the journal keeps what was. With another side, what was believed of the
    other side counts no more: it was asked about their own.
    """
    from harmony_kit.commands import cases
    from harmony_kit.journal.case import Correction

    to = [options.pop(name) for name in ("to_site", "side", "role", "pseudonym")]
    if to == [None] * len(to):
        message = "say what was wrong: --to-site, --side, --role or --pseudonym"
        raise click.UsageError(message)
    cases.correct(folder, cases.CaseChange(**options), Correction(*to))


@click.command()
@folder_argument
@click.argument("id_", metavar="ID")
@click.option("--site", required=True, help="At which site it was added.")
@click.option("--rename", "title", metavar="TITLE", help="What it is called.")
@click.option("--remove", "is_removed", is_flag=True, help="Take it away, with answers about it.")
def subject(folder: Path, id_: str, *, site: str, title: str | None, is_removed: bool) -> None:
    """Rename or take away a pilot or decision added at an interview."""
    from harmony_kit.commands import cases

    if (title is None) is not is_removed:
        message = "say either --rename TITLE or --remove"
        raise click.UsageError(message)
    cases.change_subject(folder, site=site, id_=id_, title=title)


@click.command()
@folder_argument
@click.option("--site", help="Where the person was interviewed.")
@click.option("--respondent", help="Pseudonym of the person.")
@click.option("--wave", help="Only this wave; default: every one.")
@click.option("--owner", help="The name of an owner of a workshop instead, by role or name.")
@click.option("--tests", "is_tests", is_flag=True, help="Every test interview instead.")
@click.option(
    "--files", "is_thorough", is_flag=True, help="Also delete files in DIR that name the person."
)
def forget(
    folder: Path, owner: str | None, *, is_tests: bool, is_thorough: bool, **whose: str | None
) -> None:
    """Delete everything of a person for good, and write a receipt.

    From the store and its log, snapshots, drafts, tables and notebooks in DIR; the report of the
    site is taken down, and the next run makes it again. An import or a merge does not bring the
    person back. Stopped halfway, the same command finishes it.
    """
    from harmony_kit.commands import deleting, forgetting_owners

    if [owner is not None, is_tests, whose["respondent"] is not None].count(True) > 1:
        message = "say one of --respondent, --owner and --tests"
        raise click.UsageError(message)
    if is_tests and (whose["site"] or whose["wave"]):
        message = "--tests is about every test interview: leave --site and --wave out"
        raise click.UsageError(message)
    if owner is not None and (whose["wave"] or is_thorough):
        message = "--owner goes with --site only"
        raise click.UsageError(message)
    if owner is not None:
        forgetting_owners.forget_owner(folder, owner, site=whose["site"])
        return
    if is_tests:
        sys.exit(deleting.forget_tests(folder, is_thorough=is_thorough))
    sys.exit(deleting.forget(folder, _whose(**whose), is_thorough=is_thorough))


def _whose(site: str | None, respondent: str | None, wave: str | None) -> Whose:
    from harmony_kit.commands.deleting import Whose

    if site is None or respondent is None:
        message = "say whose: --site and --respondent"
        raise click.UsageError(message)
    return Whose(site, respondent, wave)


@click.command()
@folder_argument
@click.option("--site", required=True, help="Where the person was interviewed.")
@click.option("--respondent", required=True, help="Pseudonym of the person.")
@click.option("--wave", help="Only this wave; default: every one.")
def person(folder: Path, **whose: str) -> None:
    """Print everything that is held of a person, to be given to them."""
    from harmony_kit.commands import deleting

    deleting.tell_person(folder, _whose(**whose))


@click.command()
@folder_argument
@click.option(
    "--until",
    required=True,
    type=click.DateTime(["%Y-%m-%d"]),
    help="Raw answers of up to this day go once it is past.",
)
def retain(folder: Path, until: dt.datetime) -> None:
    """Keep raw answers until a day; results stay.

    Before that day it is written down, and `harmony doctor` reminds of it. After it, the answers of
    everybody who said nothing later are deleted for good; reports and results.json stay.
    """
    from harmony_kit.commands import deleting

    deleting.retain(folder, until.date())


@click.command()
@folder_argument
@click.argument("path", metavar="FILE", type=FILE)
def backup(folder: Path, path: Path) -> None:
    """Copy all of DIR that cannot be made again into FILE, and check it."""
    from harmony_kit.commands import safekeeping

    safekeeping.backup(folder, path)


@click.command()
@folder_argument
@click.argument("path", metavar="FILE", type=FILE)
@click.option("--force", "is_forced", is_flag=True, help="Replace what is in DIR.")
def restore(folder: Path, path: Path, *, is_forced: bool) -> None:
    """Check a backup and bring it back into DIR.

    The store that was there is kept beside it as answers.sqlite.before-restore. Whoever was
    forgotten since the backup stays forgotten, and what was published since still binds the next
    report.
    """
    from harmony_kit.commands import safekeeping

    safekeeping.restore(folder, path, is_forced=is_forced)


@click.command()
@click.argument(
    "folder", metavar="[DIR]", type=click.Path(file_okay=False, path_type=Path), required=False
)
def doctor(folder: Path | None) -> None:
    """Examine machine, environment, folder and store, with the cure for each.

    Exits with 1 if something keeps Harmony Kit from working. It changes nothing.
    """
    from harmony_kit.commands import doctoring

    sys.exit(doctoring.examine(folder))


COMMANDS = (roster, case, correct, subject, person, forget, retain, backup, restore, doctor)
