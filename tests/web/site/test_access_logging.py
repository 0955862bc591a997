"""Every request of somebody signed in writes one line, and its list holds every case that the answer shows."""

import io
import re
import zipfile
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response, make_response, request

from domain.accounts.access_lines import Line, LogUnavailable
from domain.accounts.access_log import AccessLog
from domain.entries.entry import CASE
from tests.support.case_pages import timeline_of
from tests.support.depth import deep
from tests.support.forms import fields_in, fill, opened, record
from tests.support.people import MANAGER, PASSWORD, add, found_by, post, signed_in, token_in
from tests.web.site.test_access_control import ARGUMENTS, CHELTENHAM, GLOUCESTER, TODAY, USERS
from web.api import answer_fields
from web.app import create_app
from web.site import access_control, outages
from web.site.access_logging import PURPOSES, purpose_of

pytestmark = pytest.mark.both

INSPECTION = "/inspections/gloucestershire-2005"
FILLED = [
    "/cases?show=ended", "/cases?sort=case&page=2", "/cases/download/ods?show=ended", "/cases/download/xlsx",
    "/desk/recorded-late?as_at=2005-06-01", "/desk/contact-missed", "/desk/overdue/download/ods", "/matrix/duties",
    "/matrix/duties/download/ods", "/reports/list/duties?measure=contact-arranged&since=2004-12-22",
    "/reports/list/duties/download/csv?measure=contact-arranged&since=2004-12-22", "/reports/list/late?since=2004-12-22",
    "/reports/list/late?since=2004-12-22&sort=case", "/reports/list/answered?measure=oversight-sufficient",
    "/reports/list/answered/download/csv?measure=oversight-sufficient", "/reports/list/coming",
    "/reports/list/coming/download/csv", f"{INSPECTION}/questions/plan-reviewed", f"{INSPECTION}/report/csv",
    f"{INSPECTION}/report/ods", f"{INSPECTION}/standards?standards=2007", f"{INSPECTION}/agreement", f"{INSPECTION}/readings",
    f"{INSPECTION}/draw", f"{INSPECTION}/draw/csv", f"{INSPECTION}/allocation", f"{INSPECTION}/replace/V465889/1",
    f"/cases/{GLOUCESTER}?inspection=gloucestershire-2005", f"/cases/{GLOUCESTER}/replay?step=3", "/access",
    "/access?person=V465889/1",
    "/access/mine", f"/cases/{CHELTENHAM}", "/cases/X999999/9", "/nowhere/V465889/1",
]  # fmt: skip
"""Addresses beside the plain ones of all routes, that show cases to somebody."""


@pytest.fixture
def app(own_database: Path | str) -> Flask:
    return create_app(str(own_database), today=lambda: TODAY, demo=True)


def log_in(app: Flask) -> AccessLog:
    with app.app_context():
        return access_control.register().log


def lines(app: Flask, **asked: str) -> list[Line]:
    """The lines of the log, the first first."""
    return list(log_in(app).lines(**asked))[::-1]


def listed(app: Flask, line: Line) -> set[str]:
    return set(log_in(app).cases_of(line.digest))


def text_of(answer: Any) -> str:
    """What an answer says, unpacked where it is a spreadsheet."""
    body = answer.get_data()
    if not body.startswith(b"PK"):
        return str(body.decode("utf-8", "replace"))
    with zipfile.ZipFile(io.BytesIO(body)) as parts:
        return "\n".join(parts.read(name).decode("utf-8", "replace") for name in parts.namelist())


def addresses(app: Flask) -> Iterator[str]:
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            if "GET" in (rule.methods or ()) and rule.endpoint not in (
                "static",
                "healthz",
                "openid.index",
                "openid.back",
            ):
                yield app.url_for(rule.endpoint, **{name: ARGUMENTS[name] for name in rule.arguments})
    yield from FILLED


def last(app: Flask) -> int:
    return next((line.mark.number for line in log_in(app).lines(limit=1)), 0)


def since(app: Flask, number: int) -> list[Line]:
    return list(takewhile(lambda line: line.mark.number > number, log_in(app).lines(limit=50)))[::-1]


EXAMPLES = {"X123456/1", "X123456/2"}
"""The references by which pages say what one looks like."""

DESCRIPTIONS = ("/api/v1/docs", "/api/v1/openapi.json")
"""The description of the API, whose example is a case of the demonstration."""

ROLES = list(USERS) if deep() else ["spo", "area_manager", "inspector", "auditor"]


@pytest.mark.parametrize("role", ROLES)
def test_every_answer_has_one_line_with_every_case_in_it(seen_app: Flask, role: Any) -> None:
    client, many = signed_in(seen_app, USERS[role]), set()
    walked = slice(None) if deep() else slice(ROLES.index(role) % 2, None, 2)
    for address in list(addresses(seen_app))[walked]:
        before = last(seen_app)
        answer = client.get(address)
        shown = set(re.findall(rf"\b{CASE}\b", text_of(answer))) - EXAMPLES
        shown -= {answer_fields.CASE} if address in DESCRIPTIONS else set()
        written = since(seen_app, before)
        assert len(written) == 1, (address, [line.action for line in written])
        assert shown <= listed(seen_app, written[0]), (address, shown - listed(seen_app, written[0]))
        assert (written[0].action == "refused") == (400 <= answer.status_code < 500), (address, written[0])
        many |= {address} if len(shown) > 3 else set()
    assert role in ("auditor", "information_manager") or len(many) > 3


# ---------------------------------------------------------------- what a line says


def one(app: Flask, before: int) -> Line:
    """The one line written since."""
    (line,) = since(app, before)
    return line


def test_a_list_names_its_cases_and_its_filters_and_seals_what_was_typed(app: Flask) -> None:
    client = signed_in(app, "p.anstey")
    before = last(app)
    client.get("/cases?team=Gloucester&odd=Brian+Davies")
    line = one(app, before)
    assert (line.username, line.name, line.action) == ("p.anstey", "Peter Anstey", "viewed")
    assert (line.route, line.selection, line.purpose) == ("caseload.index", "/cases?team=Gloucester", "supervision")
    assert (line.sought, line.address) == ("odd=Brian+Davies", "127.0.0.1")
    assert GLOUCESTER in listed(app, line)
    with log_in(app).transaction() as c:
        assert "avies" not in str(c.rows("SELECT * FROM access_lines"))


@pytest.mark.parametrize(
    ("address", "action", "selection", "purpose"),
    [
        (f"/cases/{GLOUCESTER}?as_at=2005-10-03", "viewed", "/cases/<case>?as_at=2005-10-03", "supervision"),
        (
            f"/cases/{GLOUCESTER}?inspection=gloucestershire-2005", "viewed", "/cases/<case>?inspection=gloucestershire-2005",
            "inspection",
        ),
        (f"{INSPECTION}/questions/plan-reviewed", "viewed", f"{INSPECTION}/questions/plan-reviewed", "inspection"),
        (
            "/desk/overdue/download/csv?officer=Helen+Sallis", "downloaded",
            "/desk/overdue/download/csv?officer=Helen+Sallis", "supervision",
        ),
        ("/reports/contact?months=3", "viewed", "/reports/contact?months=3", "reports"),
        ("/api/v1/reports/contact", "downloaded", "/api/v1/reports/contact", "reports"),
        ("/access/mine", "log read", "/access/mine", "oversight"),
        ("/password", "viewed", "/password", "own account"),
        ("/", "viewed", "/", "supervision"),
        ("/staff", "refused", "/staff", "administration"),
        ("/nowhere/Brian-Davies", "refused", "", ""),
    ],
)  # fmt: skip
def test_a_line_says_which_page_it_was_and_for_what(
    app: Flask, address: str, action: str, selection: str, purpose: str
) -> None:
    client = signed_in(app, "p.anstey")
    before = last(app)
    client.get(address)
    line = one(app, before)
    assert (line.action, line.selection, line.purpose) == (action, selection, purpose)


def test_every_page_is_for_something(app: Flask) -> None:
    assert all(purpose_of(app, name) for name in app.blueprints)
    assert not set(PURPOSES) - set(app.blueprints), "what is listed is there"


def test_figures_write_their_selection_and_no_case(app: Flask) -> None:
    client = signed_in(app, "p.anstey")
    before = last(app)
    for address in ("/matrix", "/reports/contact", "/standards", "/api/v1/measures/contact-arranged"):
        client.get(address)
    assert [(line.cases, line.digest) for line in since(app, before)] == [(0, "")] * 4


def test_a_case_that_is_closed_or_absent_is_a_line_of_that_case(app: Flask) -> None:
    client = signed_in(app, "p.anstey")
    for address in (
        f"/cases/{CHELTENHAM}",
        f"/cases/{CHELTENHAM}/replay",
        f"/cases/{CHELTENHAM}/record",
        "/cases/X999999/9",
    ):
        before = last(app)
        assert client.get(address).status_code == 404
        line = one(app, before)
        assert (line.action, listed(app, line)) == ("refused", {CHELTENHAM if "A504771" in address else "X999999/9"}), (
            address
        )


@pytest.mark.parametrize("method", ["head", "options", "put", "delete"])
def test_other_methods_write_a_line_too(app: Flask, method: str) -> None:
    client = signed_in(app, "p.anstey")
    before = last(app)
    getattr(client, method)(f"/cases/{GLOUCESTER}")
    assert one(app, before).selection.startswith(f"{method.upper()} ")


def test_an_answer_that_was_not_modified_is_a_line_with_its_cases(app: Flask) -> None:
    def page() -> Response:
        access_control.shown(GLOUCESTER)
        answer = make_response("the same")
        answer.set_etag("same")
        return answer.make_conditional(request)

    app.add_url_rule("/same", "same", access_control.open_to()(page))
    client = signed_in(app, "p.anstey")
    before = last(app)
    assert client.get("/same", headers={"If-None-Match": '"same"'}).status_code == 304
    assert listed(app, one(app, before)) == {GLOUCESTER}


def test_a_page_that_fails_is_a_line_too(app: Flask) -> None:
    def page() -> str:
        access_control.shown(GLOUCESTER)
        raise ZeroDivisionError

    app.add_url_rule("/broken", "broken", access_control.open_to()(page))
    client = signed_in(app, "p.anstey")
    before = last(app)
    assert client.get("/broken").status_code == 500
    line = one(app, before)
    assert (line.action, line.detail, listed(app, line)) == ("viewed", "answered 500", {GLOUCESTER})


def test_a_stream_has_its_line_before_its_first_byte(app: Flask) -> None:
    client = signed_in(app, "s.brandt")
    before = last(app)
    answer = client.get("/access/download/csv", buffered=False)
    assert (one(app, before).action, answer.is_streamed) == ("downloaded", True)
    answer.close()


def test_a_form_writes_one_line_whatever_becomes_of_it(app: Flask) -> None:
    client = signed_in(app, "p.anstey")
    page = f"/cases/{GLOUCESTER}/record/TierSet?draft=form-0123456789ab"
    for step, action, detail in (("check", "viewed", ""), ("record", "recorded", "TierSet form-0123456789ab")):
        form = opened(client, f"{page}&step=check" if step == "record" else page)
        before = last(app)
        client.post(form.address, data={**fields_in(form), "occurred_on": "1/12/2005", "tier": "2", "step": step})
        line = one(app, before)
        assert (line.action, line.detail, listed(app, line)) == (action, detail, {GLOUCESTER}), step
        assert line.selection.removesuffix("?step=check") == "POST /cases/<case>/record/TierSet"


def test_a_form_without_its_token_is_a_refusal(app: Flask) -> None:
    for client, who in ((signed_in(app, "p.anstey"), "p.anstey"), (app.test_client(), "unknown")):
        before = last(app)
        address = f"/cases/{GLOUCESTER}/record/TierSet" if who != "unknown" else "/sign-in"
        assert client.post(address, data={"username": "hunter2"}).status_code == 400
        line = one(app, before)
        assert (line.action, line.username) == ("refused", who)
        assert "without its token" in line.detail and "hunter2" not in str(line)


def test_the_calendar_names_the_cases_it_gave_to_whose_calendar_it_is(app: Flask) -> None:
    client = signed_in(app, "p.anstey")
    address = re.search(r"/calendar/p\.anstey/[^\"<]+\.ics", post(client, "/calendar", step="replace").text)
    assert address is not None
    before = last(app)
    made = app.test_client().get(address[0]).text
    line = one(app, before)
    assert (line.action, line.username) == ("calendar", "p.anstey")
    assert set(re.findall(rf"\b{CASE}\b", made)) == listed(app, line) and line.cases > 3
    mark = address[0].rpartition("/")[2].removesuffix(".ics")
    assert mark not in str(line)
    app.test_client().get("/calendar/p.anstey/guessed.ics")
    assert (lines(app)[-1].action, lines(app)[-1].username) == ("refused", "p.anstey")


def test_signing_in_and_out_is_a_line_each(app: Flask) -> None:
    add(app, MANAGER)
    before, client = last(app), app.test_client()
    post(client, "/sign-in", username="manager", password="wrong")
    post(client, "/sign-in", username="my secret password", password="wrong")
    client = signed_in(app, MANAGER)
    post(client, "/sign-out", "/password")
    said = [(line.username, line.action) for line in since(app, before)]
    assert said == [
        ("manager", "sign-in failed"), ("unknown", "sign-in failed"), ("manager", "signed in"), ("manager", "viewed"),
        ("manager", "signed out"),
    ]  # fmt: skip
    with log_in(app).transaction() as c:
        assert "secret" not in str(c.rows("SELECT * FROM access_lines"))


# ---------------------------------------------------------------- a log that cannot be written


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Lets the log fail from now on: nothing of it can be written."""

    def fail(error: Exception) -> None:
        def add_nothing(*_: object, **__: object) -> None:
            raise error

        monkeypatch.setattr(AccessLog, "add", add_nothing)

    return fail


@pytest.mark.parametrize("error", [LogUnavailable("gone"), OSError(28, "disk full"), ValueError("odd")])
def test_nothing_is_shown_that_the_log_cannot_note(app: Flask, failing: Any, error: Exception) -> None:
    client, auditor = signed_in(app, "p.anstey"), signed_in(app, "s.brandt")
    failing(error)
    some = [(client, address) for address in FILLED[:: 1 if deep() else 3] if "/access" not in address]
    for reader, address in [*some, (auditor, "/access")]:
        answer = reader.get(address)
        assert answer.status_code == 503, address
        assert not set(re.findall(rf"\b{CASE}\b", answer.text)) and "Peter Anstey" not in answer.text, address
        assert answer.headers["Content-Security-Policy"] and answer.headers["Cache-Control"] == "no-store"
    assert client.get("/api/v1/reports/contact").json["status"] == 503
    with client.get("/assets/caseaudit.css") as style:
        assert (style.status_code, client.get("/healthz").status_code) == (200, 200)


def test_nobody_signs_in_while_the_log_cannot_be_written(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    add(app, MANAGER)
    client = app.test_client()
    token = token_in(client.get("/sign-in").text)
    with monkeypatch.context() as patch:
        patch.setattr(AccessLog, "add", lambda *_, **__: (_ for _ in ()).throw(LogUnavailable("gone")))
        answer = client.post("/sign-in", data={"csrf_token": token, "username": "manager", "password": PASSWORD})
        assert answer.status_code == 503
        assert client.post("/demo/p.anstey", data={"csrf_token": token}).status_code == 503
    assert client.get("/desk").status_code == 302, "nobody is signed in"
    assert "signed in" not in [line.action for line in lines(app, staff="manager")]


def test_nothing_is_recorded_while_the_log_cannot_be_written(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    client = signed_in(app, "p.anstey")
    check = fill(client, f"/cases/{GLOUCESTER}/record/TierSet?draft=form-0123456789ab", tier="2")
    with monkeypatch.context() as patch:
        patch.setattr(AccessLog, "try_out", lambda _: (_ for _ in ()).throw(LogUnavailable("gone")))
        assert record(client, check).status_code == 503
    assert "form-0123456789ab" not in timeline_of(client, f"/cases/{GLOUCESTER}")


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_a_log_that_is_gone_full_or_locked_shows_the_outage_and_comes_back(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outages, "SLOW", 3600.0)  # on a busy machine too, every request tries by itself
    client = signed_in(app, "p.anstey")
    path = Path(log_in(app).store.database.path)
    kept = path.with_name("kept")
    path.rename(kept)
    assert client.get(f"/cases/{GLOUCESTER}").status_code == 503
    kept.rename(path)
    assert client.get(f"/cases/{GLOUCESTER}").status_code == 200


# ---------------------------------------------------------------- the pages of the log


def test_everybody_reads_their_own_lines_and_nobody_elses(app: Flask) -> None:
    spo, manager = signed_in(app, "p.anstey"), signed_in(app, "c.whitlock")
    spo.get(f"/cases/{GLOUCESTER}")
    page = spo.get("/access/mine").text
    assert "What I looked at" in page and GLOUCESTER in page and "c.whitlock" not in page
    assert "c.whitlock" not in table_in(spo.get("/access/mine?staff=c.whitlock&username=c.whitlock").text)
    assert GLOUCESTER not in manager.get("/access/mine").text
    assert "c.whitlock" not in spo.get("/access/mine/download/csv").text
    assert spo.get("/access").status_code == spo.get("/access/download/csv").status_code == 403


def test_a_list_is_opened_by_its_digest_by_who_was_shown_it_and_who_reads_the_log(app: Flask) -> None:
    spo, manager, auditor = (signed_in(app, name) for name in ("p.anstey", "m.hoole", "s.brandt"))
    spo.get("/cases")
    line = next(line for line in lines(app, staff="p.anstey")[::-1] if line.cases > 3)
    address = f"/access/lists/{line.digest}"
    for reader in (spo, auditor):
        assert GLOUCESTER in reader.get(address).text + reader.get(f"{address}?page=2").text
        assert lines(app)[-1].action == "log read"
    assert manager.get(address).status_code == manager.get("/access/lists/x").status_code == 404


def test_the_auditor_opens_no_case_and_changes_no_account(app: Flask) -> None:
    auditor = signed_in(app, "s.brandt")
    assert auditor.get("/", follow_redirects=True).request.path == "/access"
    for address in (
        f"/cases/{GLOUCESTER}",
        "/cases",
        "/desk",
        "/matrix",
        "/inspections",
        "/reports",
        "/staff",
        "/imports",
        "/staff/p.anstey",
    ):
        assert auditor.get(address).status_code == 403, address
    token = token_in(auditor.get("/password").text)
    assert auditor.post("/staff/p.anstey", data={"csrf_token": token}).status_code == 403


def test_the_log_is_filtered_and_turned_over_page_by_page(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.admin.access_log_page.SIZE", 3)
    spo, auditor = signed_in(app, "p.anstey"), signed_in(app, "s.brandt")
    for number in range(7):
        spo.get(f"/cases/{GLOUCESTER}?as_at=2005-10-0{number + 1}")
    address, found = f"/access?person={GLOUCESTER}&staff=Peter+Anstey&action=viewed&purpose=supervision", list[str]()
    while address:
        page = auditor.get(address).text
        found += re.findall(r"as_at=2005-10-0(\d)", table_in(page))
        older = re.search(r'href="([^"]+)">Older lines', page)
        address = "/access" + older[1].replace("&amp;", "&") if older else ""
    assert "".join(found) == "7654321"
    for wrong in ("before=1.x", "action=dance", "since=never", "until=31/2/2005", "before=99999999999999999999.1"):
        assert auditor.get(f"/access?{wrong}").status_code == 400, wrong
    assert "Nothing of this kind" in auditor.get("/access?since=1/1/2001&until=2/1/2001").text
    assert "Peter Anstey" in table_in(auditor.get("/access?since=1/1/2001&staff=p.anstey").text)


def table_in(page: str) -> str:
    return page.partition("<tbody")[2].partition("</tbody>")[0]


def test_the_download_names_no_case_and_no_search(app: Flask) -> None:
    spo, auditor = signed_in(app, "p.anstey"), signed_in(app, "s.brandt")
    spo.get(f"/cases/{GLOUCESTER}")
    found_by(spo, "davies")
    file = auditor.get("/access/download/csv?staff=p.anstey")
    rows = file.text.splitlines()
    assert len(rows) == 6 and rows[0].startswith("\ufeffNumber,When (UTC)")
    assert "sealed" in rows[1] and "davies" not in file.text and "V465889" not in file.text
    assert [line.action for line in lines(app, staff="s.brandt")][-1] == "downloaded"


def test_what_is_forgotten_says_so(app: Flask) -> None:
    spo, auditor = signed_in(app, "p.anstey"), signed_in(app, "s.brandt")
    found_by(spo, "davies")
    assert "davies" in auditor.get("/access?action=searched").text
    log_in(app).forget(f"{lines(app)[-1].at:%Y-%m}")
    page = auditor.get("/access?action=searched").text
    assert "davies" not in page and "What was typed is forgotten" in page
