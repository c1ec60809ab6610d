"""Comms, by which widgets speak, over the tape of a notebook's process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import comm
from comm.base_comm import BaseComm

from harmony_kit.engine.wire import Message

__all__ = ["install_comms", "update_widgets"]


def install_comms(send: Callable[[Message], None]) -> None:
    """Let every comm opened from here on send with `send`."""

    class TapeComm(BaseComm):
        """One comm; what it sends has no answer, for there is no front end."""

        def publish_msg(
            self,
            msg_type: str,
            data: Message | None = None,
            metadata: Message | None = None,
            buffers: list[bytes] | None = None,
            **keys: Any,  # noqa: ANN401 - comm's signature
        ) -> None:
            """Send one message."""
            names = {"comm_id": self.comm_id, "target_name": keys.get("target_name")}
            content = {"data": data or {}, "metadata": metadata or {}, "buffers": buffers or []}
            send({"type": msg_type, **names, **content})

    comm.create_comm = TapeComm


def update_widgets(updates: list[Message]) -> None:
    """Tell widgets the state the front end gave them."""
    manager = comm.get_comm_manager()
    for update in updates:
        target = manager.get_comm(update["comm_id"])
        if target is not None:
            data = {"method": "update", "state": update["state"], "buffer_paths": []}
            content = {"comm_id": update["comm_id"], "data": data}
            target.handle_msg({"content": content, "buffers": []})
