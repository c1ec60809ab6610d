"""What one run needs, and what it yields; both frozen, both pickle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias

from harmony_kit.errors import RunError

__all__ = ["RunRequest", "RunResult", "Status"]

Status: TypeAlias = Literal["ok", "failed", "crashed", "timeout"]


@dataclass(frozen=True)
class RunRequest:
    """Everything one run of a notebook needs.

    `output` is written once, atomically, when the run is over, whatever its end. `timeout_s`
    bounds the whole notebook and `cell_timeout_s` each cell; None means no bound. `memory_mb`
    is what the notebook may allocate on top of the warm server it starts from; beyond it, Python
    raises MemoryError. `engine` is ``"harmony"`` (a process forked from the warm server) or
    ``"papermill"`` (a fresh kernel). `cwd` None is the caller's working directory.
    """

    notebook: Path
    parameters: Mapping[str, Any]
    output: Path
    cwd: Path | None = None
    timeout_s: float | None = None
    cell_timeout_s: float | None = None
    memory_mb: int | None = None
    engine: str = "harmony"


@dataclass(frozen=True)
class RunResult:
    """How a run ended.

    `status` is ``ok``, ``failed`` (a cell raised), ``crashed`` (the process died: `signal` names
    the signal, if one killed it) or ``timeout``. `error` is None only when ok. `last_lines` is the
    end of what a crashed or timed out notebook printed, `traceback` what a failed cell shows,
    without colours. `seconds` has the stages ``start``, ``prepare``, ``cells``, ``write`` and
    their sum ``total``.
    """

    request: RunRequest
    status: Status
    error: RunError | None = None
    seconds: Mapping[str, float] = field(default_factory=dict)
    signal: str | None = None
    last_lines: str = ""
    traceback: str = ""
