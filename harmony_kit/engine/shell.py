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

from ipykernel import zmqshell
from ipykernel.eventloops import loop_map
from IPython.core.error import StdinNotImplementedError, UsageError
from IPython.core.history import HistoryManager
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.profiledir import ProfileDir
from jupyter_client.session import Session
from traitlets import Any as AnyTrait
from traitlets import Bool
from traitlets.config import Config

from harmony_kit.engine.wire import Message

__all__ = [
    "KernelFace",
    "ZMQInteractiveShell",
    "describe_error",
    "new_shell",
    "refuse_input",
    "warm_up_shell",
]

Send = Callable[[Message], None]

#: What an application of kernels loads by itself.
_EXTENSION = "IPython.extensions.storemagic"
_SHOWN = ("display_data", "update_display_data", "execute_result", "clear_output", "error")


class TapeSession(Session):
    """A kernel's session without a socket: what it shows is sent on, the rest concerns nobody."""

    tape = AnyTrait()

    def send(
        self,
        _stream: object,
        msg_or_type: Message | str,
        content: Message | None = None,
        *_envelope: object,
        **_options: object,
    ) -> None:
        """Send what is shown, updated or cleared."""
        if isinstance(msg_or_type, dict):
            kind, content = msg_or_type["msg_type"], msg_or_type["content"]
        else:
            kind = msg_or_type
        if kind in _SHOWN:
            self.tape({"type": kind, **(content or {})})


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
    eventloop: ClassVar[None] = None

    def __init__(self, shell: InteractiveShell, session: TapeSession) -> None:
        self.shell, self.session = shell, session

    @property
    def comm_manager(self) -> Any:  # noqa: ANN401 - an untyped library's
        """Where comms register their targets."""
        import comm

        return comm.get_comm_manager()

    def get_parent(self, channel: str | None = None) -> Message:  # noqa: ARG002 - the kernel's signature
        """The request being executed, which an Output widget captures by its id."""
        return {"header": {"msg_id": f"cell-{self.shell.execution_count}"}}


class ZMQInteractiveShell(zmqshell.ZMQInteractiveShell):
    """ipykernel's shell, its magics and hooks, in a process that has no socket.

    It keeps that name and module: pandas, rich, plotly and others recognise a notebook by them.
    """

    __module__ = zmqshell.__name__
    has_display_failed = Bool(default_value=False)

    def bind(self, send: Send) -> None:
        """Send what is shown with `send`."""
        session = TapeSession(tape=send)
        self.display_pub.session = self.displayhook.session = session
        self.kernel = KernelFace(self, session)

    def init_profile_dir(self, profile_dir: ProfileDir | None) -> None:
        """Use a folder that ends with the run: nothing of a user's profile, nothing left in it."""
        folder = str(Path(tempfile.gettempdir()) / "ipython")
        self.profile_dir = profile_dir or ProfileDir.create_profile_dir(folder)

    def enable_gui(self, gui: str | None = None) -> None:
        """Accept what needs no window, as ``%matplotlib inline`` does."""
        if loop_map.get(gui, gui) is not None:
            message = f"no window can be opened here: gui {gui!r}. Use %matplotlib inline."
            raise UsageError(message)

    def _showtraceback(self, etype: type[BaseException], evalue: object, stb: list[str]) -> None:
        if getattr(self.displayhook, "msg", None) is not None:
            self.has_display_failed = True
        super()._showtraceback(etype, describe_error(evalue), stb)

    def get_parent(self) -> Message:
        """The request being executed."""
        return self.kernel.get_parent()


def describe_error(error: object) -> str:
    """What an error says; its type where even saying so raises."""
    try:
        return str(error)
    except Exception:  # noqa: BLE001 - somebody else's __str__ may raise anything
        return f"<an error of type {type(error).__name__} that cannot be told>"


def new_shell(send: Send) -> ZMQInteractiveShell:
    """The one shell of this process; its history stays in memory."""
    shell = ZMQInteractiveShell.instance(config=_config())
    shell.bind(send)
    shell.extension_manager.load_extension(_EXTENSION)
    return shell


def warm_up_shell() -> None:
    """Use a shell once and forget it, so that the one a child makes takes 10 ms and not 60."""
    kept_main, kept_env = sys.modules["__main__"], dict(os.environ)
    quiet = redirect_stdout(io.StringIO())
    with quiet, tempfile.TemporaryDirectory() as folder:
        shell = ZMQInteractiveShell(config=_config(), profile_dir=ProfileDir(location=folder))
        shell.bind(lambda _message: None)
        shell.extension_manager.load_extension(_EXTENSION)
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
