"""The demo in a language: four reports, one too small and one that failed, and the form.

Run as a script by a fresh process on a copy of the package: ``speak_demo.py FOLDER LANGUAGE``.
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
import sys
from pathlib import Path

from harmony_kit.batch.batch import BatchRequest, run_engagement
from harmony_kit.batch.job import Limits
from harmony_kit.commands.exchanging import import_files
from harmony_kit.commands.interviewing import open_reception
from harmony_kit.engagement import demo
from harmony_kit.engagement.folder import load_engagement
from harmony_kit.engagement.scaffold import create_demo
from harmony_kit.exchange import ImportOptions

SHOWN, FAILED = ("northfield", "rotterkade", "sanmarco", "tarn"), "kobuchi"


def main(folder: Path, language: str) -> None:
    """Make the pages, and ``form.json`` with what the form says."""
    built = create_demo(folder)
    settings = folder / "engagement.yaml"
    text = settings.read_text(encoding="utf-8").replace(
        "languages: [en]", f"languages: [{language}]"
    )
    settings.write_text(text, encoding="utf-8")
    with (folder / "decisions.csv").open("a", encoding="utf-8") as file:
        file.write("northfield,odd,Odd one,,2099-01-01,2026-01-01,it,never\n")
    moment = dt.datetime.combine(demo.AS_OF, dt.time(12), dt.UTC)
    files = tuple(path for path in built.answers if path.stem in (*SHOWN, FAILED))
    import_files(folder, files, ImportOptions("demo", moment, timezone="UTC"))
    run_engagement(BatchRequest(folder, as_of=demo.AS_OF, sites=SHOWN))
    shutil.copy(folder / "reports" / "portfolio.html", folder / "portfolio.html")
    # A limit nobody can keep; then the settings change, and the reports are out of date.
    short = Limits(timeout_s=0.01)
    run_engagement(BatchRequest(folder, as_of=demo.AS_OF, sites=(FAILED,), limits=short))
    text = text.replace("tolerance: 1.0", "tolerance: 0.9")
    settings.write_text(text, encoding="utf-8")
    run_engagement(BatchRequest(folder, as_of=demo.AS_OF, sites=(FAILED,), limits=short))
    said = json.dumps(_hold_interview(folder), ensure_ascii=False)
    (folder / "form.json").write_text(said, encoding="utf-8")


def _hold_interview(folder: Path) -> list[object]:
    engagement = load_engagement(folder)
    reception = open_reception(engagement, SHOWN[0])
    newcomer = {"respondent": "mira-17", "lens": engagement.instrument.lens_ids[0], "role": ""}
    begin = {"do": "begin", **newcomer, "language": engagement.language, "consent": True}
    steps = [{"do": "hello"}, {"do": "new"}, {**begin, "consent": False}, begin]
    steps += [{"do": "go", "to": "next"}] * 12
    return [reception.handle(step) for step in steps]


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
