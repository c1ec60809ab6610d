"""Exports for other programs: each comes back to the same frame, and none says who it was."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from functools import partial
from pathlib import Path

import pandas as pd
import pytest
from exchange_cases import CASES, FORMS, KOBO, SMALL, offer

from harmony_kit.batch.handing import register_lines
from harmony_kit.batch.holding import read_holding
from harmony_kit.batch.register import REGISTER, Register
from harmony_kit.commands.exporting import ExportOptions, export
from harmony_kit.engagement.folder import load_engagement
from harmony_kit.engagement.scaffold import create_engagement
from harmony_kit.errors import ExchangeError
from harmony_kit.exchange.tables_out import tabulate_tidy, tabulate_wide
from harmony_kit.exchange.wide import export_table, find_format
from harmony_kit.journal.answers import answers_frame
from harmony_kit.journal.store import Store

ENDS = (".csv", ".xlsx", ".parquet", ".sav")
SORT = ["site", "respondent", "item", "subject", "about"]


@pytest.fixture(scope="module")
def heard() -> Store:
    store = Store("sqlite://")
    offer(store, CASES / "forms.xlsx", **FORMS)
    offer(store, CASES / "kobo.csv", **KOBO)
    return store


def _frame(store: Store) -> pd.DataFrame:
    return answers_frame(store.current()).sort_values(SORT, ignore_index=True)


@pytest.mark.parametrize("end", ENDS)
def test_a_tidy_export_comes_back_to_the_same_frame(tmp_path, heard, end):
    path = tmp_path / f"answers{end}"
    export_table(tabulate_tidy(heard.current(), heard.respondents(), SMALL), path)
    back = Store("sqlite://")

    report = offer(back, path)

    assert report.tool == "tidy"
    pd.testing.assert_frame_equal(_frame(back), _frame(heard))
    people = [replace(one, started_at=None, details={}) for one in heard.respondents()]
    assert [replace(one, started_at=None, details={}) for one in back.respondents()] == people


@pytest.mark.parametrize("end", ENDS)
def test_a_wide_export_comes_back_to_the_same_frame(tmp_path, heard, end):
    path = tmp_path / f"answers{end}"
    export_table(tabulate_wide(heard.current(), heard.respondents(), SMALL), path)
    back = Store("sqlite://")

    offer(back, path)

    untimed = [_frame(store).drop(columns="answered_at") for store in (back, heard)]
    pd.testing.assert_frame_equal(*untimed)


def test_spss_gets_numbers_with_their_words_and_missing_values(tmp_path, heard):
    pyreadstat = pytest.importorskip("pyreadstat")
    path = tmp_path / "answers.sav"
    export_table(tabulate_wide(heard.current(), heard.respondents(), SMALL), path)

    frame, about = pyreadstat.read_sav(str(path), user_missing=True)

    assert about.variable_value_labels["view_one"] == {
        1.0: "Not at all", 2.0: "Hardly", 3.0: "Rather not", 4.0: "Rather", 5.0: "Mostly",
        6.0: "Fully", 98.0: "don't know", 99.0: "prefer not to say",
    }  # fmt: skip
    assert about.missing_ranges["view_one"] == [{"lo": 98.0, "hi": 98.0}, {"lo": 99.0, "hi": 99.0}]
    assert about.column_names_to_labels["view_one_est_operations"] == (
        "view.one@operations | What would most people in Operations answer? The first view holds"
    )
    assert set(frame["view_one"].dropna()) <= {1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 98.0, 99.0}


@pytest.mark.parametrize(
    ("name", "asked"),
    [("F.tsv", None), ("F", None), ("F.sas7bdat", None), ("F.csv", "xlsx"), ("F.xlsx", "spss")],
)
def test_a_name_that_promises_another_format_is_refused(name, asked):
    with pytest.raises(ExchangeError) as caught:
        find_format(Path(name), asked)
    allowed = "csv (.csv), xlsx (.xlsx), parquet (.parquet), spss (.sav)"
    assert [problem.allowed for problem in caught.value.problems] == [allowed]


def test_the_codebook_says_what_every_column_holds(tmp_path, heard):
    path = tmp_path / "answers.csv"
    table = tabulate_wide(heard.current(), heard.respondents(), SMALL)
    assert export_table(table, path, note="Who may see it") == (
        path,
        tmp_path / "answers_codebook.csv",
    )
    book = pd.read_csv(tmp_path / "answers_codebook.csv", dtype=str, keep_default_na=False)
    assert book.iloc[0].tolist() == ["", "", "", "Who may see it", ""]
    assert book["column"].tolist()[1:] == list(table.headers)
    by_column = book.set_index("column")
    assert by_column.loc["view.one@operations"].tolist() == [
        "view.one",
        "rating",
        "What would most people in Operations answer? The first view holds",
        "1 = Not at all; 2 = Hardly; 3 = Rather not; 4 = Rather; 5 = Mostly; 6 = Fully",
    ]


# ── What may leave ───────────────────────────────────────────────────────────────────────────


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Nine people of one side and three of the other, one of whom says where they sit."""
    acme = tmp_path / "acme"
    create_engagement(acme, client="Acme", wave="1")
    (acme / "sites.csv").write_text("site,name\nnorth,North\n", encoding="utf-8")
    rows = [f"it-{i:02d},north,it,1,lead {i},{i % 5 + 1},secret {i}" for i in range(9)]
    rows += [f"ops-{i:02d},north,operations,1,,{i + 1}," for i in range(3)]
    head = "respondent,site,lens,wave,role,meaning.same,execution.one_change\n"
    (acme / "in.csv").write_text(head + "\n".join(rows) + "\n", encoding="utf-8")
    from click.testing import CliRunner

    from harmony_kit.cli import main

    result = CliRunner().invoke(main, ["import", str(acme), str(acme / "in.csv")])
    assert result.exit_code == 0, result.output
    return acme


def test_without_raw_there_are_counts_of_answers_and_nobody_in_the_file(folder, tmp_path, capsys):
    path = tmp_path / "out.csv"
    export(folder, path, ExportOptions())
    assert path.read_text(encoding="utf-8-sig").splitlines() == [
        "site,wave,lens,item,subject,about,answer,people",
        *(f"north,1,it,meaning.same,,it,{point},{n}" for point, n in enumerate((2, 2, 2, 2, 1), 1)),
    ]
    book = pd.read_csv(tmp_path / "out_codebook.csv", dtype=str, keep_default_na=False)
    assert book["item"].tolist() == ["", *[""] * 8, "meaning.same"]
    assert "where at least 8 answered and not all, or all but one, alike" in book["question"][0]
    assert f"{path}: 5 counts of 9 answers" in capsys.readouterr().out


def test_the_note_of_an_export_says_what_is_in_it(folder, tmp_path, capsys):
    settings = (folder / "engagement.yaml").read_text(encoding="utf-8")
    counted = (
        "How many people of a side gave each answer, where at least {n} answered and not all, or "
        "all but one, alike; no people, no texts, and nothing reports do not show yet"
    )
    named = (
        "How many people of a side gave each answer, where at least 4 were heard, also where all "
        "say the same; no names, no texts, and nothing reports do not show yet"
    )
    for more, note in (
        ("banner: 'Entwurf {intern}'", f"Entwurf {{intern}} {counted.format(n=8)}"),
        ("min_group: 12", counted.format(n=12)),
        ("named: true", named),
    ):
        name = more.partition(":")[0]
        kept = "".join(line for line in settings.splitlines(True) if not line.startswith(name))
        (folder / "engagement.yaml").write_text(f"{kept}\n{more}\n", encoding="utf-8")
        export(folder, tmp_path / "out.csv", ExportOptions())
        book = pd.read_csv(tmp_path / "out_codebook.csv", dtype=str, keep_default_na=False)
        assert book["question"][0].endswith(note)
        assert note in capsys.readouterr().out


@pytest.mark.parametrize(("n_other", "is_shown"), [(0, False), (1, False), (2, True)])
def test_what_nearly_all_say_is_in_no_export(folder, tmp_path, n_other, is_shown):
    """Whoever knows who was asked would know the answer of each."""
    engagement = load_engagement(folder)
    with contextlib.closing(Store(engagement.store_url)) as store:
        rated = [one for one in store.current() if (one.lens, one.item) == ("it", "meaning.same")]
        store.append([replace(one, value=1 + (i < n_other)) for i, one in enumerate(rated)])
    export(folder, tmp_path / "out.csv", ExportOptions())
    assert bool(len(pd.read_csv(tmp_path / "out.csv"))) == is_shown


@pytest.mark.slow
def test_an_export_waits_as_reports_do(folder, tmp_path):
    """Ten answers less the nine a report showed would be the answer of who came late."""
    engagement = load_engagement(folder)
    with contextlib.closing(Store(engagement.store_url)) as store:
        holding = read_holding(folder, "1", engagement.settings.min_group)
        frame = store.frame(["north"], "1")
        held = holding.hold("north", frame, store.revision(), lambda _: frame)
        Register(folder).append(held.entries.values())
        first = store.current()[0]
        late = [replace(first, respondent=f"it-late-{i}", value=1) for i in range(4)]
        changed = replace(first, value=6 - first.value)
        store.append([changed, late[0]])
    assert _counts(folder, tmp_path / "waiting.csv") == [2, 2, 2, 2, 1]
    with contextlib.closing(Store(engagement.store_url)) as store:
        store.append(late[1:])
    assert sum(_counts(folder, tmp_path / "shown.csv")) == 13


def _counts(folder, path):
    export(folder, path, ExportOptions())
    return pd.read_csv(path)["people"].tolist()


def test_a_report_and_another_export_keep_to_an_export(folder, tmp_path):
    """It may have been handed out: what differs from it by one person tells her answer."""
    engagement = load_engagement(folder)
    before = _counts(folder, tmp_path / "out.csv")
    lines = Register(folder).read()
    assert [(one.event, one.site, one.lens, len(one.people)) for one in lines] == [
        ("exported", "north", "it", 9)
    ]
    assert dict(lines[0].older) == {"execution.one_change||it": 0}  # texts are not in it
    with contextlib.closing(Store(engagement.store_url)) as store:
        first = next(one for one in store.current() if one.item == "meaning.same")
        store.append([replace(first, respondent="it-late", value=1)])
        held = _hold(folder, store)
        shown = held.answers.query("item == 'meaning.same' and lens == 'it'")
        assert (len(shown), dict(held.waiting)) == (9, {"it": 1})
    assert _counts(folder, tmp_path / "again.csv") == before
    assert len(Register(folder).read()) == 2  # as of a newer row, with the older cell


def _hold(folder, store):
    frame = store.frame(["north"], "1")
    read_at = partial(store.frame, ["north"], "1")
    return read_holding(folder, "1", 4).hold("north", frame, store.revision(), read_at)


def test_what_was_written_down_once_is_not_written_again(folder, tmp_path):
    """Report and export take turns, nothing changes here, and somebody answers elsewhere."""
    engagement = load_engagement(folder)
    for turn in range(3):
        with contextlib.closing(Store(engagement.store_url)) as store:
            revision = store.site_extents("1")["north"][1]
            store.append([replace(store.current("north")[0], site="south", value=1 + turn)])
            frame = store.frame(["north"], "1")
            holding = read_holding(folder, "1", engagement.settings.min_group)
            entries = holding.hold("north", frame, revision, lambda _, now=frame: now).entries
        register_lines(engagement, entries.values(), "published")
        _counts(folder, tmp_path / f"{turn}.csv")
    assert [one.event for one in Register(folder).read()] == ["published", "exported"]
    assert read_holding(folder, "1", 4).n_others == {"north": 1}


def test_a_raw_export_is_not_in_the_register(folder, tmp_path):
    export(folder, tmp_path / "out.csv", ExportOptions(is_raw=True))
    assert not (folder / REGISTER).exists()


def test_raw_answers_are_marked_and_complete(folder, tmp_path, capsys):
    export(folder, tmp_path / "out.csv", ExportOptions(is_raw=True))
    assert sorted(path.name for path in tmp_path.glob("out*")) == [
        "out.raw.csv",
        "out.raw_codebook.csv",
    ]
    frame = pd.read_csv(tmp_path / "out.raw.csv", dtype=str, keep_default_na=False)
    assert (len(frame), max(frame["role"])) == (12, "lead 8")
    book = pd.read_csv(tmp_path / "out.raw_codebook.csv", dtype=str, keep_default_na=False)
    assert book["question"][0].startswith("RAW: ")
    assert "RAW: " in capsys.readouterr().out
