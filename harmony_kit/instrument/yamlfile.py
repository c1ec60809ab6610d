"""YAML files people write by hand: read strictly, with every problem at its place."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from harmony_kit.errors import FileError, Problem

__all__ = ["list_problems", "read_yaml", "remember"]

_Value = TypeVar("_Value")
_N_REMEMBERED = 32
_MOST_DIGITS = 40
_remembered: dict[Hashable, Any] = {}


class _StrictLoader(yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader):  # type: ignore[misc]
    """YAML takes the last of two equal keys silently; a questionnaire must not.

    A value that is not what its tag or its look says, as ``!!int x`` or a number of ten thousand
    digits, is a problem with a place, not an error of Python's.
    """

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:  # noqa: ANN401, FBT001, FBT002 - PyYAML's
        is_scalar = isinstance(node, yaml.ScalarNode)
        kind = node.tag.rsplit(":", 1)[-1]
        if is_scalar and kind in ("int", "float") and len(node.value) > _MOST_DIGITS:
            what = f"a number of {len(node.value)} characters is more than anything here can be"
            raise yaml.constructor.ConstructorError(None, None, what, node.start_mark)
        try:
            return super().construct_object(node, deep=deep)
        except (ValueError, LookupError, TypeError, AttributeError, OverflowError) as cause:
            what = f"cannot be read as {kind}"
            raise yaml.constructor.ConstructorError(None, None, what, node.start_mark) from cause


def _construct_mapping(loader: _StrictLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: dict[Any, int] = {}
    for key_node, _ in node.value:
        if key_node.tag == "tag:yaml.org,2002:merge":
            continue
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, Hashable):
            what = "a key must be a word"
            raise yaml.constructor.ConstructorError(None, None, what, key_node.start_mark)
        if key in seen:
            what = f"the key {key!r} stands twice, first in line {seen[key]}"
            raise yaml.constructor.ConstructorError(None, None, what, key_node.start_mark)
        seen[key] = key_node.start_mark.line + 1
    loader.flatten_mapping(node)
    return dict(loader.construct_pairs(node, deep=True))


_StrictLoader.add_constructor("tag:yaml.org,2002:map", _construct_mapping)
# Dates and "yes"/"no" stay the text that was typed: ids and labels are text here. Only "true"
# and "false" are truths; pydantic reads "yes" and "no" where a truth is due.
_StrictLoader.yaml_implicit_resolvers = {
    first: [
        (tag, regexp)
        for tag, regexp in pairs
        if not tag.endswith(":timestamp") and not (tag.endswith(":bool") and first not in "tTfF")
    ]
    for first, pairs in _StrictLoader.yaml_implicit_resolvers.items()
}


def read_yaml(path: Path, error: type[FileError] = FileError) -> dict[str, Any]:
    """The mapping in a YAML file.

    Raises `error` (a `FileError`) when the file is missing, empty, not UTF-8, not YAML, has a
    key twice, or is not a mapping.
    """
    name = str(path)
    try:
        content = yaml.load(path.read_text(encoding="utf-8-sig"), Loader=_StrictLoader)  # noqa: S506 - a SafeLoader
    except FileNotFoundError:
        raise error(Problem(name, "", "there is no such file")) from None
    except OSError as cause:
        raise error(Problem(name, "", f"cannot be read ({cause.strerror})")) from cause
    except UnicodeDecodeError as cause:
        problem = Problem(name, "", "is not text in UTF-8", todo="Save it again as UTF-8.")
        raise error(problem) from cause
    except yaml.MarkedYAMLError as cause:
        mark = cause.problem_mark
        where = f"line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise error(Problem(name, where, f"is not valid YAML: {cause.problem}")) from cause
    except (yaml.YAMLError, RecursionError) as cause:
        why = "it is nested too deeply" if isinstance(cause, RecursionError) else cause
        raise error(Problem(name, "", f"is not valid YAML: {why}")) from cause
    if content is None:
        raise error(Problem(name, "", "is empty"))
    if not isinstance(content, dict):
        raise error(Problem(name, "", "must be a mapping of keys to values"))
    return content


def remember(files: Mapping[str, Path], load: Callable[[], _Value]) -> _Value:
    """What `load` makes of these files, made once for what is in them.

    The key is the content, not a time of change: a file saved twice within one tick of the clock
    is read again, and a copy elsewhere is not. `files` maps what each is to the loader to its
    path; the value must be frozen, for it is shared. Nothing is kept when `load` raises, or when
    a file changed meanwhile.
    """
    key = _contents(files)
    if key is None:
        return load()
    if key in _remembered:
        found: _Value = _remembered[key]
        return found
    value = load()
    if _contents(files) == key:
        while len(_remembered) >= _N_REMEMBERED:
            _remembered.pop(next(iter(_remembered)), None)
        _remembered[key] = value
    return value


def _contents(files: Mapping[str, Path]) -> Hashable:
    """Every file's content by its name; None where one cannot be read, for `load` to say why."""
    try:
        return tuple((name, path.read_bytes()) for name, path in sorted(files.items()))
    except OSError:
        return None


def _path_of(parts: tuple[int | str, ...], prefix: str) -> str:
    path = prefix
    for part in parts:
        if part == "":
            continue
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else str(part)
    return path


def list_problems(cause: ValidationError, file: str, prefix: str = "") -> list[Problem]:
    """The problems of a pydantic error, each with its path in the file."""
    entries = cause.errors(include_url=False)
    return [
        Problem(file, _path_of(entry["loc"], prefix), _plain_words(entry))
        for entry in entries
        if not _is_echo(entry, entries)
    ]


def _is_echo(entry: ErrorDetails, entries: list[ErrorDetails]) -> bool:
    """Whether a list is called too short only because its entries could not be read."""
    place = entry["loc"]
    return entry["type"] == "too_short" and any(
        other["loc"][: len(place)] == place and other["loc"] != place for other in entries
    )


#: What pydantic calls an error → what to say; filled from the error's context and input.
_WORDS: Mapping[str, str] = {
    "extra_forbidden": "this key is not known here",
    "missing": "this key is missing",
    "string_type": "must be text; put it in quotes",
    "string_too_short": "must not be empty",
    "string_too_long": "must not be longer than {max_length} characters",
    "string_pattern_mismatch": "{input!r} does not fit the pattern {pattern}",
    "too_short": "has {actual_length} entries, needs at least {min_length}",
    "too_long": "has {actual_length} entries, may have at most {max_length}",
    "literal_error": "{input!r} is not one of {expected}",
    "tuple_type": "must be a list",
    "list_type": "must be a list",
    "dict_type": "must be a mapping of keys to values",
    "model_type": "must be a mapping of keys to values",
    "bool_type": "must be yes or no",
    "bool_parsing": "must be yes or no",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "greater_than_equal": "must be {ge} or more",
    "less_than_equal": "must be {le} or less",
}


def _plain_words(entry: ErrorDetails) -> str:
    words = _WORDS.get(entry["type"])
    if words is None:
        return entry["msg"].removeprefix("Value error, ")
    return words.format(input=entry["input"], **entry.get("ctx", {}))
