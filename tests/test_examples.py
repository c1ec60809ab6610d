"""The examples in the docstrings of the measures give what they show."""

from __future__ import annotations

import doctest
import inspect
import pkgutil
from importlib import import_module

import pytest

import harmony_kit.measures as room

MODULES = [
    import_module(f"{room.__name__}.{found.name}") for found in pkgutil.iter_modules(room.__path__)
]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__.rsplit(".")[-1])
def test_examples_show_what_comes_out(module):
    failed, _ = doctest.testmod(module, optionflags=doctest.NORMALIZE_WHITESPACE)
    assert failed == 0


def _is_measure(name, value):
    verbs = ("measure_", "summarise_", "plan_", "expected_", "list_evidence", "time_", "share_")
    gives = inspect.isfunction(value) and inspect.signature(value).return_annotation
    return gives == "pd.DataFrame" and name.startswith(verbs)


def test_every_measure_has_an_example():
    public = [(m, name, getattr(m, name)) for m in MODULES for name in getattr(m, "__all__", ())]
    measures = [(m, name, one) for m, name, one in public if _is_measure(name, one)]
    without = {
        name
        for module, name, measure in measures
        if f"{name}("
        not in "".join(
            example.source
            for text in (module.__doc__, measure.__doc__)
            for example in doctest.DocTestParser().get_examples(text)
        )
    }
    assert without == set()
    assert len(measures) >= 19
