"""The state of a notebook's widgets, kept as a front end keeps it.

A notebook saves it in its metadata, so that a page shows a widget without anyone running it. An
Output widget also collects what is shown while it is active, and hears of it before the next cell.
"""

from __future__ import annotations

import base64
import copy
from typing import Any

from harmony_kit.engine.wire import Message

__all__ = ["OutputWidget", "WidgetStates"]

_MIME_TYPE = "application/vnd.jupyter.widget-state+json"


class OutputWidget:
    """Where outputs go while ``with Output():`` is open."""

    def __init__(self, comm_id: str, outputs: list[Message]) -> None:
        self.comm_id, self.outputs = comm_id, outputs
        self.is_clear_pending = False

    def clear(self, *, is_waiting: bool) -> None:
        """Empty it, now or when the next output arrives."""
        self.is_clear_pending = is_waiting
        if not is_waiting:
            self.outputs = []


class WidgetStates:
    """Every widget of one notebook, by the id of its comm."""

    def __init__(self) -> None:
        self._states: dict[str, Message] = {}
        self._buffers: dict[str, dict[tuple[Any, ...], Message]] = {}
        self._outputs: dict[str, OutputWidget] = {}
        self._active: list[OutputWidget] = []
        self._changed: dict[str, OutputWidget] = {}

    @property
    def capturing(self) -> OutputWidget | None:
        """The Output widget that takes what is shown now."""
        return self._active[-1] if self._active else None

    def start_cell(self) -> None:
        """An Output widget captures the cell that opened it, not the next one."""
        self._active.clear()

    def hear(self, message: Message) -> None:
        """Take in a ``comm_open`` or ``comm_msg``; a closed widget keeps its last state."""
        data, comm_id = message["data"], message["comm_id"]
        if "state" not in data:
            return
        state = data["state"]
        self._states.setdefault(comm_id, {}).update(state)
        for path, buffer in zip(data.get("buffer_paths", ()), message["buffers"], strict=False):
            self._buffers.setdefault(comm_id, {})[tuple(path)] = _encoded(path, buffer)
        if message["type"] == "comm_open" and _is_output(message, state):
            self._outputs[comm_id] = OutputWidget(comm_id, list(state.get("outputs", ())))
        elif "msg_id" in state and comm_id in self._outputs:
            self._switch(self._outputs[comm_id], is_on=bool(state["msg_id"]))

    def note_change(self, widget: OutputWidget) -> None:
        """Remember that `widget` holds other outputs than the notebook's process believes."""
        self._states[widget.comm_id]["outputs"] = widget.outputs
        self._changed[widget.comm_id] = widget

    def take_updates(self) -> list[Message]:
        """What the notebook's process has to hear before its next cell."""
        changed, self._changed = self._changed, {}
        return [
            {"comm_id": comm_id, "state": {"outputs": copy.deepcopy(widget.outputs)}}
            for comm_id, widget in changed.items()
        ]

    def metadata(self) -> Message | None:
        """What goes under ``widgets`` in the notebook's metadata; None without widgets."""
        if not self._states:
            return None
        models = {
            comm_id: self._model(comm_id, state)
            for comm_id, state in self._states.items()
            if "_model_name" in state
        }
        return {_MIME_TYPE: {"state": models, "version_major": 2, "version_minor": 0}}

    def _model(self, comm_id: str, state: Message) -> Message:
        model = {
            "model_name": state.get("_model_name"),
            "model_module": state.get("_model_module"),
            "model_module_version": state.get("_model_module_version"),
            "state": state,
        }
        if buffers := self._buffers.get(comm_id):
            model["buffers"] = list(buffers.values())
        return model

    def _switch(self, widget: OutputWidget, *, is_on: bool) -> None:
        if is_on:
            self._active.append(widget)
        elif widget in self._active:
            self._active.remove(widget)


def _is_output(message: Message, state: Message) -> bool:
    return (
        message.get("target_name") == "jupyter.widget"
        and state.get("_model_module") == "@jupyter-widgets/output"
        and state.get("_model_name") == "OutputModel"
    )


def _encoded(path: list[Any], buffer: str) -> Message:
    # The wire carries bytes as base64 already; decoding proves it before it is saved.
    base64.b64decode(buffer, validate=True)
    return {"data": buffer, "encoding": "base64", "path": path}
