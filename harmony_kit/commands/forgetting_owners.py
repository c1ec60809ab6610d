"""harmony forget --owner: the name of somebody who owns something, erased for good."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from harmony_kit.commands.accords import renew_accords
from harmony_kit.commands.exchanging import open_store
from harmony_kit.commands.naming import check_names
from harmony_kit.engagement.choosing import refuse, unknown_names
from harmony_kit.engagement.folder import load_engagement
from harmony_kit.journal.commitment import Owner
from harmony_kit.journal.ledger import Ledger

__all__ = ["forget_owner"]


def forget_owner(folder: Path, told: str, *, site: str | None) -> None:
    """Erase what owners of this role or name are called, at a site or everywhere.

    What they own stays with the role; sheets that name them are written anew. Raises
    `EngagementError` where nobody is called so.
    """
    engagement = load_engagement(folder)
    check_names(engagement, sites=[site], is_reading=True)
    with open_store(engagement) as store:
        owners = tuple(_find(store.ledger, told, site))
        known = tuple(sorted({one.role for one in store.ledger.owners(site)}))
        refuse([] if owners else unknown_names("the store", "owner", [told], known))
        n_erased = store.ledger.erase_names([one.id for one in owners])
        n_renewed = renew_accords(engagement, store, [one.site for one in owners])
        store.ledger.clean()
    click.echo(f"{n_erased} names erased, {n_renewed} folders of accords written anew.")
    click.echo(
        "What was printed or sent elsewhere, and other laptops until they merge, have it still."
    )


def _find(ledger: Ledger, told: str, site: str | None) -> Iterator[Owner]:
    names = ledger.names()
    for owner in ledger.owners(site):
        if told.strip().casefold() in (owner.role.casefold(), names.get(owner.id, "").casefold()):
            yield owner
