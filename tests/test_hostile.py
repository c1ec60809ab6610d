"""Hostile text and sudden deaths through every way a notebook has to show something.

Each site's notebook runs another snippet, drawn by number. Whatever it does, the run goes on, every
page is HTML, and a good report stays. HARMONY_HOSTILE sets how many; `BATCH` of them at a time make
an engagement, so that each test ends in bounded time, and what fails is found among a few.
"""

from __future__ import annotations

import json
import os
import random
import re
from pathlib import Path

import pytest
from engagement_folders import file_digests, make_folder, request_for

from harmony_kit.batch.batch import run_engagement
from harmony_kit.batch.job import Limits

pytestmark = pytest.mark.slow
N = int(os.environ.get("HARMONY_HOSTILE", "12"))
BATCH = 25
#: Nothing here loops; what is short of a processor is not to be ended for it.
_LIMITS = Limits(timeout_s=600)
CASES = Path(__file__).parent / "cases" / "hostile"

TEXTS = (
    "M\udcfcller.csv",
    "\ud800",
    "\ud83d",
    "\x00nul",
    "\x1b[31mred\x1b[0m \x1b]0;title\x07",
    "\x7f\x85\x9f",
    "]]> --> </script></pre></main><script>alert(1)</script>",
    "\u202egnp.exe",
    "\ufffe\uffff\ufdd0",
    "🧨" * 9,
    "{{ 7*7 }} {% raw %} ${7*7} $x^2$",
    "a" * 30_000,
    "\r\n\r\n\v\f\u2028\u2029",
    "",
    "%s %(x)s {x} {0}",
    "\\udcfc",
)
SHOWS = (
    "raise ValueError({0})",
    "raise type({1}, (Exception,), dict())({0})",
    "raise SystemExit({0})",
    "raise KeyboardInterrupt({0})",
    "raise ExceptionGroup('g', [ValueError({0})])",
    "print({0}); import sys; print({0}, file=sys.stderr); raise OSError(2, {0}, {0})",
    "display(dict([('text/plain', {0}), ('text/html', {0})]), raw=True)",
    "display(dict([('text/plain', 'x')]), metadata=dict([({0}, {0})]), raw=True)",
    "from IPython.display import Markdown, HTML; display(Markdown({0}), HTML({0}))",
    "import os; output += '/x'; os.mkdir(output); open(os.path.join(output, {0}), 'w').close()",
    "answers = [dict(answers[0], lens={0}, respondent={0}, value={0})]",
    # IPython looks through every module for each frame: a thousand take it half a minute.
    "import sys; sys.setrecursionlimit(300)\ndef f(): f()\nf()",
    "class E(Exception):\n def __str__(self): raise self\n __repr__ = __str__\nraise E",
    "x = bytearray(10**15)",
    "get_ipython().run_cell_magic('bash', '', 'printf %s ' + repr({0}))",
    "import sys; sys.stdout.write({0}); raise RuntimeError({1} + {0})",
)
DEATHS = (
    "import os; os._exit(3)",
    "import ctypes; print({0}); ctypes.string_at(0)",
    "import os, signal; print({0}); os.kill(os.getpid(), signal.SIGKILL)",
    "import os; os.close(1); os.close(2); raise ValueError({0})",
    "import sys; sys.stdout.close(); sys.stderr = None; raise ValueError({0})",
)


def _snippet(rng: random.Random) -> str:
    kind = rng.choice(SHOWS + DEATHS)
    return kind.replace("{0}", ascii(rng.choice(TEXTS))).replace(
        "{1}", ascii(rng.choice(("Odd", "naïve"))).strip()
    )


@pytest.mark.parametrize("first", range(0, N, BATCH))
def test_whatever_a_notebook_does_the_run_goes_on(tmp_path: Path, first: int) -> None:
    sites = [f"s{number:03}" for number in range(first, min(first + BATCH, N))]
    folder = make_folder(tmp_path / "e", sites)
    (folder / "hostile.json").write_text("{}")
    assert run_engagement(request_for(folder, notebooks=CASES, limits=_LIMITS)).is_ok
    good = {site: file_digests(folder / "reports" / site) for site in sites}
    snippets = {site: _snippet(random.Random(site)) for site in sites}
    (folder / "hostile.json").write_text(json.dumps(snippets))
    result = run_engagement(
        request_for(
            folder, notebooks=CASES, is_forced=True, patience=None, n_jobs=2, limits=_LIMITS
        )
    )
    assert result.n_left == 0
    assert set(result.made) - {"_portfolio"} == set(sites)
    lost = [
        s
        for s in set(result.failed) - {"_portfolio"}
        if file_digests(folder / "reports" / s) != good[s]
    ]
    assert lost == []
    fresh = make_folder(tmp_path / "fresh", sites)  # nothing stands there to be kept
    (fresh / "hostile.json").write_text(json.dumps(snippets))
    again = run_engagement(
        request_for(fresh, notebooks=CASES, patience=None, n_jobs=2, limits=_LIMITS)
    )
    assert again.n_left == 0
    odd = {}
    for page in fresh.glob("reports/**/*.html"):
        text = page.read_bytes().decode()
        if wrong := re.findall(
            "[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]", text
        ):
            odd[page.parent.name] = wrong[:3], snippets.get(page.parent.name)
        assert text.startswith("<!DOCTYPE html>")
        assert "</html>" in text[-10:]
    assert odd == {}
