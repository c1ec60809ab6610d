"""JupyterLab with the interview open: on this machine only, with settings of its own."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from harmony_kit.errors import EngagementError, Problem

__all__ = ["Lab", "plan_lab", "port_of", "start_lab"]

NOTEBOOK = "1_interview.ipynb"

#: What ends a program besides Ctrl+C: a service being stopped, a terminal being closed.
_STOPS = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
#: How long JupyterLab may take to close its kernels before it is told, and then made, to end.
_SECONDS_TO_CLOSE = 5.0

#: JupyterLab's own settings, so that nobody's private ones can lose an answer.
_SETTINGS: dict[str, dict[str, object]] = {
    # Messages of widgets on a second thread brought answers out of order and hid their errors.
    "@jupyterlab/apputils-extension/kernels-settings": {"commsOverSubshells": "disabled"},
    # Nothing is fetched from the network, and nothing pops up over an interview.
    "@jupyterlab/apputils-extension/notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
        "doNotDisturbMode": True,
    },
    # A form that is scrolled away must stay alive.
    "@jupyterlab/notebook-extension/tracker": {"windowingMode": "none"},
}


@dataclass(frozen=True)
class Lab:
    """A JupyterLab about to be started: its command, environment and the notebook it opens."""

    command: tuple[str, ...]
    environment: Mapping[str, str]
    notebook: Path


def plan_lab(
    folder: Path,
    home: Path,
    *,
    site: str | None = None,
    notebook: str = NOTEBOOK,
    parameters: Mapping[str, object] | None = None,
) -> Lab:
    """Write the notebook and JupyterLab's settings, and say how to start it.

    Parameters
    ----------
    home
        An empty folder for JupyterLab's configuration, workspaces and runtime files.
    parameters
        Parameters of the notebook beside the engagement and the site.

    Raises `EngagementError` when `folder` is not an engagement folder.
    """
    folder = folder.resolve()
    if not (folder / "engagement.yaml").is_file():
        todo = "Make one with: harmony init DIR"
        raise EngagementError(Problem(str(folder), "", "is not an engagement folder", todo=todo))
    values = {"engagement": "..", "site": site, **(parameters or {})}
    copy = _write_notebook(folder, notebook, values)
    _write_settings(home / "settings")
    extensions = files("harmony_kit") / "interview" / "static" / "lab"
    shown = copy.relative_to(folder).as_posix()
    command = (
        *(sys.executable, "-m", "jupyterlab"),
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={port_of(folder)}",
        "--ServerApp.port_retries=20",
        f"--ServerApp.root_dir={folder}",
        f"--ServerApp.allow_root={getattr(os, 'geteuid', lambda: 1)() == 0}",
        "--ServerApp.answer_yes=True",
        # The address is printed all the same; the rest is nothing to read beside an interview.
        "--ServerApp.log_level=ERROR",
        f"--LabApp.default_url=/doc/tree/{shown}",
        "--LabApp.news_url=None",
        f"--LabApp.extra_labextensions_path={extensions}",
    )
    environment = {
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
    }
    return Lab(command, environment, copy)


def start_lab(
    folder: str | Path,
    site: str | None = None,
    *,
    open_browser: bool = True,
    notebook: str = NOTEBOOK,
    parameters: Mapping[str, object] | None = None,
) -> int:
    """Run JupyterLab on an engagement until it is stopped (Ctrl+C); returns its exit code.

    The browser opens with the notebook run, the interview's unless another is named. Raises
    `EngagementError` when `folder` is not an engagement folder.
    """
    with tempfile.TemporaryDirectory(prefix="harmony-lab-", ignore_cleanup_errors=True) as home:
        lab = plan_lab(
            Path(folder), Path(home), site=site, notebook=notebook, parameters=parameters
        )
        browser = f"--ServerApp.open_browser={open_browser}"
        environment = {**os.environ, **lab.environment}
        with subprocess.Popen([*lab.command, browser], env=environment) as process:
            for number in _STOPS:
                signal.signal(number, signal.default_int_handler)
            try:
                return process.wait()
            except KeyboardInterrupt:
                return _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> int:
    """See JupyterLab end with us: a terminal stops it too, whoever stops us alone does not."""
    for end in (process.terminate, process.kill):
        with contextlib.suppress(subprocess.TimeoutExpired):
            return process.wait(_SECONDS_TO_CLOSE)
        end()
    return process.wait()


def port_of(folder: Path) -> int:
    """A port of the folder's own: the browser keeps unsaved answers by address and port."""
    return 20_000 + int(hashlib.sha256(str(folder).encode()).hexdigest(), 16) % 20_000


def _write_settings(folder: Path) -> None:
    for name, values in _SETTINGS.items():
        path = folder / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values), encoding="utf-8")


def _find_notebook(name: str) -> Path:
    """A notebook of ours: in a checkout, or where a wheel puts it."""
    checkout = Path(str(files("harmony_kit"))).parent / "notebooks" / name
    installed = Path(sys.prefix) / "share" / "harmony-kit" / "notebooks" / name
    return checkout if checkout.is_file() else installed


def _write_notebook(folder: Path, name: str, values: Mapping[str, object]) -> Path:
    """A copy of a notebook for this engagement and site, marked to run when it is opened."""
    notebook = json.loads(_find_notebook(name).read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        if "parameters" in cell["metadata"].get("tags", []):
            cell["source"] = _fill_in("".join(cell["source"]), values)
        if cell["cell_type"] == "code":
            cell["metadata"]["jupyter"] = {"source_hidden": True}
    notebook["metadata"]["harmony"] = {"run_when_opened": True}
    parts = [Path(name).stem, *filter(None, [values["site"]])]
    path = folder / "notebooks" / f"{'-'.join(map(str, parts))}.ipynb"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def _fill_in(source: str, values: Mapping[str, object]) -> str:
    """The parameters cell with other defaults; its types and comments stay."""
    lines = []
    for line in source.splitlines():
        name = line.partition(":")[0].strip()
        declared, is_set, rest = line.partition("=")
        if name in values and is_set:
            _, mark, comment = rest.partition("  #")
            lines.append(f"{declared.rstrip()} = {values[name]!r}{mark}{comment}")
        else:
            lines.append(line)
    return "\n".join(lines)
