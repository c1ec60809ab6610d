"""harmony instrument: new, check, show, diff."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from harmony_kit.engagement.folder import load_engagement
from harmony_kit.errors import InstrumentError, Problem
from harmony_kit.files import write_whole
from harmony_kit.instrument.file import find_instrument, load_instrument
from harmony_kit.instrument.language_files import package_file
from harmony_kit.instrument.model import Instrument, Item
from harmony_kit.instrument.overlay import OWN

__all__ = ["check", "diff", "new", "show"]


def new(path: Path, *, extends: str | None) -> None:
    """Write a first instrument that is right, to be changed; an existing file is kept."""
    if path.exists():
        todo = "Choose another name, or move it away."
        raise InstrumentError(Problem(str(path), "", "is already there", todo=todo))
    if extends:
        find_instrument(extends)
    name = "own_questions.yaml" if extends else "own_instrument.yaml"
    text = package_file("instrument", "starts", name).read_text(encoding="utf-8")
    write_whole(path, text.replace("it-operations", extends or "it-operations").encode())
    load_instrument(path)
    click.echo(f"{path}: change it, then: harmony instrument check {path}")
    click.echo(f"  to ask it, write into engagement.yaml: instrument: {path.name}")


def _open(name: str) -> Instrument:
    """An instrument by its file, by its id, or by the engagement folder that asks it."""
    path = Path(name)
    if (path / "engagement.yaml").is_file():
        return load_engagement(path).instrument
    if path.suffix in (".yaml", ".yml"):
        return load_instrument(path)
    return load_instrument(find_instrument(name))


def check(name: str) -> None:
    """Say what an instrument holds; raises `InstrumentError` with everything wrong in it."""
    instrument = _open(name)
    n_own = sum(item.id.startswith(OWN) for item in instrument.items)
    own = f", {n_own} of them own" if n_own else ""
    click.echo(f"{instrument.id} version {instrument.version}: {len(instrument.items)} items{own}")
    for language in instrument.languages:
        click.echo(f"  {language}: {instrument.coverage(language):.0%} of the texts")
    click.secho("Nothing is wrong.", fg="green", bold=True)


def show(name: str, *, language: str | None) -> None:
    """Print what is asked, chapter by chapter."""
    instrument = _open(name)
    if language not in (None, *instrument.languages):
        allowed = ", ".join(instrument.languages)
        raise InstrumentError(Problem(name, "--lang", f"no wording in {language!r}", allowed))
    title = instrument.text("title", language)
    click.secho(f"{title} ({instrument.id} version {instrument.version})", bold=True)
    for dimension in instrument.dimensions:
        click.echo("")
        click.secho(instrument.text(f"dimension.{dimension.id}.name", language), bold=True)
        for item in instrument.items:
            if item.dimension == dimension.id:
                for line in _tell(item, instrument, language):
                    click.echo(line)


def _tell(item: Item, instrument: Instrument, language: str | None) -> Iterator[str]:
    marks = [item.kind, "mirrored" if item.mirrored else "", f"per {item.per}" if item.per else ""]
    yield f"  {item.id}  [{', '.join(filter(None, marks))}]"
    wordings = dict.fromkeys(
        instrument.question(item.id, lens, language) for lens in instrument.lens_ids
    )
    yield from (f"    {wording}" for wording in wordings)
    if item.scale:
        points = range(1, instrument.scale(item.scale).points + 1)
        said = [f"{p} {instrument.text(f'scale.{item.scale}.{p}', language)}" for p in points]
        yield f"    {' · '.join(said)}"


def diff(before: str, after: str) -> int:
    """Print what changed and what it means for answers; returns 1 if anything did."""
    old, new_one = _open(before), _open(after)
    lines = list(_compare(old, new_one))
    for line in lines:
        click.echo(line)
    if not lines:
        click.echo("Both ask the same.")
        return 0
    is_same = (old.id, old.version) == (new_one.id, new_one.version)
    if is_same and any(f" {OWN}" not in line for line in lines):
        name = f"{old.id} version {old.version}"
        click.secho(f"Both call themselves {name}: raise the version.", fg="yellow")
    return 1


def _compare(old: Instrument, new_one: Instrument) -> Iterator[str]:
    ids = {item.id for item in old.items}, {item.id for item in new_one.items}
    for item in old.items:
        if item.id not in ids[1]:
            yield f"gone      {item.id} (its answers are kept and no longer reported)"
    for item in new_one.items:
        if item.id not in ids[0]:
            yield f"new       {item.id} (asked from now on)"
        elif changes := _changes(old, new_one, item.id):
            yield f"changed   {item.id}: {', '.join(changes)} (not compared with earlier answers)"
        elif _wordings(old, item.id) != _wordings(new_one, item.id):
            yield f"reworded  {item.id} (not compared with earlier answers)"


def _changes(old: Instrument, new_one: Instrument, item_id: str) -> list[str]:
    one, other = old.item(item_id), new_one.item(item_id)
    names = ("kind", "k", "mirrored", "per", "group", "dimension", "relevant", "constraint")
    changed = [name for name in names if getattr(one, name) != getattr(other, name)]
    if _answers(old, item_id) != _answers(new_one, item_id):
        changed.append("scale" if other.scale else "options")
    return changed


def _answers(instrument: Instrument, item_id: str) -> tuple[str, ...]:
    item = instrument.item(item_id)
    if item.scale:
        return instrument.scale(item.scale).anchors
    return instrument.option_ids(item_id)


def _wordings(instrument: Instrument, item_id: str) -> list[str]:
    return [instrument.question(item_id, lens) for lens in instrument.lens_ids]
