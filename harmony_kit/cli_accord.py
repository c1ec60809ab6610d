"""The commands about what was agreed: what comes out of it, what is due, what moved since."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from harmony_kit.commands.options import FILE, folder_argument
from harmony_kit.journal.followed import FOLLOWED

__all__ = ["COMMANDS"]

_DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@folder_argument
@click.option("--site", "sites", multiple=True, help="Only this site; may be given again.")
@click.option("--wave", help="Which wave; default: the engagement's.")
@click.option("--language", help="Which language; default: that of the reports.")
@click.option(
    "--roles", "is_circulated", is_flag=True, help="To be circulated: owners are roles, not names."
)
def accord(folder: Path, **options: Any) -> None:  # noqa: ANN401 - click hands over what was typed
    """Write what workshops agreed: a sheet, a card for each side, a register.

    Into DIR/accords/WAVE/SITE, for the two who sign; with --roles into its folder circulate, where
    nobody is named. The same entries give the same files.
    """
    from harmony_kit.commands import accords

    accords.accord(folder, **options)


@click.command()
@folder_argument
@click.option("--site", "sites", multiple=True, help="Only this site; may be given again.")
@click.option("--wave", help="Which wave; default: the newest of each site.")
@click.option(
    "--as-of",
    type=_DAY,
    help="How it stands on this day; default: as_of in engagement.yaml, else today.",
)
@click.option("--all", "is_all", is_flag=True, help="Also what is done or was dropped.")
@click.option("--sheet", type=FILE, metavar="FILE.html", help="Also write a reminder to send.")
@click.option("--id", "mark", metavar="ID", help="Say what became of this thing.")
@click.option("--state", type=click.Choice(FOLLOWED), help="What became of it.")
@click.option("--why", default="", help="Why; needed for late and dropped.")
@click.option("--due", type=_DAY, help="The day it is due now.")
@click.option("--register", type=FILE, metavar="FILE", help="Take in an edited register.")
def follow(folder: Path, **options: Any) -> None:  # noqa: ANN401
    """Say what is due and late, by site and owner, or what became of it.

    With --id and --state one thing is done, late, dropped or open again; with --register all that
    somebody changed in register.csv or register.xlsx, or nothing where a row cannot be taken.
    """
    from harmony_kit.commands import following

    mark, state, why, due, register = (
        options.pop(name) for name in ("mark", "state", "why", "due", "register")
    )
    if (mark is None) is not (state is None):
        message = "say both --id and --state"
        raise click.UsageError(message)
    if (why or due) and mark is None:
        message = "--why and --due go with --id and --state"
        raise click.UsageError(message)
    if register is not None:
        following.import_register(folder, register)
    if mark is not None:
        day = due.date() if due else None
        following.set_state(folder, following.StateChange(mark, state, why, day))
    sheet = options.pop("sheet")
    if mark is None and register is None:
        following.follow(folder, following.Looking(**options), sheet)


@click.command()
@folder_argument
@click.option(
    "--site",
    "sites",
    multiple=True,
    help="Only the page of this site; may be given again.",
)
@click.option("--wave", help="Whose accord; default: the newest of each site.")
@click.option("--since", type=_DAY, help="From this day; default: that of each site's workshop.")
@click.option(
    "--as-of", type=_DAY, help="To this day; default: as_of in engagement.yaml, else today."
)
def pulse(folder: Path, **options: Any) -> None:  # noqa: ANN401
    """Read the records again, without interviews, and say what moved.

    Decisions made, pilots ended, use that rose or fell beyond chance, and how promises stand: a
    page per site and one over all, in DIR/pulse. Run it every month, after the evidence files.
    """
    from harmony_kit.commands import following, pulses

    since = options.pop("since")
    pulses.pulse(folder, following.Looking(**options), since)


COMMANDS = (accord, follow, pulse)
