"""What is written down of an error names nobody and quotes nothing: in a view, in SQL, in the follower, in an import."""

import ast
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import sqlalchemy as sa
from flask import Flask

from domain import error_traces
from domain.accounts.account_register import AccountRegister
from domain.error_traces import kind_of, trace_of, words_of
from domain.store.application import Files
from projections.read_model.aside import Aside
from projections.read_model.view_reader import ReadModel
from projections.read_model.worker_pool import WorkFailed, in_processes
from tests.domain.store.test_store import BEGINNING
from tests.support.histories import CASE, NOW, facts_of
from tests.support.people import signed_in
from tests.support.repository import ROOT
from web.app import create_app

SECRETS = ("V465889", "Brian", "Davies", "1971-02-03", "find=", "assaulted")
MESSAGE = "V465889/1: Brian Davies, born 1971-02-03, assaulted somebody"


def fail(*_: Any, **__: Any) -> Any:
    raise ValueError(MESSAGE)


def names_nobody(text: str) -> None:
    for secret in SECRETS:
        assert secret not in text, text


@pytest.fixture
def app(own_database: Path | str) -> Flask:
    made = create_app(str(own_database), today=lambda: date(2005, 12, 22), demo=True)
    made.config["PROPAGATE_EXCEPTIONS"] = False
    return made


@pytest.fixture
def installed() -> Iterator[None]:
    """As in a process of its own."""
    before = logging.getLogRecordFactory(), sys.excepthook, sys.unraisablehook
    error_traces.install()
    yield
    logging.setLogRecordFactory(before[0])
    sys.excepthook, sys.unraisablehook = before[1:]


@pytest.mark.both
def test_an_error_in_a_view(app: Flask, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> None:
    client = signed_in(app, "p.anstey")
    with patch.dict(app.view_functions, {"cases.show": open_like(app, "cases.show", fail)}):
        answer = client.get("/cases/V465889/1?find=Brian%20Davies")
    assert answer.status_code == 500
    names_nobody(answer.text.split("<main")[1])
    names_nobody(caplog.text)
    names_nobody("".join(capfd.readouterr()))
    assert "GET cases.show failed: ValueError" in caplog.text
    assert "test_error_log.py" in caplog.text and " in fail" in caplog.text


def open_like(app: Flask, endpoint: str, view: Callable[..., Any]) -> Callable[..., Any]:
    view.__dict__.update(app.view_functions[endpoint].__dict__)
    return view


@pytest.mark.both
def test_an_error_in_sql(own_database: Path | str) -> None:
    with closing(AccountRegister(str(own_database))) as register, register.engine.begin() as c:
        statement = sa.text("INSERT INTO settings (name, value) VALUES (:name, :value)")
        c.execute(statement, {"name": MESSAGE, "value": "x"})
        with pytest.raises(sa.exc.IntegrityError) as raised, c.begin_nested():
            c.execute(statement, {"name": MESSAGE, "value": MESSAGE})
    names_nobody(trace_of(raised.value))
    names_nobody(words_of(raised.value))
    assert "IntegrityError" in trace_of(raised.value)
    if register.engine.dialect.name == "sqlite":  # PostgreSQL quotes the row itself
        names_nobody(str(raised.value))
        assert "SQLITE_CONSTRAINT_PRIMARYKEY" in trace_of(raised.value)
    else:
        assert "UniqueViolation (23505)" in trace_of(raised.value)


@pytest.mark.both
def test_an_error_in_sql_of_a_page(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    client = signed_in(app, "p.anstey")

    def broken(**_: Any) -> Any:
        with closing(AccountRegister(app.config["DATABASE"])) as register, register.engine.begin() as c:
            c.execute(sa.text("SELECT * FROM nothing_here WHERE name = :name"), {"name": MESSAGE})

    with patch.dict(app.view_functions, {"cases.show": open_like(app, "cases.show", broken)}):
        assert client.get("/cases/V465889/1").status_code == 500
    names_nobody(caplog.text)
    assert "cases.show failed" in caplog.text


@pytest.mark.both
def test_an_error_while_views_are_brought_up(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    client = signed_in(app, "p.anstey")
    with closing(Files.open(app.config["DATABASE"])) as files:
        files.record(CASE, facts_of([BEGINNING]), actor="demo", now=NOW)
    with patch("projections.read_model.case_writer.ledger", side_effect=fail):
        assert client.get("/cases").status_code == 200
    names_nobody(caplog.text)
    assert CASE not in caplog.text
    assert "the case that begins at position" in caplog.text


def test_an_error_beside_the_requests(caplog: pytest.LogCaptureFixture) -> None:
    aside = Aside()
    aside.start(fail)
    aside.wait()
    names_nobody(caplog.text)
    assert "ValueError" in caplog.text


def test_an_error_in_a_worker_process() -> None:
    with pytest.raises(WorkFailed) as raised:
        list(in_processes(1, fail, [()]))
    names_nobody(str(raised.value))
    assert "ValueError" in str(raised.value) and "in fail" in str(raised.value)


COMMANDS: dict[str, tuple[str, str]] = {
    "import {samples}": ("domain.importing.importer", "_Batch.take_all"),
    "follow --batch 1": ("projections.read_model.case_writer", "ledger"),
    "rebuild --processes 1": ("projections.read_model.rebuild", "step"),
    "case V465889/1": ("web.cli.case_command", "_case_text"),
    "export": ("web.cli.record_commands", "entry_document"),
}


@pytest.mark.parametrize("call", COMMANDS)
def test_an_error_of_a_command(call: str, template: Path, sample_files: Path, tmp_path: Path) -> None:
    database = tmp_path / "case.sqlite"
    for part in template.parent.glob(f"{template.name}*"):
        (tmp_path / part.name.replace(template.name, database.name)).write_bytes(part.read_bytes())
    if call.startswith("follow"):
        with closing(Files.open(str(database))) as files:
            files.record(CASE, facts_of([BEGINNING]), actor="demo", now=NOW)
        with closing(ReadModel(str(database))):
            pass
    module, name = COMMANDS[call]
    code = (
        f"import sys\nfrom unittest.mock import patch\nfrom tests.web.site.test_error_log import fail\nimport {module}\n"
        f"from web.cli import run\nsys.argv[0] = 'caseaudit'\nwith patch('{module}.{name}', fail): run()"
    )
    arguments = call.format(samples=sample_files).split()
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments, "--database", str(database)],
        capture_output=True, text=True, check=False, timeout=100, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 1
    names_nobody(done.stderr)
    assert "ValueError" in done.stderr and "in fail" in done.stderr


@pytest.mark.usefixtures("installed")
def test_whatever_is_logged_with_an_error_leaves_its_message_out(caplog: pytest.LogCaptureFixture) -> None:
    for name in ("caseaudit", "waitress", "gunicorn.error", "sqlalchemy.pool", "authlib"):
        try:
            fail()
        except ValueError:
            logging.getLogger(name).exception("Exception while serving /cases/V465889/1?find=Brian")
    names_nobody(
        caplog.text.replace("/cases/V465889/1?find=Brian", "") if "waitress" not in caplog.text else last(caplog)
    )
    assert caplog.text.count("ValueError") == 5


def last(caplog: pytest.LogCaptureFixture) -> str:
    """What the servers and others have said; our own loggers and the libraries' are given no such words."""
    return "\n".join(record.exc_text or "" for record in caplog.records) + "\n".join(
        record.getMessage() for record in caplog.records if record.name.split(".")[0] in ("waitress", "gunicorn")
    )


@pytest.mark.usefixtures("installed")
def test_what_ends_a_process_or_a_thread_leaves_its_message_out(capfd: pytest.CaptureFixture[str]) -> None:
    try:
        try:
            fail()
        except ValueError as error:
            raise RuntimeError(MESSAGE) from error
    except RuntimeError as error:
        sys.excepthook(RuntimeError, error, error.__traceback__)
    said = capfd.readouterr().err
    names_nobody(said)
    assert "RuntimeError" in said and "caused by ValueError" in said


def test_the_kind_of_an_error_has_its_number() -> None:
    assert kind_of(FileNotFoundError(2, "Brian Davies")) == "FileNotFoundError (ENOENT)"
    assert kind_of(KeyError("Brian Davies")) == "KeyError"


def test_no_module_logs_an_error_with_its_message() -> None:
    """``.exception(...)`` and ``exc_info`` write messages down; where an error is logged, it is through these functions."""
    for path in (path for room in ("domain", "projections", "web") for path in (ROOT / room).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                assert node.func.attr != "exception", f"{path}:{node.lineno}"
                assert not any(keyword.arg == "exc_info" for keyword in node.keywords), f"{path}:{node.lineno}"
                logs = (
                    node.func.attr in ("warning", "error", "critical", "info")
                    and "log" in ast.unparse(node.func.value).lower()
                )
                plain = any(isinstance(given, ast.Name) and given.id == "error" for given in node.args)
                assert not (logs and plain), f"{path}:{node.lineno}"
