"""What a report is made from, as fingerprints: equal fingerprints, equal report."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path

import pandas as pd

from harmony_kit.batch.places import templates_folder
from harmony_kit.batch.snapshot import Snapshot
from harmony_kit.batch.versions import library_versions, package_fingerprint
from harmony_kit.batch.ways_back import pages_around_site
from harmony_kit.engagement.evidence_files import evidence_paths
from harmony_kit.engagement.folder import Engagement
from harmony_kit.engagement.site_notes import find_note
from harmony_kit.files import hash_content, hash_file, hash_folder, read_json, write_json
from harmony_kit.findings.playbook_file import find_playbook
from harmony_kit.instrument.language_files import texts_beside

__all__ = [
    "portfolio_inputs",
    "shared_inputs",
    "site_inputs",
]

#: Pages the batch writes anew every time, so no report depends on them.
_PAGES_OF_THE_RUN = ("overview.html.j2", "overview_of_many.html.j2", "failure.html.j2")


def shared_inputs(engagement: Engagement, as_of: date) -> dict[str, str]:
    """The fingerprints every report of an engagement has in common, by name of the input."""
    folder = engagement.folder
    packaged = texts_beside(find_playbook(engagement.instrument.id)).values()
    playbooks = [*packaged, *sorted(folder.glob("playbook*.yaml"))]
    settings = {
        "client": engagement.client,
        "wave": engagement.wave,
        "settings": engagement.settings.model_dump(),
        "languages": engagement.languages,
        "timezone": engagement.timezone,
        "brand": engagement.brand.model_dump(),
        "banner": engagement.banner,
    }
    return {
        "instrument": hash_content([engagement.instrument.sha256, engagement.instrument.texts]),
        "playbook": hash_content([_hash_path(path) for path in playbooks]),
        "settings": hash_content(settings),
        "template": hash_folder(templates_folder() / "harmony", without=_PAGES_OF_THE_RUN),
        "package": package_fingerprint(),
        "libraries": hash_content(library_versions()),
        "as_of": as_of.isoformat(),
    }


def site_inputs(
    engagement: Engagement, snapshot: Snapshot, notebook: Path, shared: Mapping[str, str]
) -> dict[str, dict[str, str]]:
    """Site → name of the input → fingerprint, for every site of the engagement."""
    evidence = _evidence_by_site(engagement)
    notebook_hash = _hash_notebook(engagement, notebook)
    return {
        site.site: {
            "answers": snapshot.sha256[site.site],
            "site": hash_content(asdict(site)),
            "evidence": evidence.get(site.site, ""),
            "lexicon": hash_content([asdict(one) for one in engagement.agreed_words(site.site)]),
            "notebook": notebook_hash,
            **_earlier_input(snapshot, site.site),
            **_note_input(engagement, site.site),
            **_place_input(engagement, site.site),
            **shared,
        }
        for site in engagement.sites
    }


def _earlier_input(snapshot: Snapshot, site: str) -> dict[str, str]:
    """What is known of the wave before, where there was one."""
    return {"wave before": snapshot.earlier[site]} if site in snapshot.earlier else {}


def _note_input(engagement: Engagement, site: str) -> dict[str, str]:
    """What somebody wrote for the report of a site, where somebody did."""
    path = find_note(engagement.folder, site, engagement.wave)
    return {"notes": hash_file(path)} if path and not engagement.settings.redacted else {}


def _place_input(engagement: Engagement, site: str) -> dict[str, str]:
    """Where its way back leads, where there are many sites."""
    around = pages_around_site(engagement, site)
    return {"place": around[0][0]} if around else {}


def portfolio_inputs(
    engagement: Engagement, results: Mapping[str, str], notebook: Path, shared: Mapping[str, str]
) -> dict[str, str]:
    """The fingerprints of the portfolio; `results` maps sites to the sha256 of their results."""
    divisions = [asdict(one) for one in engagement.divisions]
    return {
        "results": hash_content(dict(results)),
        "sites": hash_content([asdict(site) for site in engagement.sites]),
        **({"place": hash_content(divisions)} if divisions else {}),
        "notebook": _hash_notebook(engagement, notebook),
        **shared,
    }


def _hash_notebook(engagement: Engagement, notebook: Path) -> str:
    """A page says whether its notebook is the engagement's own, even one that is the same."""
    is_own = notebook.parent == engagement.folder / "notebooks"
    return f"own {hash_file(notebook)}" if is_own else hash_file(notebook)


def _evidence_by_site(engagement: Engagement) -> dict[str, str]:
    """Site → fingerprint of its rows; kept from run to run, as long as no evidence file changes."""
    kept = engagement.folder / ".harmony" / "evidence.json"
    files = evidence_paths(engagement.folder)
    made_of = [engagement.site_ids, *map(hash_file, files), package_fingerprint()]
    key = hash_content([made_of, library_versions()])
    known = read_json(kept)
    if known.get("key") != key:
        known = {"key": key, "sites": _hash_evidence(engagement)}
        write_json(kept, known)
    by_site: dict[str, str] = known["sites"]
    return by_site


def _hash_evidence(engagement: Engagement) -> dict[str, str]:
    digests: dict[str, hashlib._Hash] = {}
    evidence = engagement.evidence
    for frame in (evidence.decisions, evidence.pilots, evidence.usage):
        rows = pd.util.hash_pandas_object(frame, index=False).to_numpy()
        for site, indices in frame.groupby("site", observed=True).indices.items():
            digest = digests.setdefault(str(site), hashlib.sha256())
            digest.update(b"|" + rows[indices].tobytes())
    return {site: digest.hexdigest() for site, digest in digests.items()}


def _hash_path(path: Path) -> str:
    if path.is_dir():
        return hash_folder(path)
    return hash_file(path) if path.is_file() else ""
