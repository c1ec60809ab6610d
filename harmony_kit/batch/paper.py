"""A page as a PDF beside it, printed by an installed browser: tagged, bookmarked, A4.

It is made of the page alone and of nothing else, so it tells what the page tells. It lives as long
as its page: whoever replaces a page or takes it down, deletes the PDF.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from harmony_kit.files import write_whole

__all__ = ["Printed", "is_as_printed", "is_printed", "name_pdf", "print_page", "readable_for_print"]

#: Margin boxes, in which the running head and the page number stand, are known from here on.
_WITH_HEADS: Final = 131

#: A report takes two or three seconds.
_LONGEST_S: Final = 180

#: What a browser needs to print a page as we want it, alone and without a word to anybody.
_FLAGS: Final = (
    *("--headless=new", "--disable-gpu", "--no-first-run", "--no-default-browser-check"),
    *("--disable-extensions", "--disable-background-networking", "--disable-sync"),
    *("--host-resolver-rules=MAP * ~NOTFOUND", "--no-pdf-header-footer"),
    *("--export-tagged-pdf", "--generate-pdf-document-outline"),
)

_LINK: Final = re.compile(r"""(<a\b[^>]*?)\s+href="(?!#|https?:|mailto:)[^"]*\"""")
_HEADING: Final = re.compile(r"<(h[1-6])\b[^>]*>.*?</\1>", re.DOTALL)
#: Where a heading breaks, the bookmark would lose the space between two words.
_STYLE: Final = "<style>h1, h2, h3, h4, h5, h6 { white-space: break-spaces; }</style>"
#: What Chromium writes before what it says: process, time and place in its source.
_MARK: Final = re.compile(r"^\[[^\]]*\]\s*")
_DATE: Final = re.compile(rb"\(D:\d{14}[+-]\d\d'\d\d'\)")


@dataclass(frozen=True)
class Printed:
    """What became of a page: where its PDF is, or why there is none.

    Attributes
    ----------
    why
        What went wrong; empty where the PDF is there.
    is_plain
        Whether the browser is too old to print running heads and page numbers.
    """

    path: Path
    why: str = ""
    is_plain: bool = False


def name_pdf(page: Path) -> Path:
    """Where the PDF of a page lies.

    >>> name_pdf(Path("reports/oldmill/report.html")).as_posix()
    'reports/oldmill/report.pdf'
    """
    return page.with_suffix(".pdf")


def is_printed(page: Path) -> bool:
    """Whether the PDF beside a page is of the page as it is now."""
    pdf = name_pdf(page)
    return pdf.is_file() and pdf.stat().st_mtime_ns >= page.stat().st_mtime_ns


def is_as_printed(pdf: Path) -> bool:
    """Whether nobody wrote into a PDF since it was printed here: one day in it, written once."""
    content = pdf.read_bytes()
    return len(set(_DATE.findall(content))) == 1 and content.count(b"%%EOF") == 1


def print_page(page: Path, browser: Path, work: Path) -> Printed:
    """Print a page into the PDF beside it, whole or not at all; what was there before is gone.

    `work` is a folder for what the browser needs meanwhile. The same page and the same browser
    give the same bytes.
    """
    target = name_pdf(page)
    try:
        target.unlink(missing_ok=True)
        made = page.stat().st_mtime
        with tempfile.TemporaryDirectory(dir=work, ignore_cleanup_errors=True) as name:
            content = _run_browser(page.read_text(encoding="utf-8"), browser, Path(name))
        write_whole(target, _set_dates(content, made))
    except subprocess.TimeoutExpired:
        return Printed(target, f"the browser took longer than {_LONGEST_S} s")
    except subprocess.SubprocessError as cause:
        return Printed(target, str(cause))
    except OSError as cause:
        return Printed(target, cause.strerror or str(cause))
    return Printed(target, is_plain=_engine_version(content) < _WITH_HEADS)


def readable_for_print(html: str) -> str:
    """The page without links to files beside it: on another machine they lead nowhere.

    Links inside the page and to the web stay; words that were a link stay as words.

    >>> readable_for_print('<a class="x" href="../index.html">All</a> <a href="#one">One</a>')
    '<a class="x">All</a> <a href="#one">One</a>'
    """
    plain = _LINK.sub(r"\1", html)
    level = _HEADING.sub(lambda found: re.sub(r"\s+", " ", found[0]), plain)
    return level.replace("</head>", f"{_STYLE}</head>", 1)


def _run_browser(html: str, browser: Path, work: Path) -> bytes:
    source, printed = work / "page.html", work / "page.pdf"
    source.write_text(readable_for_print(html), encoding="utf-8")
    # Chromium refuses its sandbox to root, as in most containers; our pages hold no script.
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    words = [
        *(str(browser), *_FLAGS, *(["--no-sandbox"] if is_root else [])),
        *(f"--user-data-dir={work / 'profile'}", f"--print-to-pdf={printed}", source.as_uri()),
    ]
    done = subprocess.run(words, capture_output=True, timeout=_LONGEST_S, check=False)
    content = printed.read_bytes() if printed.is_file() else b""
    if not (content.startswith(b"%PDF") and content.rstrip().endswith(b"%%EOF")):
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        last = f": {_MARK.sub('', said[-1])[:300]}" if said else ""
        message = f"the browser ended with {done.returncode} and wrote no whole PDF{last}"
        raise subprocess.SubprocessError(message)
    return content


def _set_dates(content: bytes, made: float) -> bytes:
    """The PDF with the day its page was made instead of the moment it was printed."""
    moment = datetime.fromtimestamp(made, UTC).strftime("(D:%Y%m%d%H%M%S+00'00')")
    return _DATE.sub(moment.encode(), content)


def _engine_version(content: bytes) -> int:
    found = re.search(rb"Skia/PDF m(\d+)", content)
    return int(found[1]) if found else _WITH_HEADS
