"""Text of one's own in the report of a site: found, shown without harm, checked, and followed."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from demo_reports import assess
from engagement_folders import make_folder, request_for
from html_checks import list_faults

from harmony_kit.batch.batch import plan_engagement, run_engagement
from harmony_kit.batch.site_folder import SiteFolders
from harmony_kit.cli import main
from harmony_kit.engagement.folder import load_engagement
from harmony_kit.engagement.scaffold import create_engagement
from harmony_kit.engagement.site_notes import find_note, list_note_problems, read_note
from harmony_kit.errors import EngagementError
from harmony_kit.report import site_report
from harmony_kit.report.assessment import _trace
from harmony_kit.report.markdown import show_markdown

HOSTILE = """# Line 4

<script>alert(1)</script> <img src=x onerror=alert(1)> <b onclick="x()">bold</b>

<iframe src="https://example.com"></iframe>

- [a](javascript:alert(1)) [b](data:text/html,x) [c](https://example.com/?a=1&b="2") [d](../x)
- ![a chart](https://example.com/x.png) `<i>` {{ 7 * 7 }} {% raw %}

### Shift | two

| who | *when* |
|:--|--:|
| <u>IT</u> | now |

```html"><script>
</code></pre><script>alert(2)</script>
```
"""


def _write(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / "notes" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_markdown_keeps_its_structure_and_nothing_that_could_act_or_load():
    assert show_markdown(HOSTILE, 'Notes "1"').html == (
        "<h3>Line 4</h3>\n"
        "<p>&lt;script&gt;alert(1)&lt;/script&gt; &lt;img src=x onerror=alert(1)&gt; "
        "&lt;b onclick=&quot;x()&quot;&gt;bold&lt;/b&gt;</p>\n"
        "<p>&lt;iframe src=&quot;https://example.com&quot;&gt;&lt;/iframe&gt;</p>\n"
        "<ul>\n<li>a b c (https://example.com/?a=1&amp;b=%222%22) d</li>\n"
        "<li><em>a chart</em> <code>&lt;i&gt;</code> {{ 7 * 7 }} {% raw %}</li>\n</ul>\n"
        "<h4>Shift | two</h4>\n"
        '<div class="scroll" role="group" tabindex="0" aria-label="Notes &#34;1&#34;"><table>\n'
        '<caption class="hidden">Notes &#34;1&#34;</caption>\n'
        '<thead>\n<tr>\n<th scope="col">who</th>\n'
        '<th scope="col" class="number"><em>when</em></th>\n</tr>\n</thead>\n'
        "<tbody>\n<tr>\n<td>&lt;u&gt;IT&lt;/u&gt;</td>\n"
        '<td class="number">now</td>\n</tr>\n</tbody>\n</table></div>\n'
        "<pre><code>&lt;/code&gt;&lt;/pre&gt;&lt;script&gt;alert(2)&lt;/script&gt;\n</code></pre>"
    )


def test_headings_go_on_where_those_of_the_page_end():
    text = "## A\n\n##### B\n\nC\n=\n\n###### D"
    assert show_markdown(text, "x").html == "<h4>A</h4>\n<h5>B</h5>\n<h3>C</h3>\n<h6>D</h6>"


def test_the_note_of_a_wave_stands_in_place_of_that_for_any(tmp_path):
    assert (find_note(tmp_path, "a", "1"), read_note(tmp_path, "a", "1")) == (None, "")
    any_wave = _write(tmp_path, "a.md", "\ufeff any \n")
    assert (find_note(tmp_path, "a", "1"), read_note(tmp_path, "a", "1")) == (any_wave, "any")
    first = _write(tmp_path, "1/a.md", "first")
    assert (find_note(tmp_path, "a", "1"), find_note(tmp_path, "a", "2")) == (first, any_wave)


def test_what_no_report_will_show_is_told(tmp_path):
    for name in ("a.md", "aa.md", "2/a.md", "3/a.md", "1/2/a.md", "readme.txt", ".aa.md"):
        _write(tmp_path, name, "x")
    _write(tmp_path, ".ipynb_checkpoints/a-checkpoint.md", "x")
    broken = _write(tmp_path, "b.md", b"\xff\xfe\x00")
    with pytest.raises(EngagementError, match=r"notes/b\.md: is not UTF-8 text"):
        read_note(tmp_path, "b", "1")
    told = [str(one).split(". Allowed")[0] for one in list_note_problems(tmp_path, "ab", "12")]
    assert broken.is_file()
    assert told == [
        "notes/1/2/a.md: lies where no report looks",
        "notes/3/a.md: no wave is called '3'",
        "notes/aa.md: sites.csv has no site 'aa', so no report shows this",
        "notes/b.md: is not UTF-8 text. Save it again as UTF-8.",
    ]


def test_check_names_a_note_of_a_plant_there_is_not(tmp_path):
    create_engagement(tmp_path / "acme", client="Acme", wave="1")
    (tmp_path / "acme" / "sites.csv").write_text("site,name\nplant-1,One\n", encoding="utf-8")
    _write(tmp_path / "acme", "plant1.md", "x")
    run = CliRunner().invoke(main, ["check", str(tmp_path / "acme")])
    assert run.exit_code == 1
    assert "notes/plant1.md: sites.csv has no site 'plant1'" in run.output
    assert "plant-1" in run.output


@pytest.mark.parametrize(
    ("site", "language", "title"),
    [("northfield", "en", "Notes"), ("tarn", "de", "Anmerkungen"), ("tarn", "es", "Notas")],
)
def test_a_report_shows_it_under_a_heading_of_its_language(tmp_path, site, language, title):
    shown = assess(site, language)
    _write(tmp_path, f"{shown.wave}/{site}.md", HOSTILE)
    told = replace(shown, engagement=replace(shown.engagement, folder=tmp_path))
    html = site_report.notes(told).html
    assert html.startswith('<section class="part" id="notes" aria-labelledby="notes-title">')
    assert f'<h2 id="notes-title">{title}</h2>' in html
    assert show_markdown(HOSTILE, title).html in html
    whole = "\n".join(part(told).html for part in (site_report.cover, site_report.notes))
    is_listed = f'<li><a href="#notes">{title}</a></li>' in whole
    assert is_listed == (site == "northfield")  # a site too small has no contents
    assert [fault for fault in list_faults(html) if "heading" not in fault] == []


def test_nothing_of_it_circulates(tmp_path):
    shown = assess("northfield")
    _write(tmp_path, "northfield.md", "x")
    settings = shown.engagement.settings.model_copy(update={"redacted": True})
    engagement = replace(shown.engagement, folder=tmp_path, settings=settings)
    assert site_report.notes(replace(shown, engagement=engagement)).html == ""


@pytest.mark.slow
def test_a_report_is_made_of_it_for_its_wave_and_site_alone(tmp_path):
    folder = make_folder(tmp_path / "acme", "ab")
    request = request_for(folder)

    def due() -> dict[str, tuple[str, ...]]:
        return {step.name: step.reasons for step in plan_engagement(request).due}

    assert run_engagement(request).is_ok
    assert due() == {}
    note = _write(folder, "a.md", "first")
    assert due() == {"a": ("notes changed",)}
    assert run_engagement(request).made == ("a",)
    kept = folder / ".harmony" / "sites" / "a" / "notes" / "a.md"
    assert kept.read_bytes() == b"first"
    _write(folder, "2/a.md", "of another wave")
    assert due() == {}
    note.unlink()
    assert due() == {"a": ("notes changed",)}
    SiteFolders(load_engagement(folder)).write("a")
    assert not kept.exists()


def test_the_files_a_report_names_include_it(tmp_path):
    shown = assess("northfield")
    folder = tmp_path / "demo"
    shutil.copytree(shown.engagement.folder, folder)
    _write(folder, "northfield.md", "x")
    engagement = load_engagement(folder)
    inputs = _trace(engagement, "northfield", "2026", shown.as_of)["inputs"]
    digest = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
    assert inputs["notes/northfield.md"] == digest
