"""The information manager's page, and importing without choosing a file twice."""

import io
import json
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from domain.accounts.roles import Account
from domain.entries.register_entries import SourceRegistered
from domain.store.last_extracts import Extract
from domain.store.sources import Source
from domain.working.kept_files import KEPT_FOR, LARGEST, REJECTED
from projections.ledger.ledger import Place
from tests.conftest import copied
from tests.domain.importing.test_importer import START
from tests.support.people import add, signed_in, token_in
from web.admin.data_page import source_line, without_account
from web.app import create_app
from web.site import access_control, clock

NOW = datetime(2005, 12, 22, 12, tzinfo=UTC)
GOOD = json.dumps(START | {"case": "Z100000/1", "person": START["person"] | {"crn": "Z100000"}})
BAD = '{"type": "Nothing", "case": "Z100000/1"}'


@pytest.fixture
def app(followed: Path, tmp_path: Path) -> Flask:
    return create_app(str(copied(followed, tmp_path)), today=lambda: date(2005, 12, 22), demo=True)


def send(client: FlaskClient, step: str, **fields: Any) -> str:
    token = token_in(client.get("/imports").text)
    return client.post("/imports", data={"csrf_token": token, "step": step, **fields}).text


def a_file(*lines: str) -> tuple[io.BytesIO, str]:
    return io.BytesIO("".join(f"{line}\n" for line in lines).encode()), "entries.ndjson"


def kept_in(page: str) -> str:
    (found,) = re.findall(r'name="kept" value="([0-9a-f]{32})"', page)
    return str(found)


def test_a_checked_file_is_imported_without_choosing_it_again(app: Flask) -> None:
    client = signed_in(app, "i.nkemelu")
    page = send(client, "check", file=a_file(GOOD, BAD))
    assert "1 entry would be stored" in page
    kept = kept_in(page)
    page = send(client, "store", kept=kept)
    assert "1 entry stored" in page and "1 line rejected" in page
    assert "Choose it again" in send(client, "store", kept=kept), "what was imported is not kept"


def test_rejected_lines_are_downloaded_corrected_and_fed_again(app: Flask) -> None:
    client = signed_in(app, "i.nkemelu")
    page = send(client, "store", file=a_file(BAD, GOOD))
    (address,) = re.findall(r'href="(/imports/rejected/[0-9a-f]{32})"', page)
    assert client.get(address).text == BAD + "\n"
    assert address in client.get("/data").text
    other = Account("other", "Other Manager", "information_manager")
    add(app, other)
    assert signed_in(app, other).get(address).status_code == 404, "they are of one's own alone"
    with app.app_context():
        access_control.register().forget("X123456")
    assert client.get(address).status_code == 404, "whoever erases a person deletes them"


def test_a_kept_file_is_sealed_and_ends(app: Flask) -> None:
    with app.app_context():
        files, now = access_control.register().kept_files, clock.now()
        made = files.keep("i", REJECTED, "a", b"Brian Davies\xff", now)
        assert files.read("i", made, now) is not None and files.read("j", made, now) is None
        with files.engine.connect() as c:
            assert "Brian" not in str(c.exec_driver_sql("SELECT * FROM kept_files").all())
        late = now + KEPT_FOR + timedelta(seconds=1)
        assert files.read("i", made, late) is None and not files.of("i", REJECTED, late)
        assert files.keep("i", REJECTED, "a", b"x" * (LARGEST + 1), now) == ""


def test_the_page_says_what_came_and_who_lacks_an_account(app: Flask) -> None:
    client = signed_in(app, "i.nkemelu")
    send(client, "store", file=a_file(GOOD))
    page = " ".join(client.get("/data").text.split())
    assert page.count("<h1") == 1
    assert "entries.ndjson" in page and "1 stored, 0 already there, 0 rejected" in page
    assert "Officers who hold cases today and have no account: " in page
    assert "Teams that hold cases today and have no SPO: " in page
    sign_ins = page.partition('id="sign-ins"')[2]
    assert sign_ins.index("Not in the last 92 days") < sign_ins.index("/staff/i.nkemelu"), (
        "who never signed in comes first"
    )
    assert "Brian Davies" not in page and "V465889" not in page


def test_only_the_information_manager_enters(demo_app: Flask) -> None:
    assert signed_in(demo_app, "p.anstey").get("/data").status_code == 403


@pytest.mark.parametrize(("days", "late"), [(0, 0), (2, 0), (3, 1), (9, 7)])
def test_an_extract_is_late_by_the_days_beyond_the_normal_delay(days: int, late: int) -> None:
    source = Source("delius", SourceRegistered(at=NOW, users=[], accounts=[], areas=[], normal_delay=2))
    extract = Extract("delius", NOW - timedelta(days=days, minutes=0), 1, False, date(2005, 12, 1))
    assert source_line(source, extract, NOW).late == late
    assert source_line(source, None, NOW).late == 0


def test_officers_and_teams_without_an_open_account() -> None:
    one = Place("Gloucestershire", "South", "Stroud", "Ann Other", "po", team_id="T1", officer_id="S1")
    two = Place("Gloucestershire", "South", "Stroud", "Bob Next", "po", team_id="T1")
    day = date(2005, 12, 22)
    nobody: list[Account] = []
    assert without_account([one, two], nobody, "officer", day) == ["Ann Other (S1)", "Bob Next"]
    assert without_account([one, two], nobody, "team", day) == ["Stroud (T1)"]
    ann = Account("ann", "Ann", "case_manager", staff=("S1",))
    assert without_account([one, two], [ann], "officer", day) == ["Bob Next"]
    spo = Account("spo", "Spo", "spo", ("T1",))
    assert without_account([one], [spo], "team", day) == []
    closed = Account("spo", "Spo", "spo", ("T1",), disabled=True)
    assert without_account([one], [closed], "team", day) == ["Stroud (T1)"]


def test_places_and_inspections_are_ticked_in_lists(app: Flask) -> None:
    client = signed_in(app, "i.nkemelu")
    form = client.get("/staff/p.anstey").text
    assert re.search(r'name="place" type="checkbox" value="Gloucester"[^>]* checked', form)
    token = token_in(client.get("/staff/new").text)
    sent = {"csrf_token": token, "username": "n.spo", "name": "", "role": "spo", "place": ["Gloucester", "Cheltenham"]}
    again = client.post("/staff/new", data=sent).text
    assert "Error: " in again
    for place in ("Gloucester", "Cheltenham"):
        assert re.search(rf'name="place" type="checkbox" value="{place}"[^>]* checked', again), "nothing typed is lost"
    assert client.post("/staff/new", data=sent | {"name": "New Spo"}).status_code == 302
    reading = client.get("/staff/j.hartnell").text
    assert re.search(r'name="inspection" type="checkbox" value="gloucestershire-2005"[^>]* checked', reading)
