"""The pages on what is kept of a person: who sees them, two people, what stands against it."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from domain.accounts.roles import Account
from domain.sealing.sealed_fields import ERASED, REDACTED
from domain.store.application import Files
from domain.store.preparation import begin_sealing
from tests.domain.store.test_sealed_record import about, contact
from tests.domain.store.test_store import BEGINNING
from tests.support.forms import fill
from tests.support.histories import CASE, facts_of
from tests.support.people import add, post, signed_in
from web.app import create_app
from web.site import access_control

pytestmark = pytest.mark.both

CRN = CASE.partition("/")[0]
URL = f"/cases/{CASE}"
KEEPING = f"{URL}/keeping"
AREA = str(BEGINNING["area"])
ANN, BOB = (Account(name, name, "area_manager", (AREA,)) for name in ("ann", "bob"))
TODAY = date(2005, 12, 22)


@pytest.fixture
def app(empty_database: str) -> Iterator[Flask]:
    with closing(Files.open(empty_database)) as files:
        begin_sealing(files.recorder)
        start = facts_of([BEGINNING])
        files.record(CASE, [*start, contact("came round"), contact("of Ann Other", "e2")], actor="t", now=_now())
    app = create_app(empty_database, today=lambda: TODAY)
    add(app, ANN), add(app, BOB)
    yield app


def _now() -> datetime:
    return datetime(2005, 12, 1, tzinfo=UTC) + timedelta(0)


def ends(app: Flask) -> None:
    with closing(Files.open(app.config["DATABASE"])) as files:
        files.record(CASE, [about("SupervisionEnded", "end", reason="completed")], actor="t", now=_now())


def confirm(client: FlaskClient) -> str:
    answer = post(client, "/requests/1/confirmed", "/requests")
    assert answer.status_code == 302, answer.text
    return client.get("/requests").text


def test_a_current_case_is_not_erased(app: Flask) -> None:
    ann = signed_in(app, ANN)
    assert "What is kept" in ann.get(f"{URL}/history").text
    assert f"{CASE} is current" in ann.get(KEEPING).text
    post(ann, f"{KEEPING}/erase", KEEPING, reason="asked for")
    assert "Nothing was changed" in ann.get(KEEPING).text
    assert "came round" in ann.get(f"{URL}/timeline").text


def test_two_people_erase_a_person(app: Flask) -> None:
    ends(app)
    ann, bob = signed_in(app, ANN), signed_in(app, BOB)
    assert "pseudonymous, not anonymous" in ann.get(KEEPING).text
    fill(ann, f"{URL}/record/ContactLogged", contact_type="letter", note="his sister rang")
    assert "Your drafts" in ann.get("/account").text
    assert post(ann, f"{KEEPING}/erase", KEEPING, reason="past its time").status_code == 302
    assert "second person" in ann.get(KEEPING).text
    assert "came round" in ann.get(f"{URL}/timeline").text  # nothing yet
    assert post(ann, "/requests/1/confirmed", "/requests").status_code == 403  # nobody confirms their own
    confirm(bob)
    page = bob.get(f"{URL}/timeline").text
    assert "Name erased" in page and "born" not in page  # in the person banner
    assert ERASED in page and "came round" not in page and str(BEGINNING["person"]["name"]) not in page
    assert ">Withdraw<" not in page and "Record an entry" not in bob.get(URL).text, "no form on an erased person's case"
    assert "erased before" in bob.get(KEEPING).text
    fill(ann, f"{URL}/record/ContactLogged", contact_type="letter", note="his sister rang")
    assert "Your drafts" not in ann.get("/account").text, "drafts go with the person, and none is kept any more"


def test_what_comes_in_between_stops_it(app: Flask) -> None:
    ends(app)
    ann, bob = signed_in(app, ANN), signed_in(app, BOB)
    post(ann, f"{KEEPING}/erase", KEEPING, reason="past its time")
    assert post(bob, f"{KEEPING}/hold", KEEPING, reason="an inquest", of="crn", until="").status_code == 302
    assert "an inquest" in confirm(bob)
    assert "came round" in bob.get(f"{URL}/timeline").text
    assert post(bob, f"{KEEPING}/lift", KEEPING, reason="over", subject=CRN).status_code == 302
    confirm(bob)
    assert "came round" not in bob.get(f"{URL}/timeline").text


def test_two_people_redact_one_text(app: Flask) -> None:
    ann, bob = signed_in(app, ANN), signed_in(app, BOB)
    assert "of Ann Other" not in ann.get(KEEPING).text  # which texts there are is shown, not what they say
    post(ann, f"{KEEPING}/redact", KEEPING, reason="names a neighbour", text="e2 note")
    confirm(bob)
    page = bob.get(f"{URL}/timeline").text
    assert REDACTED in page and "of Ann Other" not in page and "came round" in page


@pytest.mark.parametrize("form", [
    {"path": "hold", "reason": "", "of": "crn"},
    {"path": "hold", "reason": "r" * 3000, "of": "crn"},
    {"path": "hold", "reason": "r", "until": "yesterday"},
    {"path": "hold", "reason": "r", "until": "1/1/2001"},
    {"path": "lift", "reason": "r", "subject": CRN},
    {"path": "redact", "reason": "", "text": "e2 note"},
])  # fmt: skip
def test_what_cannot_be_done_is_said_and_nothing_changes(app: Flask, form: dict[str, str]) -> None:
    ann = signed_in(app, ANN)
    with closing(Files.open(app.config["DATABASE"])) as files:
        head = files.recorder.head()
        path = form["path"]
        assert (
            post(ann, f"{KEEPING}/{path}", KEEPING, **{k: v for k, v in form.items() if k != "path"}).status_code == 400
        )
        assert files.recorder.head() == head


@pytest.mark.parametrize("who", [
    Account("far", "far", "area_manager", ("Kent",)),
    Account("info", "info", "information_manager"),
    Account("eyes", "eyes", "auditor"),
    Account("insp", "insp", "inspector", (AREA,)),
    Account("own", "own", "case_manager", staff=(str(BEGINNING["officer"]),)),
], ids=lambda who: who.username)  # fmt: skip
def test_nobody_else_sees_any_of_it(app: Flask, who: Account) -> None:
    ends(app)
    ann, other = signed_in(app, ANN), signed_in(app, who)
    assert other.get(KEEPING).status_code in (403, 404)
    assert "What is kept" not in other.get(f"{URL}/history").text
    post(ann, f"{KEEPING}/erase", KEEPING, reason="past its time")
    assert CRN not in other.get("/requests").text
    assert post(other, "/requests/1/confirmed", "/password").status_code in (403, 404)
    assert "came round" in ann.get(f"{URL}/timeline").text


def test_a_draft_of_a_disclosure_is_downloaded_and_logged(app: Flask) -> None:
    ann = signed_in(app, ANN)
    answer = post(ann, f"{KEEPING}/draft", KEEPING)
    assert answer.status_code == 200 and "attachment" in answer.headers["Content-Disposition"]
    assert "came round" in answer.text and "may be about somebody else" in answer.text
    assert str(BEGINNING["officer"]) not in answer.text
    with app.app_context():
        line = next(access_control.register().log.lines(person=CRN, action="downloaded"))
    assert (line.username, line.route) == ("ann", "keeping.disclose")
    far = signed_in(app, Account("far", "far", "area_manager", ("Kent",)))
    assert post(far, f"{KEEPING}/draft", "/password").status_code in (403, 404)
