"""The page of a case tells what another file of the person does to it, and of that file no more than its reader may see."""

from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from flask import Flask

from domain.accounts.roles import Account
from domain.store.application import Files
from tests.domain.aggregates.test_person_files import ONE, TWO, appointment, entry, outcome, start
from tests.projections.read_model.test_views import store
from tests.support.people import signed_in
from web.app import create_app

BY_API = (
    "",
    "/duties",
    "/entries",
    "/answers",
    "/history",
    "/chart",
    "/replay",
    "/replay/4",
    "/replay/5",
    "/then-and-now",
)
"""The parts of a case by the API."""

OFFICER = Account("officer", "Olive", "case_manager", staff=("O",))


@pytest.fixture
def database(tmp_path: Path) -> str:
    address = str(tmp_path / "case.sqlite")
    served = appointment("served", 1, [ONE])
    with closing(Files.open(address)) as files:
        store(
            files,
            (ONE, start(ONE)),
            (TWO, start(TWO)),
            (TWO, served),
            (TWO, entry("CustodyStarted", "in", 5, "2005-06-09", reason="remand")),
        )
        store(files, (TWO, outcome("said", "served", 2, outcome="unacceptable_absence")))
        store(
            files, (TWO, entry("ContactLogged", "secret", 3, contact_type="letter", about="served", note="Of Rosebud"))
        )
    return address


def site(database: str) -> Flask:
    return create_app(database, today=lambda: date(2005, 6, 30))


def test_who_may_open_the_other_file_is_led_to_it(database: str) -> None:
    page = signed_in(site(database), OFFICER).get(f"/cases/{ONE}/due?show=all").text
    assert f'Raised by an entry <a class="govuk-link" href="/cases/{TWO}">in X123456/2</a>' in page
    assert "in another file" not in page and "Rosebud" not in page
    raised = signed_in(site(database), OFFICER).get(f"/api/v1/cases/{ONE}/duties").json["items"]
    named = {"entry": "served", "case": TWO, "says": f"in {TWO}"}
    assert named in [duty["raised_by"] for duty in raised]


def test_who_may_not_sees_that_there_is_one_and_nothing_of_it(database: str) -> None:
    limit = entry("AccessLimited", "limit", 7, excluded=["O"], reason="r")
    with closing(Files.open(database)) as files:
        store(files, (TWO, limit))
    client = signed_in(site(database), OFFICER)
    assert client.get(f"/cases/{TWO}").status_code == 404
    for path in (
        "",
        "/due?show=all",
        "/timeline",
        "/answers",
        "/history",
        "/replay",
        "/replay?step=4",
        "/then-and-now",
        "/record/AppointmentOutcomeRecorded",
    ):
        page = client.get(f"/cases/{ONE}{path}", follow_redirects=True).text
        assert not any(word in page for word in (TWO, "Rosebud", "served")), path
    for part in BY_API:
        said = client.get(f"/api/v1/cases/{ONE}{part}")
        assert said.status_code == 200 and not any(word in said.text for word in (TWO, "Rosebud", "served")), part
    raised = client.get(f"/api/v1/cases/{ONE}/duties").json["items"]
    nameless = {"entry": None, "case": None, "says": "in another file of this person"}
    assert nameless in [duty["raised_by"] for duty in raised]
    assert "Raised by an entry in another file of this person." in client.get(f"/cases/{ONE}/due?show=all").text
    assert "Custody started" in client.get(f"/cases/{ONE}/replay?step=5").text
