"""IPython as a kernel presents it, without a kernel: what it shows goes onto the tape."""

from __future__ import annotations

import atexit
import builtins
import getpass
import io
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any, ClassVar

from IPython.core import page
from IPython.core.autocall import ExitAutocall
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.error import StdinNotImplementedError, UsageError
from IPython.core.history import HistoryManager
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.profiledir import ProfileDir
from traitlets import Any as AnyTrait
from traitlets import Bool, Instance, Type, default
from traitlets.config import Config

from harmony_kit.engine.wire import Message

__all__ = ["KernelFace", "ZMQInteractiveShell", "new_shell", "refuse_input", "warm_up_shell"]

Send = Callable[[Message], None]


class TapePublisher(DisplayPublisher):
    """``display``, ``update_display`` and ``clear_output``."""

    send = AnyTrait()

    def publish(
        self,
        data: Message,
        metadata: Message | None = None,
        *,
        transient: Message | None = None,
        update: bool = False,
        **_ignored: object,
    ) -> None:
        """Send a display, or what replaces it."""
        self._validate_data(data, metadata or {})
        kind = "update_display_data" if update else "display_data"
        fields = {"data": data, "metadata": metadata or {}, "transient": transient or {}}
        self.send({"type": kind, **fields})

    def clear_output(self, wait: bool = False) -> None:  # noqa: FBT001, FBT002 - IPython's signature
        """Clear the cell, now or when something else is shown."""
        self.send({"type": "clear_output", "wait": wait})


class TapeDisplayHook(DisplayHook):
    """The value of a cell's last expression."""

    send = AnyTrait()
    is_active = Bool(default_value=False)

    def start_displayhook(self) -> None:
        """Note that a traceback from here on comes from showing the value."""
        self.is_active = True

    def write_output_prompt(self) -> None:
        """A notebook has no prompts to write."""

    def write_format_data(self, format_dict: Message, md_dict: Message | None = None) -> None:
        """Send the value in all its formats."""
        if format_dict:
            fields = {"data": format_dict, "metadata": md_dict or {}}
            count = self.prompt_count
            self.send({"type": "execute_result", "execution_count": count, **fields})

    def finish_displayhook(self) -> None:
        """Note that the value is shown."""
        self.is_active = False


class SessionFace:
    """``kernel.session``, by which some libraries send displays past the shell."""

    def __init__(self, send: Send) -> None:
        self._send = send

    def send(self, _stream: object, kind: str, content: Message, **_envelope: object) -> None:
        """Send a display; of other messages nothing is shown."""
        if kind in ("display_data", "update_display_data", "execute_result"):
            self._send({"type": kind, **content})


class KernelFace:
    """What libraries ask of ``get_ipython().kernel``; there is none behind it."""

    language_info: ClassVar[Message] = {
        "name": "python",
        "version": platform.python_version(),
        "mimetype": "text/x-python",
        "codemirror_mode": {"name": "ipython", "version": sys.version_info[0]},
        "pygments_lexer": f"ipython{sys.version_info[0]}",
        "nbconvert_exporter": "python",
        "file_extension": ".py",
    }

    iopub_socket: ClassVar[None] = None

    def __init__(self, shell: InteractiveShell, send: Send) -> None:
        self.shell, self.session = shell, SessionFace(send)

    @property
    def comm_manager(self) -> Any:  # noqa: ANN401 - an untyped library's
        """Where comms register their targets."""
        import comm

        return comm.get_comm_manager()

    def get_parent(self, channel: str | None = None) -> Message:  # noqa: ARG002 - the kernel's signature
        """The request being executed, which an Output widget captures by its id."""
        return {"header": {"msg_id": f"cell-{self.shell.execution_count}"}}


class ZMQInteractiveShell(InteractiveShell):
    """The shell of a notebook's process.

    It bears the name of ipykernel's shell, though there is no ZMQ here: pandas, rich and others
    recognise a notebook by the class name, and show other things where they do not find it.
    """

    displayhook_class = Type(TapeDisplayHook)
    display_pub_class = Type(TapePublisher)
    exiter = Instance(ExitAutocall)
    kernel = AnyTrait()
    autoindent = Bool(default_value=False)
    send = AnyTrait()
    has_display_failed = Bool(default_value=False)

    @default("exiter")
    def _default_exiter(self) -> ExitAutocall:
        return ExitAutocall(self)

    def bind(self, send: Send) -> None:
        """Send what is shown with `send`."""
        self.send = self.display_pub.send = self.displayhook.send = send
        self.kernel = KernelFace(self, send)

    def init_profile_dir(self, profile_dir: ProfileDir | None) -> None:
        """Use a folder that ends with the run: nothing of a user's profile, nothing left in it."""
        folder = str(Path(tempfile.gettempdir()) / "ipython")
        self.profile_dir = profile_dir or ProfileDir.create_profile_dir(folder)

    def init_virtualenv(self) -> None:
        """The environment is the one this process runs in."""

    def init_environment(self) -> None:
        """Tell subprocesses what a kernel tells them: colours are fine, a pager is not."""
        os.environ.update(
            TERM="xterm-color",
            CLICOLOR="1",
            FORCE_COLOR="1",
            CLICOLOR_FORCE="1",
            PAGER="cat",
            GIT_PAGER="cat",
        )

    def init_hooks(self) -> None:
        """``object?`` has no pager to open; executed from a file, a kernel shows nothing either."""
        super().init_hooks()
        self.set_hook("show_in_pager", page.as_hook(lambda *_args, **_options: None), 99)

    def enable_gui(self, gui: str | None = None) -> None:
        """Accept what needs no window, as ``%matplotlib inline`` does."""
        if gui not in (None, "inline", "agg"):
            message = f"no window can be opened here: gui {gui!r}. Use %matplotlib inline."
            raise UsageError(message)

    def system_piped(self, cmd: str) -> None:
        """``!command``: its output goes to the cell, its exit code to ``_exit_code``."""
        if cmd.rstrip().endswith("&"):
            message = "Background processes not supported."
            raise OSError(message)
        from IPython.utils.process import system

        self.user_ns["_exit_code"] = system(self.var_expand(cmd, depth=1))

    system = system_piped

    def _showtraceback(self, etype: type[BaseException], evalue: object, stb: list[str]) -> None:
        if self.displayhook.is_active:
            self.has_display_failed = True
        name = etype.__name__
        self.send({"type": "error", "ename": name, "evalue": str(evalue), "traceback": stb})

    def ask_exit(self) -> None:
        """``exit()``: this cell is the last one."""
        self.exit_now = True

    def set_next_input(self, s: str, replace: bool = False) -> None:  # noqa: FBT001, FBT002 - IPython's signature
        """``%load`` proposes a cell to a person; nobody is there."""

    def get_parent(self) -> Message:
        """The request being executed."""
        return self.kernel.get_parent()

    @property
    def parent_header(self) -> Message:
        """The request being executed, by its other name."""
        return self.get_parent()


def new_shell(send: Send) -> ZMQInteractiveShell:
    """The one shell of this process; its history stays in memory."""
    import ipykernel.zmqshell  # noqa: F401  # tqdm takes a process without it for a terminal

    shell = ZMQInteractiveShell.instance(config=_config())
    shell.bind(send)
    return shell


def warm_up_shell() -> None:
    """Use a shell once and forget it, so that the one a child makes takes 10 ms and not 60."""
    kept_main, kept_env = sys.modules["__main__"], dict(os.environ)
    quiet = redirect_stdout(io.StringIO())
    with quiet, tempfile.TemporaryDirectory() as folder:
        shell = ZMQInteractiveShell(config=_config(), profile_dir=ProfileDir(location=folder))
        shell.bind(lambda _message: None)
        for cell in ("import IPython\nx = {'y': 1}\nx", "%time x", "1 / 0"):
            shell.run_cell(cell, store_history=True)
        shell.atexit_operations()
    atexit.unregister(shell.atexit_operations)
    HistoryManager.outputs.clear()  # one dict for all shells of a process
    sys.modules["__main__"] = kept_main
    os.environ.clear()
    os.environ.update(kept_env)


@contextmanager
def refuse_input() -> Iterator[None]:
    """``input`` and ``getpass`` raise what they raise in a kernel nobody sits at."""
    kept = builtins.input, getpass.getpass
    builtins.input, getpass.getpass = _refuse("raw_input"), _refuse("getpass")
    try:
        yield
    finally:
        builtins.input, getpass.getpass = kept


def _refuse(what: str) -> Callable[..., Any]:
    def refuse(*_args: object, **_options: object) -> Any:  # noqa: ANN401 - it never returns
        message = f"{what} was called, but this frontend does not support input requests."
        raise StdinNotImplementedError(message)

    return refuse


def _config() -> Config:
    config = Config()
    # A history database costs a thread and two file descriptors, for nobody to read it.
    config.HistoryManager.enabled = False
    config.HistoryManager.hist_file = ":memory:"
    # tqdm takes a shell without this entry for a terminal.
    config.IPKernelApp.connection_file = ""
    return config
