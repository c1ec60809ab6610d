"""The warm process, started before everything else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from harmony_kit.engine.posix import can_fork_warm
from harmony_kit.engine.server import Server

__all__ = ["warming"]


@contextmanager
def warming(*, is_wanted: bool = True) -> Iterator[None]:
    """Let the warm process load its libraries while this one still loads its own.

    A runner made inside takes it over, and ends it when it closes. Without one it ends with the
    block. Where nothing can be forked, nothing is started early.
    """
    if not is_wanted or not can_fork_warm():
        yield
        return
    server = Server()
    server.start()
    server.offer()
    try:
        yield
    finally:
        server.withdraw()
