"""A process that tells what it was told is saved, killed -9 at a random moment."""

from __future__ import annotations

import os
import signal
import time


def say(pipe, *words):
    os.write(pipe, ("\t".join(words) + "\n").encode())


def hear_until_killed(talk, chance, n_words):
    """What a forked process that runs `talk(pipe)` had said when it was killed.

    That is up to 10 ms after so many words, or before.
    """
    out, inward = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(out)
        talk(inward)
    os.close(inward)
    text = b""
    while text.count(b"\n") < n_words:
        chunk = os.read(out, 65536)
        assert chunk, "it ended by itself"
        text += chunk
    time.sleep(chance.random() * 0.01)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL, status
    while chunk := os.read(out, 65536):
        text += chunk
    os.close(out)
    # A word cut off by the kill was never said.
    return [line.split("\t") for line in text.decode().split("\n")[:-1]]
