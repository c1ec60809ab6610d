"""Engagement folders: what is read, and every problem at once."""

from __future__ import annotations

import base64
import datetime as dt
import shutil
from pathlib import Path

import pandas as pd
import pytest

from harmony_kit.engagement.brand import Brand, list_brand_warnings
from harmony_kit.engagement.folder import Site, load_engagement
from harmony_kit.engagement.scaffold import create_demo, create_engagement
from harmony_kit.engagement.settings import Settings
from harmony_kit.errors import EngagementError, Problem


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    create_engagement(tmp_path / "acme", client='Acme "A" & Söhne', wave="1")
    return tmp_path / "acme"


def _problems(folder: Path) -> list[Problem]:
    with pytest.raises(EngagementError) as caught:
        load_engagement(folder)
    return list(caught.value.problems)


def test_new_folder_reads_back(folder):
    engagement = load_engagement(folder)
    assert engagement.client == 'Acme "A" & Söhne'
    assert engagement.wave == "1"
    assert engagement.settings == Settings()
    assert engagement.brand == Brand()
    assert engagement.sites == ()
    assert engagement.store_url == f"sqlite:///{folder.as_posix()}/answers.sqlite"
    assert engagement.as_of is None
    assert engagement.evidence.decisions.empty


def test_sites_with_head_counts_and_extra_columns(folder):
    header = "site,name,region,country,headcount_it,headcount_operations,owner\n"
    text = header + "p-1,Plant 1,EMEA,DE,7,,Kim\np.2,,,,,,\n"
    (folder / "sites.csv").write_text(text, encoding="utf-8-sig")
    engagement = load_engagement(folder)
    assert engagement.sites == (
        Site("p-1", "Plant 1", "EMEA", "DE", {"it": 7, "operations": None}, {"owner": "Kim"}),
        Site("p.2", "p.2", "", "", {"it": None, "operations": None}, {"owner": ""}),
    )
    heads = engagement.headcounts()
    assert heads["headcount"].fillna(-1).tolist() == [7, -1, -1, -1]


def test_semicolons_and_comments_are_fine(folder):
    (folder / "sites.csv").write_text(
        "# a note; with semicolons\nsite;name\nx;Ex\n", encoding="utf-8"
    )
    assert [site.name for site in load_engagement(folder).sites] == ["Ex"]


PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


def _brand(folder, text: str) -> Brand:
    (folder / "engagement.yaml").write_text(
        f"client: A\nwave: '1'\nbrand: {{{text}}}\n", encoding="utf-8"
    )
    return load_engagement(folder).brand


def test_colours_are_written_out_and_what_cannot_be_read_is_told(folder):
    brand = _brand(folder, "colour: '#FFF', second: '#ffe94d'")
    assert (brand.colour, brand.second) == ("#ffffff", "#ffe94d")
    warned = list_brand_warnings(brand)
    assert [(one.where, one.severity) for one in warned] == [
        ("brand.colour", "warning"),
        ("brand.second", "warning"),
    ]
    assert list_brand_warnings(_brand(folder, "colour: '#1f5f7a'")) == []


def test_a_logo_becomes_part_of_the_brand(folder):
    (folder / "logo.png").write_bytes(PNG)
    logo = _brand(folder, "logo: logo.png").logo
    assert logo == f"data:image/png;base64,{base64.b64encode(PNG).decode()}"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("logo.png", b"GIF89a"),
        ("logo.png", PNG + bytes(64_000)),
        ("missing.png", None),
        ("../logo.png", PNG),
        (".", None),
    ],
)
def test_a_logo_that_is_none_is_a_problem(folder, name, content):
    if content is not None:
        (folder / name).write_bytes(content)
    with pytest.raises(EngagementError) as caught:
        _brand(folder, f"logo: {name}")
    assert [problem.where for problem in caught.value.problems] == ["brand.logo"]


def test_every_problem_of_settings_and_sites_at_once(folder):
    (folder / "engagement.yaml").write_text(
        "client: A\nwave: 'a/b'\nclaim_at: 1.5\nmin_group: 1\nlanguages: [en]\ncolour: red\n"
        "brand: {colour: blue}\ntimezone: Mars/Base\n",
        encoding="utf-8",
    )
    (folder / "sites.csv").write_text(
        "site,headcount_it\nok,3\n../evil,2\nOK,4\nmany,three\n", encoding="utf-8"
    )
    found = {(problem.file, problem.where) for problem in _problems(folder)}
    assert found == {
        ("engagement.yaml", "wave"),
        ("engagement.yaml", "claim_at"),
        ("engagement.yaml", "min_group"),
        ("engagement.yaml", "colour"),
        ("engagement.yaml", "brand.colour"),
        ("engagement.yaml", "timezone"),
        ("sites.csv", "row 3, column site"),
        ("sites.csv", "row 4, column site"),
        ("sites.csv", "row 5, column headcount_it"),
    }


def test_what_a_run_says_of_its_reports_is_no_setting(folder):
    """The ordinary reports would be redacted ones, and an accord would say that it is for all."""
    with (folder / "engagement.yaml").open("a", encoding="utf-8") as settings:
        settings.write("\nredacted: true\n")
    (problem,) = _problems(folder)
    assert str(problem) == (
        "engagement.yaml: redacted: is no setting. Take it out: reports for circulation are made "
        "by harmony run --redacted."
    )
    of_a_run = folder / ".harmony" / "redacted" / "sites" / "x"
    of_a_run.mkdir(parents=True)
    for name in ("engagement.yaml", "sites.csv"):
        shutil.copy(folder / name, of_a_run / name)
    assert load_engagement(of_a_run).settings.redacted is True


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("sites.csv", b"", "is empty"),
        ("sites.csv", b"name,region\nA,B\n", "the column 'site' is missing"),
        ("sites.csv", b"site,name\nx,\x81\xff\n", "is not text in UTF-8"),
        ("engagement.yaml", b"client: [unclosed\n", "is not valid YAML"),
        (
            "engagement.yaml",
            b"client: A\nwave: 1\ninstrument: nothing\n",
            "there is no such instrument",
        ),
        ("engagement.yaml", b"client: A\nwave: 1\nlanguages: [xx]\n", "no wording in 'xx'"),
        (
            "engagement.yaml",
            b"client: A\nwave: 1\nleaning_at: 0.9\n",
            "leaning_at must not be above claim_at",
        ),
    ],
)
def test_one_clear_problem(folder, name, content, what):
    (folder / name).write_bytes(content)
    problems = _problems(folder)
    assert len(problems) == 1
    assert what in problems[0].what


def test_not_an_engagement_folder(tmp_path):
    assert [problem.what for problem in _problems(tmp_path)] == ["is not an engagement folder"]


def test_evidence_problems_name_row_and_column_and_stop_nothing(folder):
    (folder / "sites.csv").write_text("site\np1\n", encoding="utf-8")
    (folder / "decisions.csv").write_text(
        "site,decision,title,raised_on,decided_on,held_by,status\n"
        "p1,a,First,2026-02-30,,it,open\n"
        "p9,b,Other,2026-01-01,,it,open\n"
        "p1,a,Again,2026-01-01,,it,open\n"
        "p1,c,Fine,2026-01-01,2026-02-01,it,decided\n",
        encoding="utf-8",
    )
    (folder / "usage.csv").write_text(
        "site,pilot,week,eligible_users,active_users,shown,accepted,overridden\n"
        "p1,v,2026-W10,ten,3,,,\np1,v,11/2026,10,3,,,\n",
        encoding="utf-8",
    )
    evidence = load_engagement(folder).evidence
    assert evidence.decisions["decision"].tolist() == ["a", "c"]
    assert evidence.decisions["raised_on"].isna().tolist() == [True, False]
    assert [(p.file, p.where) for p in evidence.problems] == [
        ("decisions.csv", "row 2, column raised_on"),
        ("decisions.csv", "row 3, column site"),
        ("decisions.csv", "row 4"),
        ("usage.csv", "row 2, column eligible_users"),
        ("usage.csv", "row 3, column week"),
    ]
    assert evidence.usage["active_users"].tolist() == [3]


def test_evidence_is_also_found_in_its_own_folder(folder):
    (folder / "sites.csv").write_text("site\np1\n", encoding="utf-8")
    (folder / "evidence").mkdir()
    header = "site,pilot,title,started_on,planned_end,ended_on,scope_changes,status\n"
    (folder / "evidence" / "pilots.csv").write_text(header + "p1,v,V,2026-01-01,,,2,running\n")
    pilots = load_engagement(folder).evidence.pilots
    assert pilots["scope_changes"].tolist() == [2]
    assert pilots["started_on"].tolist() == [pd.Timestamp("2026-01-01")]


def test_create_engagement_never_overwrites(folder):
    (folder / "sites.csv").write_text("site\nmine\n", encoding="utf-8")
    with pytest.raises(EngagementError, match="is already there"):
        create_engagement(folder, client="B", wave="2")
    assert (folder / "sites.csv").read_text(encoding="utf-8") == "site\nmine\n"


@pytest.mark.slow
def test_demo_is_an_engagement_like_any_other(tmp_path):
    demo = create_demo(tmp_path / "demo")
    engagement = load_engagement(demo.folder)
    assert len(engagement.sites) == 12
    assert len(demo.answers) == 12
    assert engagement.as_of == dt.date(2026, 10, 30)
    assert "invented" in engagement.banner
    assert engagement.evidence.problems == ()
    n_people = sum(len(pd.read_csv(path)) for path in demo.answers)
    assert 140 <= n_people <= 160


@pytest.mark.slow
def test_demo_is_the_same_every_time(tmp_path):
    first, second = create_demo(tmp_path / "a"), create_demo(tmp_path / "b")
    for one, other in zip(first.answers, second.answers, strict=True):
        assert one.read_bytes() == other.read_bytes()


def test_demo_does_not_touch_another_engagement(folder):
    with pytest.raises(EngagementError, match="holds another engagement"):
        create_demo(folder)
