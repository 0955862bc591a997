"""Odd requests: every page with arguments that make no sense is answered in words, and never with a 500."""

from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.forms import fields_in, opened
from tests.support.people import signed_in, token_in
from web.app import create_app
from web.site.body_limits import SIGN_IN_BYTES

CASE = "/cases/V465889/1"
ODD = ("", "-1", "²", "31/02/2005", "<script>'\"%_ 👩🏽‍⚖️ Ąż 李 علي", "9" * 5_000)
"""Numbers that aren't, days that aren't, names in other scripts, too much of it."""

NUL = "\x00"
"""A character that PostgreSQL does not keep."""

WORDS = (
    "team", "officer", "order", "tier", "risk", "clause", "show", "inspection", "subject", "area", "person", "staff",
    "action", "standards", "framework", "next", "about", "on",
)  # fmt: skip
"""Arguments that take any text."""

CHECKED = {
    "/desk": ("as_at", "known"), "/desk/overdue": ("page", "sort", "dir"), "/matrix": ("months", "target"),
    f"{CASE}/replay": ("by", "step"),
}  # fmt: skip
"""Arguments that take some values only, on a page that reads them."""

PAGES = {
    "p.anstey": [
        "/desk", "/changed", "/changed/verdicts", "/desk/overdue", "/desk/overdue/download/csv",
        "/cases", "/cases/download/ods", "/matrix/duties", "/matrix/duties/download/xlsx", "/process", CASE,
        f"{CASE}/due", f"{CASE}/timeline", f"{CASE}/answers", f"{CASE}/history",
        f"{CASE}/record", f"{CASE}/record/WarningGiven", "/inspections", "/standards",
        "/outcomes", "/begin-a-case", f"{CASE}/countersign/0004", "/standards/compare", "/sign-in",
        "/officers", "/officers/Helen%20Sallis", "/actions", "/actions/team/Gloucester",
        "/learning/team/Gloucester", "/inspections/gloucestershire-2005/policy", "/inspections/gloucestershire-2005/agreement",
    ],
    "i.nkemelu": ["/staff", "/access", "/access/download/csv", "/imports"],
}  # fmt: skip
NOWHERE = (
    "/desk/%00", "/officers/%00", "/officers/x%0A", "/actions/team/%00", "/cases/%00/1", f"/cases/{'x' * 3_000}/1",
    f"/cases/V465889/{'9' * 5_000}", "/cases/V465889/٢",
    f"{CASE}/correct/%00", f"{CASE}/record/%3Cscript%3E", "/calendar/%00/%00.ics", "/calendar/p.anstey/%00.ics",
    "/desk/overdue/download/exe", "/inspections/%00", "/inspections/gloucestershire-2005/questions/%00",
    "/standards/editions/%00", "/standards/clauses/%00", "/desk/overdue%0A", "/cases/V465889%0A/1", f"{CASE}%0D%0A",
    "/calendar/p.anstey%0A/x.ics", "/calendar/p.anstey/x%0D%0Ay.ics", "/standards%C2%85", "/standards/editions/2005%E2%80%A8",
    "/account/%1B", "/learning/%00/x", "/learning/team/%00", "/inspections/gloucestershire-2005/policy/texts/%00",
    "/inspections/gloucestershire-2005/calibration/V465889/%00", "/inspections/gloucestershire-2005/settle/V465889/1/%00",
    "/inspections/gloucestershire-2005/read/V465889/%00/attach",
)  # fmt: skip


def served(database: Path) -> Flask:
    app = create_app(str(database), today=lambda: date(2005, 12, 22), demo=True)
    app.config["PROPAGATE_EXCEPTIONS"] = False  # a 500 is a page, as it is for people
    return app


@pytest.fixture(scope="module")
def app(demo_database: Path) -> Flask:
    """Over the copy that everybody looks at: nothing is recorded through it."""
    return served(demo_database)


@pytest.mark.parametrize("user", PAGES)
def test_no_page_falls_over_odd_words(app: Flask, user: str) -> None:
    client = signed_in(app, user)
    for page in PAGES[user]:
        for odd in ODD:
            status = client.get(page, query_string=dict.fromkeys(WORDS, odd)).status_code
            assert status < 500, (page, odd[:20], status)
        for control in (NUL, "\n", "a\r\nb", "\x1b", "\x85", "\u2028"):
            for arguments in ({"officer": control}, {control: "officer"}):
                answer = client.get(page, query_string=arguments)
                assert answer.status_code == 400 and "character in" in answer.text, (page, arguments)


def test_what_takes_some_values_only_is_refused_in_words(app: Flask) -> None:
    client = signed_in(app, "p.anstey")
    for page, names in CHECKED.items():
        for name in names:
            for odd in ODD[1:]:
                answer = client.get(page, query_string={name: odd})
                assert answer.status_code == 400, (page, name, odd[:20])
                assert "govuk-heading-l" in answer.text or "error-summary" in answer.text


@pytest.mark.both
def test_what_is_not_there_is_said_so(own_database: Path) -> None:
    client = signed_in(served(own_database), "p.anstey")
    for path in NOWHERE:
        assert client.get(path).status_code == (400 if "%00" in path else 404), path[:60]


def sent(client: FlaskClient, path: str, odd: str, step: str) -> int:
    """Send odd answers and follow to the page that shows them again; its status."""
    form = opened(client, path)
    names = fields_in(form).keys() - {"csrf_token", "step"}
    answers = {**dict.fromkeys(names, odd), "csrf_token": token_in(form), "step": step}
    return int(client.post(form.address, data=answers, follow_redirects=True).status_code)


@pytest.mark.parametrize("step", ["later", "check"])
def test_no_form_falls_over_odd_answers(app: Flask, step: str) -> None:
    client = signed_in(app, "p.anstey")
    for type_ in ("WarningGiven", "TierSet", "EntryWithdrawn", "SupervisionPlanMade"):
        for odd in ODD:
            assert sent(client, f"{CASE}/record/{type_}", odd, step) == 200, (type_, odd[:20])
    for odd in ODD:
        assert sent(client, f"{CASE}/correct/0002", odd, step) == 200, odd[:20]


@pytest.mark.both
def test_signing_in_with_odd_names_fails_like_any_other(own_database: Path) -> None:
    client = served(own_database).test_client()
    for odd in ODD:
        token = token_in(client.get("/sign-in?next=/desk").text)
        form = {"csrf_token": token, "username": odd, "password": odd, "next": odd, "typed": odd}
        expected = 413 if len(odd) * 4 > SIGN_IN_BYTES else 200
        assert client.post("/sign-in", data=form).status_code == expected, odd[:20]
    assert client.post("/sign-in", data={**form, "username": NUL}).status_code == 400
