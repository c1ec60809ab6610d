"""A folder cut down to one site reads as the whole one does, for that site."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from engagement_folders import make_folder

from harmony_kit.batch.site_folder import SiteFolders
from harmony_kit.engagement.folder import Engagement, load_engagement

EVIDENCE = {
    "decisions.csv": (
        "site,decision,title,raised_on,decided_on,held_by,status\n"
        'a,d1,"Who, exactly, decides?",2026-01-03,,Ops,open\n'
        "b,d1,Other,2026-01-04,2026-01-09,IT,decided\n"
        "a,d2,=1+1,not a date,,,\n"
    ),
    "pilots.csv": (
        "# a comment\n"
        "site;pilot;title;started_on;planned_end;ended_on;scope_changes;status\n"
        "a;p1;Übersicht;2025-05-01;2025-09-01;;3;running\n"
        "c;p1;x;;;;many;\n"
    ),
    "evidence/usage.csv": (
        "site,pilot,week,eligible_users,active_users,shown,accepted,overridden\n"
        "a,p1,2026-W02,9,5,20,10,1\n"
        "a,p1,2026-W03,9,,20,,\n"
        "b,p2,2026-W02,4,4,4,4,4\n"
    ),
}


@pytest.fixture
def engagement(tmp_path: Path) -> Engagement:
    folder = make_folder(tmp_path / "e", "abc")
    (folder / "evidence").mkdir()
    for name, text in EVIDENCE.items():
        (folder / name).write_text(text, encoding="utf-8")
    sites = "site,name,region,headcount_day,line\na,Plänt <A>,EMEA,12,3\nb,B,,,\nc,C,,7,\n"
    (folder / "sites.csv").write_text(sites, encoding="utf-8")
    settings = "client: Tiny Works\nwave: '1'\ninstrument: instrument.yaml\nmin_group: 4\n"
    (folder / "engagement.yaml").write_text(
        settings + "store: postgresql+psycopg://me:secret@db/x\n"
    )
    return load_engagement(folder)


@pytest.mark.parametrize("site", ["a", "b", "c"])
def test_it_reads_the_same(engagement: Engagement, site: str) -> None:
    cut = load_engagement(SiteFolders(engagement).write(site))
    assert cut.sites == (engagement.site(site),)
    for name in ("client", "wave", "instrument", "settings", "languages", "brand", "banner"):
        assert getattr(cut, name) == getattr(engagement, name)
    theirs, ours = cut.evidence.of_site(site), engagement.evidence.of_site(site)
    for name in ("decisions", "pilots", "usage"):
        pd.testing.assert_frame_equal(getattr(theirs, name), getattr(ours, name))


def test_it_holds_no_answers_and_no_password(engagement: Engagement) -> None:
    folder = SiteFolders(engagement).write("a")
    assert sorted(path.name for path in folder.iterdir()) == [
        "decisions.csv",
        "engagement.yaml",
        "instrument.yaml",
        "pilots.csv",
        "sites.csv",
        "usage.csv",
    ]
    assert [p.name for p in folder.iterdir() if "secret" in p.read_text()] == []


def test_what_changed_is_written_and_what_is_gone_removed(engagement: Engagement) -> None:
    folder = SiteFolders(engagement).write("a")
    before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    (engagement.folder / "pilots.csv").unlink()
    (engagement.folder / "playbook.yaml").write_text("id: x\n")
    SiteFolders(load_engagement(engagement.folder)).write("a")
    after = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    assert before.keys() - after.keys() == {"pilots.csv"}
    assert after.keys() - before.keys() == {"playbook.yaml"}
    assert {n for n in after if n in before and after[n] != before[n]} == set()


def test_a_site_that_is_gone_is_removed(engagement: Engagement) -> None:
    folders = SiteFolders(engagement)
    folder = folders.write("a")
    folders.remove("a")
    assert not folder.exists()
