"""What would run, and why."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from engagement_folders import make_folder, request_for, save_answers

from harmony_kit.batch.batch import plan_engagement
from harmony_kit.batch.plan import compare, make_plan, select_sites
from harmony_kit.batch.record import Failure, Record, find_records
from harmony_kit.batch.touched import is_touched
from harmony_kit.engagement.folder import load_engagement
from harmony_kit.errors import EngagementError
from harmony_kit.files import mark_folder

INPUTS = {"answers": "1", "settings": "2"}


def _record(folder: Path, **changes: object) -> Record:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.html").write_text("<p>report</p>")
    fields = {"inputs": INPUTS, "files": mark_folder(folder), **changes}
    return Record("a", **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "reasons", "changed"),
    [
        ({}, (), ()),
        ({"inputs": {**INPUTS, "answers": "0"}}, ("answers changed",), ("answers",)),
        ({"inputs": {**INPUTS, "gone": "0"}}, ("gone changed",), ("gone",)),
        ({"inputs": {"answers": "1"}}, ("settings changed",), ("settings",)),
        (
            {"failure": Failure("timeout", "timed_out", {"seconds": "2"})},
            ("timeout last time",),
            (),
        ),
    ],
)
def test_compare_says_what_changed(
    tmp_path: Path, changes: dict[str, object], reasons: tuple[str, ...], changed: tuple[str, ...]
) -> None:
    step = compare("a", INPUTS, _record(tmp_path / "a", **changes), tmp_path / "a")
    assert (step.reasons, step.changed, step.is_due) == (reasons, changed, bool(reasons))


def test_compare_without_record(tmp_path: Path) -> None:
    assert compare("a", INPUTS, None, tmp_path).reasons == ("not made yet",)


@pytest.mark.parametrize("damage", ["delete", "edit"])
def test_compare_looks_at_the_published_files(tmp_path: Path, damage: str) -> None:
    record = _record(tmp_path)
    page = tmp_path / "report.html"
    if damage == "delete":
        page.unlink()
    else:
        page.write_text("<p>rep0rt</p>")
    step = compare("a", INPUTS, record, tmp_path)
    assert step.reasons == ("report.html is missing or was changed by hand",)


def test_a_copied_folder_is_still_current(tmp_path: Path) -> None:
    record = _record(tmp_path)
    (tmp_path / "report.html").touch()  # another time, the same bytes
    assert compare("a", INPUTS, record, tmp_path).reasons == ()


def test_plan_in_words(tmp_path: Path) -> None:
    records = {"a": _record(tmp_path / "a"), "b": _record(tmp_path / "b", inputs={})}
    inputs = {"a": INPUTS, "b": INPUTS, "long-name": INPUTS, "d": INPUTS}
    plan = make_plan(inputs, records, tmp_path, selected=("a", "b", "long-name"))
    assert plan.lines() == [
        "b          answers changed; settings changed",
        "long-name  not made yet",
        "2 to make, 1 up to date, 1 not asked for",
    ]


def test_force_makes_what_is_selected(tmp_path: Path) -> None:
    records = {name: _record(tmp_path / name) for name in ("a", "b")}
    plan = make_plan({"a": INPUTS, "b": INPUTS}, records, tmp_path, selected=["b"], is_forced=True)
    assert plan.lines() == ["b  asked for", "1 to make, 0 up to date, 1 not asked for"]


def test_records_come_back_whole(tmp_path: Path) -> None:
    failure = Failure("crashed", "ended", {}, 3, "1/0", "ZeroDivisionError", "no", "last words")
    record = _record(tmp_path / "a", failure=failure, summary={"n": {"day": 3}}, seconds={"run": 1})
    record.save(tmp_path / "records")
    assert find_records(tmp_path / "records") == {"a": record}
    assert record.is_ok is False


def test_a_record_that_cannot_be_read_counts_as_none(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"name": "a"')
    (tmp_path / "b.json").write_text('{"name": "b", "files": {}, "failure": null, "new": 1}')
    assert find_records(tmp_path) == {}


@pytest.mark.parametrize(
    ("sites", "where", "expected"),
    [
        ((), (), ("a", "b", "c", "d")),
        (("c", "a"), (), ("a", "c")),
        ((), (("region", "emea"),), ("a", "d")),
        ((), (("region", "EMEA"), ("region", "APAC")), ("a", "b", "d")),
        ((), (("region", "EMEA"), ("line", "line 1")), ("d",)),
        (("b",), (("region", "EMEA"),), ()),
    ],
)
def test_select_sites(
    tmp_path: Path,
    sites: tuple[str, ...],
    where: tuple[tuple[str, str], ...],
    expected: tuple[str, ...],
) -> None:
    engagement = load_engagement(make_folder(tmp_path / "e", "abcd"))
    assert select_sites(engagement, sites, where) == expected


def test_select_names_everything_unknown(tmp_path: Path) -> None:
    engagement = load_engagement(make_folder(tmp_path / "e", "ab"))
    with pytest.raises(EngagementError) as caught:
        select_sites(engagement, ["x", "a"], [("y", "9"), ("region", "EMAE")])
    assert str(caught.value).splitlines() == [
        "sites.csv: has no site 'x'. Allowed: a, b.",
        "sites.csv: has no column 'y'. Allowed: site, name, region, country, line.",
        "sites.csv: has no region 'EMAE'. Allowed: APAC, EMEA. Did you mean EMEA?",
    ]


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("index.html", "a page has this name"),
        ("Run.JSON", "a page has this name"),
        ("portfolio.html", "a page has this name"),
        ("CON", "Windows takes this name for a device"),
        ("NUL", "Windows takes this name for a device"),
        ("com1", "Windows takes this name for a device"),
        ("aux.txt", "Windows takes this name for a device"),
        ("lpt9.a.b", "Windows takes this name for a device"),
    ],
)
def test_a_site_or_a_wave_cannot_take_the_name_of_a_page_or_a_device(
    tmp_path: Path, name: str, why: str
) -> None:
    folder = make_folder(tmp_path / "e", [name])
    with pytest.raises(EngagementError, match=f"row 2, column site: '{name}' cannot.*{why}"):
        plan_engagement(request_for(folder))
    (folder / "sites.csv").write_text("site\na\n")
    settings = (folder / "engagement.yaml").read_text().replace("wave: '1'", f"wave: '{name}'")
    (folder / "engagement.yaml").write_text(settings)
    with pytest.raises(EngagementError, match=f"wave: '{name}' cannot name a wave; {why}"):
        plan_engagement(request_for(folder))


@pytest.mark.parametrize("name", ["console", "nullarbor", "com10", "index.htm", "a.con", "auxerre"])
def test_names_that_only_look_like_it_are_free(tmp_path: Path, name: str) -> None:
    assert load_engagement(make_folder(tmp_path / "e", [name])).site_ids == (name,)


def test_a_head_count_of_ten_thousand_digits_is_a_problem(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "e", "a")
    for text in ("9" * 10_000, "99999999", "\u00b2"):
        (folder / "sites.csv").write_text(f"site,headcount_day\na,{text}\n")
        with pytest.raises(EngagementError, match=r"row 2, column headcount_day.*head count"):
            load_engagement(folder)


def test_a_list_without_sites_takes_nothing_down(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "e", "a")
    (folder / "sites.csv").write_text("site,name,region,country\n")
    with pytest.raises(EngagementError, match="lists no site"):
        plan_engagement(request_for(folder))


def test_plan_publishes_nothing(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "e", "ab")
    assert plan_engagement(request_for(folder)).lines() == [
        "a  not made yet",
        "b  not made yet",
        "2 to make, 0 up to date, 0 not asked for",
    ]
    assert not (folder / "reports").exists()


def _pretend_made(folder: Path) -> None:
    """Records as a run leaves them, without running a notebook."""
    for step in plan_engagement(request_for(folder)).steps:
        report = folder / "reports" / step.name
        report.mkdir(parents=True)
        (report / "report.html").write_text("made")
        record = Record(step.name, step.inputs, mark_folder(report))
        record.save(folder / ".harmony" / "records" / "1")


def _append(path: Path, text: str) -> None:
    path.write_text(path.read_text() + text)


CHANGES = {
    "answer": (lambda f: save_answers(f, "a", 4, respondent="day-1"), {"a": "answers changed"}),
    "evidence": (
        lambda f: (f / "usage.csv").write_text(
            "site,pilot,week,eligible_users,active_users,shown,accepted,overridden\n"
            "b,p,2026-W02,9,5,20,10,1\n"
        ),
        {"b": "evidence changed"},
    ),
    "site": (
        lambda f: (f / "sites.csv").write_text(
            (f / "sites.csv").read_text().replace("Plant b", "Plant B")
        ),
        {"b": "site changed"},
    ),
    "settings": (
        lambda f: _append(f / "engagement.yaml", "min_group: 5\n"),
        {"a": "settings changed", "b": "settings changed"},
    ),
    "instrument": (
        lambda f: _append(f / "instrument.yaml", "# another file\n"),
        {"a": "instrument changed", "b": "instrument changed"},
    ),
    "playbook": (
        lambda f: (f / "playbook.yaml").write_text("entries: []\n"),
        {"a": "playbook changed", "b": "playbook changed"},
    ),
    "a file nobody reads": (lambda f: (f / "reference.json").write_text("{}"), {}),
    "store moved": (
        lambda f: _append(f / "engagement.yaml", "store: sqlite:///./answers.sqlite\n"),
        {},
    ),
    "nothing": (lambda _: None, {}),
}


@pytest.mark.parametrize("what", CHANGES)
def test_only_what_changed_is_due(tmp_path: Path, what: str) -> None:
    folder = make_folder(tmp_path / "e", "ab")
    _pretend_made(folder)
    change, expected = CHANGES[what]
    change(folder)
    plan = plan_engagement(request_for(folder))
    assert {step.name: step.reason for step in plan.due} == expected


def test_a_run_is_likely_to_do_something_where_a_file_is_newer_than_the_last(
    tmp_path: Path,
) -> None:
    folder = make_folder(tmp_path / "e", "a")
    assert is_touched(folder)  # nothing was run yet
    (folder / "reports").mkdir()
    (folder / "reports" / "run.json").write_text("{}")
    assert not is_touched(folder)
    beside = folder / "answers.sqlite-shm"
    beside.write_text("read")
    later = time.time() + 9
    os.utime(beside, (later, later))
    assert not is_touched(folder)
    os.utime(folder / "sites.csv", (later, later))
    assert is_touched(folder)
