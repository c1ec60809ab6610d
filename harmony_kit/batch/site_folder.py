"""An engagement folder cut down to one site, or to some of many: nothing in it that grows.

A notebook reads this folder and not the engagement's: it would else read the evidence of every
site to make the report of one, and the hashes in its provenance would change with every other
site's rows. It holds no answers, and not the store's URL, which may carry a password.
"""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from harmony_kit.engagement.folder import Engagement, Site
from harmony_kit.engagement.site_notes import NOTES, find_note
from harmony_kit.instrument.file import instrument_files
from harmony_kit.instrument.yamlfile import read_yaml

__all__ = ["SiteFolders"]


class SiteFolders:
    """The folders of an engagement's sites, below ``.harmony/sites``."""

    def __init__(self, engagement: Engagement) -> None:
        self._engagement = engagement
        # A redacted report is made of a folder that says so, beside that of the ordinary one.
        edition = "redacted" if engagement.settings.redacted else ""
        self._root = Path(".harmony", edition, "sites")

    def folder(self, site: str) -> Path:
        """Where the folder of a site is."""
        return self._engagement.folder / self._root / site

    def place(self, site: str) -> str:
        """Where that is, seen from the engagement folder."""
        return (self._root / site).as_posix()

    def write(self, site: str) -> Path:
        """Bring the folder of a site up to date."""
        wanted = {**self._common, "sites.csv": _site_rows([self._engagement.site(site)])}
        for name, (frame, rows) in self._evidence.items():
            if site in rows:
                wanted[f"{name}.csv"] = _csv_bytes(frame.iloc[rows[site]])
        note = find_note(self._engagement.folder, site, self._engagement.wave)
        if note and not self._engagement.settings.redacted:
            wanted[f"{NOTES}/{site}.md"] = note.read_bytes()
        return self._bring(site, wanted)

    def write_some(self, name: str, sites: Sequence[str], *, division: str) -> Path:
        """Bring a folder with some of the sites up to date, without use and notes.

        It says of which `division` they are; empty: they are all.
        """
        told = {"division": division} if division else {}
        settings = {**yaml.safe_load(self._common["engagement.yaml"]), **told}
        common = {**self._common, "engagement.yaml": _dump(settings)}
        wanted = {**common, "sites.csv": _site_rows([*map(self._engagement.site, sites)])}
        for evidence in ("decisions", "pilots"):
            frame, rows = self._evidence[evidence]
            here = sorted(row for site in sites for row in rows.get(site, ()))
            if here:
                wanted[f"{evidence}.csv"] = _csv_bytes(frame.iloc[here])
        return self._bring(name, wanted)

    def _bring(self, place: str, wanted: Mapping[str, bytes]) -> Path:
        folder = self.folder(place)
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in wanted.items():
            path = folder / name
            path.parent.mkdir(exist_ok=True)
            if not path.is_file() or path.read_bytes() != content:
                # Whatever may cut this short, the next run finds other bytes and writes it again.
                path.write_bytes(content)
        for path in filter(Path.is_file, [*folder.rglob("*")]):
            if path.relative_to(folder).as_posix() not in wanted:
                path.unlink()
        return folder

    def remove(self, site: str) -> None:
        """Remove the folder of a site that is gone."""
        shutil.rmtree(self.folder(site), ignore_errors=True)

    @cached_property
    def _common(self) -> dict[str, bytes]:
        """The files that are the same for every site, by name."""
        source = self._engagement.folder
        settings = read_yaml(source / "engagement.yaml")
        settings.pop("store", None)
        settings["redacted"] = self._engagement.settings.redacted
        (settings.get("brand") or {}).pop("logo", None)  # the frame of a page comes later
        paths = sorted(source.glob("playbook*.yaml"))
        instrument = self._engagement.instrument_path
        if instrument.parent == source:
            own = instrument_files(instrument).values()
            paths += [path for path in own if path.parent == source]
        files = {path.name: path.read_bytes() for path in paths if path.is_file()}
        return {**files, "engagement.yaml": _dump(settings)}

    @cached_property
    def _evidence(self) -> dict[str, tuple[pd.DataFrame, dict[Any, Any]]]:
        """Name of an evidence file → its frame, and the rows of each site in it."""
        evidence = self._engagement.evidence
        frames = {name: getattr(evidence, name) for name in ("decisions", "pilots", "usage")}
        return {name: (f, dict(f.groupby("site").indices)) for name, f in frames.items()}


def _dump(settings: Mapping[str, object]) -> bytes:
    return yaml.safe_dump(settings, allow_unicode=True, sort_keys=True).encode()


def _site_rows(sites: Sequence[Site]) -> bytes:
    rows = [_site_row(site) for site in sites]
    text = io.StringIO(newline="")
    columns = dict.fromkeys(name for row in rows for name in row)
    writer = csv.DictWriter(text, list(columns), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def _site_row(site: Site) -> dict[str, object]:
    counts = {f"headcount_{lens}": count for lens, count in site.headcounts.items()}
    named = {"site": site.site, "name": site.name, "region": site.region, "country": site.country}
    return {**named, **counts, **site.extra}


def _csv_bytes(frame: pd.DataFrame) -> bytes:
    text: str = frame.to_csv(index=False, date_format="%Y-%m-%d", lineterminator="\n")
    return text.encode()
