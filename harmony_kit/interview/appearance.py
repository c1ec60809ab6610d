"""What the form is drawn with: one script, one style, and what does not change while it lives."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

from harmony_kit.accent import DARK_GROUND, LIGHT_GROUND, readable_accent
from harmony_kit.interview.reception import Reception
from harmony_kit.interview.sentences import load_wording

__all__ = ["FORM_SCRIPTS", "FORM_STYLE", "SHARED_SCRIPTS", "describe_form", "read_static"]

_STATIC = Path(str(files("harmony_kit"))) / "interview" / "static"
#: Read in this order into one module: the browser gets a single file and nothing is built.
SHARED_SCRIPTS = ("elements.js", "link.js", "inputs.js", "pages.js", "form.js")
FORM_SCRIPTS = (*SHARED_SCRIPTS, "render.js")
FORM_STYLE = "form.css"


def read_static(*names: str) -> str:
    """The text of some of the form's files, one after the other."""
    return "\n".join((_STATIC / name).read_text(encoding="utf-8") for name in names)


def describe_form(reception: Reception, *, key: str) -> str:
    """Names, colours and the first language's texts, as JSON.

    `key` is what the browser files this engagement's drafts under.
    """
    setting = reception.desk.setting
    fixed = {
        "key": key,
        "client": setting.client,
        "is_self_service": setting.is_self_service,
        "light": readable_accent(setting.colour, LIGHT_GROUND),
        "dark": readable_accent(setting.colour, DARK_GROUND),
        "wording": load_wording(reception.language),
    }
    return json.dumps(fixed, ensure_ascii=False, sort_keys=True)
