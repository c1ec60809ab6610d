"""An engagement folder cut down to one site: all a report needs, and nothing that grows.

A notebook reads this folder and not the engagement's: it would else read the evidence of every
site to make the report of one, and the hashes in its provenance would change with every other
site's rows. It holds no answers, and not the store's URL, which may carry a password.
"""

from __future__ import annotations

import csv
import io
import shutil
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
        folder = self.folder(site)
        folder.mkdir(parents=True, exist_ok=True)
        wanted = {**self._common, "sites.csv": _site_row(self._engagement.site(site))}
        for name, (frame, rows) in self._evidence.items():
            if site in rows:
                wanted[f"{name}.csv"] = _csv_bytes(frame.iloc[rows[site]])
        note = find_note(self._engagement.folder, site, self._engagement.wave)
        if note and not self._engagement.settings.redacted:
            wanted[f"{NOTES}/{site}.md"] = note.read_bytes()
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
        text = yaml.safe_dump(settings, allow_unicode=True, sort_keys=True)
        paths = sorted(source.glob("playbook*.yaml"))
        instrument = self._engagement.instrument_path
        if instrument.parent == source:
            own = instrument_files(instrument).values()
            paths += [path for path in own if path.parent == source]
        files = {path.name: path.read_bytes() for path in paths if path.is_file()}
        return {**files, "engagement.yaml": text.encode()}

    @cached_property
    def _evidence(self) -> dict[str, tuple[pd.DataFrame, dict[Any, Any]]]:
        """Name of an evidence file → its frame, and the rows of each site in it."""
        evidence = self._engagement.evidence
        frames = {name: getattr(evidence, name) for name in ("decisions", "pilots", "usage")}
        return {name: (f, dict(f.groupby("site").indices)) for name, f in frames.items()}


def _site_row(site: Site) -> bytes:
    counts = {f"headcount_{lens}": count for lens, count in site.headcounts.items()}
    named = {"site": site.site, "name": site.name, "region": site.region, "country": site.country}
    row = {**named, **counts, **site.extra}
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(row), lineterminator="\n")
    writer.writeheader()
    writer.writerow(row)
    return text.getvalue().encode()


def _csv_bytes(frame: pd.DataFrame) -> bytes:
    text: str = frame.to_csv(index=False, date_format="%Y-%m-%d", lineterminator="\n")
    return text.encode()
