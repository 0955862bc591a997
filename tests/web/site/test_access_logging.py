"""Every request of somebody signed in writes one line, and its list holds every case that the answer shows."""

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from domain.accounts.access_lines import Line
from domain.accounts.access_log import AccessLog
from domain.entries.entry import CASE
from tests.support.depth import deep
from tests.support.people import signed_in
from tests.web.site.test_access_control import ARGUMENTS, CHELTENHAM, GLOUCESTER, TODAY, USERS
from web.app import create_app
from web.site import access_control

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
    return max((line.mark.number for line in lines(app)), default=0)


def since(app: Flask, number: int) -> list[Line]:
    return [line for line in lines(app) if line.mark.number > number]


EXAMPLES = {"X123456/1", "X123456/2"}
"""The references by which pages say what one looks like."""

ROLES = list(USERS) if deep() else ["spo", "area_manager", "inspector", "auditor"]


@pytest.mark.parametrize("role", ROLES)
def test_every_answer_has_one_line_with_every_case_in_it(seen_app: Flask, role: Any) -> None:
    client, many = signed_in(seen_app, USERS[role]), set()
    for address in [*addresses(seen_app)]:
        before = last(seen_app)
        answer = client.get(address)
        shown = set(re.findall(rf"\b{CASE}\b", text_of(answer))) - EXAMPLES
        written = since(seen_app, before)
        assert len(written) == 1, (address, [line.action for line in written])
        assert shown <= listed(seen_app, written[0]), (address, shown - listed(seen_app, written[0]))
        assert (written[0].action == "refused") == (400 <= answer.status_code < 500), (address, written[0])
        many |= {address} if len(shown) > 3 else set()
    assert role == "auditor" or len(many) > 3
