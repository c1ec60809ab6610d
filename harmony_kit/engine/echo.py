"""What papermill does with outputs while a notebook runs: log lines, files, saving now and then."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, TextIO

from harmony_kit.engine.wire import Message

__all__ = ["Echo"]

logger = logging.getLogger("papermill")  # its own, so that its settings apply


class Echo:
    """Passes on what a notebook shows; `options` are papermill's."""

    def __init__(self, nb_man: Any, options: Mapping[str, Any]) -> None:  # noqa: ANN401 - papermill's
        self._nb_man = nb_man
        self._is_logged = bool(options.get("log_output"))
        self._files: dict[str, TextIO | None] = {
            "stdout": options.get("stdout_file"),
            "stderr": options.get("stderr_file"),
        }
        self._begun = {"stdout": "", "stderr": ""}

    def text(self, name: str, text: str) -> None:
        """Copy text at once, log it line by line."""
        if file := self._files[name]:
            file.write(text)
            file.flush()
        if self._is_logged:
            *lines, self._begun[name] = (self._begun[name] + text).split("\n")
            for line in lines:
                self._log(name, line)
        self._nb_man.autosave_cell()

    def message(self, message: Message) -> None:
        """Log what else a cell shows, as text."""
        if message["type"] == "cell_done":
            self.end()
        plain = message.get("data", {}).get("text/plain")
        if self._is_logged and isinstance(plain, str):
            logger.info(plain)
        self._nb_man.autosave_cell()

    def end(self) -> None:
        """Log lines that were begun; nothing will end them."""
        for name, line in self._begun.items():
            if line:
                self._log(name, line)
        self._begun = dict.fromkeys(self._begun, "")

    def _log(self, name: str, line: str) -> None:
        logger.log(logging.WARNING if name == "stderr" else logging.INFO, line)
