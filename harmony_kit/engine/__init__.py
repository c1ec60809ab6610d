"""The engine: one notebook in one fresh process, forked from a warm server.

It owns how a notebook is run, watched, limited and ended, and the papermill engine ``harmony``.
It never knows a plant, a report or an answer: of this package it imports errors alone. What its
server should have loaded beside libraries, others register as `harmony_kit.warm_up` entry points.
Start at `runner`, then `course` (one run), `supervision` (its process) and `worker` (inside it).

The names below are made when they are first asked for. papermill loads the engines of other
packages while it is itself being imported, so a module that imports papermill in order to define
an engine is asked for the engine before it has one, whenever somebody imports that module first.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harmony_kit.engine.papermill_engine import HarmonyEngine
    from harmony_kit.engine.prepare import prepare_notebook
    from harmony_kit.engine.request import RunRequest, RunResult, Status
    from harmony_kit.engine.runner import Runner

_HOMES = {
    "HarmonyEngine": "papermill_engine",
    "RunRequest": "request",
    "RunResult": "request",
    "Runner": "runner",
    "Status": "request",
    "prepare_notebook": "prepare",
}

__all__ = [
    "HarmonyEngine",
    "RunRequest",
    "RunResult",
    "Runner",
    "Status",
    "prepare_notebook",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    if name == "HarmonyEngine":
        import papermill  # noqa: F401  # first, so that it finds this module complete
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
