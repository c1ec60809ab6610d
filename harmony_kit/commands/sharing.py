"""harmony interview --self and --share: the form for respondents, here or on a tablet."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import click

from harmony_kit.commands.interviewing import engagement_key, open_reception
from harmony_kit.commands.naming import check_names
from harmony_kit.engagement.choosing import first_site
from harmony_kit.engagement.folder import load_engagement
from harmony_kit.interview.doors import Door, open_shared_door
from harmony_kit.interview.launch import port_of
from harmony_kit.interview.pocket import Pocket, serve_pocket

__all__ = ["serve_form"]


def serve_form(
    folder: Path, *, site: str | None, share: str | None, port: int | None, browse: bool
) -> None:
    """Serve the form to respondents until Ctrl+C: no notes, nobody else, larger type.

    Raises `EngagementError` when the engagement cannot be used or has no such site, and when the
    address to share it at is not this computer's.
    """
    engagement = load_engagement(folder)
    first_site(engagement)
    check_names(engagement, sites=[site])
    pocket = Pocket(
        lambda: open_reception(engagement, site, self_service=True), engagement_key(engagement)
    )
    ports = Door.ports_from(port_of(engagement.folder), port)
    door = Door(ports) if share is None else open_shared_door(share, ports)
    serve_pocket(pocket, door, tell=_teller(door), browse=browse and share is None)


def _teller(door: Door) -> Callable[[str], None]:
    return _tell_here if door.lock is None else lambda address: _tell_shared(address, door)


def _tell_here(address: str) -> None:
    click.echo(f"The form for a respondent alone, on this computer: {address}")
    click.echo("It opens this form and nothing else. Ctrl-C ends it.")


def _tell_shared(address: str, door: Door) -> None:
    click.echo(f"The form for a phone or tablet in this network: {address}")
    if door.lock:
        click.echo(f"SHA-256 of its certificate: {door.lock.fingerprint}")
    click.echo("The device warns once, because nobody signed the certificate: compare the numbers.")
    click.echo("Whoever has the address can open this form, and nothing else. Ctrl-C ends it.")
    if sys.stdout.isatty():
        _draw_code(address)


def _draw_code(address: str) -> None:
    """The address as a QR code, for a camera: nobody types a key without a mistake."""
    try:
        import segno
    except ImportError:
        return
    segno.make(address, error="l", micro=False).terminal(compact=True)
