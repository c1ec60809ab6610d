"""What comes out of a workshop: one sheet, two cards, a register, a calendar, the same bytes."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
from dataclasses import replace
from pathlib import Path

import accords
import pytest
from accords import HELD, LIMITS, NAMES, SITE, WAVE, entries, make_accord
from click.testing import CliRunner
from conftest import skip_or_fail

from harmony_kit.cli import main
from harmony_kit.commands.accords import read_views, renew_accords
from harmony_kit.engagement.folder import load_engagement
from harmony_kit.grids import read_grids
from harmony_kit.instrument.language_files import load_texts
from harmony_kit.journal.store import Store
from harmony_kit.report.accord_report.accord_page import tell_accord
from harmony_kit.report.accord_report.accord_view import AccordView
from harmony_kit.report.accord_report.decision_record import list_records
from harmony_kit.report.accord_report.due_things import due_things
from harmony_kit.report.accord_report.role_cards import tell_cards

LANGUAGES = ("en", "de", "es")
FILES = [
    "accord.html",
    "accord.json",
    "actions.ics",
    "control_card.html",
    "frame.md",
    "register.csv",
    "register.xlsx",
    "shift_card.html",
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_accord(tmp_path / "acme")


def _run(*arguments: object) -> str:
    result = CliRunner().invoke(main, [str(one) for one in arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def _write(folder: Path, *options: str) -> Path:
    _run("accord", folder, "--site", SITE, *options)
    target = folder / "accords" / WAVE / SITE
    return target / "circulate" if "--roles" in options else target


def _view(folder: Path, language: str = "en") -> AccordView:
    engagement = load_engagement(folder)
    store = Store(engagement.store_url)
    (view,) = read_views(engagement, store, (SITE, WAVE), language=language)
    store.close()
    return view


def _files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def test_the_command_says_what_it_wrote(folder):
    told = _run("accord", folder, "--site", SITE).splitlines()
    target = folder / "accords" / WAVE / SITE
    assert told == [str(target / name) for name in FILES]
    assert sorted(_files(target)) == FILES
    assert {path.stat().st_mode & 0o077 for path in target.iterdir()} == {0}


def test_the_same_entries_give_the_same_bytes(folder, tmp_path):
    before = _files(_write(folder))
    other = make_accord(tmp_path / "other")
    store = Store(load_engagement(other).store_url)
    store.ledger.add(reversed(entries()))
    store.close()
    assert _files(_write(other)) == before
    assert _files(_write(folder)) == before


def test_what_is_circulated_names_nobody(folder):
    named, circulated = _files(_write(folder)), _files(_write(folder, "--roles"))
    shown = {name for name, content in named.items() if NAMES[0].encode() in content}
    assert shown == {
        *("accord.html", "actions.ics", "control_card.html", "shift_card.html", "register.csv")
    }
    for name in NAMES:
        assert [file for file, content in circulated.items() if name.encode() in content] == []
        cells = str([sheet.rows for sheet in read_grids(_write(folder) / "register.xlsx").sheets])
        assert name in cells
    sheets = read_grids(_write(folder, "--roles") / "register.xlsx").sheets
    assert not [name for name in NAMES if name in str([sheet.rows for sheet in sheets])]


@pytest.mark.parametrize(
    ("language", "told"), [("en", "Named report"), ("de", "Namentlicher Bericht")]
)
def test_where_everybody_agreed_to_be_named_every_page_says_so(folder, language, told):
    settings = folder / "engagement.yaml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(f"{text}\nnamed: true\n", encoding="utf-8")
    pages = [
        content.decode()
        for name, content in _files(_write(folder, "--language", language)).items()
        if name.endswith(".html")
    ]
    assert len(pages) == 3
    for page in pages:
        assert re.search(rf'<div class="banner"><div>{told}', page)
        assert re.search(rf'@top-right {{ content: "{told}', page)


def test_an_erased_name_leaves_what_was_written(folder):
    target = _write(folder)
    engagement = load_engagement(folder)
    store = Store(engagement.store_url)
    store.ledger.erase_names(["o-it"])
    assert renew_accords(engagement, store, [SITE, "porto"]) == 1
    store.close()
    files = _files(target)
    cells = str([sheet.rows for sheet in read_grids(target / "register.xlsx").sheets])
    assert [name for name, content in files.items() if NAMES[0].encode() in content] == []
    assert (NAMES[0] in cells, NAMES[1] in cells) == (False, True)
    assert b"head of IT" in files["accord.html"]


def test_a_site_without_a_workshop_is_told(folder):
    result = CliRunner().invoke(main, ["accord", str(folder), "--site", "porto"])
    assert result.exit_code == 1
    assert result.stderr == (
        "error: the store: nothing was agreed at porto in wave 2026. "
        "harmony workshop DIR --site S holds one.\n"
    )
    assert not (folder / "accords").exists()


def test_a_fresh_folder_has_no_accord(tmp_path):
    _run("init", tmp_path / "new")
    result = CliRunner().invoke(main, ["accord", str(tmp_path / "new")])
    assert result.exit_code == 1
    assert result.stderr == (
        "error: the store: nothing was agreed at any site in wave 1. "
        "harmony workshop DIR --site S holds one.\n"
    )


@pytest.mark.parametrize(("wave", "story"), [(WAVE, "Both think it is settled."), ("2025", "")])
def test_the_story_is_the_one_that_was_published_of_this_wave(folder, wave, story):
    path = folder / "reports" / SITE / "results.json"
    path.parent.mkdir(parents=True)
    path.write_text(
        json.dumps({"schema": 2, "wave": wave, "handout": {"story": "Both think it is settled."}}),
        encoding="utf-8",
    )
    assert _view(folder).story == story
    assert _view(folder, "de").story == ""


# The sheet and the cards


def test_the_sheet_says_what_is_open_and_who_disagrees(folder):
    told = tell_accord(_view(folder))
    assert told["present"] == "In the room: 4 people from IT and 6 people from Operations."
    assert told["frame"][-2:] == [
        {
            "line": "What success means",
            "told": "IT: “Nine of ten right.” / Operations: “Less scrap by May.” "
            "(decides: Quinn Ash (quality engineer), by 1 December 2026)",
            "state": "two_wordings",
        },
        {"line": "How much risk is acceptable", "told": "stays open", "state": "open"},
    ]
    assert told["decisions"] == [
        {
            "decision": "When to stop the line",
            "verdict": "act with guardrails. The interviews propose: fix first.",
            "why": "The tags are mended in two weeks.",
            "check": "Blocked by: Data there in time.",
            "who": "Ivy Tarn (head of IT)",
            "day": "15 January 2027",
        },
        {
            "decision": "When to reorder",
            "verdict": "fix first, as the interviews propose.",
            "why": "",
            "check": "",
            "who": "",
            "day": "",
        },
    ]
    assert told["pilots"] == [
        {"pilot": "Camera check at the filler", "told": "starts within its five limits."},
        {
            "pilot": "Reader of test reports",
            "told": "does not start yet. Blank: approval and stopping.",
        },
    ]
    assert told["dissent"] == [("Operations", "Two minutes are too short at night.")]
    assert told["open"] == (
        "2 ground rules have no common sentence. 3 points have no owner or no day yet."
    )


def test_each_side_has_the_limits_in_its_own_words(folder):
    cards = tell_cards(_view(folder))
    assert [*cards] == ["control", "shift"]
    control, shift = cards["control"], cards["shift"]
    assert (control["side"], shift["side"]) == (0, 1)
    assert [title for title, _ in control["pilots"][0]["parts"]] == [
        "Boundaries",
        "Approvals",
        "Escalation and accountability",
    ]
    assert shift["pilots"][0]["parts"] == [
        ("It may, and you may", [LIMITS["actions"]]),
        ("Who says yes", [LIMITS["approval"]]),
        ("When it stops", [LIMITS["stopping"]]),
        (
            "Whom to call",
            [
                f"Exceptions: {LIMITS['exceptions']}",
                f"Accountability: {LIMITS['accountability']}",
            ],
        ),
    ]
    assert [pilot["state"] for pilot in shift["pilots"]] == [
        "It runs. Work with it as written here.",
        "It does not run yet, work as before. Not settled: approval and stopping.",
    ]
    assert shift["parts"][0] == (
        "You may never",
        [accords.FRAME["constraints"], "Anything that is not written here. Ask first."],
    )
    assert control["version"] == shift["version"]
    assert re.fullmatch(r"28-[0-9a-f]{10}", control["version"])


def test_a_decision_is_one_record_an_auditor_and_a_shift_read(folder):
    view = _view(folder)
    record, other = list_records(view)
    assert record.to_dict() == {
        "id": record.mark,
        "decision": "stop-line",
        "what": "act_with_guardrails",
        "is_confirmed": False,
        "why": "The tags are mended in two weeks.",
        "check": "readiness.in_time",
        "by": {"n_present": 10, "roles": ["head of IT"]},
        "boundary": ["vision", "reader"],
        "alternatives": ["fix_first"],
        "review": "2027-01-15",
        "n_overridden": 17,
    }
    assert (other.verdict, other.alternatives) == ("fix_first", ())
    cards = tell_cards(view)
    assert dict(cards["control"]["parts"])["Decisions"][0] == (
        f"[{record.mark[:8]}] When to stop the line: act with guardrails. The interviews propose: "
        "fix first. Reason: The tags are mended in two weeks. Blocking check: Data there in time. "
        "Cleared by: Ivy Tarn (head of IT). Review: 15 January 2027. Overridden since: 17 times."
    )
    assert dict(cards["shift"]["parts"])["Decisions"] == [
        (
            "When to stop the line: act on it within the limits above. "
            "First this has to be right: Data there in time."
        ),
        "When to reorder: do not act on it yet.",
    ]


def test_the_cards_follow_the_playbook(folder):
    view = _view(folder)
    swapped = {"control": "operations", "shift": "it"}
    cards = tuple(one.model_copy(update={"lens": swapped[one.id]}) for one in view.playbook.cards)
    told = tell_cards(replace(view, playbook=view.playbook.model_copy(update={"cards": cards})))
    assert [(one["title"], one["side"]) for one in told.values()] == [
        ("Control card: Operations", 1),
        ("Shift card: IT", 0),
    ]
    assert tell_cards(replace(view, playbook=view.playbook.model_copy(update={"cards": ()}))) == {}


def _stress(view: AccordView) -> AccordView:
    """The longest accord ninety minutes have given: every line full, and one and a half times."""
    grown = []
    for one in view.accord.current:
        value = {
            name: f"{text} {text}" if name in ("text", "reason") else text
            for name, text in one.value.items()
        }
        grown.append(replace(one, value=value))
        if one.kind in ("question", "action"):
            grown.append(replace(one, ref=f"{one.ref}-2"))
    return replace(view, accord=replace(view.accord, current=tuple(grown)))


@pytest.mark.browser
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_one_sheet_of_paper(folder, language, tmp_path):
    labs = pytest.importorskip("labs", reason="the browser tests are not installed")
    if not labs.CHROMIUM.exists():
        skip_or_fail("no Chromium is installed")
    from harmony_kit.commands.accords import _render

    view = replace(_view(folder, language), story="Both think it is settled. " * 4)
    counts, widths = {}, set()
    with labs.run_browser() as browser:
        page = browser.new_page(viewport={"width": 360, "height": 800})
        for size, shown in (("", view), ("long ", _stress(view))):
            for name, content in _render([shown]).items():
                path = tmp_path / name
                path.write_bytes(content)
                page.goto(path.as_uri())
                widths.add(page.evaluate("document.documentElement.scrollWidth"))
                pdf = page.pdf(prefer_css_page_size=True)
                counts[size + name] = len(re.findall(rb"/Type\s*/Page\b", pdf))
    pages = ("accord.html", "control_card.html", "shift_card.html")
    assert counts == {size + name: 1 for size in ("", "long ") for name in pages}
    assert widths == {360}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_speaks_one_language(folder, language):
    target = _write(folder, "--language", language)
    page = (target / "accord.html").read_text(encoding="utf-8")
    assert f'<html lang="{language}">' in page
    others = [load_texts("accord", one) for one in LANGUAGES if one != language]
    headings = [texts[key] for texts in others for key in ("accord.dissent", "accord.one_owner")]
    assert [one for one in headings if one in page] == []


def test_what_people_typed_is_never_markup(folder):
    store = Store(load_engagement(folder).store_url)
    line = next(one for one in entries() if one.ref == "frame.risk" and one.kind == "sentence")
    evil = "<script>alert(1)</script>\n=1+1"
    store.ledger.add(
        [
            replace(line, state="agreed", value={"text": evil}, at=HELD + dt.timedelta(hours=1)),
            replace(
                next(one for one in entries() if one.ref == "act-1"),
                value={"text": "=HYPERLINK(1)"},
                at=HELD + dt.timedelta(hours=2),
            ),
        ]
    )
    store.close()
    target = _write(folder)
    assert "<script>" not in (target / "accord.html").read_text(encoding="utf-8")
    assert "'=HYPERLINK(1)" in (target / "register.csv").read_text(encoding="utf-8-sig")
    frame = (target / "frame.md").read_text(encoding="utf-8").splitlines()
    assert frame[-1] == "- **How much risk is acceptable**: <script>alert(1)</script> =1+1"


# Lists and calendars


def test_the_register_has_what_somebody_sees_to(folder):
    text = (_write(folder, "--roles") / "register.csv").read_text(encoding="utf-8-sig")
    rows = [*csv.DictReader(io.StringIO(text))]
    told = [(row["Issue type"], row["Label"], row["Assignee"], row["Due date"]) for row in rows]
    pair = "head of IT + shift lead, line 2"
    assert told == [
        ("wording", "", "quality engineer", "2026-12-01"),
        ("action", "", pair, "2026-12-03"),
        ("question", "technology", "head of IT", "2026-12-15"),
        ("question", "bridge", "shift lead, line 2", "2026-12-15"),
        ("question", "workflow", "quality engineer", "2026-12-15"),
        ("action", "", pair, "2027-01-02"),
        ("check", "", "head of IT", "2027-01-15"),
        ("action", "", pair, "2027-02-01"),
        ("question", "workflow", "", ""),
        ("question", "", "", ""),
    ]
    assert {row["Status"] for row in rows} == {"open"}
    assert len({row["Id"] for row in rows}) == len(rows)
    grid = read_grids(_write(folder, "--roles") / "register.xlsx").sheets[0].rows
    assert [[*row.values()] for row in rows] == [[str(cell) for cell in row] for row in grid[1:]]


def test_another_program_reads_the_calendar(folder):
    icalendar = pytest.importorskip("icalendar")
    content = (_write(folder) / "actions.ics").read_bytes()
    assert max(len(line) for line in content.split(b"\r\n")) <= 75
    calendar = icalendar.Calendar.from_ical(content)
    events = [*calendar.walk("VEVENT")]
    due = [one for one in due_things(_view(folder)) if one.due]
    assert [event.decoded("dtstart") for event in events] == [one.due for one in due]
    assert [str(event["summary"]) for event in events] == [f"Lyon: {one.text}" for one in due]
    assert str(events[1]["description"]) == (
        "Owned by Ivy Tarn (head of IT) and Olu Pace (shift lead, line 2).\n"
        "Done when: it hangs there"
    )
    assert [event.errors for event in events] == [[]] * len(due)


def test_accord_json_is_complete_and_names_nobody(folder):
    content = (_write(folder) / "accord.json").read_text(encoding="utf-8")
    told = json.loads(content)
    assert {name: told[name] for name in ("schema", "site", "wave", "language")} == {
        "schema": 1,
        "site": SITE,
        "wave": WAVE,
        "language": "en",
    }
    (workshop,) = told["workshops"]
    counts = {name: len(value) for name, value in workshop.items() if isinstance(value, list)}
    assert counts == {
        "predictions": 2,
        "whys": 2,
        "frame": 10,
        "questions": 5,
        "decisions": 2,
        "boundaries": 2,
        "actions": 3,
        "dissent": 1,
    }
    assert workshop["held_on"] == "2026-11-03"
    assert workshop["actions"][0]["owners"] == {"it": "o-it", "operations": "o-ops"}
    assert [name for name in NAMES if name in content] == []
