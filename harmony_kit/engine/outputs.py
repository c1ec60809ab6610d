"""The outputs of a notebook's cells, folded from messages as a front end folds them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from harmony_kit.engine.streams import Tail
from harmony_kit.engine.widgets import OutputWidget, WidgetStates
from harmony_kit.engine.wire import Message

__all__ = ["STREAM_LIMIT", "Recorder"]

STREAM_LIMIT = 4_000_000
_BEYOND_LIMIT = f"\n[what was printed beyond {STREAM_LIMIT:,} characters is not kept]\n"


class Recorder:
    """Fills ``cell["outputs"]`` while a notebook runs.

    `cells` are the notebook's cells, changed in place. `make` turns an output into the kind of
    dict the notebook is made of. A cell keeps the first `STREAM_LIMIT` characters it prints.
    """

    def __init__(
        self, cells: Sequence[Any], make: Callable[[Message], Any] = lambda output: output
    ) -> None:
        self.widgets = WidgetStates()
        self.tail = Tail()
        self._cells, self._make = cells, make
        self._outputs: list[Any] = []
        self._shown: dict[str, list[Any]] = {}
        self._is_clear_pending = False
        self._segment: dict[str, Any] = {}
        self._n_printed = 0
        self.is_recording = False

    def use(self, cells: Sequence[Any]) -> None:
        """Fill the outputs of these cells from here on."""
        self._cells = cells

    def start_cell(self, index: int) -> None:
        """Everything from here on belongs to this cell."""
        self.is_recording = True
        self._outputs = self._cells[index]["outputs"] = []
        self._is_clear_pending = False
        self._segment = {}
        self._n_printed = 0
        self.widgets.start_cell()

    def write(self, name: str, text: str) -> None:
        """Add text printed to the stream ``stdout`` or ``stderr``."""
        self.tail.add(text)
        room = STREAM_LIMIT - self._n_printed
        self._n_printed += len(text)
        if room > 0:
            self._write(name, text if len(text) <= room else text[:room] + _BEYOND_LIMIT)

    def end_segment(self) -> None:
        """Close a stretch of text whose place among the other outputs is known.

        Inside one, only what a subprocess or C code wrote to both streams is in no certain order;
        standard output then comes first, so that a second run gives the same notebook.
        """
        first, second = self._segment.get("stderr"), self._segment.get("stdout")
        self._segment = {}
        if first is None or second is None or not self._outputs:
            return
        if len(self._outputs) > 1 and self._outputs[-1] is second and self._outputs[-2] is first:
            self._outputs[-2:] = [second, first]

    def apply(self, message: Message) -> None:
        """Take in a message that shows, updates or clears something."""
        self.end_segment()
        kind = message["type"]
        if kind.startswith("comm_"):
            self.widgets.hear(message)
        elif kind == "clear_output":
            self._clear(is_waiting=bool(message["wait"]))
        elif kind == "error":
            self.add({"output_type": "error", **_only(message, "ename", "evalue", "traceback")})
        elif kind in _SHOWING:
            self._show(kind, message)

    def add(self, output: Message) -> Any:  # noqa: ANN401 - whatever kind of dict `make` makes
        """Append an output to the running cell, or to the Output widget that captures."""
        if widget := self.widgets.capturing:
            return self._capture(widget, output)
        self._clear_if_pending()
        made = self._make(output)
        self._outputs.append(made)
        return made

    def _write(self, name: str, text: str) -> None:
        if widget := self.widgets.capturing:
            self._capture(widget, _stream(name, text))
            return
        self._clear_if_pending()
        open_one = self._segment.get(name)
        if open_one is None and self._outputs and _is_stream(self._outputs[-1], name):
            open_one = self._outputs[-1]
        if open_one is None:
            open_one = self.add(_stream(name, text))
        else:
            open_one["text"] += text
        self._segment[name] = open_one

    def _show(self, kind: str, message: Message) -> None:
        display_id = (message.get("transient") or {}).get("display_id")
        for output in self._shown.get(display_id, ()) if display_id else ():
            made = self._make(_only(message, "data", "metadata"))
            output["data"], output["metadata"] = made["data"], made["metadata"]
        if kind == "update_display_data":
            return
        fields = ("execution_count",) if kind == "execute_result" else ()
        output = {"output_type": kind, **_only(message, "data", "metadata", *fields)}
        shown = self.add(output)
        if display_id:
            self._shown.setdefault(display_id, []).append(shown)

    def _clear(self, *, is_waiting: bool) -> None:
        if widget := self.widgets.capturing:
            widget.clear(is_waiting=is_waiting)
            self.widgets.note_change(widget)
        else:
            self._is_clear_pending = True
            if not is_waiting:
                self._clear_if_pending()

    def _clear_if_pending(self) -> None:
        if self._is_clear_pending:
            self._outputs.clear()
            self._segment = {}
            self._is_clear_pending = False

    def _capture(self, widget: OutputWidget, output: Message) -> Message:
        if widget.is_clear_pending:
            widget.clear(is_waiting=False)
        last = widget.outputs[-1] if widget.outputs else None
        if last and output["output_type"] == "stream" and _is_stream(last, output["name"]):
            last["text"] += output["text"]
        else:
            widget.outputs.append(output)
        self.widgets.note_change(widget)
        return output


_SHOWING = ("display_data", "execute_result", "update_display_data")


def _only(message: Message, *names: str) -> Message:
    return {name: message[name] for name in names}


def _stream(name: str, text: str) -> Message:
    return {"output_type": "stream", "name": name, "text": text}


def _is_stream(output: Any, name: str) -> bool:  # noqa: ANN401 - a dict of either kind
    return bool(output["output_type"] == "stream" and output["name"] == name)
