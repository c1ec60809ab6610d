"""The form for a respondent alone, attacked: its key opens that form and nothing else."""

from __future__ import annotations

import contextlib
import json
import time
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
from interviews import begin, make_engagement, open_desk, run_pocket
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from harmony_kit.interview.pocket import Pocket
from harmony_kit.journal.store import Store


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """An engagement where two people were interviewed: one is finished, one at Porto is not."""
    folder = make_engagement(tmp_path_factory.mktemp("pocket") / "engagement")
    reception = open_desk(folder)
    begin(reception, "mira-17")
    reception.handle({"do": "finish"})
    reception.handle({"do": "place", "site": "porto"})
    begin(reception, "secret-99")
    reception.handle({"do": "leave"})
    return folder


@pytest.fixture(scope="module")
def served(folder):
    with run_pocket(folder) as (address, process):
        yield address, process


@pytest.fixture
def address(served):
    return served[0]


def fetch(url: str, method: str = "GET") -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method=method), timeout=9) as reply:
            return reply.status, reply.read()
    except urllib.error.HTTPError as cause:
        return cause.code, cause.read()


def link(address: str, **options: object) -> ClientConnection:
    return connect(f"{address.replace('http', 'ws', 1)}link", **options)


def talk(address: str, *messages: object) -> list[dict]:
    """What the form is answered, message for message; short where it is cut off."""
    replies = []
    with link(address) as socket, contextlib.suppress(ConnectionClosed):
        for message in messages:
            is_raw = isinstance(message, str | bytes)
            socket.send(message if is_raw else json.dumps(message))
            replies.append(json.loads(socket.recv(timeout=20)))
    return replies


@pytest.mark.slow
def test_the_page_is_there_and_says_nothing_of_the_engagement(address, folder):
    status, page = fetch(address)
    assert status == 200
    for name in ("render.js", "form.css", "pocket.js"):
        assert fetch(address + name)[0] == 200
    told = page.decode()
    assert "Northwind" in told
    assert [
        word for word in ("mira-17", "Porto", "answers.sqlite", str(folder)) if word in told
    ] == []


def _paths() -> list[str]:
    """What a Jupyter server has behind its token, and what a careless one has of the disk."""
    return [
        "files/answers.sqlite",
        "files/engagement.yaml",
        "api",
        "api/contents",
        "api/contents/answers.sqlite",
        "api/kernels",
        "api/kernelspecs",
        "api/sessions",
        "api/terminals",
        "api/status",
        "lab",
        "lab/tree/answers.sqlite",
        "tree",
        "nbconvert/html/notebooks/1_interview.ipynb",
        "terminals/websocket/1",
        "voila",
        "static/form.js",
        "answers.sqlite",
        "../answers.sqlite",
        "..%2fanswers.sqlite",
        "%2e%2e/answers.sqlite",
        "render.js/../../answers.sqlite",
        "pocket.html",
        "metrics",
    ]


@pytest.mark.parametrize("path", _paths())
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_nothing_else_is_served_with_the_key_or_without(address, path, method):
    parts = urlsplit(address)
    token = parts.path.strip("/")
    root = f"http://{parts.netloc}/"
    for url in (root + path, address + path, f"{root}{path}?token={token}"):
        assert fetch(url, method) == (404, b"404\n")


def test_without_the_key_there_is_no_form(address):
    root = f"http://{urlsplit(address).netloc}/"
    for url in (root, f"{root}x/", f"{root}x/render.js", address.rstrip("/")[:-1] + "/"):
        assert fetch(url)[0] == 404
    with pytest.raises(InvalidStatus, match="404"):
        link(f"{root}x/")
    with pytest.raises(InvalidStatus, match="403"):  # a page of somebody else's
        link(address, origin="http://evil.example")


def test_no_kernel_and_no_other_process_runs_behind_it(served):
    address, process = served
    assert talk(address, {"do": "hello"})[0]["page"]["kind"] == "lobby"
    assert psutil.Process(process.pid).children(recursive=True) == []
    listening = [c for c in psutil.Process(process.pid).net_connections() if c.status == "LISTEN"]
    assert [c.laddr.ip for c in listening] == ["127.0.0.1"]


def test_the_first_page_names_no_site_and_nobody(address):
    (reply,) = talk(address, {"do": "hello"})
    assert set(reply["page"]) == {"kind", "client", "languages", "language", "people", "planned"}
    assert reply["page"]["people"] == reply["page"]["planned"] == []


@pytest.mark.parametrize(
    "message",
    [
        {"do": "place", "site": "porto"},
        {"do": "place", "interviewer": "mallory"},
        {"do": "__class__"},
        {"do": "desk"},
        {"do": "answer", "question": "aims.top", "status": "answered"},
        {"do": "note", "note": "x"},
        {},
    ],
)
def test_a_message_the_page_never_sends_is_refused(address, message):
    (reply,) = talk(address, message)
    assert set(reply) == {"trouble", "ack"}


@pytest.mark.parametrize(
    "text", ["[]", "1", "nonsense", "[" * 50_000, b"\xff\xfe", "{" + " " * 200_000]
)
def test_what_is_no_message_ends_the_talk_and_not_the_form(address, text):
    assert talk(address, text) == []
    assert talk(address, {"do": "hello"})[0]["page"]["kind"] == "lobby"


@pytest.mark.slow
@pytest.mark.parametrize(
    "message",
    [
        {"do": "resume", "respondent": "mira-17"},  # finished: only an interviewer reopens
        {"do": "resume", "respondent": "mira-17", "reason": "because"},
        {"do": "resume", "respondent": "secret-99"},  # at another site
        {"do": "hello", "open": {"site": "porto", "wave": "2026", "respondent": "secret-99"}},
        {"do": "hello", "open": {"respondent": "secret-99"}},
        {"do": "hello", "open": {"site": "lyon", "wave": "2026", "respondent": "mira-17"}},
    ],
)
def test_nobody_elses_answers_are_shown(address, folder, message):
    before = Store(f"sqlite:///{folder}/answers.sqlite", is_reader=True).contents()
    began = time.monotonic()
    (reply,) = talk(address, message)
    assert time.monotonic() - began > 0.9  # a wrong code costs a second
    assert reply.get("problems") == {"code": "lobby.unknown_code"} or (
        reply["page"]["kind"] == "lobby"
    )
    after = Store(f"sqlite:///{folder}/answers.sqlite", is_reader=True).contents()
    assert after == before


@pytest.mark.slow
def test_guesses_wait_for_each_other(address):
    began = time.monotonic()
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(link(address)) for _ in range(4)]
        for n, socket in enumerate(sockets):
            socket.send(json.dumps({"do": "resume", "respondent": f"bara-{n}"}))
        for socket in sockets:
            assert "problems" in json.loads(socket.recv(timeout=20))
    assert time.monotonic() - began > 3.9


def test_an_interview_is_held_through_it(address, folder):
    hello, started, answered = talk(
        address,
        {"do": "hello"},
        {
            "do": "begin",
            "respondent": "nora-11",
            "lens": "plant",
            "role": "",
            "language": "en",
            "consent": True,
        },
        {"do": "answer", "question": "aims.shared", "status": "answered", "value": 4, "seq": "t/1"},
    )
    assert hello["page"]["kind"] == "lobby"
    assert started["page"]["place"]["respondent"] == "nora-11"
    assert answered["ack"] == "t/1"
    store = Store(f"sqlite:///{folder}/answers.sqlite", is_reader=True)
    assert [(a.item, a.value) for a in store.current("lyon", "2026", "nora-11")] == [
        ("aims.shared", 4)
    ]
    deadline = time.monotonic() + 9
    kinds: list[str] = []
    while kinds[-1:] != ["closed"] and time.monotonic() < deadline:
        kinds = [event.kind for event in store.events("lyon", "2026", "nora-11")]
    assert kinds == ["consent", "started", "opened", "closed"]
    store.close()


@pytest.mark.slow
def test_ctrl_c_ends_it_in_peace(folder):
    with run_pocket(folder) as (address, process):
        assert fetch(address)[0] == 200
    assert process.returncode == 0


def test_every_start_has_a_key_of_its_own():
    assert len({Pocket(open_reception=lambda: None, key="k").token for _ in range(9)}) == 9  # type: ignore[arg-type, return-value]


@pytest.mark.slow
def test_the_folder_is_not_left_with_a_notebook_that_hands_out_the_store(folder):
    assert not Path(folder / "notebooks").exists()
