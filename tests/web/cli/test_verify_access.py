"""``verify`` and ``checkpoint`` at the access log: what is proved of it, and what was done to it."""

import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from domain.accounts import access_growth
from domain.accounts.access_check import proof_of
from domain.accounts.access_growth import AccessTree
from domain.accounts.access_log import AccessLog
from domain.accounts.account_register import AccountRegister
from domain.store.application import Files
from domain.store.database import Database, log_database
from tests.domain.accounts.test_access_tree import tamper, write
from web.cli import main

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

pytestmark = pytest.mark.both


class Shell:
    """Commands on a record with 300 lines in its access log, signed, with checkpoints and public keys kept elsewhere."""

    def __init__(self, address: str, folder: Path):
        self.address, self.folder = address, folder
        self.log = AccessLog(Database.at(address))

    def run(self, *arguments: str) -> Result:
        return CliRunner().invoke(main, [*arguments, "--database", self.address])

    def verify(self) -> Result:
        return self.run("verify", "--checkpoint", str(self.folder), "--key", str(self.folder / "key"))

    def grow(self) -> int:
        with closing(Files.open(self.address)) as files:
            return AccessTree(self.log, files).grow(NOW)


@pytest.fixture
def shell(empty_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    monkeypatch.setenv("CASEAUDIT_SIGNING_KEY_FILE", str(tmp_path / "signing.pem"))
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    found = Shell(empty_database, folder)
    AccountRegister(empty_database).close()
    assert found.run("keys", "make").exit_code == 0
    (folder / "key").write_text(found.run("keys", "show").stdout, encoding="utf-8")
    write(found.log, 300)
    made = found.run("checkpoint", "--to", str(folder), "--log", "access")
    assert made.exit_code == 0 and "/access\n300\n" in made.stdout, made.output
    write(found.log, 10)
    return found


def test_a_public_key_given_as_a_report_is_known(shell: Shell) -> None:
    told = shell.run("verify", str(shell.folder / "key"))
    assert told.exit_code == 2 and f"it is a public key; give it with --key {shell.folder / 'key'}" in told.output


def test_both_logs_are_proved(shell: Shell) -> None:
    found = shell.verify()
    assert found.exit_code == 0, found.output
    assert "300 lines of the access log verified; 10 not in its tree yet" in found.stdout
    assert shell.grow() == 10
    assert "310 lines of the access log verified\n" in shell.verify().stdout
    assert len(list(shell.folder.glob("*-access-*.checkpoint"))) == 1


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE access_lines SET detail = 'other' WHERE number = 7", "line 7 "),
        ("DELETE FROM access_lines", "there are 0 up to 0"),
        ("UPDATE access_head SET note = ''", "its head is not signed"),
        ("UPDATE access_head SET note = replace(note, 'access', 'entries')", "says something else"),
        ("DELETE FROM access_tiles WHERE number > 99", "triggers were missing"),
    ],
)
def test_what_was_done_to_it_is_said(shell: Shell, statement: str, said: str) -> None:
    tamper(shell.log, statement)
    found = shell.verify()
    assert found.exit_code == 1 and said in found.stderr and "broken: " in found.stderr, found.output


def test_a_tree_made_anew_without_the_key_is_found(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CASEAUDIT_SIGNING_KEY_FILE", str(tmp_path / "nobody"))
    nothing = "x''" if shell.log.store.kind == "sqlite" else "''"
    tamper(
        shell.log, "UPDATE access_lines SET detail = 'other' WHERE number = 7", "DELETE FROM access_tiles",
        f"UPDATE access_head SET leaves = 0, number = 0, frontier = {nothing}, note = ''",
    )  # fmt: skip
    assert shell.grow() == 310
    shell.log.prepare()  # the triggers are there again
    found = shell.verify()
    assert found.exit_code == 1 and "lines of the access log are not those of the checkpoint" in found.stderr
    found = shell.run("verify", "--key", str(shell.folder / "key"))
    assert found.exit_code == 1 and "not signed" in found.stderr


def test_accounts_that_differ_are_named(shell: Shell) -> None:
    with closing(AccountRegister(shell.address)) as register, register.engine.begin() as c:
        c.exec_driver_sql(
            "INSERT INTO accounts (username, name, role, places, inspections, disabled, must_change, password, calendar) "
            "VALUES ('eve', 'Eve', 'area_manager', '[]', '[]', false, false, '', '')"
        )
    found = shell.verify()
    assert found.exit_code == 1 and "account eve" in found.stderr
    listed = shell.run("users", "list")
    assert "eve SIGNS NOBODY IN" in listed.stderr and "eve" not in listed.stdout
    assert shell.run("users", "restore", "eve").exit_code == 2


def test_a_process_lets_it_grow_by_itself(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access_growth, "EVERY", 0.05)
    stopped = access_growth.start(shell.address, lambda: NOW)
    for _ in range(200):
        if proof_of(shell.log).unsealed == 0:
            break
        time.sleep(0.05)
    stopped.set()
    assert proof_of(shell.log).unsealed == 0 and proof_of(shell.log).head.frontier.size == 310


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_a_log_that_is_missing_is_said_by_verify_and_by_whoever_begins_another(
    shell: Shell, caplog: pytest.LogCaptureFixture
) -> None:
    path = Path(log_database(Database.at(shell.address)).path)
    path.unlink()
    shell.run("verify")
    assert not caplog.text, "nobody has an account: there may have been no log"
    assert (
        shell.run(
            "users", "add", "a.b", "--role", "auditor", "--name", "A B", "--password", "gate lamp river 9"
        ).exit_code
        == 0
    )
    path.unlink()
    missing = f"the access log {path} is missing"
    told = shell.verify()
    assert told.exit_code == 1 and f"broken: {missing}" in told.output
    assert not path.exists(), "verify makes none"
    with closing(AccountRegister(shell.address)):
        assert missing in caplog.text
