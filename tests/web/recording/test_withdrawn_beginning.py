"""A file whose beginning was withdrawn: whoever held it reads it as it stood; a new beginning is another holder's."""

from datetime import date
from pathlib import Path

import pytest
from flask import Flask

from domain.accounts.roles import Account
from domain.store.application import Files
from tests.domain.aggregates.test_case_file import APPOINTMENT, fact, start
from tests.support.people import signed_in
from web.app import create_app

CASE = "X123456/1"
HELD_IT = Account("old", "Ruth A", "case_manager", staff=("Ruth Ablewhite",))
HOLDS_IT = Account("new", "Nia B", "case_manager", staff=("Nia Bevan",))
GONE = fact("EntryWithdrawn", "w", "2005-06-20", of="start", reason="another person's")
ANEW = start(
    entry="anew", on="2005-06-27", area="Wiltshire", division="West", team="Swindon", officer="Nia Bevan"
)  # fmt: skip


@pytest.fixture
def site(tmp_path: Path) -> Flask:
    database = str(tmp_path / "case.sqlite")
    files = Files.open(database)
    files.record(CASE, [start(), APPOINTMENT, GONE], actor="test")
    files.close()
    return create_app(database, today=lambda: date(2005, 7, 11))


def record_anew(site: Flask) -> None:
    files = Files.open(site.config["DATABASE"])
    files.record(CASE, [ANEW], actor="test")
    files.close()


@pytest.mark.parametrize("begun_anew", [False, True])
def test_who_held_it_reads_it_as_it_stood(site: Flask, begun_anew: bool) -> None:
    if begun_anew:
        record_anew(site)
    client = signed_in(site, HELD_IT)
    stood = client.get(f"/cases/{CASE}?as_at=2005-06-10&known=stood")
    assert stood.status_code == 200 and "Ruth Ablewhite" in stood.text and "Nia Bevan" not in stood.text
    for now in ("?as_at=2005-07-11&known=stood", "?as_at=2005-06-10&known=hindsight"):
        assert client.get(f"/cases/{CASE}{now}").status_code == 404


def test_a_new_beginning_is_read_by_who_holds_it(site: Flask) -> None:
    client = signed_in(site, HOLDS_IT)
    assert client.get(f"/cases/{CASE}").status_code == 404
    record_anew(site)
    page = client.get(f"/cases/{CASE}")
    assert page.status_code == 200 and "Swindon" in page.text
    assert client.get(f"/cases/{CASE}/record/AppointmentMade").status_code == 302
    between = client.get(f"/cases/{CASE}?as_at=2005-06-22&known=hindsight")
    assert between.status_code == 200 and "27 June 2005" in between.text
