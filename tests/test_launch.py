"""How JupyterLab is started for an interview; the browser tests look at what then opens."""

from __future__ import annotations

import ast
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from interviews import make_engagement

from harmony_kit.errors import EngagementError
from harmony_kit.interview.launch import plan_lab

ROOT = Path(__file__).parent.parent


@pytest.fixture
def folder(tmp_path):
    return make_engagement(tmp_path / "engagement")


@pytest.fixture
def home(tmp_path):
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


def parameters(notebook):
    """The defaults of the parameters cell, as Python reads them."""
    content = json.loads(notebook.read_text(encoding="utf-8"))
    (cell,) = [c for c in content["cells"] if "parameters" in c["metadata"].get("tags", [])]
    nodes = ast.parse("".join(cell["source"])).body
    return {node.target.id: ast.literal_eval(node.value) for node in nodes}


@pytest.mark.parametrize(
    ("options", "name", "expected"),
    [
        ({}, "1_interview.ipynb", {"site": None}),
        ({"site": "lyon"}, "1_interview-lyon.ipynb", {"site": "lyon"}),
    ],
)
def test_the_notebook_is_copied_with_its_parameters_filled_in(
    folder, home, options, name, expected
):
    lab = plan_lab(folder, home, **options)
    assert lab.notebook == folder / "notebooks" / name
    assert parameters(lab.notebook) == {"engagement": "..", "wave": None, **expected}
    content = json.loads(lab.notebook.read_text(encoding="utf-8"))
    assert content["metadata"]["harmony"] == {"run_when_opened": True}
    original = json.loads((ROOT / "notebooks/1_interview.ipynb").read_text(encoding="utf-8"))
    assert [c["id"] for c in content["cells"]] == [c["id"] for c in original["cells"]]
    comments = [line.split("  #")[1] for line in content["cells"][1]["source"].splitlines()]
    assert len(comments) == 3


def test_jupyterlab_stays_on_this_machine_with_settings_of_its_own(folder, home):
    lab = plan_lab(folder, home, site="lyon")
    assert "--ServerApp.ip=127.0.0.1" in lab.command
    assert f"--ServerApp.root_dir={folder}" in lab.command
    assert "--LabApp.default_url=/doc/tree/notebooks/1_interview-lyon.ipynb" in lab.command
    assert "--LabApp.news_url=None" in lab.command
    assert all(Path(place).is_relative_to(home) for place in lab.environment.values())
    assert not any("token" in word or "password" in word for word in lab.command)
    settings = {
        path.relative_to(home / "settings").as_posix(): json.loads(path.read_text())
        for path in (home / "settings").rglob("*.jupyterlab-settings")
    }
    kernels = settings["@jupyterlab/apputils-extension/kernels-settings.jupyterlab-settings"]
    assert kernels == {"commsOverSubshells": "disabled"}
    news = settings["@jupyterlab/apputils-extension/notification.jupyterlab-settings"]
    assert (news["fetchNews"], news["checkForUpdates"]) == ("false", False)


def test_our_settings_are_settings_jupyterlab_knows(folder, home):
    plan_lab(folder, home)
    schemas = Path(sys.prefix) / "share" / "jupyter" / "lab" / "schemas"
    for path in (home / "settings").rglob("*.jupyterlab-settings"):
        name = path.relative_to(home / "settings").as_posix().removesuffix(".jupyterlab-settings")
        schema = json.loads((schemas / f"{name}.json").read_text(encoding="utf-8"))
        for key, value in json.loads(path.read_text()).items():
            known = schema["properties"][key]
            allowed = [option["const"] for option in known.get("oneOf", [])]
            assert not allowed or value in allowed, (name, key)


def test_an_engagement_always_gets_the_same_port(folder, home, tmp_path):
    def port(place):
        return next(w for w in plan_lab(place, home).command if "ServerApp.port=" in w)

    other = make_engagement(tmp_path / "other")
    assert port(folder) == port(folder)
    assert port(folder) != port(other)


def test_a_folder_that_is_no_engagement_is_refused(tmp_path, home):
    with pytest.raises(EngagementError, match="is not an engagement folder"):
        plan_lab(tmp_path, home)
    assert list(tmp_path.iterdir()) == [home]


def test_the_extension_is_one_jupyterlab_can_load():
    folder = ROOT / "harmony_kit/interview/static/lab/harmony-interview"
    package = json.loads((folder / "package.json").read_text(encoding="utf-8"))
    build = package["jupyterlab"]["_build"]
    script = (folder / build["load"]).read_text(encoding="utf-8")
    assert f'window._JUPYTERLAB["{package["name"]}"]' in script


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Ctrl+C cannot be sent to a process here")
def test_start_lab_serves_until_it_is_stopped_and_leaves_nothing(folder, tmp_path):
    code = (
        "import sys; from harmony_kit.interview.launch import start_lab; "
        "sys.exit(start_lab(sys.argv[1], site='lyon', open_browser=False))"
    )
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    log = tmp_path / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-c", code, folder],
            env={**os.environ, "TMPDIR": str(temporary)},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        known = _wait_for_server(temporary, process)
        reply = urllib.request.urlopen(
            f"{known['url']}api/status?token={known['token']}", timeout=9
        )
        assert reply.status == 200
        assert known["hostname"] == "127.0.0.1"
        assert Path(known["root_dir"]) == folder
    finally:
        os.killpg(process.pid, signal.SIGINT)
    assert process.wait(20) == 0
    assert list(temporary.glob("harmony-lab-*")) == []
    assert "1_interview-lyon.ipynb?token=" in log.read_text()


def _wait_for_server(temporary, process):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        for path in temporary.glob("harmony-lab-*/runtime/jpserver-*.json"):
            if text := path.read_text():
                return json.loads(text)
        time.sleep(0.1)
    raise AssertionError
