"""What a command shows is on the access log before it is printed; where that cannot be, nothing is printed."""

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from domain.accounts.access_lines import Line, LogUnavailable
from domain.accounts.access_log import AccessLog
from domain.entries.entry import CASE
from domain.store.database import Database, log_database
from tests.support.depth import deep
from web.cli import main

pytestmark = pytest.mark.both

CASE_OF_ONE = "A504771/1"
INSPECTION = "gloucestershire-2005"
SHOWING = [
    ("case", CASE_OF_ONE), ("case", CASE_OF_ONE, "--format", "json", "--inspection", INSPECTION), ("export", "--case", CASE_OF_ONE),
    ("export", "--case", INSPECTION), ("export",), ("due", "--as-at", "2005-10-03", "--notices"),
    ("due", "--as-at", "2005-10-03", "--format", "csv"), ("score", "--inspection", INSPECTION, "--standards", "2007"),
    ("score", "--as-at", "2005-10-03"), ("report", "monitoring", "--as-at", "2005-10-03"),
]  # fmt: skip
"""Calls of every command that shows cases, or figures of them."""

Run = Callable[..., Result]


@pytest.fixture
def run(own_database: Path | str) -> Run:
    def call(*arguments: str, code: int = 0) -> Result:
        result = CliRunner().invoke(main, [*arguments, "--database", str(own_database)])
        assert result.exit_code == code, result.output
        return result

    return call


def lines(database: Path | str) -> list[tuple[Line, set[str]]]:
    with closing(AccessLog(Database.at(str(database)))) as log:
        return [(line, set(log.cases_of(line.digest))) for line in log.lines()][::-1]


@pytest.mark.parametrize(
    "arguments", SHOWING if deep() else [SHOWING[0], SHOWING[3], SHOWING[4], SHOWING[5], SHOWING[7]]
)
def test_a_command_has_one_line_with_every_case_that_it_shows(
    run: Run, own_database: Path | str, arguments: tuple[str, ...]
) -> None:
    before = len(lines(own_database))
    shown = set(re.findall(rf"\b{CASE}\b", run(*arguments).output))
    ((line, listed),) = lines(own_database)[before:]
    assert shown <= listed and (line.username, line.purpose) == ("operator", "operation")
    assert line.route == arguments[0] and " on " in line.detail and CASE_OF_ONE not in line.selection + line.detail
    assert "postgres" not in line.selection
    assert ("as_at=2005-10-03" in line.selection) == ("--as-at" in arguments)


def test_what_verify_and_users_do_needs_no_line_of_cases(run: Run, own_database: Path | str) -> None:
    before = len(lines(own_database))
    run("verify")
    run("users", "list")
    assert len(lines(own_database)) == before


def test_an_import_is_a_line_and_names_the_cases_of_what_it_rejects(
    run: Run, own_database: Path | str, tmp_path: Path
) -> None:
    path = tmp_path / "odd.ndjson"
    path.write_text('{"case": "A504771/1", "type": "TierSet", "entry": "odd"}\n')
    before = len(lines(own_database))
    run("import", str(path), "--dry-run", code=1)
    run("import", str(path), code=1)
    found = [line for line, _ in lines(own_database)[before:]]
    assert [line.action for line in found][-1] == "imported" and "0 stored" in found[-1].detail


@pytest.mark.parametrize("arguments", SHOWING)
@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_where_the_log_cannot_be_written_nothing_is_shown(
    own_database: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    def read_only(*_: object, **__: object) -> sqlite3.Connection:
        return sqlite3.connect(f"{log_path(own_database).as_uri()}?mode=ro", uri=True, isolation_level=None)

    lines(own_database)
    monkeypatch.setattr("domain.accounts.access_store._sqlite", read_only)
    result = CliRunner().invoke(main, [*arguments, "--database", str(own_database)])
    assert result.exit_code == 1 and "the access log" in result.output, result.output
    assert not re.findall(rf"\b{CASE}\b", result.output) and result.output.count("\n") <= 3
    assert CliRunner().invoke(main, ["verify", "--database", str(own_database)]).exit_code == 0


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_no_account_is_changed_that_the_log_cannot_note(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(AccessLog, "try_out", lambda _: (_ for _ in ()).throw(LogUnavailable("the access log is gone")))
        assert "the access log is gone" in run("users", "change", "p.anstey", "--close", code=1).output
    assert "closed" not in run("users", "list").output


def log_path(database: Path) -> Path:
    return Path(log_database(Database.at(str(database))).path)


def test_the_searches_of_a_month_are_forgotten_by_a_command(run: Run, own_database: Path | str) -> None:
    assert "no key of 2026-11" in run("access", "forget", "2026-11").output
    line, _ = lines(own_database)[-1]
    assert (line.action, line.route) == ("searches forgotten", "access forget") and line.detail.startswith("2026-11; ")
    for wrong in ("2026-13", "2026", "november", "2026-11-01"):
        run("access", "forget", wrong, code=2)


def test_shipping_is_a_line_that_names_the_recipient(run: Run, own_database: Path | str, tmp_path: Path) -> None:
    run("access", "ship", "--to", str(tmp_path / "shipped"), "--once")
    line, _ = lines(own_database)[-1]
    assert line.action == "log read" and f"shipped to {tmp_path / 'shipped'}" in line.detail
    assert (tmp_path / "shipped").read_text().count("\n") == len(lines(own_database))


@pytest.mark.parametrize(
    "target", ["syslog://", "syslog://host", "syslog://host:x", "http://host:1", "syslog://host:514/x"]
)
def test_a_target_that_cannot_be_is_refused(run: Run, target: str) -> None:
    run("access", "ship", "--once", "--to", target, code=2)


def test_a_server_that_does_not_answer_is_said(run: Run, tmp_path: Path) -> None:
    said = run(
        "access", "ship", "--once", "--to", "syslog://127.0.0.1:1", "--position", str(tmp_path / "position"), code=1
    )
    assert "goes on where this one was" in said.output
