"""Dispensing with a duty on the site: from the duty, by somebody other than the officer, and what pages then say."""

import html
import re
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from domain.entries.case_entries import DispensationGiven
from domain.store.application import Files
from tests.support.forms import fill, record
from tests.support.people import signed_in
from web.app import create_app

TODAY = date(2005, 12, 22)
CASE = "V465889/1"
"""Brian Davies: at high risk of harm; oversight by a manager is overdue since 11 August. Helen Sallis holds the case."""
URL = f"/cases/{CASE}"


@pytest.fixture
def app(own_database: Path) -> Flask:
    return create_app(str(own_database), today=lambda: TODAY, demo=True)


@pytest.fixture
def spo(app: Flask) -> FlaskClient:
    return signed_in(app, "p.anstey")


def links(client: FlaskClient) -> list[str]:
    page = client.get(f"{URL}/due").text
    return [html.unescape(address) for address in re.findall(r'href="([^"]*/record/DispensationGiven[^"]*)"', page)]


def said(page: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


def test_an_spo_dispenses_with_a_duty_from_the_duty(spo: FlaskClient, own_database: Path) -> None:
    address = next(link for link in links(spo) if "clause=management-oversight" in link)
    check = fill(spo, address, to_on="31/12/2005", reason="discussed with the board, minutes of 20 December")
    assert "Oversight" in check
    assert record(spo, check).status_code == 302
    files = Files.open(str(own_database))
    (given,) = [fact for fact in files.read(CASE).entries.values() if isinstance(fact, DispensationGiven)]
    files.close()
    assert (given.clause, given.from_on, given.to_on) == ("management-oversight", TODAY, date(2005, 12, 31))
    assert (given.by, given.by_id) == ("Peter Anstey", "p.anstey")
    assert given.raised_by is not None and "reason" in (given.sealed or {}), "the reason is sealed"

    page = said(spo.get(f"{URL}/due").text)
    assert "Dispensed with until 31 Dec, was due 11 Aug" in page
    assert "Dispensed" in page and "94 working days late" not in page
    found = spo.get(f"{URL}/due?as_at=2005-12-21").text
    assert "94 working days late" in said(found) or "93 working days late" in said(found), (
        "the day before it was overdue"
    )
    todo = said(spo.get("/desk/to-do").text)
    assert "Dispensed" not in todo, "what is dispensed with is no row of what is to be done"


def test_a_case_manager_is_offered_no_such_form(app: Flask) -> None:
    officer = signed_in(app, "t.adeyemi")
    mine = re.search(r'href="(/cases/[A-Z]\d{6}/\d+)"', officer.get("/cases").text)
    assert mine is not None
    assert "DispensationGiven" not in officer.get(f"{mine[1]}/due").text
    assert officer.get(f"{mine[1]}/record/DispensationGiven").status_code == 403


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"reason": "", "to_on": "31/12/2005"}, "reason"),
        ({"reason": "r", "to_on": "1/12/2005"}, "last day on which it holds"),
        ({"reason": "r", "to_on": "31/12/2005", "from_on": "1/12/2005"}, "retrospect"),
        ({"reason": "r", "to_on": "31/12/2005", "clause": "no-such-clause"}, "choose"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_recorded(
    spo: FlaskClient, own_database: Path, typed: dict[str, str], words: str
) -> None:
    address = next(link for link in links(spo) if "clause=management-oversight" in link)
    page = fill(spo, address, **typed)
    assert "There is a problem" in page and words.casefold() in said(page).casefold()
    files = Files.open(str(own_database))
    assert not [fact for fact in files.read(CASE).entries.values() if isinstance(fact, DispensationGiven)]
    files.close()
