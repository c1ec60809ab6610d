"""The form: one widget that draws what `Reception` says. Everything it decides is drawing."""

from __future__ import annotations

from typing import Any

import anywidget
import traitlets

from harmony_kit.interview.appearance import FORM_SCRIPTS, FORM_STYLE, describe_form, read_static
from harmony_kit.interview.reception import Reception

__all__ = ["InterviewForm"]


class InterviewForm(anywidget.AnyWidget):
    """The interview in a notebook.

    The page sends messages and draws replies (see `harmony_kit.interview.reception`); nothing a
    respondent says is kept in the widget's state, so nothing of it is saved in a notebook.
    """

    _esm = read_static(*FORM_SCRIPTS)
    _css = read_static(FORM_STYLE)

    #: What does not change while the form lives: names, colours, the first language's texts.
    setting = traitlets.Unicode().tag(sync=True)

    def __init__(self, reception: Reception, *, key: str) -> None:
        super().__init__(setting=describe_form(reception, key=key))
        self.reception = reception
        self.on_msg(self._receive)

    def _receive(self, _: object, message: Any, __: object) -> None:  # noqa: ANN401 - JSON
        self.send(self.reception.handle(message))
