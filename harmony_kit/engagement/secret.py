"""What only this engagement knows: a random number beside its settings, for its owner's eyes.

Whatever is worked out from an answer or a form's number, and must not be worked out again by
somebody who has the number, is mixed with it. It is in no output, snapshot, export or folder of
a site. Whoever shares an engagement between laptops copies it along.
"""

from __future__ import annotations

import re
import secrets
from pathlib import Path

from harmony_kit.errors import EngagementError, Problem
from harmony_kit.files import write_whole

__all__ = ["SECRET", "find_secret", "keep_secret"]

#: The name of its file in the engagement folder.
SECRET = "secret"  # noqa: S105 - the name of a file
_BYTES = 32


def find_secret(folder: Path) -> bytes | None:
    """The secret of an engagement, 32 bytes; None where there is none yet.

    Raises `EngagementError` when the file cannot be read or holds something else.
    """
    path = folder / SECRET
    try:
        text = path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as cause:
        raise EngagementError(Problem(str(path), "", f"cannot be read ({cause})")) from cause
    if not re.fullmatch(f"[0-9a-f]{{{2 * _BYTES}}}", text):
        what, allowed = "is not the secret of an engagement", f"{2 * _BYTES} digits 0 to f"
        todo = "Bring it back from a copy; a new one gives new pseudonyms."
        raise EngagementError(Problem(str(path), "", what, allowed, todo))
    return bytes.fromhex(text)


def keep_secret(folder: Path) -> bytes:
    """The secret of an engagement; made if there is none yet.

    Raises `EngagementError` as `find_secret`, and when it cannot be written.
    """
    known = find_secret(folder)
    if known is not None:
        return known
    made = secrets.token_bytes(_BYTES)
    try:
        write_whole(folder / SECRET, f"{made.hex()}\n".encode(), is_private=True)
    except OSError as cause:
        what = f"cannot be written ({cause.strerror})"
        raise EngagementError(Problem(str(folder / SECRET), "", what)) from cause
    return made
