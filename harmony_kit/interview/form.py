"""The form: one widget that draws what `Reception` says. Everything it decides is drawing."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from harmony_kit.interview.accent import DARK_GROUND, LIGHT_GROUND, readable_accent
from harmony_kit.interview.reception import Reception
from harmony_kit.interview.sentences import load_wording

__all__ = ["InterviewForm"]

_STATIC = Path(str(files("harmony_kit"))) / "interview" / "static"
#: Read in this order into one module: the browser gets a single file and nothing is built.
_SCRIPTS = ("elements.js", "link.js", "inputs.js", "pages.js", "form.js")


def _read(*names: str) -> str:
    return "\n".join((_STATIC / name).read_text(encoding="utf-8") for name in names)


class InterviewForm(anywidget.AnyWidget):
    """The interview in a notebook.

    The page sends messages and draws replies (see `harmony_kit.interview.reception`); nothing a
    respondent says is kept in the widget's state, so nothing of it is saved in a notebook.
    """

    _esm = _read(*_SCRIPTS)
    _css = _read("form.css")

    #: What does not change while the form lives: names, colours, the first language's texts.
    setting = traitlets.Unicode().tag(sync=True)

    def __init__(self, reception: Reception, *, key: str) -> None:
        setting = reception.desk.setting
        fixed = {
            "key": key,
            "client": setting.client,
            "is_self_service": setting.is_self_service,
            "light": readable_accent(setting.colour, LIGHT_GROUND),
            "dark": readable_accent(setting.colour, DARK_GROUND),
            "wording": load_wording(reception.language),
        }
        super().__init__(setting=json.dumps(fixed, ensure_ascii=False, sort_keys=True))
        self.reception = reception
        self.on_msg(self._receive)

    def _receive(self, _: object, message: Any, __: object) -> None:  # noqa: ANN401 - JSON
        self.send(self.reception.handle(message))
