"""The commands about what was agreed: what comes out of it, what is due, what moved since."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from harmony_kit.commands.options import folder_argument

__all__ = ["COMMANDS"]


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


COMMANDS = (accord,)
