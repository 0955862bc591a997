"""A damaged database gives words and the place, never a traceback: on pages and in commands, on both databases."""

import re
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from werkzeug.test import Client

from domain.backup.backup_file import settle
from domain.store.database import Database, log_database
from domain.store.write_trial import tried
from projections.read_model.column_base import columns_folder
from projections.read_model.view_reader import ReadModel
from tests.conftest import copied
from tests.support.people import signed_in
from tests.support.postgres import Server, sql
from tests.support.tampering import Intruder
from web.app import create_app
from web.cli import main
from web.server import known_state

COMMANDS = (
    ("verify",), ("export",), ("due", "--as-at", "2005-12-22"), ("score", "--inspection", "gloucestershire-2005"),
    ("users", "list"),
    ("rebuild", "--processes", "1"), ("report", "plans", "--as-at", "2005-12-22"), ("checkpoint",), ("sources", "list"),
)  # fmt: skip

PAGES = (
    "/desk",
    "/cases",
    "/inspections",
    "/inspections/gloucestershire-2005",
    "/reports",
    "/healthz",
    "/api/v1/cases",
)


def served(address: str) -> Flask:
    app = create_app(address, today=lambda: date(2005, 12, 22), demo=True)
    app.config["PROPAGATE_EXCEPTIONS"] = False  # a 500 is a page, as it is for people
    return app


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2 // 4096 * 4096])


def scribbled(path: Path) -> None:
    """Pages in the middle are others: as a disk that fails leaves them."""
    whole = bytearray(path.read_bytes())
    pages = range(10 * 4096, len(whole) - 4096, 4096)
    for at in pages:
        whole[at : at + 64] = b"\xee" * 64
    path.write_bytes(whole)


def no_database(path: Path) -> None:
    path.write_text("not a database at all\n" * 1000)


HARMS: dict[str, tuple[Callable[[Path], None], str]] = {
    "cut": (cut, "cut short: it ends at byte"),
    "scribbled": (scribbled, "the table .* cannot be read|malformed|SQLite says"),
    "no database": (no_database, "no SQLite database"),
}


def flat(path: Path) -> Path:
    """Everything of the database in its one file."""
    settle(path)
    return path


@pytest.mark.parametrize("harm", HARMS)
def test_commands_say_what_is_damaged_and_where(followed: Path, tmp_path: Path, harm: str) -> None:
    path = flat(copied(followed, tmp_path))
    damage, words = HARMS[harm]
    damage(path)
    for command in (*COMMANDS, ("backup", str(tmp_path / "b")), ("serve",)):
        told = CliRunner().invoke(main, [*command, "--database", str(path)])
        assert told.exit_code in (1, 2), (command, told.output)
        assert isinstance(told.exception, SystemExit), (command, told.exception)
        assert re.search(words, told.output) and str(path) in told.output, (command, told.output)
    assert not (tmp_path / "b").exists()


@pytest.mark.parametrize("harm", HARMS)
def test_pages_of_a_running_site_say_it(followed: Path, tmp_path: Path, harm: str) -> None:
    path = flat(copied(followed, tmp_path))
    site = served(str(path))
    reader = signed_in(site, "j.hartnell")
    HARMS[harm][0](path)
    found = 0
    for page in PAGES:
        answer = reader.get(page, follow_redirects=True)
        assert answer.status_code in (200, 404, 503), (page, answer.status_code, answer.text[:2000])
        assert "Traceback" not in answer.text
        if "The database is damaged" in answer.text or "is damaged" in answer.text:
            found += answer.status_code == 503
            assert path.name in answer.text
    assert found


def spoilt(path: Path, table: str) -> None:
    """The first page of this table is another, and all else is whole."""
    with closing(sqlite3.connect(flat(path))) as c:
        ((root,),) = c.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", [table])
    with path.open("r+b") as file:
        file.seek((root - 1) * 4096)
        file.write(b"\xee" * 4096)


def ready(site: Flask) -> tuple[int, str]:
    """What /readyz says."""
    answer = Client(site.extensions["probes"]).get("/readyz")
    return answer.status_code, answer.json["status"]


def test_damage_that_a_page_met_is_known_to_readyz_and_stands_in_the_log_in_a_line(
    followed: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known_state, "EVERY", 0.0)
    path = flat(copied(followed, tmp_path))
    site = served(str(path))
    reader = signed_in(site, "j.hartnell")
    spoilt(path, "sessions")
    assert tried(Database.at(str(path))).found == "ready", "what it tries is on other pages"
    assert ready(site) == (200, "ready")
    assert reader.get("/desk").status_code == 503
    assert ready(site) == (503, "damaged")
    (line,) = [record.getMessage() for record in caplog.records if "desk.index failed" in record.getMessage()]
    assert "\n" not in line and f"{path} is damaged: the table sessions cannot be read" in line

    (tmp_path / "again").mkdir()
    copied(followed, tmp_path / "again").replace(path)
    assert ready(site) == (200, "ready"), "another file lies in its place"


def test_damage_of_the_access_log_is_known_too(
    followed: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known_state, "EVERY", 0.0)
    path = flat(copied(followed, tmp_path))
    site = served(str(path))
    reader = signed_in(site, "j.hartnell")
    log = Path(log_database(Database.at(str(path))).path)
    spoilt(log, "access_lines")
    assert reader.get("/desk").status_code == 503
    assert ready(site) == (503, "damaged")
    said = [record.getMessage() for record in caplog.records if "cannot be written" in record.getMessage()]
    assert said and all(f"{log}: the table access_lines cannot be read" in one for one in said)
    served(str(path))
    assert ready(site) == (200, "ready"), "begun again, nothing is known until it is met"


def test_an_inspection_with_an_entry_that_cannot_be_read_is_named_and_the_others_are_shown(
    followed: Path, tmp_path: Path
) -> None:
    path = flat(copied(followed, tmp_path))
    Intruder(str(path), "sqlite").change(
        "UPDATE stored_events SET state = x'ff00' WHERE originator_id = 'gloucestershire-2004' AND originator_version = 3"
    )
    site = served(str(path))
    inspector, manager, keeper = (
        signed_in(site, "j.hartnell"),
        signed_in(site, "c.whitlock"),
        signed_in(site, "i.nkemelu"),
    )
    where = "entry 3 of its file, at position"
    assert inspector.get("/inspections").status_code == 200
    assert where in inspector.get("/inspections/gloucestershire-2005").text
    damaged = inspector.get("/inspections/gloucestershire-2004")
    assert damaged.status_code == 503 and where in damaged.text and "The database is damaged" in damaged.text
    assert manager.get("/inspections/gloucestershire-2004").status_code == 404
    assert where in keeper.get("/data").text
    case = re.search(
        r"/cases/([A-Z][0-9]+/[0-9]+)", inspector.get("/inspections/gloucestershire-2005/questions/plan-reviewed").text
    )
    for page in ("/desk", "/cases", "/reports", "/reports/plans", "/board-pack", f"/cases/{case[1] if case else ''}"):
        assert manager.get(page, follow_redirects=True).status_code in (200, 403, 404), page
    run = CliRunner().invoke
    assert run(main, ["score", "--inspection", "gloucestershire-2005", "--database", str(path)]).exit_code == 0
    told = run(main, ["score", "--inspection", "gloucestershire-2004", "--database", str(path)])
    assert told.exit_code == 2 and where in told.output
    assert "broken" in run(main, ["verify", "--database", str(path)]).output


def test_an_entry_of_a_case_that_cannot_be_read_stops_that_case_alone(followed: Path, tmp_path: Path) -> None:
    path = flat(copied(followed, tmp_path))
    work = Intruder(str(path), "sqlite")
    ((case,), *_) = work.run(
        "SELECT DISTINCT originator_id FROM stored_events WHERE topic = 'case.supervision_started' ORDER BY 1"
    )
    work.change(f"UPDATE stored_events SET state = x'ff00' WHERE originator_id = '{case}' AND originator_version = 2")
    site = served(str(path))
    reader = signed_in(site, "c.whitlock")
    damaged = reader.get(f"/cases/{case}")
    assert (
        damaged.status_code == 503 and "stored_events cannot be read" in damaged.text and str(case) not in damaged.text
    )
    for page in ("/desk", "/cases", "/reports"):
        assert reader.get(page, follow_redirects=True).status_code == 200, page
    told = CliRunner().invoke(main, ["case", str(case), "--as-at", "2005-12-22", "--database", str(path)])
    assert (
        told.exit_code == 1 and "stored_events cannot be read" in told.output and isinstance(told.exception, SystemExit)
    )


def test_a_ledger_of_the_views_that_cannot_be_read_is_said_and_made_anew(followed: Path, tmp_path: Path) -> None:
    path = flat(copied(followed, tmp_path))
    database, run = ("--database", str(path)), CliRunner().invoke
    work = Intruder(str(path), "sqlite")
    for harm in ("CAST(substr(ledger, 1, 200) AS BLOB)", "CAST(replace(ledger, '2005-', '2Q05-') AS BLOB)", "x'ff'"):
        with closing(ReadModel(str(path))) as views:
            table, (case, *_) = views.live().table.name, views.cases(1)
        shutil.rmtree(columns_folder(Database.at(str(path))))
        work.run(f"UPDATE {table} SET ledger = {harm} WHERE reference = '{case}'")
        page = signed_in(served(str(path)), "c.whitlock").get("/cases")
        assert page.status_code == 503 and case not in page.text, harm
        assert "a ledger in the tables of the views cannot be read" in page.text and "caseaudit rebuild" in page.text
        assert run(main, ["verify", *database]).exit_code == 0, "the entries are whole"
        assert run(main, ["rebuild", "--verify", *database]).exit_code == 1
        assert run(main, ["rebuild", "--processes", "1", *database]).exit_code == 0
        assert signed_in(served(str(path)), "c.whitlock").get("/cases").status_code == 200


def test_text_that_cannot_be_decoded_is_damage_and_is_not_quoted(followed: Path, tmp_path: Path) -> None:
    path = flat(copied(followed, tmp_path))
    work = Intruder(str(path), "sqlite")
    work.change("UPDATE stored_events SET actor = CAST(x'5365637265742dff' AS TEXT) WHERE rowid = 9")
    told = CliRunner().invoke(main, ["verify", "--database", str(path)])
    assert told.exit_code == 1 and isinstance(told.exception, SystemExit), told.exception
    assert f"{path} is damaged: text in a row is not UTF-8" in told.output and "Secret" not in told.output
    work.change("UPDATE stored_events SET actor = x'5365637265742dff' WHERE rowid = 9")
    told = CliRunner().invoke(main, ["verify", "--database", str(path)])
    assert told.exit_code == 1 and isinstance(told.exception, SystemExit), told.exception
    assert "broken: position 9 " in told.output and "Secret" not in told.output


def test_a_missing_table_or_column_on_postgresql_is_said(postgres: Server, followed_postgres: str) -> None:
    for statement, words in (
        ("DROP TABLE stored_events_tiles", "stored_events_tiles"), ("DROP TABLE access_lines", "access_lines"),
        ("ALTER TABLE stored_events DROP COLUMN actor", "actor"), ("DROP TABLE stored_events_head", "stored_events_head|no tables"),
        ("ALTER TABLE accounts DROP COLUMN role", "migrate"),
    ):  # fmt: skip
        address = postgres.fresh(followed_postgres)
        try:
            sql(address, statement)
            for command in (("verify",), ("users", "list")):
                told = CliRunner().invoke(main, [*command, "--database", address])
                assert told.exception is None or isinstance(told.exception, SystemExit), (
                    statement,
                    command,
                    told.exception,
                )
            told = CliRunner().invoke(main, ["verify", "--database", address])
            assert told.exit_code in (1, 2) and re.search(words, told.output), (statement, told.output)
        finally:
            postgres.drop(address)
