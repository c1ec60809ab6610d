"""The secret of an engagement: kept in the folder, in nothing that leaves it."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from click.testing import CliRunner
from engagement_folders import make_folder, request_for
from exchange_cases import CASES, FORMS, offer

from harmony_kit.batch.batch import run_engagement
from harmony_kit.cli import main
from harmony_kit.engagement.secret import find_secret, keep_secret
from harmony_kit.errors import EngagementError
from harmony_kit.journal.store import Store


def _invoke(*words: object) -> tuple[int, str]:
    result = CliRunner().invoke(main, [str(word) for word in words])
    return result.exit_code, result.output


def test_init_makes_one_that_stays(tmp_path):
    folder = tmp_path / "acme"
    code, said = _invoke("init", folder)
    assert (code, f"{folder / 'secret'}\n" in said) == (0, True)
    secret = find_secret(folder)
    assert secret is not None
    assert len(secret) == 32
    assert keep_secret(folder) == secret
    _invoke("init", tmp_path / "other")
    assert find_secret(tmp_path / "other") != secret


@pytest.mark.skipif(os.name == "nt", reason="files have no such modes here")
def test_it_is_for_its_owner_only(tmp_path):
    keep_secret(tmp_path)
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("text", ["", "abc", "g" * 64, "a" * 63, "é" * 64])
def test_a_damaged_one_is_never_replaced(tmp_path, text):
    (tmp_path / "secret").write_text(text, encoding="utf-8")
    with pytest.raises(EngagementError):
        keep_secret(tmp_path)
    assert (tmp_path / "secret").read_text(encoding="utf-8") == text


@pytest.mark.slow
def test_it_is_in_nothing_that_is_made(tmp_path):
    folder = make_folder(tmp_path / "e", ("a",))
    secret = keep_secret(folder)
    assert run_engagement(request_for(folder)).is_ok
    assert _invoke("export", folder, folder / "answers.csv")[0] == 0
    paths = [path for path in folder.rglob("*") if path.is_file() and path.name != "secret"]
    assert len(paths) > 10
    forms = (secret, secret.hex().encode())
    assert [p.name for p in paths if any(form in p.read_bytes() for form in forms)] == []


def _pseudonyms(store: Store) -> list[str]:
    return [person.respondent for person in store.respondents()]


def test_whoever_has_the_numbers_of_the_forms_cannot_work_out_a_pseudonym():
    store, other = Store("sqlite://"), Store("sqlite://")
    offer(store, CASES / "forms.xlsx", secret=b"a" * 32, **FORMS)
    offer(other, CASES / "forms.xlsx", secret=b"b" * 32, **FORMS)
    assert set(_pseudonyms(store)).isdisjoint(_pseudonyms(other))
    guessed = set()
    for person in store.respondents():
        form = (person.details.get(name, "") for name in ("tool", "form", "submission"))
        key = (person.site, person.wave, *form)
        guessed.add(f"{person.lens}-{hashlib.sha256(chr(31).join(key).encode()).hexdigest()[:8]}")
    assert set(_pseudonyms(store)).isdisjoint(guessed)


@pytest.mark.parametrize("before", [b"", b"a" * 32])
def test_a_form_keeps_the_pseudonym_it_was_imported_under(before):
    store = Store("sqlite://")
    offer(store, CASES / "forms.xlsx", secret=before, **FORMS)
    people, n_rows = store.respondents(), store.revision()
    report = offer(store, CASES / "forms.xlsx", secret=b"b" * 32, **FORMS)
    assert (report.counts.n_respondents_new, store.revision()) == (0, n_rows)
    assert store.respondents() == people


def test_importing_makes_it_and_a_dry_run_does_not(tmp_path):
    folder = make_folder(tmp_path / "e", ("a",))
    file: Path = tmp_path / "more.csv"
    file.write_text("respondent,site,lens,wave,work.clear\nx-1,a,day,1,4\n")
    assert _invoke("import", folder, file, "--dry-run")[0] == 0
    assert find_secret(folder) is None
    assert _invoke("import", folder, file)[0] == 0
    assert find_secret(folder) is not None
