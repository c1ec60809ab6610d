"""The public names of the engine, and the papermill engine called ``harmony``.

`HarmonyEngine` is made when it is first asked for. papermill loads the engines of other packages
while it is itself being imported, so a module that imports papermill in order to define an engine
is asked for the engine before it has one, whenever somebody imports that module first.
"""

from __future__ import annotations

from harmony_kit.running.prepare import prepare_notebook
from harmony_kit.running.request import Listener, RunEvent, RunRequest, RunResult, Status
from harmony_kit.running.runner import Runner

__all__ = [
    "Listener",
    "RunEvent",
    "RunRequest",
    "RunResult",
    "Runner",
    "Status",
    "prepare_notebook",
]


def __getattr__(name: str) -> object:
    if name == "HarmonyEngine":
        import papermill  # noqa: F401  # first, so that it finds this module complete

        from harmony_kit.running.papermill_engine import HarmonyEngine

        return HarmonyEngine
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
