"""What is remembered of files, and when it is not."""

from __future__ import annotations

import os

import pytest

from harmony_kit.errors import InstrumentError
from harmony_kit.instrument.file import find_instrument, load_instrument
from harmony_kit.instrument.language_files import translation_files
from harmony_kit.instrument.yamlfile import remember


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
