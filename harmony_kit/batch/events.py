"""What a run tells while it happens, and what it did when it is over."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias

from harmony_kit.errors import HarmonyError

__all__ = ["BatchEvent", "BatchResult", "Listener"]


@dataclass(frozen=True)
class BatchEvent:
    """Something to show while a batch runs.

    `kind` is ``planned`` (`n` reports are due), ``stage`` (a report entered `stage`), ``made`` or
    ``failed`` (a report was published, or the page of its failure; `text` says why).
    """

    kind: Literal["planned", "stage", "made", "failed"]
    name: str = ""
    stage: str = ""
    n: int = 0
    seconds: float = 0.0
    text: str = ""


@dataclass(frozen=True)
class BatchResult:
    """What a run did.

    `failed` maps sites to a plain sentence, in English as the command line is; `stopped` says what
    failed again and again until no further report was started; `trouble` is what is wrong with
    none of them: why they did not arrive where they were to go as well, or who was to make them is
    gone; `n_left` reports were due and not started because of a
    failure; `run` is the content of run.json; `told` is what else whoever ran it should know: waves
    that moved, notebooks of their own, files they had changed by hand.
    """

    reports: Path
    made: tuple[str, ...]
    failed: Mapping[str, str] = field(default_factory=dict)
    trouble: HarmonyError | None = None
    stopped: str = ""
    n_current: int = 0
    n_left: int = 0
    seconds: float = 0.0
    run: Mapping[str, Any] = field(default_factory=dict)
    told: tuple[str, ...] = ()

    @property
    def index(self) -> Path:
        """The page that lists every site."""
        return self.reports / "index.html"

    @property
    def is_ok(self) -> bool:
        """Whether everything that was asked for is there."""
        return not self.failed and not self.n_left and self.trouble is None


Listener: TypeAlias = Callable[[BatchEvent], None]
