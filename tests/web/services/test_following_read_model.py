"""The views on the site: what is entered is on the next page, and what is not is said, in the footer and to monitors."""

import re
import shutil
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from unittest.mock import patch

import pytest
from flask import Flask
from flask.testing import FlaskClient

from domain.accounts.roles import Account
from domain.aggregates.case_file import RecordedEntry
from domain.entries.case_entries import AccessLimited, AccessLimitLifted, EntryWithdrawn
from domain.store.application import Files
from projections.history.moment import Moment
from projections.read_model import column_keeper
from projections.read_model.column_base import columns_folder
from projections.read_model.column_keeper import ColumnKeeper
from projections.read_model.column_maker import ColumnMaker
from projections.read_model.follower import catch_up, step
from projections.read_model.follower_lock import task_lock
from projections.read_model.view_reader import ReadModel
from projections.read_model.worker_pool import in_this_process
from tests.domain.store.test_store import contact
from tests.projections.read_model.test_views import CASE, OTHER, start, store
from tests.support.depth import deep
from tests.support.forms import fill, record
from tests.support.people import found_by, signed_in
from tests.support.postgres import Server, name_of, sql
from tests.support.repository import ROOT
from web.app import create_app
from web.services import following_read_model

URL = f"/cases/{CASE}"

pytestmark = pytest.mark.both


@pytest.fixture
def files(empty_database: str) -> Iterator[Files]:
    with closing(Files.open(empty_database)) as files:
        store(files, (CASE, start()))
        yield files


@pytest.fixture
def app(files: Files, empty_database: str) -> Flask:
    return create_app(empty_database, today=lambda: date(2005, 6, 20))


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return signed_in(app)


@pytest.fixture
def views(app: Flask, empty_database: str) -> Iterator[ReadModel]:
    with closing(ReadModel(empty_database)) as views:
        yield views


def footer(client: FlaskClient) -> str:
    """The note in the footer; it never says how many entries are on record."""
    page = client.get(URL).text
    found = re.search(r"caseaudit [^<]*</p>\s*(?:<p[^>]*>([^<]*)</p>)?", page.split("govuk-footer ca-footer")[1])
    assert found is not None and "on record" not in found[0], page[-500:]
    return found[1] or ""


def test_a_page_takes_in_what_is_stored(client: FlaskClient, views: ReadModel, files: Files) -> None:
    assert footer(client) == ""
    assert views.position == files.recorder.head()[0]
    store(files, *((CASE, contact(f"c{n}")) for n in range(120)))
    assert footer(client) == ""
    assert views.lag() == (0, None)


def test_while_somebody_else_follows_the_page_says_what_is_left_out(
    client: FlaskClient, views: ReadModel, files: Files
) -> None:
    catch_up(views)
    with task_lock(views.database, views.writing, "follow"):
        assert footer(client) == ""
        store(files, (CASE, contact("c1")))
        assert re.fullmatch(
            r"Lists and counts leave out the latest entry, stored since \d+ \w+ \d{4}, \d\d:\d\d "
            r"\(this computer&#39;s clock\)\.",
            footer(client),
        )
        store(files, (CASE, contact("c2")))
        assert "leave out the latest 2 entries, stored since" in footer(client)
    assert footer(client) == ""


def test_what_was_typed_in_is_on_the_next_page_though_somebody_else_follows(
    app: Flask, client: FlaskClient, views: ReadModel
) -> None:
    """The other takes it in while this page waits for it: without, the page would be shown with a note."""
    catch_up(views)
    with task_lock(views.database, views.writing, "follow"):
        answer = record(client, fill(client, f"{URL}/record/ContactLogged", contact_type="letter"))
        assert answer.status_code == 302
        asked: list[float] = []

        def meanwhile(seconds: float) -> None:
            asked.append(seconds)
            step(views, views.live())

        with patch("projections.read_model.follower.time.sleep", meanwhile):
            assert footer(client) == ""
        assert asked
        with app.test_request_context():
            assert following_read_model.as_at(Moment(date(2005, 6, 20), None)).references == [CASE]


def test_a_page_is_shown_though_its_entry_is_not_taken_in_in_time(client: FlaskClient, views: ReadModel) -> None:
    catch_up(views)
    with task_lock(views.database, views.writing, "follow"):
        record(client, fill(client, f"{URL}/record/ContactLogged", contact_type="letter"))
        with patch.object(following_read_model, "WAIT_SECONDS", 0.02):
            assert "leave out the latest entry" in footer(client)


def test_no_page_waits_after_a_form_that_records_nothing(client: FlaskClient, views: ReadModel, files: Files) -> None:
    catch_up(views)
    with task_lock(views.database, views.writing, "follow"):
        store(files, (CASE, contact("of-somebody-else")))
        with patch("projections.read_model.follower.time.sleep", side_effect=AssertionError("waited")):
            assert f">{CASE}<" in found_by(client, CASE)


def test_what_cannot_be_taken_in_leaves_the_pages_up(
    client: FlaskClient, views: ReadModel, files: Files, caplog: pytest.LogCaptureFixture
) -> None:
    catch_up(views)
    store(files, (CASE, contact("c1")))
    with patch("projections.read_model.case_writer.ledger", side_effect=ValueError("a bug")):
        assert "leave out the latest entry" in footer(client)
    assert "could not be taken into the views" in caplog.text and "a bug" not in caplog.text


def test_a_monitor_is_told_how_far_the_views_are_behind(app: Flask, views: ReadModel, files: Files) -> None:
    asked = app.test_client()
    catch_up(views)
    found = asked.get("/healthz")
    assert (found.status_code, found.json) == (
        200, {"status": "ok", "stored": 1, "views": 1, "columns": None, "behind": 0, "seconds": 0.0},
    )  # fmt: skip
    store(files, (CASE, contact("c1")), (CASE, contact("c2")))
    told = asked.get("/healthz").json
    assert told is not None and told.pop("seconds") >= 0
    assert told == {"status": "ok", "stored": 3, "views": 1, "columns": None, "behind": 2}
    assert views.position == 1  # a monitor only looks
    elsewhere = asked.get("/healthz", environ_overrides={"REMOTE_ADDR": "192.0.2.7"}).json
    assert elsewhere is not None and set(elsewhere) == {"status", "seconds"}, "no total for a blind reader"


def test_what_the_columns_leave_out_is_said_though_the_tables_have_it(
    app: Flask, client: FlaskClient, views: ReadModel, files: Files
) -> None:
    assert footer(client) == ""
    before = files.recorder.head()[0]
    with patch.object(following_read_model, "MOST_CASES", 0):
        store(files, (CASE, contact("c1")), (CASE, contact("c2")))
        assert "leave out the latest 2 entries, stored since" in footer(client)
        assert views.lag() == (0, None)
        with patch.object(ColumnKeeper, "full", True):
            told = app.test_client().get("/healthz").json
        assert told is not None and (told["views"], told["columns"], told["behind"]) == (before + 2, before, 2)
    assert footer(client) == ""
    told = app.test_client().get("/healthz").json
    assert told is not None and (told["views"], told["columns"], told["behind"]) == (before + 2, before + 2, 0)


def test_the_reader_s_own_case_is_shown_whatever_is_left_out(client: FlaskClient, views: ReadModel) -> None:
    assert footer(client) == ""
    before = views.stored.head()
    record(client, fill(client, f"{URL}/record/ContactLogged", contact_type="letter"))
    with patch.object(following_read_model, "MOST_CASES", 0):
        assert "leave out the latest entry" in footer(client)
        keeper: ColumnKeeper = client.application.extensions["columns"]
        cases = keeper.current(seconds=0, most=0).plain["cases"]
        assert (keeper.position, max(int(rows["entries"].max()) for rows in cases)) == (before, 2)


def test_lists_of_columns_not_made_say_so_and_what_makes_them(
    client: FlaskClient, views: ReadModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages that need no list work; the others, the API among them, answer 503 with a sentence."""
    monkeypatch.setattr(column_keeper, "SMALL_RECORD", 0)
    assert footer(client) == "Lists and counts are not ready yet."
    page, told = client.get("/reports/monitoring"), client.get("/api/v1/reports/monitoring")
    for answer in (page, told):
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "20")
        assert "caseaudit follow" in answer.text and "Try again in 20 seconds." in answer.text
    assert told.json is not None and told.json["status"] == 503
    home = columns_folder(views.database)
    assert ColumnMaker(views, home, in_this_process).make()
    assert client.get("/reports/monitoring").status_code == 200
    assert footer(client) == ""


@pytest.mark.usefixtures("hurried")
def test_a_monitor_is_told_when_the_database_is_away(
    app: Flask, empty_database: str, kind: str, request: pytest.FixtureRequest
) -> None:
    asked = app.test_client()
    assert asked.get("/healthz").status_code == 200
    if kind == "sqlite":
        app.extensions["views"].close()
        for part in Path(empty_database).parent.glob("case.sqlite*"):
            part.unlink()
        shutil.copytree(ROOT / "tests/scenarios", empty_database)  # a folder in its place
    else:
        server: Server = request.getfixturevalue("postgres")

        server.drop(empty_database)
    away = asked.get("/healthz")
    assert (away.status_code, away.json) == (503, {"status": "the database cannot be reached"})
    if kind == "postgresql":
        sql(server.address, f"CREATE DATABASE {name_of(empty_database)}")  # for the fixture to drop


READER = Account("area", "Ann Area", "area_manager", ("Gloucestershire",))

MANY = 250_000 if deep() else 1_500
"""Entries behind which the case is limited."""

DAY, AT = date(2005, 6, 1), datetime(2005, 6, 1, 12, tzinfo=UTC)


def listed(client: FlaskClient) -> bool:
    """Whether a page of lists or a download names the case; all of them agree."""
    pages = ("/cases", "/cases/download/csv", "/desk/due-in-28-days", "/matrix/duties")
    found = {page: CASE in re.sub(r'value="[^"]*"', "", client.get(page).text) for page in pages[:2]}
    found["search"] = f">{CASE}<" in found_by(client, CASE)
    assert len(set(found.values())) == 1, found
    hidden = not found["/cases"]
    if hidden:
        assert not any(f">{CASE}<" in client.get(page).text for page in pages)
    return not hidden


def test_a_case_limited_behind_entries_not_taken_in_is_closed_on_the_next_page_in_every_worker(
    app: Flask,
    files: Files,
    views: ReadModel,
    empty_database: str,
) -> None:
    store(files, (OTHER, start(team="Stroud", officer="Bo Kin")))
    catch_up(views)
    workers = [signed_in(one, READER) for one in (app, create_app(empty_database, today=lambda: date(2005, 6, 20)))]
    assert all(listed(client) for client in workers)
    before = views.position
    with task_lock(views.database, views.writing, "follow"):  # somebody else follows, and is far behind
        many = [contact(f"many-{n}") for n in range(MANY)]
        files.save(*(RecordedEntry(OTHER, n, fact) for n, fact in enumerate(many, 2)))
        limit = AccessLimited(entry="l", occurred_on=DAY, recorded_at=AT, excluded=[READER.name], reason="kin")
        for fact, open_ in (
            (limit, False),
            (AccessLimitLifted(entry="u", occurred_on=DAY, recorded_at=AT, limit="l"), True),
            (EntryWithdrawn(entry="w", occurred_on=DAY, recorded_at=AT, of="u", reason="in error"), False),
        ):
            store(files, (CASE, fact))
            assert [listed(client) for client in workers] == [open_, open_]
            assert [client.get(f"/cases/{CASE}").status_code for client in workers] == [200 if open_ else 404] * 2
        assert views.position == before
