"""What is remembered of files, and when it is not."""

from __future__ import annotations

import os

import pytest

from harmony_kit.errors import FileError, InstrumentError
from harmony_kit.instrument.file import find_instrument, load_instrument
from harmony_kit.instrument.language_files import translation_files
from harmony_kit.instrument.yamlfile import read_yaml, remember


def test_a_copy_with_the_same_content_is_not_read_again(tmp_path):
    first, copy = tmp_path / "a.yaml", tmp_path / "b.yaml"
    for path in (first, copy):
        path.write_text("x: same content")
    made = [object(), object()]
    values = [remember({"test": path}, made.pop) for path in (first, copy)]
    assert values[0] is values[1]


def test_a_change_the_clock_does_not_show_is_seen(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text("x: before")
    kept = path.stat()
    before = remember({"test": path}, path.read_text)
    path.write_text("x: after!")
    os.utime(path, ns=(kept.st_atime_ns, kept.st_mtime_ns))
    assert (before, remember({"test": path}, path.read_text)) == ("x: before", "x: after!")


def test_what_was_read_while_the_file_changed_is_not_kept(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text("x: first")

    def load() -> str:
        path.write_text("x: second")
        return "torn"

    remember({"torn": path}, load)
    path.write_text("x: first")
    assert remember({"torn": path}, lambda: "whole") == "whole"


def test_a_new_translation_is_seen(tmp_path):
    source = find_instrument("it-operations")
    path = tmp_path / source.name
    path.write_bytes(source.read_bytes())
    alone = load_instrument(path)
    german = translation_files(source)["de"]
    path.with_suffix(".de.yaml").write_bytes(german.read_bytes())
    assert (alone.languages, load_instrument(path).languages) == (("en",), ("en", "de"))


def test_a_problem_is_said_each_time_with_the_path_it_was_asked_for(tmp_path):
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text("items: 3")
        with pytest.raises(InstrumentError) as caught:
            load_instrument(tmp_path / name)
        assert {problem.file for problem in caught.value.problems} == {str(tmp_path / name)}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: " + "9" * 10_000, "line 1, column 4: is not valid YAML: a number of 10000 characters"),
        ("b: 1\na: 0x" + "f" * 10_000, "line 2, column 4: is not valid YAML: a number of 10002"),
        ("9" * 500 + ": 1", "line 1, column 1: is not valid YAML: a number of 500 characters"),
        ("a: !!int abc", "line 1, column 4: is not valid YAML: cannot be read as int"),
        ("a: !!int ''", "cannot be read as int"),
        ("a: !!float x", "cannot be read as float"),
        ("a: !!bool perhaps", "cannot be read as bool"),
        ("a: !!timestamp soon", "cannot be read as timestamp"),
        ("a: !!timestamp 2026-13-41", "cannot be read as timestamp"),
        ("a: !!python/object:os.system x", "is not valid YAML"),
        ("a: " + "[" * 5_000, "is not valid YAML"),
    ],
)
def test_a_value_python_chokes_on_is_a_problem_with_a_place(tmp_path, text, said):
    path = tmp_path / "hostile.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FileError) as caught:
        read_yaml(path)
    assert said in str(caught.value)
