"""Who and where: an engagement folder with its settings, sites and evidence."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, partial
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import pandas as pd
from pydantic import (
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
)

from harmony_kit.engagement.brand import Brand, Word, embed_logo
from harmony_kit.engagement.divisions import SITES_PER_PAGE, Division, divide_sites
from harmony_kit.engagement.evidence_files import Evidence, read_evidence
from harmony_kit.engagement.lexicon import LexiconEntry, read_lexicon
from harmony_kit.engagement.settings import Settings
from harmony_kit.engagement.sites_file import Site, read_sites
from harmony_kit.errors import EngagementError, FileError, Problem, list_some, nearest
from harmony_kit.instrument.file import find_instrument, load_instrument
from harmony_kit.instrument.model import Instrument
from harmony_kit.instrument.yamlfile import list_problems, read_yaml
from harmony_kit.journal.names import WAVE

__all__ = ["Engagement", "Site", "file_sha256", "load_engagement"]


class _File(Settings):
    """engagement.yaml as it is written."""

    client: Word
    wave: str
    instrument: Word = "it-operations"
    languages: Annotated[tuple[str, ...], Field(min_length=1)] = ("en",)
    timezone: str = "UTC"
    brand: Brand = Brand()
    store: Annotated[
        str, StringConstraints(min_length=1, max_length=1000, strip_whitespace=True)
    ] = "sqlite:///answers.sqlite"
    as_of: date | None = None
    banner: Annotated[str, StringConstraints(max_length=300, strip_whitespace=True)] = ""
    sites_per_page: Annotated[int, Field(ge=1)] = SITES_PER_PAGE
    division: str = ""

    @field_validator("wave", mode="before")
    @classmethod
    def _read_wave(cls, value: object) -> object:
        return str(value) if isinstance(value, int) and not isinstance(value, bool) else value

    @field_validator("wave")
    @classmethod
    def _check_wave(cls, value: str) -> str:
        if not WAVE.allows(value):
            why = WAVE.why_taken(value) or f"allowed: {WAVE.allowed}"
            message = f"{value!r} cannot name a wave; {why}"
            raise ValueError(message)
        return value

    @field_validator("timezone")
    @classmethod
    def _check_timezone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError) as cause:
            message = f"{value!r} is not a time zone; use a name such as Europe/Amsterdam or UTC"
            raise ValueError(message) from cause
        return value


@dataclass(frozen=True)
class Engagement:
    """Everything about an engagement but its answers.

    `languages` starts with the language of the reports. `store_url` is complete: a relative
    SQLite file lies in `folder`. `as_of` is the day open decisions are counted to, None for
    the day of the run. `evidence` is read by `evidence_reader` when it is first asked for: a
    run with nothing to do never asks. `lexicon` is lexicon.csv. `sites_per_page` is how many sites
    the index and the portfolio show on one page; `division` is what a folder is called that was
    cut down to one page of many sites, else empty.
    """

    folder: Path
    client: str
    wave: str
    instrument: Instrument
    instrument_path: Path
    settings: Settings
    languages: tuple[str, ...]
    timezone: str
    brand: Brand
    store_url: str
    banner: str
    as_of: date | None
    sites: tuple[Site, ...]
    evidence_reader: Callable[[], Evidence]
    lexicon: tuple[LexiconEntry, ...] = ()
    sites_per_page: int = SITES_PER_PAGE
    division: str = ""

    @cached_property
    def evidence(self) -> Evidence:
        """What happened at the sites, from the evidence files; read once."""
        return self.evidence_reader()

    @cached_property
    def _sites(self) -> dict[str, Site]:
        return {site.site: site for site in self.sites}

    @property
    def language(self) -> str:
        """The language of the reports."""
        return self.languages[0]

    @property
    def site_ids(self) -> tuple[str, ...]:
        """The ids of the sites, in the order of sites.csv."""
        return tuple(self._sites)

    @cached_property
    def site_labels(self) -> dict[str, str]:
        """Site id → name, with the id where other sites have the same name."""
        times = Counter(site.name.casefold() for site in self.sites)
        return {
            site.site: f"{site.name} ({site.site})"
            if times[site.name.casefold()] > 1
            else site.name
            for site in self.sites
        }

    @cached_property
    def divisions(self) -> tuple[Division, ...]:
        """The pages many sites stand on; none where one page has room for all."""
        return divide_sites(self.sites, self.site_labels, most=self.sites_per_page)

    @cached_property
    def division_of(self) -> dict[str, Division]:
        """Site id → its division; empty where there are none."""
        return {site: one for one in self.divisions for site in one.sites}

    def site(self, site_id: str) -> Site:
        """The site with this id; KeyError if sites.csv has none."""
        return self._sites[site_id]

    def agreed_words(self, site_id: str) -> tuple[LexiconEntry, ...]:
        """What the two sides of a site agreed to say, in the order of lexicon.csv."""
        return tuple(one for one in self.lexicon if one.site == site_id and one.agreed)

    def headcounts(self) -> pd.DataFrame:
        """Columns ``site, lens, headcount`` (Int64, NA where sites.csv does not say)."""
        rows = [
            {"site": site.site, "lens": lens, "headcount": site.headcounts.get(lens)}
            for site in self.sites
            for lens in self.instrument.lens_ids
        ]
        frame = pd.DataFrame(rows, columns=["site", "lens", "headcount"])
        return frame.astype({"site": "str", "lens": "str", "headcount": "Int64"})


def load_engagement(folder: Path) -> Engagement:
    """Read an engagement folder.

    Raises `EngagementError` with everything wrong in engagement.yaml, sites.csv and the
    instrument at once. Problems of evidence files do not stop anything; they are in
    ``engagement.evidence.problems``.
    """
    folder = Path(folder).resolve()
    if not (folder / "engagement.yaml").is_file():
        todo = "Make one with: harmony init DIR"
        raise EngagementError(Problem(str(folder), "", "is not an engagement folder", todo=todo))
    problems: list[Problem] = []
    settings_file = _read_file(folder / "engagement.yaml", problems)
    problems += _check_edition(settings_file, folder)
    brand = embed_logo(settings_file.brand, folder, problems) if settings_file else Brand()
    instrument, path = _read_instrument(settings_file, folder, problems)
    lenses = instrument.lens_ids if instrument else ()
    sites = read_sites(folder, lenses, problems)
    lexicon = read_lexicon(folder, lenses, problems)
    if settings_file is None or instrument is None or path is None or problems:
        raise EngagementError(*problems)
    problems += _check_languages(settings_file, instrument)
    problems += _check_places(path.name, instrument, tuple(site.site for site in sites))
    if problems:
        raise EngagementError(*problems)
    settings = Settings(**{name: getattr(settings_file, name) for name in Settings.model_fields})
    return Engagement(
        folder=folder,
        client=settings_file.client,
        wave=settings_file.wave,
        instrument=instrument,
        instrument_path=path,
        settings=settings,
        languages=settings_file.languages,
        timezone=settings_file.timezone,
        brand=brand,
        store_url=_store_url(settings_file.store, folder),
        banner=settings_file.banner,
        as_of=settings_file.as_of,
        sites=sites,
        evidence_reader=partial(read_evidence, folder, {site.site for site in sites}),
        lexicon=lexicon,
        sites_per_page=settings_file.sites_per_page,
        division=settings_file.division,
    )


def _check_edition(settings: _File | None, folder: Path) -> list[Problem]:
    """Only the folders a run cuts out of an engagement's say that they are for circulation."""
    if settings is None or not settings.redacted or ".harmony" in folder.parts:
        return []
    todo = "Take it out: reports for circulation are made by harmony run --redacted."
    return [Problem("engagement.yaml", "redacted", "is no setting", todo=todo)]


def _read_file(path: Path, problems: list[Problem]) -> _File | None:
    try:
        return _File.model_validate(read_yaml(path, EngagementError))
    except ValidationError as cause:
        problems += list_problems(cause, path.name)
    except EngagementError as cause:
        problems += cause.problems
    return None


def _read_instrument(
    settings: _File | None, folder: Path, problems: list[Problem]
) -> tuple[Instrument | None, Path | None]:
    name = settings.instrument if settings else "it-operations"
    try:
        path = find_instrument(name, folder)
        return load_instrument(path), path
    except FileError as cause:
        problems += cause.problems
        return None, None


def _check_languages(settings: _File, instrument: Instrument) -> list[Problem]:
    allowed = ", ".join(instrument.languages)
    return [
        Problem("engagement.yaml", f"languages[{i}]", f"no wording in {language!r}", allowed)
        for i, language in enumerate(settings.languages)
        if language not in instrument.languages
    ]


def _check_places(file: str, instrument: Instrument, sites: Sequence[str]) -> Iterator[Problem]:
    """Items that are asked at a site there is not."""
    for item in instrument.items:
        unknown = [site for site in item.sites if site not in sites]
        if unknown:
            what = f"the site {unknown[0]!r} is not in sites.csv"
            todo = nearest(unknown[0], sites)
            yield Problem(file, f"item {item.id}, sites", what, list_some(sites), todo)


def _store_url(url: str, folder: Path) -> str:
    prefix = "sqlite:///"
    is_complete = url.startswith((f"{prefix}/", f"{prefix}file:"))
    if url.startswith(prefix) and not is_complete:
        return prefix + (folder / url.removeprefix(prefix)).as_posix()
    return url


def file_sha256(path: Path) -> str:
    """The sha256 of a file's bytes, in hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
