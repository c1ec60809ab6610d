"""The examples in the docstrings of the measures and in docs/method.md give what they show."""

from __future__ import annotations

import doctest
import inspect
import pkgutil
import re
from importlib import import_module
from pathlib import Path

import pytest

import harmony_kit.measures as room

MODULES = [
    import_module(f"{room.__name__}.{found.name}") for found in pkgutil.iter_modules(room.__path__)
]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__.rsplit(".")[-1])
def test_examples_show_what_comes_out(module):
    failed, _ = doctest.testmod(module, optionflags=doctest.NORMALIZE_WHITESPACE)
    assert failed == 0


@pytest.mark.slow
def test_the_worked_examples_of_the_method_give_what_it_says():
    page = (Path(__file__).parent.parent / "docs" / "method.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```pycon\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    parser, told = doctest.DocTestParser(), "\n".join(blocks)
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    result = runner.run(parser.get_doctest(told, {}, "method.md", "method.md", 0))
    assert (len(blocks), result.failed) == (13, 0)


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
