"""What an operator does about signing in, and is told."""

import re
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from click.testing import CliRunner, Result

from domain.accounts.account_register import AccountRegister
from domain.accounts.password_hashes import is_password
from domain.accounts.roles import Account
from domain.outside_key import IN_FILE, IN_TEXT
from tests.support.people import PASSWORD
from web.cli import main, serve_commands
from web.site import system_clock

pytestmark = pytest.mark.parametrize("kind", ["sqlite", "postgresql"], indirect=True)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


@pytest.fixture
def older(empty_database: str) -> str:
    """A database with the account of a version without a secret key."""
    register = AccountRegister(empty_database, prepare=True)
    register.add(Account("ann", "Ann Spo", "spo", ("Gloucester",)), PasswordHasher().hash(PASSWORD))
    register.close()
    return empty_database


def fits(database: str) -> bool:
    register = AccountRegister(database)
    try:
        return is_password(register.key, "ann", PASSWORD, register.password("ann"), system_clock.now())
    finally:
        register.close()


def test_passwords_of_before_are_taken_over_when_asked_and_not_else(older: str) -> None:
    assert run("migrate", "--database", older).exit_code == 0
    assert not fits(older)
    result = run("migrate", "--take-over-passwords", "--database", older)
    assert "Passwords taken over: ann" in result.output and fits(older)
    assert "Passwords taken over: none" in run("migrate", "--take-over-passwords", "--database", older).output


def test_serve_says_who_cannot_sign_in_and_why(
    older: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    serve_commands._warn_of_sign_ins(older)
    said = capsys.readouterr().err
    assert "older version, and cannot sign in: ann" in said and "secret key is another" not in said
    monkeypatch.setenv(IN_TEXT, "another secret key of this test: 0123456789")
    serve_commands._warn_of_sign_ins(older)
    assert "The secret key is another than the last time" in capsys.readouterr().err
    monkeypatch.delenv(IN_TEXT)
    serve_commands._warn_of_sign_ins(older)
    assert "another than" not in capsys.readouterr().err, "the right key, put back, is right"


def test_a_secret_key_that_cannot_be_used_is_said_in_words(
    older: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "key"
    path.write_text("of this test only: 0123456789abcdef")
    path.chmod(0o644)
    monkeypatch.setenv(IN_FILE, str(path))
    result = run("users", "password", "ann", "--password", "three odd little words", "--database", older)
    assert (result.exit_code, "chmod 600" in result.output) == (2, True)


def test_an_invitation_is_made_at_the_shell(older: str) -> None:
    result = run("users", "invite", "ann", "--database", older)
    token = re.search(r"/invitation/([\w-]{43})", result.output)
    assert token is not None
    register = AccountRegister(older)
    assert register.identities.invited(token[1], system_clock.now()) == "ann"
    register.close()
    assert run("users", "invite", "nobody", "--database", older).exit_code == 2


@pytest.mark.parametrize("given", ["10.0.0", "proxy.example", "10.0.0.0/33", ""])
def test_a_proxy_is_named_by_its_address(older: str, given: str) -> None:
    result = run("serve", "--behind-proxy", "--trusted-proxy", given, "--database", older)
    assert result.exit_code == 2 and "is no network address" in result.output
