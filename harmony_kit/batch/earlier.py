"""What a report needs of the wave before: what was published of it, and what was agreed then.

It lies beside the snapshot, so that a notebook reads it as it reads answers, and never the store.
Names of owners are not in it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from harmony_kit.batch.holding import Holding, read_holding, read_published
from harmony_kit.batch.register import RegisterLine, mark_site
from harmony_kit.engagement.folder import Engagement
from harmony_kit.engagement.secret import keep_secret
from harmony_kit.files import hash_content, json_bytes, read_json, write_json, write_whole
from harmony_kit.instrument.model import Instrument
from harmony_kit.journal.answers import Answers
from harmony_kit.journal.answers_file import answers_bytes
from harmony_kit.journal.commitment import Commitment
from harmony_kit.journal.queries import read_beginnings, read_used
from harmony_kit.journal.store import Store
from harmony_kit.measures.waves import Wordings

__all__ = ["Earlier", "find_used", "read_wordings", "take_earlier"]

_MANIFEST = "earlier.json"
_SCHEMA = 3


@dataclass(frozen=True)
class Earlier:
    """What is known of the wave before, for the sites that had one.

    `sha256` is site → fingerprint, `entries` what the register will say of that wave once the
    site's report is published.
    """

    sha256: Mapping[str, str] = field(default_factory=dict)
    entries: Mapping[str, tuple[RegisterLine, ...]] = field(default_factory=dict)


def take_earlier(
    store: Store, engagement: Engagement, sites: Sequence[str], folder: Path
) -> Earlier:
    """Bring ``<folder>/earlier`` up to date; sites without a wave before are in neither.

    Files of a site whose wave before, and whose present answers, did not change stay as they are.
    """
    target = folder / "earlier"
    waves = _find_waves(store, engagement.wave)
    entries = store.ledger.entries()
    told = {
        site: [e for e in entries if e.site == site and e.wave == waves[site]]
        for site in sites
        if site in waves
    }
    known = read_json(target / _MANIFEST)
    extents = {wave: store.site_extents(wave) for wave in {*waves.values(), engagement.wave}}
    holdings = {wave: _read_holding(engagement, wave) for wave in {*waves.values()}}
    instrument_of = cache(store.instrument)
    found: dict[str, Any] = {}
    for site, agreed in told.items():
        wave = waves[site]
        then, now = ([*extents[one].get(site, ())] for one in (wave, engagement.wave))
        rule = _rule_of(holdings[wave], site)
        as_of = [_SCHEMA, wave, then, now, rule, [e.id for e in agreed]]
        if known.get(site, {}).get("as_of") == as_of and _is_there(target, site):
            found[site] = known[site]
        else:
            used = find_used(store, site)
            asked = {one: used[one] for one in (wave, engagement.wave) if one in used}
            wordings = read_wordings(asked, instrument_of)
            files, lines = _draw_site(store, engagement, site, agreed, wave=wave, asked=wordings)
            digest = _write_site(target, site, files)
            found[site] = {"as_of": as_of, "sha256": digest, "entries": [*map(asdict, lines)]}
    _forget_others(target, {*found})
    if found != known and (found or target.is_dir()):
        write_json(target / _MANIFEST, found)
    return Earlier(
        {site: one["sha256"] for site, one in found.items()},
        {site: tuple(RegisterLine.of(e) for e in one["entries"]) for site, one in found.items()},
    )


def _find_waves(store: Store, wave: str) -> dict[str, str]:
    """Site → the wave before this one: the last that began there before it did."""
    with store.connect("read answers from") as connection:
        begun = read_beginnings(connection)
    before: dict[str, str] = {}
    for (site, other), when in sorted(begun.items(), key=lambda pair: (pair[1], pair[0])):
        present = begun.get((site, wave))
        if other != wave and (present is None or when < present):
            before[site] = other
    return before


def _read_holding(engagement: Engagement, wave: str) -> Holding:
    return read_holding(engagement.folder, wave, engagement.settings.min_group)


def _rule_of(holding: Holding, site: str) -> str:
    """What of the rules of disclosure changes what may be shown although no answer changed."""
    sides = sorted(side for side in holding.published if side[0] == site)
    lines = [asdict(line) for side in sides for line in holding.published[side]]
    return hash_content([holding.min_group, holding.n_others.get(site, 0), lines])


def _is_there(target: Path, site: str) -> bool:
    return all((target / f"{site}.{end}").is_file() for end in ("json", "parquet"))


def _draw_site(  # noqa: PLR0913 - whose wave, and what is known of it
    store: Store,
    engagement: Engagement,
    site: str,
    agreed: Sequence[Commitment],
    *,
    wave: str,
    asked: Wordings,
) -> tuple[dict[str, bytes], tuple[RegisterLine, ...]]:
    """Ending → content of the two files of a site, and what the register will say of them."""
    told = {
        "wave": wave,
        "key": mark_site(keep_secret(engagement.folder), site, wave),
        "wordings": asked,
        "entries": [_plain(one) for one in agreed],
        "owners": [asdict(one) for one in store.ledger.owners(site)],
    }
    answers, lines = read_published(store, engagement, [site], wave)
    return {"parquet": answers_bytes(Answers(answers)), "json": json_bytes(told)}, lines


def _write_site(target: Path, site: str, files: Mapping[str, bytes]) -> str:
    """Write the files of a site; their fingerprint."""
    for end, content in files.items():
        write_whole(target / f"{site}.{end}", content, is_private=True)
    return hash_content([hashlib.sha256(content).hexdigest() for content in files.values()])


def _plain(entry: Commitment) -> dict[str, Any]:
    due = entry.due.isoformat() if entry.due else None
    return {**asdict(entry), "at": entry.at.isoformat(), "due": due}


def _forget_others(target: Path, sites: set[str]) -> None:
    for path in target.glob("*") if target.is_dir() else ():
        if path.name != _MANIFEST and path.name.rpartition(".")[0] not in sites:
            path.unlink(missing_ok=True)


def find_used(store: Store, site: str | None = None) -> dict[str, set[str]]:
    """Wave → the hashes of the instruments that asked what is current, of a site or of all."""
    with store.connect("read answers from") as connection:
        return read_used(connection, site=site)


def read_wordings(
    used: Mapping[str, Collection[str]], instrument_of: Callable[[str], Instrument]
) -> Wordings:
    """Wave → item → hash of how it was asked; waves whose instrument is not kept are absent.

    `used` is as of `find_used`; `instrument_of` gives the one kept under a hash, KeyError where
    none is.
    """
    wordings: dict[str, Mapping[str, str]] = {}
    for wave, digests in used.items():
        try:
            instruments = [instrument_of(digest) for digest in sorted(digests)]
        except KeyError:
            continue
        items = {item.id for instrument in instruments for item in instrument.items}
        # Asked in two wordings within one wave, an item is comparable with neither.
        wordings[wave] = {item: "|".join(_hashes(instruments, item)) for item in sorted(items)}
    return wordings


def _hashes(instruments: Sequence[Instrument], item: str) -> list[str]:
    asked = [instrument for instrument in instruments if instrument.has_item(item)]
    return sorted({_hash_wording(instrument, item) for instrument in asked})


def _hash_wording(instrument: Instrument, item_id: str) -> str:
    item = instrument.item(item_id)
    anchors = instrument.scale(item.scale).anchors if item.scale else ()
    labels = instrument.option_ids(item_id)
    content = repr((sorted(item.text.items()), anchors, labels, item.k))
    return hashlib.sha256(content.encode()).hexdigest()[:16]
