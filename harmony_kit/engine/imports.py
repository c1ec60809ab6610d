"""Importing the notebook libraries without what they load for nothing."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator

__all__ = ["without_iri_grammar"]

_GRAMMAR = "rfc3987_syntax"


@contextlib.contextmanager
def without_iri_grammar() -> Iterator[None]:
    """Keep jsonschema from compiling a grammar of IRIs: 1.1 s, for a check nobody needs.

    Import nbformat, papermill or nbconvert for the first time inside this. They import jsonschema,
    which tries ``rfc3987_syntax`` where JupyterLab has installed it; None in sys.modules makes
    that import fail, as it does where it is not installed. Afterwards it can be imported again.
    """
    if _GRAMMAR in sys.modules:
        yield
        return
    sys.modules[_GRAMMAR] = None  # type: ignore[assignment]  # the documented way to block a module
    try:
        yield
    finally:
        sys.modules.pop(_GRAMMAR, None)
