"""The form for a respondent alone: a page that opens this form and nothing else.

On this computer, or on a phone or tablet in the plant's network where a `Door` is opened to it.
No Jupyter, no notebook and no kernel: whoever may talk to a kernel may run any code, and any code
opens the store. Here a message goes to `Reception`, and plain data comes back. The address holds
a key made for this one start; without it everything is a page that does not exist.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import html
import json
import logging
import secrets
import signal
import socket
import webbrowser
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import tornado.httpserver
import tornado.web
import tornado.websocket

from harmony_kit.errors import EngagementError, Problem
from harmony_kit.interview.appearance import FORM_SCRIPTS, FORM_STYLE, describe_form, read_static
from harmony_kit.interview.doors import Door
from harmony_kit.interview.reception import Reception

__all__ = ["Pocket", "serve_pocket"]

_LONGEST = 100_000  # bytes of a message; the longest answer has 2,000 characters
_WRONG_CODE_SECONDS = 1.0
_IDLE_SECONDS = 60  # of a connection that asks for nothing; an open form is asked for a sign itself
_SIGN_SECONDS = 20  # a phone that went to sleep says no goodbye
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True)
class Pocket:
    """One start of the form: how a form gets its reception, and the key in the address.

    `key` is what the browser files unsaved answers under. `guessing` lets one wrong code at a
    time be told, a second each: a form has fewer codes than a patient respondent has tries.
    """

    open_reception: Callable[[], Reception]
    key: str
    token: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    guessing: asyncio.Lock = field(default_factory=asyncio.Lock)


def serve_pocket(pocket: Pocket, door: Door, *, tell: Callable[[str], None], browse: bool) -> None:
    """Serve the form at a door until Ctrl+C.

    `tell` hears the address; `browse` opens it as well. Raises `EngagementError` when none of the
    door's ports is free.
    """
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(pocket, door, tell, browse=browse))


async def _serve(pocket: Pocket, door: Door, tell: Callable[[str], None], *, browse: bool) -> None:
    listening = _bind(door)
    server = tornado.httpserver.HTTPServer(
        _application(pocket),
        max_body_size=0,
        idle_connection_timeout=_IDLE_SECONDS,
        ssl_options=door.lock.context if door.lock else None,
    )
    # A device that refuses our certificate, or speaks plain HTTP, is nothing to read in a terminal.
    logging.getLogger("tornado.general").setLevel(logging.ERROR)
    server.add_socket(listening)
    host = f"[{door.host}]" if ":" in door.host else door.host
    address = f"{door.scheme}://{host}:{listening.getsockname()[1]}/{pocket.token}/"
    tell(address)
    if browse:
        webbrowser.open(address)
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows raises KeyboardInterrupt instead
            asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    await stopped.wait()
    server.stop()
    await server.close_all_connections()


def _bind(door: Door) -> socket.socket:
    family = socket.AF_INET6 if ":" in door.host else socket.AF_INET
    for number in door.ports:
        with contextlib.suppress(OSError):
            listening = socket.create_server((door.host, number), family=family, backlog=128)
            listening.setblocking(False)  # noqa: FBT003 - positional only
            return listening
    first, last = door.ports[0], door.ports[-1]
    is_one = first == last
    what = f"port {first} is not free" if is_one else f"none of the ports {first} to {last} is free"
    todo = "Close other forms, or choose another with --port."
    raise EngagementError(Problem(door.host, "", what, todo=todo))


def _application(pocket: Pocket) -> tornado.web.Application:
    files = {
        "render.js": ("text/javascript", read_static(*FORM_SCRIPTS)),
        "form.css": ("text/css", read_static(FORM_STYLE)),
        "pocket.js": ("text/javascript", read_static("pocket.js")),
        "": ("text/html", _page(pocket)),
    }
    routes: list[Any] = [
        (r"/([^/]+)/(render\.js|form\.css|pocket\.js|)", _Page, {"pocket": pocket, "files": files}),
        (r"/([^/]+)/link", _Channel, {"pocket": pocket}),
    ]
    options: dict[str, Any] = {
        "default_handler_class": _Nothing,
        "log_function": lambda _: None,  # an address in a log is a key in a log
        "websocket_max_message_size": _LONGEST,
        "websocket_ping_interval": _SIGN_SECONDS,
    }
    return tornado.web.Application(routes, **options)


def _page(pocket: Pocket) -> str:
    reception = pocket.open_reception()
    return read_static("pocket.html").format(
        language=html.escape(reception.language),
        title=html.escape(reception.desk.setting.client),
        setting=html.escape(describe_form(reception, key=pocket.key)),
    )


def _check_token(pocket: Pocket, token: str) -> None:
    if not hmac.compare_digest(token.encode(), pocket.token.encode()):
        raise tornado.web.HTTPError(404)


class _Nothing(tornado.web.RequestHandler):
    """Whatever else is asked for."""

    def prepare(self) -> None:
        raise tornado.web.HTTPError(404)

    def set_default_headers(self) -> None:
        self.clear_header("Server")
        self.set_header("Content-Security-Policy", _POLICY)
        self.set_header("Referrer-Policy", "no-referrer")
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Cache-Control", "no-store")

    def write_error(self, status_code: int, **_: Any) -> None:  # noqa: ANN401 - tornado's
        self.finish(f"{status_code}\n")


class _Page(_Nothing):
    """The page and its three files, from memory: no name is looked up on the disk."""

    def initialize(self, pocket: Pocket, files: dict[str, tuple[str, str]]) -> None:
        self.pocket, self.files = pocket, files

    def prepare(self) -> None:
        _check_token(self.pocket, self.path_args[0])

    def get(self, _: str, name: str) -> None:
        kind, content = self.files[name]
        self.set_header("Content-Type", f"{kind}; charset=utf-8")
        self.finish(content)


class _Channel(_Nothing, tornado.websocket.WebSocketHandler):
    """Messages of one open form to a reception of its own, in order."""

    def initialize(self, pocket: Pocket) -> None:
        self.pocket = pocket
        self.reception: Reception | None = None

    def prepare(self) -> None:
        _check_token(self.pocket, self.path_args[0])

    def open(self, *_: str) -> None:
        self.reception = self.pocket.open_reception()

    async def on_message(self, message: str | bytes) -> None:
        said = _read_message(message)
        if said is None or self.reception is None:
            self.close(1003)
            return
        async with self.pocket.guessing if _names_somebody(said) else contextlib.nullcontext():
            reply = self.reception.handle(said)
            if _is_wrong_code(said, reply):
                await asyncio.sleep(_WRONG_CODE_SECONDS)
        with contextlib.suppress(tornado.websocket.WebSocketClosedError):
            await self.write_message(json.dumps(reply, ensure_ascii=False, default=str))

    def on_close(self) -> None:
        if self.reception is not None:
            self.reception.handle({"do": "leave"})


def _read_message(text: str | bytes) -> dict[str, Any] | None:
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None


def _names_somebody(said: dict[str, Any]) -> bool:
    return said.get("do") in ("resume", "begin") or bool(said.get("open"))


def _is_wrong_code(said: dict[str, Any], reply: dict[str, Any]) -> bool:
    """Whether a name was tried that opened nothing, or that turned out to be somebody's."""
    if said.get("do") == "hello":
        return bool(said.get("open")) and reply.get("page", {}).get("kind") == "lobby"
    return bool(reply.get("problems", {}).keys() & {"code", "respondent"})
