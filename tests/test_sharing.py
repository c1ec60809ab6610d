"""The form in the plant's network, attacked: TLS, a key, and nothing behind it."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import io
import json
import os
import pty
import re
import signal
import socket
import ssl
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
from click.testing import CliRunner
from interviews import begin, make_engagement, open_desk, run_pocket
from test_pocket import _paths as paths_of_others
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from harmony_kit.cli import main
from harmony_kit.errors import EngagementError
from harmony_kit.interview.certificates import make_lock
from harmony_kit.journal.store import Store

pytest.importorskip("cryptography")
pytestmark = pytest.mark.slow

HERE = "127.0.0.1"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """An engagement where somebody at Porto is not finished."""
    folder = make_engagement(tmp_path_factory.mktemp("sharing") / "engagement")
    reception = open_desk(folder)
    reception.handle({"do": "place", "site": "porto"})
    begin(reception, "secret-99")
    reception.handle({"do": "leave"})
    return folder


@pytest.fixture(scope="module")
def served(folder):
    with run_pocket(folder, "--share", HERE) as (address, process):
        fingerprint = re.search(r"(?:[0-9A-F]{2}:){31}[0-9A-F]{2}", process.stdout.readline())
        yield address, fingerprint.group(), process


@pytest.fixture
def address(served):
    return served[0]


def trusting() -> ssl.SSLContext:
    """A device whose owner went on after the warning."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def certificate_of(address: str) -> bytes:
    parts = urlsplit(address)
    with (
        socket.create_connection((parts.hostname, parts.port), timeout=9) as plain,
        trusting().wrap_socket(plain) as secured,
    ):
        return secured.getpeercert(binary_form=True)


def ask(address: str, path: str, method: str = "GET", **request: object) -> tuple[int, bytes]:
    parts = urlsplit(address)
    link = http.client.HTTPSConnection(parts.netloc, context=trusting(), timeout=9)
    try:
        link.request(method, path, **request)
        reply = link.getresponse()
        return reply.status, reply.read()
    finally:
        link.close()


def link(address: str, **options: object) -> ClientConnection:
    """A connection; one that hears nothing for long is opened anew.

    The client reads in one thread and writes in another, and before 3.13 Python lets both into
    OpenSSL at once: once in some hundreds what was asked then never leaves.
    """
    for patience_s in (5, 20, 60):
        with contextlib.suppress(TimeoutError):
            return connect(
                f"wss{address.removeprefix('https')}link",
                ssl=trusting(),
                **{"open_timeout": patience_s, **options},
            )
    raise TimeoutError(address)


def say(socket: ClientConnection, **message: object) -> dict:
    socket.send(json.dumps(message))
    return json.loads(socket.recv(timeout=20))


def newcomer(name: str, *, consent: bool = True) -> dict:
    told = {"respondent": name, "lens": "plant", "role": "", "language": "en"}
    return {"do": "begin", **told, "consent": consent}


def test_the_form_is_there_under_tls_with_the_certificate_that_was_told(served):
    address, fingerprint, _ = served
    assert address.startswith(f"https://{HERE}:")
    der = certificate_of(address)
    assert hashlib.sha256(der).hexdigest().upper() == fingerprint.replace(":", "")
    # Who trusts this one certificate needs no exception: it is made out to the address.
    pinned = ssl.create_default_context(cadata=ssl.DER_cert_to_PEM_cert(der))
    parts = urlsplit(address)
    with (
        socket.create_connection((HERE, parts.port), timeout=9) as plain,
        pinned.wrap_socket(plain, server_hostname=HERE) as secured,
    ):
        assert secured.version() in ("TLSv1.2", "TLSv1.3")
    for name in ("", "render.js", "form.css", "pocket.js"):
        assert ask(address, parts.path + name)[0] == 200
    told = ask(address, parts.path)[1].decode()
    assert [word for word in ("secret-99", "Porto", "answers.sqlite") if word in told] == []


def test_it_listens_at_the_named_address_only_and_starts_nothing(served):
    address, _, process = served
    with link(address) as socket:
        assert say(socket, do="hello")["page"]["people"] == []
        running = psutil.Process(process.pid)
        listening = [c for c in running.net_connections() if c.status == "LISTEN"]
        assert [c.laddr for c in listening] == [(HERE, urlsplit(address).port)]
        assert running.children(recursive=True) == []


def test_the_key_is_nowhere_once_the_form_is_there(served):
    assert list(Path(tempfile.gettempdir()).glob("harmony-share-*")) == []
    process = psutil.Process(served[2].pid)
    assert [one.path for one in process.open_files() if one.path.endswith(".pem")] == []


def test_the_key_is_its_owners_while_it_is_a_file(monkeypatch):
    seen = []

    load = ssl.SSLContext.load_cert_chain

    def watch(context, file):
        seen.extend((path, stat.S_IMODE(path.stat().st_mode)) for path in (file, file.parent))
        load(context, file)

    monkeypatch.setattr(ssl.SSLContext, "load_cert_chain", watch)
    before = os.umask(0)
    try:
        make_lock("192.0.2.9")
    finally:
        os.umask(before)
    assert [mode for _, mode in seen] == [0o600, 0o700]
    assert [path for path, _ in seen if path.exists()] == []


def test_every_start_has_a_certificate_of_its_own():
    assert len({make_lock(host).fingerprint for host in (HERE, HERE, "::1")}) == 3


@pytest.mark.parametrize("told", ["", "x/", "x/render.js", "link", "x/link", "{short}/", "{long}/"])
def test_without_the_key_there_is_nothing(address, told):
    key = urlsplit(address).path.strip("/")
    path = "/" + told.format(short=key[:-1], long=f"{key}A")
    assert ask(address, path) == (404, b"404\n")


@pytest.mark.parametrize("key", ["x", "%00", "..", "%C3%A4"])
def test_no_channel_opens_with_a_wrong_key(address, key):
    with pytest.raises(InvalidStatus, match="404"):
        link(f"https://{urlsplit(address).netloc}/{key}/")


@pytest.mark.parametrize("origin", ["https://evil.example", "http://127.0.0.1", "null"])
def test_no_channel_opens_for_a_page_of_somebody_else(address, origin):
    with pytest.raises(InvalidStatus, match="403"):
        link(address, origin=origin)


@pytest.mark.parametrize("path", paths_of_others())
def test_nothing_else_is_served_with_the_key_or_without(address, path):
    own = urlsplit(address).path
    for method in ("GET", "POST", "PUT", "DELETE"):
        for one in (f"/{path}", own + path, f"/{path}?token={own.strip('/')}"):
            assert ask(address, one, method) == (404, b"404\n")


def test_plain_http_on_the_port_is_told_nothing(address):
    parts = urlsplit(address)
    with socket.create_connection((HERE, parts.port), timeout=9) as plain:
        plain.sendall(f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode())
        heard = b""
        with contextlib.suppress(ConnectionResetError):
            while part := plain.recv(4096):
                heard += part
    assert b"HTTP" not in heard
    assert len(heard) < 20  # an alert of TLS at most
    assert ask(address, parts.path)[0] == 200


def test_an_old_tls_is_refused(address):
    context = trusting()
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    with (
        socket.create_connection((HERE, urlsplit(address).port), timeout=9) as plain,
        pytest.raises((ssl.SSLError, ConnectionResetError)),
    ):
        context.wrap_socket(plain)


@pytest.mark.parametrize("size", [100_001, 2_000_000])
def test_a_message_too_large_ends_its_talk_and_not_the_form(address, size):
    with link(address) as socket, pytest.raises(ConnectionClosed):
        say(socket, do="hello", x=" " * size)
    with link(address) as socket:
        assert say(socket, do="hello")["page"]["kind"] == "lobby"


def test_a_body_and_a_header_too_large_are_refused(address):
    path = urlsplit(address).path
    for request in ({"body": b"x" * 1_000_000}, {"headers": {"X-Long": "x" * 100_000}}):
        with contextlib.suppress(ConnectionError, ssl.SSLError):  # hung up before all was said
            assert ask(address, path, "POST", **request)[0] in (400, 404, 431)
    assert ask(address, path)[0] == 200


def test_many_wrong_codes_cost_a_second_each_however_many_ask(address, folder):
    store = Store(f"sqlite:///{folder}/answers.sqlite", is_reader=True)
    before = store.contents()
    began = time.monotonic()
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(link(address)) for _ in range(5)]
        for n, one in enumerate(sockets):
            one.send(json.dumps({"do": "resume", "respondent": f"bara-{n}" if n else "secret-99"}))
        replies = [json.loads(one.recv(timeout=20)) for one in sockets]
    assert [reply["problems"] for reply in replies] == [{"code": "lobby.unknown_code"}] * 5
    assert time.monotonic() - began > 4.9
    assert store.contents() == before
    store.close()


def test_in_turn_at_one_table_each_agrees_alone_and_opens_their_own_only(address, folder):
    with link(address) as socket:
        for name, value in (("lena-21", 2), ("timo-22", 5)):
            say(socket, do="hello")
            unasked = say(socket, **newcomer(name, consent=False))
            assert unasked["problems"] == {"consent": "consent_needed"}
            assert say(socket, **newcomer(name))["page"]["place"]["respondent"] == name
            say(socket, do="answer", question="aims.shared", status="answered", value=value)
            lobby = say(socket, do="leave")["page"]
            assert (lobby["kind"], lobby["people"]) == ("lobby", [])
        taken = say(socket, **newcomer("lena-21"))
        assert taken["problems"] == {"respondent": "pseudonym_taken"}
        assert say(socket, do="resume", respondent="timo-22")["page"]["place"]["respondent"] == (
            "timo-22"
        )
        say(socket, do="finish")
        again = say(socket, do="resume", respondent="timo-22")
        assert again["problems"] == {"code": "lobby.unknown_code"}
    store = Store(f"sqlite:///{folder}/answers.sqlite", is_reader=True)
    held = {
        name: [answer.value for answer in store.current("lyon", "2026", name)]
        for name in ("lena-21", "timo-22")
    }
    assert held == {"lena-21": [2], "timo-22": [5]}
    for name in held:
        assert [e.kind for e in store.events("lyon", "2026", name)].count("consent") == 1
    store.close()


def test_connections_that_come_and_go_leave_nothing_open(served):
    address, _, process = served
    running = psutil.Process(process.pid)

    def visit(times: int) -> int:
        for _ in range(times):
            with link(address) as socket:
                say(socket, do="hello")
        time.sleep(0.5)
        return running.num_fds()

    assert visit(40) - visit(3) < 10


def test_a_key_is_worth_nothing_after_the_end(folder):
    with run_pocket(folder, "--share", HERE, "--port", "43211") as (before, process):
        assert urlsplit(before).port == 43211
        old = certificate_of(before)
        process.send_signal(signal.SIGINT)
        process.wait(20)
        assert process.returncode == 0
        told = process.stdout.read()
    assert "Traceback" not in told
    with pytest.raises(ConnectionRefusedError):
        certificate_of(before)
    with run_pocket(folder, "--share", HERE, "--port", "43211") as (after, _):
        assert ask(after, urlsplit(before).path) == (404, b"404\n")
        with pytest.raises(InvalidStatus, match="404"):
            link(before)
        assert ask(after, urlsplit(after).path)[0] == 200
        assert certificate_of(after) != old


def test_it_ends_while_a_form_is_open(folder):
    with run_pocket(folder, "--share", HERE) as (address, process), link(address) as socket:
        say(socket, do="hello")
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        with pytest.raises(ConnectionClosed):
            socket.recv(timeout=9)


def test_the_terminal_hears_nothing_of_who_knocks(folder):
    with run_pocket(folder, "--share", HERE) as (address, process):
        test_plain_http_on_the_port_is_told_nothing(address)
        with pytest.raises(ssl.SSLCertVerificationError):  # a device that goes no further
            http.client.HTTPSConnection(urlsplit(address).netloc, timeout=9).request("GET", "/")
        ask(address, "/lab")
        process.send_signal(signal.SIGINT)
        process.wait(20)
        lines = process.stdout.read().splitlines()
    assert [line.split(":")[0].split(",")[0] for line in lines] == [
        "SHA-256 of its certificate",
        "The device warns once",
        "Whoever has the address can open this form",
    ]


def refuse(folder: Path, *options: str) -> str:
    result = CliRunner().invoke(main, ["interview", str(folder), "--no-browser", *options])
    assert result.exit_code != 0
    assert "Traceback" not in result.output
    return result.output


@pytest.mark.parametrize("share", ["0.0.0.0", "::"])
def test_every_address_at_once_is_refused(folder, share):
    told = refuse(folder, "--share", share)
    assert f"{share} is every address at once. Allowed: " in told
    assert "127.0.0.1 (lo" in told


@pytest.mark.parametrize("share", ["", "203.0.113.7", "localhost", "127.1", "127.0.0.2", "*"])
def test_an_address_that_is_not_this_computers_is_refused_and_its_own_are_named(folder, share):
    told = refuse(folder, "--share", share)
    assert f"{share!r} is none of its addresses. Allowed: " in told
    own = {
        one.address
        for card in psutil.net_if_addrs().values()
        for one in card
        if one.family in (socket.AF_INET, socket.AF_INET6) and "%" not in one.address
    }
    assert set(re.findall(r"(\S+) \(", told)) == own


def test_a_port_that_is_taken_or_goes_with_nothing_is_refused(folder):
    with socket.create_server((HERE, 0)) as taken:
        port = str(taken.getsockname()[1])
        told = refuse(folder, "--share", HERE, "--port", port)
        assert f"127.0.0.1: port {port} is not free. Close other forms, or" in told
    assert "--port goes with --self or --share" in refuse(folder, "--port", "43212")
    assert "1024<=x<=65535" in refuse(folder, "--share", HERE, "--port", "80")


def test_a_site_that_is_not_there_is_told(folder):
    assert "has no site 'nowhere'" in refuse(folder, "--share", HERE, "--site", "nowhere")


def test_without_the_library_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "cryptography", None)
    with pytest.raises(EngagementError, match=r"pip install 'harmony-kit\[share\]'"):
        make_lock(HERE)


def test_a_terminal_is_drawn_the_address_for_a_camera(folder):
    segno = pytest.importorskip("segno")
    master, slave = pty.openpty()
    command = [sys.executable, "-u", "-m", "harmony_kit", "interview", str(folder)]
    process = subprocess.Popen([*command, "--share", HERE], stdout=slave, stderr=slave)
    os.close(slave)
    told = b""
    while "▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀".encode() not in told:  # the last row
        told += os.read(master, 4096)
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 0
    os.close(master)
    address = re.search(r"https://\S+", told.decode(errors="ignore")).group()
    drawn = io.StringIO()
    segno.make(address, error="l", micro=False).terminal(drawn, compact=True)
    rows = [line.strip() for line in told.decode(errors="ignore").splitlines() if "█" in line]
    assert rows == [line for line in drawn.getvalue().splitlines() if "█" in line]
    assert max(map(len, rows)) < 80
