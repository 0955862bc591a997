"""Odd requests: every page with arguments that make no sense is answered in words, and never with a 500."""

import itertools
from datetime import date
from pathlib import Path

import pytest
from flask import Flask

from tests.people import signed_in, token_in
from web import asat
from web.app import create_app

CASE = "/cases/V465889/1"
ODD = ("", "-1", "²", "31/02/2005", "\x00", "<script>'\"%_", "👩🏽‍⚖️ Ąż 李 علي", "9" * 5_000)
"""Numbers that aren't, days that aren't, a character that no database keeps, names in other scripts, too much of it."""

NAMES = (
    *asat.NAMES, "page", "sort", "dir", "team", "officer", "order", "tier", "risk", "clause", "show", "find", "by", "step",
    "inspection", "months", "target", "subject", "area", "person", "staff", "action", "standards", "framework", "next",
    "about", "on", "edition",
)  # fmt: skip
PAGES = {
    "p.anstey": [
        "/desk", "/desk/overdue", "/desk/overdue/download/csv", "/cases", "/cases/download/ods", "/matrix", "/matrix/duties",
        "/matrix/duties/download/xlsx", CASE, f"{CASE}/replay", f"{CASE}/then-and-now", f"{CASE}/record",
        f"{CASE}/record/WarningGiven", f"{CASE}/correct/0002", "/inspections", "/calendar", "/standards",
        "/standards/compare", "/sign-in", "/desk/%00", "/cases/%00/1", f"/cases/{'x' * 3_000}/1", f"/cases/V465889/{'9' * 30}",
        f"{CASE}/correct/%00", f"{CASE}/record/%3Cscript%3E", "/calendar/%00/%00.ics",
    ],
    "i.nkemelu": ["/staff", "/staff/%00", "/access", "/access/download/csv", "/imports"],
}  # fmt: skip


@pytest.fixture(scope="module")
def app(demo_database: Path) -> Flask:
    app = create_app(str(demo_database), today=lambda: date(2005, 12, 22), demo=True)
    app.config["PROPAGATE_EXCEPTIONS"] = False  # a 500 is a page, as it is for people
    return app


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("user", PAGES)
def test_no_page_falls_over_an_odd_argument(app: Flask, user: str, odd: str) -> None:
    client = signed_in(app, user)
    for path, names in itertools.product(PAGES[user], itertools.batched(NAMES, 9) if False else [NAMES]):
        answer = client.get(path, query_string=dict.fromkeys(names, odd))
        assert answer.status_code < 500, (path, answer.status_code)
