"""The fork server, started before everything else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from harmony_kit.engine.server import Server, has_fork_server

__all__ = ["warming"]


@contextmanager
def warming(*, is_wanted: bool = True) -> Iterator[None]:
    """Let the fork server load its libraries while this process still loads its own.

    A runner made inside takes it over, and ends it when it closes: a runner that is closed
    early must not wait for a server that still loads. Without one it ends with the block. Where
    nothing can be forked, nothing is started early.
    """
    server = Server()
    try:
        if is_wanted and has_fork_server():
            server.start()
            server.release()
        yield
    finally:
        server.stop()
