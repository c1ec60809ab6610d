"""Where the form for a respondent alone is reached: on this computer, or in the plant's network."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass

import psutil

from harmony_kit.errors import EngagementError, Problem
from harmony_kit.interview.certificates import Lock, make_lock

__all__ = ["Door", "open_shared_door"]

_PORTS = 20  # tried one after the other, where another form is open already


@dataclass(frozen=True)
class Door:
    """One address of this computer, the ports to try there, and the lock: none on this computer."""

    ports: range
    host: str = "127.0.0.1"
    lock: Lock | None = None

    @property
    def scheme(self) -> str:
        """How its address begins."""
        return "https" if self.lock else "http"

    @staticmethod
    def ports_from(usual: int, chosen: int | None = None) -> range:
        """The port somebody chose and no other, or the first free one from the usual on."""
        return range(chosen, chosen + 1) if chosen else range(usual, usual + _PORTS)


def open_shared_door(host: str, ports: range) -> Door:
    """A door in the network, at an address of this computer, with a lock of its own.

    Raises `EngagementError` when the address is not one of this computer's, or is all of them: a
    guest network and the plant's own would both have the form.
    """
    own = _list_own_addresses()
    if host not in own:
        # A name, 0.0.0.0, :: and an address of yesterday's network all end here.
        is_all = _is_unspecified(host)
        what = (
            f"{host} is every address at once" if is_all else f"{host!r} is none of its addresses"
        )
        allowed = ", ".join(f"{address} ({network})" for address, network in own.items())
        todo = "Name the one in the network of the phone or tablet."
        raise EngagementError(Problem("--share", "this computer", what, allowed, todo))
    return Door(ports, host, make_lock(host))


def _is_unspecified(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False


def _list_own_addresses() -> dict[str, str]:
    """Address → name of its network card; this computer's own last, those with a zone not."""
    found = {
        one.address: card
        for card, addresses in psutil.net_if_addrs().items()
        for one in addresses
        if one.family in (socket.AF_INET, socket.AF_INET6) and "%" not in one.address
    }
    return dict(sorted(found.items(), key=lambda pair: ipaddress.ip_address(pair[0]).is_loopback))
