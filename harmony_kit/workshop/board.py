"""The board: one widget that draws what `Host` says. Everything it decides is drawing."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import anywidget
import traitlets

from harmony_kit.accent import DARK_GROUND, LIGHT_GROUND, readable_accent
from harmony_kit.interview.appearance import FORM_STYLE, SHARED_SCRIPTS, read_static
from harmony_kit.workshop.host import Host
from harmony_kit.workshop.scene import load_board_texts

__all__ = ["BoardLook", "WorkshopBoard"]

_STATIC = Path(str(files("harmony_kit"))) / "workshop" / "static"

#: For whom it is drawn: a room before a projector, or two people at a laptop.
BoardLook = Literal["projector", "laptop"]


def _read(name: str) -> str:
    return (_STATIC / name).read_text(encoding="utf-8")


class WorkshopBoard(anywidget.AnyWidget):
    """The workshop in a notebook, drawn with the interview's own questions and save path.

    Nothing that is said is kept in the widget's state, so nothing of it is saved in a notebook.
    """

    _esm = read_static(*SHARED_SCRIPTS) + "\n" + _read("board.js")
    _css = read_static(FORM_STYLE) + "\n" + _read("board.css")

    #: What does not change while the board lives: names, colours, the first language's texts.
    setting = traitlets.Unicode().tag(sync=True)

    def __init__(self, host: Host, *, key: str, client: str, colour: str, look: BoardLook) -> None:
        fixed = {
            "key": f"workshop/{key}",
            "client": client,
            "is_self_service": False,
            "look": look,
            "light": readable_accent(colour, LIGHT_GROUND),
            "dark": readable_accent(colour, DARK_GROUND),
            "wording": load_board_texts(host.standing.language),
        }
        super().__init__(setting=json.dumps(fixed, ensure_ascii=False, sort_keys=True))
        self.host = host
        self.on_msg(self._receive)

    def _receive(self, _: object, message: Any, __: object) -> None:  # noqa: ANN401 - JSON
        self.send(self.host.handle(message))
