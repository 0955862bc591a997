"""Compiled templates that are kept: they count only under this key, for this template and this program, and in a private folder."""

from pathlib import Path

import pytest
from flask import Flask
from jinja2 import DictLoader, Environment

from domain.cache_folder import cache_folder
from domain.key_files import key_folder
from web.site import kept_templates
from web.site.kept_templates import KEY_FILE, SEAL, KeptTemplates, own_key

KEY = b"k" * 32
SAID = "Said {{ word }}."


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return cache_folder() / "templates"


class Counting(Environment):
    """Says how often it has compiled."""

    compiled = 0

    def compile(self, *args: object, **named: object) -> object:  # type: ignore[override]
        self.compiled += 1
        return super().compile(*args, **named)  # type: ignore[call-overload]


def rendered(key: bytes = KEY, source: str = SAID) -> tuple[str, int]:
    """What the template says, and whether it was compiled for that."""
    environment = Counting(loader=DictLoader({"a.html": source}), bytecode_cache=KeptTemplates(key), autoescape=True)
    return environment.get_template("a.html").render(word="this"), environment.compiled


def test_what_was_compiled_once_is_not_compiled_again(cache: Path) -> None:
    assert rendered() == ("Said this.", 1)
    assert rendered() == ("Said this.", 0)
    (kept,) = cache.iterdir()
    assert kept.stat().st_mode & 0o777 == 0o600


def test_another_template_key_or_program_compiles_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    rendered()
    assert rendered(source="Told {{ word }}.") == ("Told this.", 1)
    assert rendered(key=b"x" * 32, source="Told {{ word }}.") == ("Told this.", 1)
    monkeypatch.setattr(kept_templates, "code_digest", lambda: "another")
    assert rendered(key=b"x" * 32, source="Told {{ word }}.") == ("Told this.", 1)


def test_code_that_somebody_put_there_is_not_run(cache: Path) -> None:
    """Neither bytes that were changed, nor code that was compiled for another template and sealed for that one."""
    rendered()
    (kept,) = cache.iterdir()
    whole = kept.read_bytes()
    rendered(source="{{ 7 * 7 }}")
    other = kept.read_bytes()
    for forged in (whole[:-1] + bytes([whole[-1] ^ 1]), whole[:SEAL] + other[SEAL:], b"", whole[:SEAL], other):
        kept.write_bytes(forged)
        assert rendered() == ("Said this.", 1)


def test_a_folder_that_others_write_is_not_read(cache: Path) -> None:
    rendered()
    cache.chmod(0o777)
    assert rendered() == ("Said this.", 1)


def test_the_key_is_made_once_for_this_user_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setattr(Flask, "jinja_options", {})
    key = own_key()
    path = key_folder() / KEY_FILE
    assert own_key() == key and path.stat().st_mode & 0o777 == 0o600 and tmp_path in path.parents
    app = Flask("another")
    kept_templates.attach(app)
    assert "bytecode_cache" in app.jinja_options
    kept_templates.attach(app)
    path.chmod(0o644)
    other = Flask("another")
    kept_templates.attach(other)
    assert "bytecode_cache" not in other.jinja_options


def test_without_a_folder_templates_are_compiled_as_ever(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("no folder")
    assert rendered() == ("Said this.", 1)
