"""The command as a user meets it: help that teaches, one clear error, exit codes."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import click
import pandas as pd
import pytest
from click.testing import CliRunner, Result

from harmony_kit.batch.register import Register
from harmony_kit.cli import main
from harmony_kit.engagement.folder import load_engagement
from harmony_kit.engagement.scaffold import create_demo
from harmony_kit.journal.answers import Answer, Respondent, Source
from harmony_kit.journal.store import Store

COMMANDS = list(main.commands.items())


def _run(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo") / "demo"
    create_demo(folder)
    return folder


@pytest.fixture
def acme(tmp_path: Path, demo: Path) -> Path:
    """An engagement of its own with the demo's settings and evidence, nothing imported yet."""
    folder = tmp_path / "acme"
    shutil.copytree(demo, folder)
    return folder


def _people(path: Path, n: int = 4) -> pd.DataFrame:
    frame = pd.read_csv(path, dtype=str)
    return pd.concat([frame[frame["lens"] == lens].head(n) for lens in ("it", "operations")])


def test_help_lists_every_command():
    result = _run("--help")
    assert result.exit_code == 0
    for name in main.commands:
        assert f"\n  {name} " in result.output


@pytest.mark.parametrize(("name", "command"), COMMANDS, ids=[name for name, _ in COMMANDS])
def test_every_command_and_option_is_explained(name, command):
    assert command.help
    assert len(command.get_short_help_str(limit=100)) <= 72
    for option in command.params:
        if isinstance(option, click.Option):
            assert option.help, f"{name} {option.opts}"
    assert _run(name, "--help").exit_code == 0


def test_module_is_the_command():
    words = [sys.executable, "-m", "harmony_kit", "--version"]
    found = subprocess.run(words, capture_output=True, text=True, check=True)
    assert found.stdout.startswith("harmony, version 0.")


def test_init_says_what_is_next(tmp_path):
    result = _run("init", tmp_path / "new", "--client", "New")
    assert result.exit_code == 0
    assert "harmony check" in result.output
    again = _run("init", tmp_path / "new")
    assert again.exit_code == 1
    assert "is already there" in again.output


@pytest.mark.slow
def test_check_of_a_good_folder(acme):
    result = _run("check", acme)
    assert result.exit_code == 0, result.output
    assert "Nothing is wrong." in result.output
    assert "it-operations version 1" in result.output
    assert not (acme / "answers.sqlite").exists()


@pytest.mark.slow
def test_check_names_everything_at_once(acme):
    (acme / "pilots.csv").write_text("site,pilot\nnowhere,x\n", encoding="utf-8")
    (acme / "playbook.yaml").write_text("entries: 7\n", encoding="utf-8")
    result = _run("check", acme)
    assert result.exit_code == 1
    assert "the column 'title' is missing" in result.output
    assert "'nowhere' is not in sites.csv" in result.output
    assert "playbook.yaml" in result.output


def test_check_finds_answers_the_instrument_does_not_allow(acme):
    assert _run("import", acme, acme / "incoming" / "tarn.csv").exit_code == 0
    sites = (acme / "sites.csv").read_text(encoding="utf-8").splitlines()
    kept = [line for line in sites if not line.startswith("tarn")]
    (acme / "sites.csv").write_text("\n".join(kept) + "\n", encoding="utf-8")
    result = _run("check", acme)
    assert result.exit_code == 1
    assert "answers of 'tarn', which is not in sites.csv" in result.output


@pytest.mark.slow
def test_import_twice_changes_nothing_and_edits_are_kept(acme, tmp_path):
    path = tmp_path / "file.csv"
    people = _people(acme / "incoming" / "northfield.csv")
    people.to_csv(path, index=False)
    first = _run("import", acme, path)
    assert first.exit_code == 0, first.output
    assert "respondents: 8 new, 0 known" in first.output
    again = _run("import", acme, path)
    assert "answers: 0 new, 0 changed" in again.output
    people.loc[people["respondent"] == "it-01", "meaning.same"] = "1"
    people.to_csv(path, index=False)
    edited = _run("import", acme, path)
    assert "answers: 0 new, 1 changed" in edited.output
    journal = _run("journal", acme, "--respondent", "it-01", "--site", "northfield")
    assert journal.exit_code == 0
    assert "meaning.same: 5 -> 1" in journal.output


@pytest.mark.slow
def test_a_refused_file_stops_no_other_and_stores_nothing(acme, tmp_path):
    bad = tmp_path / "bad.csv"
    people = _people(acme / "incoming" / "oldmill.csv")
    people.loc[people["respondent"] == "it-02", "meaning.same"] = "9"
    people.to_csv(bad, index=False)
    result = _run("import", acme, bad, acme / "incoming" / "tarn.csv")
    assert result.exit_code == 1
    assert "bad.csv: refused, nothing of it was stored" in result.output
    assert "'9'" in result.output
    assert "tarn.csv: respondents: 4 new" in result.output
    check = _run("check", acme)
    assert "oldmill" not in check.output
    assert "tarn: 2 it, 2 operations" in check.output


def test_dry_run_stores_nothing(acme):
    result = _run("import", acme, acme / "incoming" / "tarn.csv", "--dry-run")
    assert result.exit_code == 0
    assert "dry run, nothing stored" in result.output
    assert "0 respondents" in _run("check", acme).output


def test_export_and_import_are_the_identity(acme, tmp_path):
    _run("import", acme, acme / "incoming" / "tarn.csv")
    exported = tmp_path / "out.raw.xlsx"
    assert _run("export", acme, exported, "--site", "tarn", "--raw").exit_code == 0
    result = _run("import", acme, exported)
    assert "0 new, 0 changed" in result.output


@pytest.mark.slow
def test_merge_adds_the_other_laptop_once(acme, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(acme, other)
    _run("import", other, other / "incoming" / "tarn.csv")
    first = _run("merge", acme, other / "answers.sqlite")
    assert first.exit_code == 0, first.output
    assert not first.output.startswith("0 ")
    assert _run("merge", acme, other / "answers.sqlite").output.startswith("0 answers added")
    assert "tarn: 2 it, 2 operations" in _run("check", acme).output


def test_plan_says_what_is_missing_and_schedules_it(acme, tmp_path):
    _run("import", acme, acme / "incoming" / "tarn.csv")
    sheet = tmp_path / "schedule.xlsx"
    result = _run("plan", acme, "--site", "tarn", "--schedule", sheet)
    assert result.exit_code == 0, result.output
    rows = [line.split() for line in result.output.splitlines() if line.startswith("tarn ")]
    assert [row[:6] for row in rows] == [
        ["tarn", "IT", "2", "3", "too", "few"],
        ["tarn", "Operations", "2", "22", "2", "more"],
    ]
    table = pd.read_excel(sheet, engine="calamine")
    assert table.columns.tolist()[:5] == ["site", "plant", "side", "interview", "for"]
    assert table["for"].value_counts()["to report"] == 2
    _speak(acme, "de")
    german = _run("plan", acme, "--site", "tarn", "--schedule", sheet)
    assert german.output.splitlines()[0].split()[:4] == ["Standort", "Seite", "befragt", "von"]
    assert "Produktion  2" in german.output
    assert "Aussicht: wie oft die bisher Befragten dafür reichen." in german.output
    table = pd.read_excel(sheet, sheet_name=None, engine="calamine")["Terminplan"]
    assert table["wozu"].value_counts()["zum Berichten"] == 2
    unknown = _run("plan", acme, "--site", "nowhere")
    assert unknown.exit_code == 1
    assert "has no site 'nowhere'" in unknown.output


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (["check", "{nowhere}"], "is not an engagement folder"),
        (["import", "{acme}", "{acme}/none.csv"], "none.csv"),
        (["import", "{acme}", "{acme}/sites.csv", "--site", "nowhere"], "has no site 'nowhere'"),
        (["journal", "{acme}", "--respondent", "nobody"], "has no respondent 'nobody'"),
        (["interview", "{acme}", "--site", "nowhere"], "has no site 'nowhere'"),
        (["run", "{acme}", "--site", "nowhere"], "nowhere"),
        (["run", "{acme}", "--where", "region"], "COLUMN=VALUE"),
    ],
)
def test_one_clear_error(acme, tmp_path, words, what):
    filled = [word.format(acme=acme, nowhere=tmp_path / "nowhere") for word in words]
    result = _run(*filled)
    assert result.exit_code == 1
    assert what in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("option", "value", "allowed"),
    [("--jobs", "x", "auto, or 1 or more"), ("--jobs", "0", "auto, or 1 or more"),
     ("--timeout", "0", "x>=1"), ("--memory", "1", "x>=256")],
)  # fmt: skip
def test_wrong_options_are_refused_in_one_style(acme, option, value, allowed):
    result = _run("run", acme, option, value)
    assert result.exit_code == 2
    assert f"Error: Invalid value for '{option}': " in result.output
    assert allowed in result.output


#: What a command needs beside DIR, to be run at all.
NEEDED = {
    "form": ["--to", "print"],
    "import": ["{folder}/incoming/tarn.csv"],
    "journal": ["--respondent", "it-1"],
    "export": ["{folder}/out.csv"],
    "roster": ["{folder}/sites.csv"],
    "correct": ["--site", "tarn", "--respondent", "it-1", "--why", "typo", "--role", "lead"],
    "forget": ["--site", "tarn", "--respondent", "it-1"],
    "person": ["--site", "tarn", "--respondent", "it-1"],
    "subject": ["line-3", "--site", "tarn", "--rename", "Line 3"],
}
#: Every command that takes the name of a site or wave there must be, however it is run.
NAMING = [
    (name, option.opts[0], extra)
    for name, command in COMMANDS
    if name != "init"  # names the wave it begins
    for option in command.params
    if option.opts[0] in ("--site", "--wave")
    for extra in {"run": ([], ["--plan"])}.get(name, ([],))
]


@pytest.fixture(scope="module")
def kept(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo with the answers of one plant, and some of an earlier wave."""
    folder = tmp_path_factory.mktemp("kept") / "acme"
    shutil.copytree(demo, folder)
    path = folder / "incoming" / "tarn.csv"
    earlier = folder / "earlier.csv"
    pd.read_csv(path, dtype=str).assign(wave="2025").to_csv(earlier, index=False)
    assert _run("import", folder, path, earlier).exit_code == 0
    return folder


def _files(folder: Path) -> dict[str, bytes]:
    # A reader of SQLite leaves its shared memory and an empty log, and a run its lock.
    left = ("-shm", "run.lock")
    found = [path for path in folder.rglob("*") if path.is_file() and path.stat().st_size > 0]
    paths = [path for path in found if not path.name.endswith(left)]
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


def test_commands_that_name_a_site_or_wave():
    assert {name for name, _, _ in NAMING} == {
        *("import", "form", "run", "interview", "journal", "plan", "compare", "export", "lexicon"),
        *("workshop", "accord", "follow", "pulse", "roster", "case", "correct", "subject"),
        *("forget", "person", "pdf"),
    }


@pytest.mark.parametrize(("name", "option", "extra"), NAMING)
def test_a_mistyped_site_or_wave_is_refused_before_anything_is_done(kept, name, option, extra):
    needed = [word.format(folder=kept) for word in NEEDED.get(name, [])]
    before = _files(kept)
    typed = "tran" if option == "--site" else "2062"
    result = _run(name, kept, *needed, *extra, option, typed)
    assert result.exit_code == 1
    assert _files(kept) == before
    if option == "--site":
        sites = ", ".join(load_engagement(kept).site_ids)
        told = f"sites.csv: has no site 'tran'. Allowed: {sites}. Did you mean tarn?"
    else:
        told = (
            "engagement.yaml: has no wave '2062'. Allowed: 2026, 2025. Did you mean 2026? "
            "Another round of interviews begins by naming it as `wave` in engagement.yaml."
        )
    assert result.output == f"error: {told}\n"


def test_a_mistyped_site_and_wave_are_told_together_and_make_no_store(acme):
    result = _run("export", acme, acme / "out.csv", "--site", "x", "--wave", "y")
    assert result.exit_code == 1
    assert [line.split(".")[0] for line in result.output.splitlines()] == [
        "error: sites",
        "error: engagement",
    ]
    assert "Allowed: 2026. Another round" in result.output
    assert not (acme / "answers.sqlite").exists()


def test_an_earlier_wave_and_a_site_taken_out_can_be_named(kept, tmp_path):
    folder = tmp_path / "acme"
    shutil.copytree(kept, folder)
    out = tmp_path / "out.raw.csv"
    assert _run("export", folder, out, "--wave", "2025", "--raw").exit_code == 0
    assert set(pd.read_csv(out, dtype=str)["wave"]) == {"2025"}
    sites = folder / "sites.csv"
    rows = sites.read_text(encoding="utf-8").splitlines(keepends=True)
    sites.write_text("".join(row for row in rows if not row.startswith("tarn")), encoding="utf-8")
    assert _run("export", folder, out, "--site", "tarn", "--raw").exit_code == 0
    assert set(pd.read_csv(out, dtype=str)["site"]) == {"tarn"}
    gone = _run("plan", folder, "--site", "tarn")
    assert (gone.exit_code, "has no site 'tarn'" in gone.output) == (1, True)


def test_a_value_no_site_has_is_refused(kept):
    result = _run("run", kept, "--plan", "--where", "region=EMAE")
    assert result.exit_code == 1
    assert "has no region 'EMAE'" in result.output


def test_a_wave_that_cannot_be_called_that_is_refused(acme, tmp_path):
    result = _run("init", tmp_path / "new", "--wave", "spring/26")
    assert result.exit_code == 1
    assert "'spring/26' cannot name a wave. Allowed: 1 to 40 letters" in result.output
    assert not (tmp_path / "new").exists()
    path = tmp_path / "tarn.csv"
    wide = pd.read_csv(acme / "incoming" / "tarn.csv", dtype=str)
    wide.assign(wave="../26").to_csv(path, index=False)
    brought = _run("import", acme, path)
    assert brought.exit_code == 1
    assert "column wave: '../26' cannot name a wave. Allowed: 1 to 40 letters" in brought.output


def test_a_name_that_is_not_utf_8_is_told_before_anything_is_made(acme, tmp_path):
    """As Windows packs them; no store can be opened by one."""
    odd = tmp_path / "M\udcfcller"
    (store := tmp_path / "M\udcfcller.sqlite").touch()
    for words, name in ((("init", odd), odd), (("merge", acme, store), store)):
        told = _run(*words)
        assert told.exit_code == 1
        spelled = ascii(str(name))[1:-1]
        assert (
            told.output == f"error: {spelled}: the name is not UTF-8. Rename that file or folder.\n"
        )
    assert not odd.exists()


def test_a_read_only_store_is_told(acme):
    _run("import", acme, acme / "incoming" / "tarn.csv")
    settings = acme / "engagement.yaml"
    path = acme / "answers.sqlite"
    text = settings.read_text(encoding="utf-8")
    url = f"sqlite:///file:{path}?mode=ro&uri=true"
    settings.write_text(text.replace("sqlite:///answers.sqlite", url), encoding="utf-8")
    result = _run("import", acme, acme / "incoming" / "oldmill.csv")
    assert result.exit_code == 1
    assert "read-only" in result.output


def _speak(folder, language):
    settings = folder / "engagement.yaml"
    text = settings.read_text(encoding="utf-8").replace(
        "languages: [en]", f"languages: [{language}]"
    )
    settings.write_text(text, encoding="utf-8")


@pytest.mark.slow
def test_compare_tells_what_moved_and_never_compares_a_rewording(acme, tmp_path):
    path = acme / "incoming" / "hinterberg.csv"
    assert _run("import", acme, path).exit_code == 0
    nothing = _run("compare", acme)
    assert nothing.exit_code == 1
    assert "holds one wave of every site" in nothing.output
    settings = acme / "engagement.yaml"
    told = settings.read_text(encoding="utf-8")
    settings.write_text(told.replace("as_of: 2026-", "as_of: 2027-"), encoding="utf-8")
    later = pd.read_csv(path, dtype=str).assign(wave="2027")
    for column in ("started_at", "finished_at"):
        later[column] = later[column].str.replace("2026-", "2027-")
    for column in [c for c in later if c.startswith("frame.") and "@" in c]:
        later[column] = later[column].mask(later[column].notna(), "4")
    later.to_csv(tmp_path / "later.csv", index=False)
    assert _run("import", acme, tmp_path / "later.csv").exit_code == 0
    sheet = tmp_path / "changes.xlsx"
    result = _run("compare", acme, "--output", sheet)
    assert result.exit_code == 0, result.output
    assert "IT: 6 people, then 6 (6 came back, 0 left, 0 joined)" in result.output
    assert "only thinks they differ -> knows they agree" in result.output
    assert re.search(r"IT understands Operations on \d+% -> \d+% of \d+ topics", result.output)
    assert "not compared" not in result.output
    assert set(pd.read_excel(sheet, sheet_name=None, engine="calamine")) >= {
        "changes",
        "understood",
        "returns",
    }
    _speak(acme, "es")
    spanish = _run("compare", acme).output
    assert "hinterberg: de la ronda 2026 a la 2027" in spanish
    assert "6 personas, luego 6 (6 volvieron, 0 ya no están, 0 son nuevas)" in spanish
    assert "solo cree que difieren -> sabe que coinciden" in spanish
    assert len(spanish.splitlines()) == len(result.output.splitlines()) - 1
    lines = Register(acme).read()
    compared = {(one.event, one.site, one.wave) for one in lines}
    assert compared == {("compared", "hinterberg", wave) for wave in ("2026", "2027")}
    draft = _run("compare", acme, "--draft", "--output", sheet)
    assert draft.output.startswith("Borrador solo")
    assert (tmp_path / "changes.draft.xlsx").is_file()
    assert Register(acme).read() == lines


def test_what_stands_last_in_the_journal_counts_whatever_the_clock_said(acme):
    source = Source("ana", "interview", "it-operations", 1, "abc", "session-1")
    noon = dt.datetime(2026, 10, 6, 12, tzinfo=dt.UTC)
    words = ("northfield", "2026", "it-99", "it", "meaning.same", "it", "answered")
    first = Answer(*words, noon, source, value=2)
    # The clock was put back by an hour before the correction.
    later = replace(first, value=5, answered_at=noon - dt.timedelta(hours=1))
    with closing(Store(f"sqlite:///{acme / 'answers.sqlite'}")) as store:
        store.register(Respondent(*words[:4], "planner", "en", noon, None, {}))
        store.append([first])
        store.append([later])
        assert [answer.value for answer in store.current(respondent="it-99")] == [5]
    told = _run("journal", acme, "--respondent", "it-99", "--site", "northfield").output
    assert [line.split("  ")[-1] for line in told.splitlines()[1:]] == [
        "meaning.same: 2",
        "meaning.same: 2 -> 5",
    ]
