"""An engagement whose files lie there as they would be handed out, for attacks on them.

Demo plants, one of them with a wave before and what a workshop agreed, and invented plants of 4 to
15 people a side, with opinions some of which nearly all share.
"""

from __future__ import annotations

import csv
import re
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from click.testing import CliRunner

from harmony_kit.cli import main
from harmony_kit.engagement.demo import AS_OF, demo_plants
from harmony_kit.engagement.demo_workshops import demo_workshops
from harmony_kit.engagement.folder import load_engagement
from harmony_kit.engagement.scaffold import create_demo
from harmony_kit.journal.store import Store

#: One with a wave before; camps of ten; cells withheld; too small on both sides.
DEMO = ("greenhaven", "sanmarco", "lakeview", "tarn")
N_INVENTED = 4


def publish_plants(folder: Path, seed: int = 7) -> Path:
    """Build the engagement, import, run, and write everything else there is to hand out."""
    built = create_demo(folder)
    random = np.random.default_rng(seed)
    files = [p for p in (*built.before, *built.answers) if p.stem.split("-")[0] in DEMO]
    names = [f"plant-{number}" for number in range(N_INVENTED)]
    files += [_invent(folder, built.answers[0], name, random) for name in names]
    run("import", folder, *files)
    agree(folder)
    run("run", folder, *(word for site in sites() for word in ("--site", site)), "--as-of", AS_OF)
    hand_out(folder)
    return folder


def sites() -> tuple[str, ...]:
    """The sites there are answers of."""
    return (*DEMO, *(f"plant-{number}" for number in range(N_INVENTED)))


def hand_out(folder: Path) -> None:
    """Everything that is made beside the reports."""
    run("accord", folder, "--wave", "2025")
    run("accord", folder, "--wave", "2025", "--roles")
    run("follow", folder, "--all", "--as-of", AS_OF, "--sheet", folder / "reminder.html")
    run("pulse", folder, "--as-of", AS_OF)
    run("lexicon", folder)
    said = run("compare", folder, "--output", folder / "changes.xlsx")
    (folder / "changes.txt").write_text(said, encoding="utf-8")
    run("export", folder, folder / "counts.csv")


def run(*words: object) -> str:
    """Run a command; what it says."""
    result = CliRunner().invoke(main, [*map(str, words)])
    assert result.exit_code == 0, result.output
    return result.output


def read_handed_out(folder: Path) -> dict[str, str]:
    """Every file that is made to be shown to somebody, as text; what is packed is unpacked."""
    found = {}
    for path in _list_handed_out(folder):
        name = str(path.relative_to(folder))
        if path.suffix == ".xlsx":
            found |= {f"{name}/{part}": text for part, text in _unpack(path).items()}
        else:
            found[name] = path.read_text(encoding="utf-8")
    return found


def _unpack(path: Path) -> dict[str, str]:
    """The sheets of a workbook by their names, and what else is in its file."""
    with zipfile.ZipFile(path) as packed:
        parts = {name: packed.read(name).decode("utf-8") for name in packed.namelist()}
    named = re.findall(r'<sheet name="([^"]+)" sheetId="(\d+)"', parts["xl/workbook.xml"])
    sheets = {title: parts.pop(f"xl/worksheets/sheet{number}.xml") for title, number in named}
    texts = re.findall(r"<si>(.*?)</si>", parts.pop("xl/sharedStrings.xml", ""), re.DOTALL)
    for title, sheet in sheets.items():
        cells = re.sub(r't="s"><v>(\d+)</v>', lambda at: f">{texts[int(at[1])]}", sheet)
        parts[title] = cells
    return {name: text for name, text in parts.items() if not name.endswith((".rels", ".xml"))} | {
        name: text for name, text in parts.items() if name.startswith("docProps/core")
    }


def _list_handed_out(folder: Path) -> list[Path]:
    places = ("reports", "accords", "pulse")
    inside = [p for name in places for p in (folder / name).rglob("*") if p.is_file()]
    beside = ("reminder.html", "lexicon.csv", "changes.xlsx", "changes.txt", "counts.csv")
    return sorted([*inside, *(folder / name for name in (*beside, "counts_codebook.csv"))])


def agree(folder: Path) -> None:
    engagement = load_engagement(folder)
    store = Store(engagement.store_url)
    for workshop in demo_workshops(demo_plants()):
        if workshop.entries[0].site in DEMO:
            store.ledger.add(workshop.entries)
            for owner in workshop.owners:
                store.ledger.add_owner(owner, "Pat Quill")
    store.close()


def _invent(folder: Path, like: Path, site: str, random: np.random.Generator) -> Path:
    """The answers of an invented plant, in the columns of another one's file."""
    with like.open(encoding="utf-8") as file:
        known = list(csv.DictReader(file))
    headcount = {
        lens: int(random.integers(4, 16)) for lens in dict.fromkeys(r["lens"] for r in known)
    }
    rows = []
    for lens, n in headcount.items():
        of_lens = [row for row in known if row["lens"] == lens]
        answers = {name: _answer(of_lens, name, n, random) for name in known[0] if "." in name}
        rows += [
            of_lens[0]
            | {"respondent": f"{lens}-{i:02}", "site": site}
            | {name: said[i] for name, said in answers.items()}
            for i in range(n)
        ]
    path = folder / "incoming" / f"{site}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(known[0]))
        writer.writeheader()
        writer.writerows(rows)
    with (folder / "sites.csv").open(encoding="utf-8", newline="") as file:
        header = next(csv.reader(file))
    told = {"site": site, "name": site.title(), "region": "Nowhere"}
    with (folder / "sites.csv").open("a", encoding="utf-8", newline="") as file:
        csv.DictWriter(file, header, restval="").writerow(told)
    return path


def _answer(
    known: Sequence[dict[str, str]], name: str, n: int, random: np.random.Generator
) -> list[str]:
    """What n people say in one column: ratings around a point, else what others said before."""
    given = [row[name] for row in known if row[name]]
    if not given:
        return [""] * n
    if f"{name}:quotable" in known[0]:
        return [f"Person {number} says this to {name}" for number in range(n)]
    if all(one.isdigit() for one in given):
        centre, spread = random.uniform(1, 5), random.choice([0.2, 0.6, 1.2])
        return [str(int(one)) for one in np.clip(np.rint(random.normal(centre, spread, n)), 1, 5)]
    if ":" in name:
        return ["yes" if number % 2 else "no" for number in range(n)]
    return [str(one) for one in random.choice(given, n)]
