"""What the fork server loads once, so that no notebook has to.

Imported by name in the server and nowhere else. The server must stay single-threaded: a fork
while OpenBLAS works hangs the child, hence one thread, chosen before numpy loads. What it computes
to warm up is done before it forks. It reads no Arrow file and opens no ZMQ context either; their
threads would not survive a fork.

The standard library's server swallows an ImportError, so what is missing is kept in `MISSING`,
for the first notebook to say.
"""

from __future__ import annotations

import gc
import importlib
import importlib.util
import io
import os
from collections.abc import Callable
from importlib.metadata import entry_points

from harmony_kit.engine.imports import without_iri_grammar

__all__ = ["MISSING", "WARM_UP"]

#: Entry points of this group are called once in the server; they must start no thread.
WARM_UP = "harmony_kit.warm_up"

for _library in ("OPENBLAS", "OMP", "MKL"):
    # Also 3.5 times faster than several threads on matrices as small as ours.
    os.environ[f"{_library}_NUM_THREADS"] = "1"
# pandas loads Arrow, whose allocator would start a thread to tidy up.
os.environ["JE_ARROW_MALLOC_CONF"] = "background_thread:false"

_MODULES = (
    "pandas",
    "scipy.stats",
    "papermill",
    "IPython.core.interactiveshell",
    "IPython.core.completer",
    "comm",
    "ipykernel.zmqshell",
    "harmony_kit.engine.worker",
)
#: What other people's notebooks draw with; the reports need none of it.
_DRAWING = (
    "matplotlib.pyplot",
    "matplotlib.backends.backend_agg",
    "matplotlib.backends.backend_svg",
    "matplotlib_inline.backend_inline",
)

_NOTEBOOK = """{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": %d}"""
#: Versions of the notebook format in use; each has a schema.
_MINORS = (4, 5)


def _load() -> tuple[str, ...]:
    missing = []
    drawing = _DRAWING if _is_there("matplotlib") else ()
    with without_iri_grammar():
        for name in (*_MODULES, *drawing):
            try:
                importlib.import_module(name)
            except ImportError as cause:
                missing.append(f"{name} ({cause})")
    # A warm-up that collects garbage need not look through all the libraries again.
    gc.freeze()
    for warm_up in (_warm_table, _warm_chart, _warm_notebook, _warm_shell, _warm_others):
        _try(warm_up, missing)
    return tuple(missing)


def _is_there(name: str) -> bool:
    return importlib.util.find_spec(name) is not None


def _try(warm_up: Callable[[], None], missing: list[str]) -> None:
    try:
        warm_up()
    except Exception as cause:  # noqa: BLE001 - a cold server works too, and says why it is cold
        missing.append(f"{warm_up.__name__} ({type(cause).__name__}: {cause})")


def _warm_chart() -> None:
    """Fonts are found and measured, both renderers loaded, where matplotlib is installed."""
    if not _is_there("matplotlib"):
        return
    import matplotlib as mpl

    with mpl.rc_context():
        mpl.use("Agg")
        from matplotlib import pyplot as plt
        from matplotlib.backends.registry import backend_registry

        backend_registry.list_all()  # also those of other packages, else read in every child

        figure, axes = plt.subplots(figsize=(2, 2))
        axes.barh(["a", "b"], [1.0, 2.5], label="c")
        axes.plot([0, 1], [0, 1])
        axes.set_title("title")
        axes.legend()
        for kind in ("svg", "png"):
            figure.savefig(io.BytesIO(), format=kind, bbox_inches="tight")
        plt.close("all")


def _warm_table() -> None:
    import pandas as pd

    frame = pd.DataFrame({"a": [1.0, 2.0], "b": ["x", "y"]})
    frame.groupby("b").mean().to_html()
    repr(frame)


def _warm_notebook() -> None:
    """The schemas of notebooks are compiled."""
    import nbformat

    for minor in _MINORS:
        nbformat.reads(_NOTEBOOK % minor, as_version=4)


def _warm_shell() -> None:
    """Everything a shell loads when it is first made and used; the shell itself is dropped."""
    from harmony_kit.engine.shell import warm_up_shell

    warm_up_shell()


def _warm_others() -> None:
    """What other packages want to have loaded, and computed once, before anything is forked."""
    for entry in entry_points(group=WARM_UP):
        entry.load()()


# Loading makes hardly any garbage, and each search for it would take longer than the one before.
gc.disable()
MISSING = _load()
gc.collect()
# What is here now is shared by every child; moved out of the collector's sight, its pages stay so.
gc.freeze()
gc.enable()
