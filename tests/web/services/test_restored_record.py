"""A backup is restored under a running worker: from the next request on it shows the new record's facts, never the old."""

import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from domain.entries.case_entries import Entry
from domain.store.application import Files, StoringError
from domain.store.log_check import check_log
from projections.read_model import follower
from projections.read_model.follower import Overtaken, catch_up, step
from projections.read_model.verify_views import verify
from projections.read_model.view_reader import ReadModel
from tests.domain.store.test_store import contact
from tests.projections.read_model.test_views import CASE, start, store
from tests.support.followed import here
from tests.support.forms import fill, record
from tests.support.histories import PERSON
from tests.support.people import signed_in
from tests.support.postgres import Server, sql
from tests.support.restored import WAYS, restored_rows, whole_copy
from web.app import create_app
from web.services import current_cases, report_cache

OTHER = "X000002/1"
TODAY = date(2005, 6, 20)

on_each = pytest.mark.parametrize(
    ("kind", "way"), [("sqlite", way) for way in WAYS if way != "rows"] + [("postgresql", "rows")], indirect=["kind"]
)


def named(name: str, **changes: str) -> Entry:
    return start(person={**PERSON, "name": name}, **changes)


def filled(address: str, *arrived: tuple[str, Entry]) -> str:
    with closing(Files.open(address)) as files:
        store(files, *arrived)
    with closing(ReadModel(address)) as views:
        catch_up(views)
    return address


@pytest.fixture
def app(empty_database: str, kind: str) -> Flask:
    Files.open(empty_database).close()
    return create_app(empty_database, today=lambda: TODAY)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return signed_in(app)


@pytest.fixture
def other(client: FlaskClient, empty_database: str, kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """The address of another database, with the same accounts and no entries of cases."""
    if kind == "sqlite":
        made = str(tmp_path / "backup" / "other.sqlite")
        Path(made).parent.mkdir()
        whole_copy(empty_database, made)
        return made
    server: Server = request.getfixturevalue("postgres")
    made = server.prepared()
    restored_rows(made, empty_database)
    sql(made, "SELECT setval('stored_events_notification_id_seq', (SELECT max(notification_id) FROM stored_events))")
    return made


def put(way: str, address: str, other: str) -> None:
    """Put the other record in the place of this one."""
    if way == "copied over":  # nobody may be using the other one, its write-ahead log is empty
        with closing(sqlite3.connect(other)) as c:
            c.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    WAYS[way](address, other)


ENTRIES: Sequence[tuple[str, Entry]] = [(CASE, contact(f"c{n}")) for n in range(30)]


@on_each
def test_a_page_shows_the_record_that_took_the_place_of_another(
    client: FlaskClient, empty_database: str, other: str, way: str
) -> None:
    """Both records are of the same length, and so are the files of the case in them."""
    filled(empty_database, (CASE, named("Old Person", officer="Old Officer")), *ENTRIES)
    filled(other, (CASE, named("New Person", officer="New Officer")), *ENTRIES)
    assert "Old Person" in client.get(f"/cases/{CASE}").text
    put(way, empty_database, other)
    for path in (f"/cases/{CASE}", f"/cases/{CASE}/entries", f"/cases/{CASE}"):
        page = client.get(path).text
        assert "Old Person" not in page and "Old Officer" not in page, path
    assert "New Person" in page and "New Officer" in page
    filled(empty_database, (CASE, contact("one more")))
    assert "New Person" in client.get(f"/cases/{CASE}").text


@on_each
def test_a_record_that_is_shorter_or_lacks_the_case(
    client: FlaskClient, empty_database: str, other: str, way: str
) -> None:
    filled(empty_database, (CASE, named("Old Person")), *ENTRIES)
    filled(other, (OTHER, named("New Person")))
    assert client.get(f"/cases/{CASE}").status_code == 200
    put(way, empty_database, other)
    assert client.get(f"/cases/{CASE}").status_code == 404
    page = client.get(f"/cases/{OTHER}").text
    assert "New Person" in page and "Old Person" not in page


@on_each
def test_what_is_entered_after_restoring_goes_into_the_new_record(
    client: FlaskClient, empty_database: str, other: str, way: str
) -> None:
    filled(empty_database, (CASE, named("Old Person")), *ENTRIES)
    filled(other, (CASE, named("New Person")), *ENTRIES)
    client.get(f"/cases/{CASE}")
    put(way, empty_database, other)
    address = f"/cases/{CASE}/record/ContactLogged"
    assert record(client, fill(client, address, contact_type="letter", occurred_on="2005-06-19")).status_code == 302
    with closing(Files.open(empty_database)) as files:
        (last,) = check_log(files.recorder)
        assert files.read(CASE).version == 32
        assert files.recorder.hash_at(last - 1) == hash_at(other, last - 1) != None  # noqa: E711


def hash_at(address: str, position: int) -> str | None:
    with closing(Files.open(address)) as files:
        return files.recorder.hash_at(position)


@on_each
def test_numbers_of_places_are_read_anew(client: FlaskClient, empty_database: str, other: str, way: str) -> None:
    """In both databases places have the numbers 1 and 2, the other way round."""
    places = [(CASE, named("A", team="Stroud")), (OTHER, named("B", team="Gloucester"))]
    filled(empty_database, *places)
    filled(other, *((case, fact) for case, (_, fact) in zip((CASE, OTHER), reversed(places), strict=True)))
    with closing(ReadModel(empty_database)) as views:
        assert teams(views) == {CASE: "Stroud", OTHER: "Gloucester"}
        put(way, empty_database, other)
        assert teams(views) == {CASE: "Gloucester", OTHER: "Stroud"}
        with closing(Files.open(empty_database)) as files:
            store(files, ("X000003/1", named("C", team="Gloucester")))
        catch_up(views)
        assert teams(views)["X000003/1"] == "Gloucester"
        assert list(verify(views, here)) == []


def teams(views: ReadModel) -> dict[str, str]:
    return {one.reference: one.ledger.spells[0].row.place.team for one in views.ledgers()}


@on_each
def test_no_row_of_the_old_record_is_written_into_the_views_of_the_new(
    client: FlaskClient, empty_database: str, other: str, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The record is replaced between reading its entries and writing the rows; both views are at the same position."""
    for address, team in ((empty_database, "Stroud"), (other, "Gloucester")):
        filled(address, (CASE, named("A", team=team)))
        with closing(ReadModel(address)) as views:
            before = views.position
        with closing(Files.open(address)) as files:
            store(files, (OTHER, named("B", team=team)))
    with closing(ReadModel(empty_database)) as views:
        state, derive = views.live(), follower.derive_cases

        def meanwhile(*arguments: object) -> object:
            rows = list(derive(*arguments))  # type: ignore[arg-type]
            put(way, empty_database, other)
            return rows

        with monkeypatch.context() as patched:
            patched.setattr(follower, "derive_cases", meanwhile)
            with pytest.raises(Overtaken, match="another record"):
                step(views, state)
        assert views.position == before
        catch_up(views)
        assert teams(views) == {CASE: "Gloucester", OTHER: "Gloucester"}
        assert list(verify(views, here)) == []


@on_each
def test_reports_kept_are_those_of_the_record(
    app: Flask, client: FlaskClient, empty_database: str, other: str, way: str
) -> None:
    filled(empty_database, (CASE, named("A", team="Stroud")))
    filled(other, (CASE, named("A", team="Gloucester")))

    def report() -> str:
        with app.test_request_context():
            file = current_cases.repository().file(CASE)
            return report_cache.kept("team", lambda: str(getattr(file.first_entry, "team", "")))

    assert (report(), report()) == ("Stroud", "Stroud")
    put(way, empty_database, other)
    assert report() == "Gloucester"


def test_while_the_file_is_gone_nothing_is_made_in_its_place(
    client: FlaskClient, app: Flask, empty_database: str
) -> None:
    filled(empty_database, (CASE, named("Old Person")))
    client.get(f"/cases/{CASE}")
    away = Path(empty_database).rename(f"{empty_database}-away")
    assert client.get("/healthz").status_code == 503
    answer = client.get(f"/cases/{CASE}")
    assert (answer.status_code, "does not answer" in answer.text) == (503, True)
    with pytest.raises(StoringError, match="the database is gone"), app.app_context():
        current_cases.repository().catch_up()
    assert not Path(empty_database).exists()
    away.rename(empty_database)
    assert "Old Person" in client.get(f"/cases/{CASE}").text


def test_pages_of_a_file_that_was_copied_over_are_not_kept(empty_database: str, other: str) -> None:
    """What a connection has read stays in its memory until SQLite itself writes to the file."""
    filled(empty_database, (CASE, named("Old Person")), *ENTRIES)
    filled(other, (CASE, named("New Person")), *ENTRIES)
    with closing(ReadModel(empty_database)) as views, closing(Files.open(empty_database)) as files:
        with closing(sqlite3.connect(empty_database)) as c:
            c.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        old = views.stored.standing(31), files.recorder.standing(31)
        shutil.copy(other, empty_database)
        new = views.stored.standing(31), files.recorder.standing(31)
        assert old[0] == old[1] and new[0] == new[1]
        assert new[0].there != old[0].there and new[0].there == hash_at(other, 31)
