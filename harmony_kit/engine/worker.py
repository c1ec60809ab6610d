"""The process of one notebook: prepares it, runs its cells as they are asked for, and ends.

It is forked from the warm server (or spawned), becomes the leader of its own process group, takes
its caller's environment and folder, and then answers commands until it is told to end.
"""

from __future__ import annotations

import asyncio
import atexit
import base64
import contextlib
import ctypes
import faulthandler
import os
import pickle
import signal
import sys
import time
import weakref
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from harmony_kit.engine import comms, posix
from harmony_kit.engine.shell import (
    KernelFace,
    ZMQInteractiveShell,
    describe_error,
    new_shell,
    refuse_input,
)
from harmony_kit.engine.tape import Tape, TextStream
from harmony_kit.engine.wire import Message, decode

__all__ = ["serve"]


def serve(channel: Connection, fds: tuple[int, int], sentinel: int) -> None:
    """Run one notebook over `channel`, its text over `fds`; end when `sentinel` is closed."""
    posix.own_session()
    posix.adopt_orphans()
    _forget_exit_handlers()
    opening = decode(channel.recv_bytes())
    posix.die_with(sentinel, opening["scratch"])
    Path(opening["scratch"]).mkdir(mode=0o700)
    posix.redirect(fds)
    posix.settle(**{name: opening[name] for name in ("env", "cwd", "scratch")})
    tape = Tape(channel, fds, opening["token"])
    sys.stdout, sys.stderr = TextStream(tape, "stdout"), TextStream(tape, "stderr")
    faulthandler.enable(fds[1])
    began = time.monotonic()
    try:
        prepared = _prepare(opening)
    except Exception as cause:  # noqa: BLE001 - whatever it is, the caller has to raise it
        tape.send({"type": "refused", "error": base64.b64encode(pickle.dumps(cause)).decode()})
        return
    prepared["seconds"] = time.monotonic() - began
    _Notebook(tape, channel).run(prepared, opening["memory_mb"])
    _run_exit_handlers()
    tape.send({"type": "bye"})


class _Notebook:
    """The shell of one notebook and the loop it runs in."""

    def __init__(self, tape: Tape, channel: Connection) -> None:
        self._tape, self._channel = tape, channel
        self._shell: ZMQInteractiveShell

    def run(self, prepared: Message, memory_mb: int | None) -> None:
        """Report what was prepared, then do as told until told to end."""
        self._shell = new_shell(self._tape.send)
        comms.install_comms(self._tape.send)
        _attach_matplotlib(self._shell)
        facts = {"language_info": KernelFace.language_info, "missing": _missing_preload()}
        self._tape.send({"type": "ready", **facts, **prepared})
        posix.limit_memory(memory_mb)
        with asyncio.Runner() as runner:
            self._loop = runner.get_loop()
            asyncio.set_event_loop(self._loop)
            self._obey()
        self._shell.reset(new_session=False)  # closes the files the notebook left open

    def _obey(self) -> None:
        """Run cells, with the loop running in between for what the cells left in it."""
        while True:
            self._loop.run_until_complete(self._await_command())
            command = decode(self._channel.recv_bytes())
            if command["command"] == "end":
                return
            self._run_cell(command)

    async def _await_command(self) -> None:
        readable = asyncio.Event()
        self._loop.add_reader(self._channel.fileno(), readable.set)
        try:
            await readable.wait()
        finally:
            self._loop.remove_reader(self._channel.fileno())

    def _run_cell(self, command: Message) -> None:
        comms.update_widgets(command["updates"])
        shell = self._shell
        shell.has_display_failed = False
        error: BaseException | None = None
        with _interruptible(self._tape), refuse_input():
            try:
                result = self._execute(command["source"])
                error = result.error_before_exec or result.error_in_exec
            except BaseException as cause:  # noqa: BLE001 - no cell may end the process but exit
                shell.showtraceback((type(cause), cause, cause.__traceback__))
                error = cause
        shell.payload_manager.clear_payload()  # what a front end would do; there is none
        _flush_c()
        is_failed = error is not None or shell.has_display_failed
        self._tape.send(
            {
                "type": "cell_done",
                "is_failed": is_failed,
                "ename": type(error).__name__ if error else "",
                "evalue": describe_error(error) if error else "",
                "execution_count": shell.execution_count - 1,
                "is_last": bool(shell.exit_now),
            }
        )

    def _execute(self, source: str) -> Any:  # noqa: ANN401 - IPython's ExecutionResult
        shell = self._shell
        failure = None
        try:
            code = shell.transform_cell(source)
        except Exception:  # noqa: BLE001 - run_cell reports it as the cell's error
            code, failure = source, sys.exc_info()
        if not shell.should_run_async(
            source, transformed_cell=code, preprocessing_exc_tuple=failure
        ):
            with _as_running(self._loop):
                return shell.run_cell(source, store_history=True)
        task = self._loop.create_task(
            shell.run_cell_async(source, store_history=True, transformed_cell=code)
        )
        result = None
        with _cancelling(task, self._loop):
            try:
                result = self._loop.run_until_complete(task)
            finally:
                # run_cell does this itself; without it, charts are lost silently.
                shell.events.trigger("post_execute")
                shell.events.trigger("post_run_cell", result)
        return result


@contextlib.contextmanager
def _as_running(loop: asyncio.AbstractEventLoop) -> Iterator[None]:
    """A cell finds a running loop, as in a kernel; it lies outside the loop's own turn.

    Inside it, what makes loops run inside each other (``nest_asyncio``) would take the turn's
    remaining steps away from under it, and with them the process.
    """
    asyncio._set_running_loop(loop)  # noqa: SLF001 - for whoever implements a loop, as here
    try:
        yield
    finally:
        asyncio._set_running_loop(None)  # noqa: SLF001


def _prepare(opening: Message) -> Message:
    if opening["notebook"] is None:
        return {}
    from papermill import execute

    from harmony_kit.engine.prepare import check_interpreter, check_language, prepare_notebook

    parameters = pickle.loads(base64.b64decode(opening["parameters"]))  # noqa: S301 - our caller's
    notebook = prepare_notebook(opening["notebook"], parameters)
    check_language(opening["notebook"], notebook)
    check_interpreter(opening["notebook"], notebook)
    marks = {
        "banner": execute.ERROR_MESSAGE_TEMPLATE,
        "anchor": execute.ERROR_ANCHOR_MSG,
        "tag": execute.ERROR_MARKER_TAG,
    }
    return {"notebook": notebook, "marks": marks}


def _attach_matplotlib(shell: ZMQInteractiveShell) -> None:
    """Show figures as pictures, as the first import of matplotlib does in a kernel.

    The server drew with another backend and without a shell; a child that only inherited that
    would show figures as text.
    """
    if "matplotlib.pyplot" not in sys.modules:
        return
    import matplotlib as mpl
    from IPython.core.pylabtools import activate_matplotlib

    backend = os.environ["MPLBACKEND"]
    if backend not in ("inline", "module://matplotlib_inline.backend_inline"):
        mpl.use(backend)
        return
    from matplotlib_inline.backend_inline import configure_inline_support

    activate_matplotlib(backend)
    configure_inline_support(shell, backend)


def _missing_preload() -> list[str]:
    """What the server did not load; its fork server says nothing about an import that failed."""
    preload = sys.modules.get("harmony_kit.engine.preload")
    return list(preload.MISSING) if preload else ["harmony_kit.engine.preload"]


@contextlib.contextmanager
def _interruptible(tape: Tape) -> Iterator[None]:
    """SIGINT interrupts the cell; between cells there is nothing to interrupt."""
    signal.signal(signal.SIGINT, lambda *_: tape.interrupt())
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextlib.contextmanager
def _cancelling(task: asyncio.Future[Any], loop: asyncio.AbstractEventLoop) -> Iterator[None]:
    """SIGINT cancels `task`: raised inside the loop, KeyboardInterrupt would end the loop."""
    kept = signal.signal(signal.SIGINT, lambda *_: loop.call_soon_threadsafe(task.cancel) and None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, kept)


def _flush_c() -> None:
    """What C code printed and still holds belongs to this cell."""
    with contextlib.suppress(OSError, TypeError):
        ctypes.CDLL(None).fflush(None)


def _forget_exit_handlers() -> None:
    """Drop what the server registered: this process must not clean up for it."""
    atexit._clear()  # noqa: SLF001 - as multiprocessing does in a forked child
    registry = getattr(weakref.finalize, "_registry", {})
    registry.clear()
    weakref.finalize._registered_with_atexit = False  # type: ignore[attr-defined]  # noqa: SLF001


def _run_exit_handlers() -> None:
    """Run what the notebook registered, as a kernel does when it is shut down."""
    atexit._run_exitfuncs()  # noqa: SLF001 - os._exit follows, which would skip them
