"""Every page of the site, from its routes, in a real browser: usable by everybody at every width, under the strict policy."""

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from flask import Flask, render_template, template_rendered
from flask.testing import FlaskClient
from playwright.sync_api import BrowserContext, Page
from werkzeug.test import TestResponse

from tests.conftest import copied
from tests.support.depth import deep
from tests.support.destinations import registered
from tests.support.machine_clients import machine, token
from tests.support.morning import AUDIT, morning
from tests.support.people import opens, post, session_of, signed_in
from tests.support.pressing import Reader
from tests.support.site_pages import STAFF, site_pages
from web.site import access_control
from web.site.damage_pages import TELL

pytestmark = pytest.mark.browser

WEB = Path(__file__).parents[2] / "web"
CASE = "/cases/V465889/1"

STATES: Mapping[str, Mapping[str, int]] = {
    "p.anstey": {
        "/desk?as_at=2005-10-03": 200, "/desk?as_at=x": 400, "/desk/recorded-late": 200, "/desk/clocks?officer=Paula+Grice": 200,
        "/changed?since=3/10/2005": 200, "/changed?since=x": 400, f"{CASE}/due?show=all": 200, "/nowhere": 404,
        f"{CASE}/replay?by=day&step=12": 200,
    },
    "t.adeyemi": {"/desk": 200, "/desk?as_at=2005-05-16": 200},
    "c.whitlock": {
        "/desk": 200, "/matrix?as_at=1999-01-01": 200, "/reports/plans?beside=team:Gloucester": 200,
        "/cases/A504771/1?as_at=2005-01-01": 200, "/cases?as_at=2026-11-23": 200,
    },
    "j.hartnell": {"/inspections/gloucestershire-2004": 200, "/inspections/gloucestershire-2005/work": 200},
    "i.nkemelu": {"/access?person=V465889": 200, "/api/v1/docs": 200},
    "s.brandt": {"/standards?as_at=1990-01-01": 200},
}  # fmt: skip
"""Pages in another state than a route shows by itself, and what they answer: of another day, of nothing, of an error."""


class Pressed(NamedTuple):
    """A page that comes after a form: who, from which page, what they press, and what they type (by label)."""

    user: str
    start: str
    steps: tuple[str, ...]
    typed: Mapping[str, Any]


PERSON = {"CRN": "X123456", "Name": "Zebedee Quill", "Date of birth": "12 3 1971"}
BEGUN = {
    "Male": True, "Ethnicity": "W2", "No": True, "Date supervision began": "19/12/2005", "Order type": "community_order",
    "Supervision": True, "Last day of the order or licence (optional)": "18/12/2006", "Tunde Adeyemi (PO), Gloucester": True,
}  # fmt: skip
TOKEN = {
    "Name of the token": "day", "Reports: figures of its places, rounded and withheld as for people": True,
    "Its last day": f"{date.today() + timedelta(days=9):%d/%m/%Y}",
}  # fmt: skip
PRESSED = (
    Pressed("t.adeyemi", "/outcomes", ("Check 2 outcomes",), {"Attended and complied": True}),
    Pressed("p.anstey", f"{CASE}/record/OversightRecorded", ("Check before recording",), {}),
    Pressed("p.anstey", f"{CASE}/record/OversightRecorded", ("Check before recording",), {"Supervision": True}),
    Pressed("p.anstey", "/begin-a-case", ("Search",), PERSON),
    Pressed("p.anstey", "/begin-a-case", ("Search",), {**PERSON, "Name": "Brian Davies"}),
    Pressed("p.anstey", "/begin-a-case", ("Search", "Continue"), PERSON),
    Pressed("p.anstey", "/begin-a-case", ("Search", "Continue", "Check before recording"), {**PERSON, **BEGUN}),
    Pressed("i.nkemelu", "/staff/p.anstey", ("Give a new password",), {}),
    Pressed("i.nkemelu", "/machines/new", ("Ask for the account",), {}),
    Pressed("i.nkemelu", "/machines/feed", ("Make a token",), {}),
    Pressed("i.nkemelu", "/machines/feed", ("Make a token",), TOKEN),
)
"""Pages after a form. Nothing is recorded on the way."""

BARE: Mapping[str, Mapping[str, Any]] = {
    "admin/typed_again.html": {"address": "/cases", "typed": [("note", "Discussed with Helen")], "expired": True},
    "admin/invitation_made.html": {"address": "http://localhost/invitation/x", "days": 3},
    "admin/invitation.html": {},
    "admin/binding.html": {"subject": "p.anstey@example.org"},
    "inspections/welcome.html": {"opens": True, "damaged_inspections": list},
    "site/outage.html": {"happened": "Nothing was recorded."},
    "site/damage.html": {"happened": "Entry 4 of case X123456/1 cannot be read", "advice": TELL},
}
"""Pages of what cannot happen here (a session that ended, no inspection, a database away or damaged), and their values."""

FROZEN = "/inspections/frozen-audit"
"""An inspection that keeps the texts of policy by which it is scored."""

CALIBRATED = "/inspections/calibrated-audit"
"""An inspection with a case of calibration that its lead has still to read."""

ELSEWHERE = {
    *(f"admin/{name}.html" for name in ("second_factor", "second_factor_new", "second_factors", "recovery_codes")),
    "inspections/for_the_area.html",
}
"""Templates of pages that tests/browser/test_passkeys.py and test_area_page.py look at."""


@pytest.fixture(scope="module")
def app(followed: Path, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    app = morning(copied(followed, tmp_path_factory.mktemp("pages")))
    lead = signed_in(app, "j.hartnell")
    opened = {"occurred_on": "3/10/2005", "area": "Gloucestershire", "framework": "esi-2003", "knowledge": "stood"}
    for title in ("Audit without a frame", "Audit without a sample"):
        opens(lead, title=title, **opened)
    post(lead, "/inspections/audit-without-a-sample/frame", started_from="1/4/2005", started_to="31/5/2005")
    drawn = {
        "size": "4", "spare_per_cent": "20", "seed": "words", "method": "half_up", "repeats": "Of this test",
    }  # fmt: skip
    for title, where in (("Frozen audit", FROZEN), ("Calibrated audit", CALIBRATED)):
        opens(lead, title=title, **opened)
        post(lead, f"{where}/frame", started_from="1/4/2005", started_to="31/5/2005")
        post(lead, f"{where}/sample", **drawn)
    post(lead, f"{FROZEN}/freeze")
    learned = {"kind": "point", "says": "Ask for the plan in time", "question": "plan-reviewed"}
    post(signed_in(app, "p.anstey"), f"{CASE}/reading/gloucestershire-2005", f"{CASE}/answers", **learned)
    post(lead, f"{CALIBRATED}/assessors", f"{CALIBRATED}/work", assessor="j.hartnell", role="hm_inspector")
    for case in ("V465889/1", "P114066/1", "B448161/1", "A504771/1"):  # one of which is not in the sample
        post(lead, f"{CALIBRATED}/calibration", case=case)
    token(app, machine(app))
    registered(app.config["DATABASE"], "https://diary.example/changes")
    return app


def given(app: Flask, clients: Mapping[str, FlaskClient]) -> dict[str, dict[str, object]]:
    """What stands in addresses and is made as it is needed: a case of the audit and a list that was seen."""
    read = first(r"/read/([A-Z]\d{6})/(\d+)", clients["j.hartnell"].get(f"{AUDIT}/readings"))
    clients["p.anstey"].get("/desk")
    listed = first(r"/access/lists/([0-9a-f]{64})", clients["s.brandt"].get("/access"))
    calibrated = first(r"/calibration/([A-Z]\d{6})/(\d+)", clients["j.hartnell"].get(f"{CALIBRATED}/calibration"))
    of_audit = {"inspection": AUDIT.rpartition("/")[2], "crn": read[1], "number": int(read[2])}
    return {
        "assessing.read": of_audit,
        "assessing.note_interview": of_audit,
        "assessing.raise_alert": of_audit,
        "assessing.calibration": {"inspection": CALIBRATED.rpartition("/")[2]},
        "assessing.calibrate": {
            "inspection": CALIBRATED.rpartition("/")[2],
            "crn": calibrated[1],
            "number": int(calibrated[2]),
        },
        "assessing.attach_evidence": of_audit,
        "inspecting.replace_case": of_audit,
        "policy.show": {"inspection": FROZEN.rpartition("/")[2]},
        "access.listed": {"digest": listed[1]},
        "machines.show": {"username": "feed"},
    }


def first(words: str, answer: TestResponse) -> re.Match[str]:
    found = re.search(words, answer.text)
    assert found is not None, words
    return found


def templates_of_pages() -> set[str]:
    """The templates that are whole pages: those that extend the site's, or a frame that does."""
    texts = {str(path.relative_to(WEB)): path.read_text() for path in WEB.rglob("*.html")}
    extended = {name: found[1] for name, text in texts.items() if (found := re.match(r'{% extends "([^"]+)"', text))}
    return {name for name in extended if name not in extended.values()}


class Tab(NamedTuple):
    """A page of the browser, and what it complains of."""

    page: Page
    heard: list[str]


class Walk:
    """A browser that looks at pages one after the other and keeps what is wrong with each."""

    def __init__(self, address: str, tab: Callable[[str | None], Tab], usable: Callable[[Page], None]):
        self.address, self.tab, self.usable = address, tab, usable
        self.wrong: list[str] = []

    def look(self, user: str | None, address: str, status: int = 200) -> None:
        """Look at a page as somebody. ``status``: what it must answer."""
        page, heard = self.tab(user)
        answer = page.goto(self.address + address)
        wrong = [] if answer and answer.status == status else [f"answered {answer and answer.status}"]
        try:
            self.usable(page)
        except AssertionError as error:
            wrong.append(str(error))
        wrong += [said for said in heard if "Failed to load resource" not in said or status == 200]
        self.wrong += [f"{address} as {user}: {words}" for words in wrong]
        heard.clear()

    def look_at(self, user: str | None, address: str, text: str) -> None:
        """Look at the text of a page as if it came from this address."""
        page = self.tab(user).page
        page.route(self.address + address, lambda route: route.fulfill(body=text, content_type="text/html"))
        self.look(user, address)
        page.unroute(self.address + address)


@pytest.fixture
def walk(
    app: Flask, site: Callable[..., str], context: Callable[..., BrowserContext], usable: Callable[[Page], None],
    complaints: Callable[[Page], list[str]],
) -> Walk:  # fmt: skip
    address, tabs = site(app, None), dict[str | None, Tab]()

    def tab(user: str | None) -> Tab:
        if user not in tabs:
            opened = context()
            if user is not None:
                opened.add_cookies([{**session_of(signed_in(app, user)), "url": address}])  # type: ignore[list-item]
            page = opened.new_page()
            tabs[user] = Tab(page, complaints(page))
        return tabs[user]

    return Walk(address, tab, usable)


def test_every_page_is_usable_at_every_width(app: Flask, walk: Walk) -> None:
    """Each once, as its first reader; in a deep run as each who may enter, with all that stands in addresses."""
    clients, rendered = {user: signed_in(app, user) for user in STAFF}, set[str]()
    with template_rendered.connected_to(lambda _, template, **__: rendered.add(template.name), app):
        for page in site_pages(app, given(app, clients), every_value=deep()):
            walk.look(page.users[0] if page.users else None, page.address)
            for user in page.users[1:] if deep() else ():
                walk.look(user, page.address, clients[user].get(page.address, follow_redirects=True).status_code)
        for user, addresses in STATES.items():
            for address, status in addresses.items():
                walk.look(user, address, status)
        for one in PRESSED:
            reader = Reader(clients[one.user])
            reader.go(one.start)
            for step in one.steps:
                reader.press(step, one.typed)
            walk.look_at(one.user, reader.address, reader.text)
        for name, values in BARE.items():
            with app.test_request_context():
                account = access_control.register().account("p.anstey")
                text = render_template(name, account=account, **values)
            walk.look_at(None, "/sign-in", text)
    assert not walk.wrong, "\n".join(walk.wrong)
    assert templates_of_pages() - rendered == ELSEWHERE
