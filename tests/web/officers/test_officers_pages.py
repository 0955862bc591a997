"""The officers' pages: who sees whose, what stands on them, and actions that are agreed, answered and checked on the record."""

import html
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient

from domain.accounts.roles import Account
from domain.entries.action_entries import LONGEST_TEXT
from domain.entries.schemas import load_entry
from domain.store.application import Files
from projections.officers.action_progress import what_may_show
from tests.support.people import post, signed_in
from web.app import create_app
from web.cli import main
from web.site import access_control

TODAY = date(2005, 12, 22)
TUNDE = "/officers/Tunde%20Adeyemi"


def words(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text.partition("<h1")[2]).split())


@pytest.fixture(scope="module")
def spo(demo_app: Flask) -> FlaskClient:
    return signed_in(demo_app, "p.anstey")


@pytest.fixture
def app(own_database: Path) -> Flask:
    return create_app(str(own_database), today=lambda: TODAY, demo=True)


def test_officers_stand_in_the_order_of_their_names_and_cannot_be_sorted(spo: FlaskClient) -> None:
    page = spo.get("/officers").text
    names = re.findall(r'<th scope="row" class="govuk-table__header">([^<]+)<', page)
    assert names == sorted(names) and len(names) == 4
    assert "sort=" not in page and "rank" not in page.lower()
    assert page.count(">Prepare<span") == 4


def test_teams_are_for_managers_above_them(demo_app: Flask, spo: FlaskClient) -> None:
    assert spo.get("/teams").status_code == 403
    said = words(signed_in(demo_app, "c.whitlock"), "/teams")
    assert "Gloucester South 4 14" in said and "Cheltenham North" in said
    assert "Cheltenham" not in words(signed_in(demo_app, "a.rao"), "/teams")


@pytest.mark.parametrize(
    ("user", "path", "status"),
    [
        ("p.anstey", TUNDE, 200), ("t.adeyemi", TUNDE, 200), ("t.adeyemi", "/my-page", 200),
        ("t.adeyemi", "/officers/t.adeyemi", 200), ("t.adeyemi", "/officers/Helen%20Sallis", 404), ("m.hoole", TUNDE, 404),
        ("a.rao", TUNDE, 404), ("c.whitlock", TUNDE, 404), ("j.hartnell", TUNDE, 403), ("i.nkemelu", TUNDE, 403),
        ("t.adeyemi", "/officers", 403), ("t.adeyemi", "/actions", 403), ("p.anstey", "/my-page", 403),
        ("p.anstey", "/officers/nobody", 404), ("p.anstey", "/officers/%2e%2e", 404), ("p.anstey", "/officers/a%252Fb", 404),
        ("m.hoole", "/actions/team/Gloucester", 404), ("p.anstey", "/actions/area/Gloucestershire", 200),
        ("p.anstey", "/actions/nothing/Gloucester", 404), ("t.adeyemi", "/actions/team/Gloucester", 404),
    ],
)  # fmt: skip
def test_who_sees_whose_page(demo_app: Flask, user: str, path: str, status: int) -> None:
    answer = signed_in(demo_app, user).get(path)
    assert answer.status_code == status


def test_the_officer_and_whoever_leads_them_see_the_same_page(demo_app: Flask, spo: FlaskClient) -> None:
    """The figures and cases are the same; the SPO has the form, the officer may answer."""
    theirs, own = words(spo, TUNDE), words(signed_in(demo_app, "t.adeyemi"), "/my-page")
    for heading, end in (("Three cases to talk about", "Agreed last time"), ("Caseload by risk", "Contact and enforcement"),
                         ("Recording", "Oversight by a manager"), ("What this page is for", "caseaudit 0")):  # fmt: skip
        assert heading in theirs
        assert theirs.partition(heading)[2].partition(end)[0] == own.partition(heading)[2].partition(end)[0]
    assert "Agree now" in theirs and "Agree now" not in own
    assert "Answer this page" in own and "Answer this page" not in theirs
    for word in ("rank", "score", "league"):
        assert word not in theirs.partition("What this page is for")[0].lower()


def test_the_sheet_of_helen_sallis_by_hand(spo: FlaskClient) -> None:
    """From the case pages: three cases, none assessed as going well; countersigning and oversight are a manager's to do."""
    page, said = spo.get("/officers/Helen%20Sallis").text, words(spo, "/officers/Helen%20Sallis")
    assert "3 cases, 1 high risk; 0 inherited within 90 days; 0 in custody. Working time: not known." in said
    assert "Contact arranged in time 59 of 89:" in said and "(84% on 30 November 2005, rounded)" in said
    assert "The area's figures are as at 30 November 2005, the last month end, rounded to 5" in html.unescape(said)
    assert "each quarter reads it as it stood at the quarter's end" in html.unescape(said)
    heads = re.findall(r'<th scope="col"[^>]*>(?:to )?(\d+ \w+ 200\d)', page)
    assert heads == ["22 Dec 2005", "30 Sep 2005", "30 Jun 2005", "31 Mar 2005", "31 Dec 2004"]
    order = [said.index(name) for name in ("Liam Lander", "Mark Carrick", "Brian Davies")]
    assert order == sorted(order) and "No oversight: Brian Davies" in said and "No case fits “Going well”" in said
    assert "Overdue: 10" in said and "A manager's to do, and not counted: 4 duties" in said
    assert "Brian Davies V465889/1 , high risk: none recorded, was due 11 Aug 2005" in said


def test_an_officer_with_few_cases_is_not_compared(spo: FlaskClient) -> None:
    said = words(spo, TUNDE)
    assert "Absence decided in time" in said and "too few cases to compare with the area" in said
    assert "below the rest" not in said and "above the rest" not in said


def test_a_past_day_has_no_forms(spo: FlaskClient) -> None:
    page = spo.get(f"{TUNDE}?as_at=2005-10-03").text
    assert "Prepared for supervision on 3 October 2005" in page and "Agree now" not in page
    assert '<form method="post" action="/actions' not in page


def _agree(client: FlaskClient, page: str, unit: str, **said: Any) -> Any:
    usual = {"what": "Supervision plans for all cases", "owner": "t.adeyemi", "by_when": "31/1/2006",
             "shows": "duties:initial-supervision-plan"}  # fmt: skip
    return post(client, f"/actions/{unit}/agree", page, **usual | said)


@pytest.mark.both
def test_an_action_comes_back_next_time_and_is_checked_against_the_record(app: Flask, own_database: Path | str) -> None:
    spo, officer = signed_in(app, "p.anstey"), signed_in(app, "t.adeyemi")
    unit = "officer/Tunde%20Adeyemi"
    assert _agree(spo, TUNDE, unit).status_code == 302
    assert post(spo, f"/actions/{unit}/held", TUNDE, held_on="").status_code == 302
    assert post(spo, f"/actions/{unit}/working-time", TUNDE, per_cent="60", since="1/12/2005").status_code == 302
    said = words(spo, TUNDE)
    assert re.search("Agreed today Supervision plans for all cases .* Agreed last time Nothing was agreed before", said)
    assert "Last supervision: 22 December 2005." in said and "60% of full time" in said
    assert re.search(r"Supervision plans for all cases Tunde Adeyemi, by 31 Jan 2006", said)
    assert re.search(r"(\d of \d done|Nothing was to be done under this), (from|by) the record", said)
    action = re.search(r'id="action-(\w+)"', spo.get(TUNDE).text)
    assert action is not None
    answer = {"answer": "One of them is in custody"}
    assert post(officer, f"/actions/{unit}/{action[1]}/answer", "/my-page", **answer).status_code == 302
    assert (
        post(officer, f"/actions/{unit}/answer", "/my-page", answer="I did not see this figure so").status_code == 302
    )
    for client, page in ((spo, TUNDE), (officer, "/my-page")):
        said = words(client, page)
        assert (
            "Tunde Adeyemi, 22 Dec 2005: One of them is in custody" in said and "I did not see this figure so" in said
        )
    assert "Nothing has been agreed yet" in words(spo, f"{TUNDE}?as_at=2005-12-21")
    closing = {"outcome": "done", "reason": "All there"}
    assert post(spo, f"/actions/{unit}/{action[1]}/close", TUNDE, **closing).status_code == 302
    assert "Done on 22 Dec 2005: All there" in words(spo, TUNDE)
    listed = words(spo, "/officers")
    assert re.search(r"Tunde Adeyemi Prepare supervision with Tunde Adeyemi .* 22 Dec 2005", listed)
    verified = CliRunner().invoke(main, ["verify", "--database", str(own_database)])
    assert verified.exit_code == 0, verified.output


def test_who_may_not_change_an_action_gets_no_further(app: Flask) -> None:
    officer, manager = signed_in(app, "t.adeyemi"), signed_in(app, "c.whitlock")
    spo, south = signed_in(app, "p.anstey"), signed_in(app, "a.rao")
    assert _agree(officer, "/my-page", "officer/Tunde%20Adeyemi").status_code == 403
    assert _agree(manager, "/actions", "officer/Tunde%20Adeyemi").status_code == 404
    assert _agree(officer, "/my-page", "team/Gloucester").status_code == 404
    assert _agree(spo, "/actions", "division/South").status_code == 403
    assert _agree(spo, "/actions", "team/Cheltenham").status_code == 404
    assert _agree(south, "/actions", "division/South", owner="a.rao").status_code == 302
    assert _agree(south, "/actions", "team/Gloucester", owner="p.anstey").status_code == 302
    assert post(spo, "/actions/team/Gloucester/held", "/actions").status_code == 404
    assert post(spo, "/actions/team/Gloucester/other", "/actions").status_code == 404
    assert post(spo, "/actions/team/Gloucester/none/close", "/actions").status_code == 404
    assert "South" in words(spo, "/actions") and "Progress" not in words(spo, "/actions")


def test_what_is_wrong_with_an_action_is_said_and_nothing_typed_is_lost(app: Flask) -> None:
    spo = signed_in(app, "p.anstey")
    page = "/actions/team/Gloucester"
    wrong = {"what": "Visit V465889 every week", "by_when": "31/2/2006", "owner": "nobody", "recommendation": "8"}
    answer = _agree(spo, page, "team/Gloucester", **wrong)
    assert answer.status_code == 400 and "By when must be a real date" in answer.text
    assert 'value="31/2/2006"' in answer.text and "Visit V465889 every week</textarea>" in answer.text
    answer = _agree(spo, page, "team/Gloucester", **wrong | {"by_when": "1/1/1950"})
    for said in ("a CRN stands in this text", "Choose who does it", "By when must be on or after 22 December 2005"):
        assert answer.text.count(said) == 2, said  # in the summary and at the field
    assert '<a href="#agree-what">' in answer.text and 'id="agree-what"' in answer.text
    too_long = _agree(spo, page, "team/Gloucester", what="x" * (LONGEST_TEXT + 1))
    assert f"must be {LONGEST_TEXT} characters or fewer" in too_long.text
    assert "No action is open for Gloucester" in words(spo, page)


def test_what_may_show_an_action_begins_with_what_is_open(spo: FlaskClient) -> None:
    """Each duty and measure stands there once, in groups; the first are those of which something is open, the most first."""
    page = spo.get("/actions/team/Gloucester").text
    listed = page.partition('id="agree-shows"')[2].partition("</select>")[0]
    groups = dict(re.findall(r'<optgroup label="([^"]+)">(.*?)</optgroup>', listed, re.DOTALL))
    first, second, *others = groups
    assert first == "Duties that are open now" and second == "A measure, of what falls due from now on"
    assert others == sorted(others) and all(name.startswith("Other duties: ") for name in others)
    counts = [int(number) for number in re.findall(r"\((\d+) open\)", groups[first])]
    assert counts == sorted(counts, reverse=True) and min(counts) > 0
    values = [value for value in re.findall(r'value="([^"]*)"', listed) if value]
    assert sorted(values) == sorted(value for value in what_may_show() if not value.startswith("high:"))


def test_an_action_on_cases_at_high_risk_is_of_duties(app: Flask) -> None:
    spo, unit = signed_in(app, "p.anstey"), "team/Gloucester"
    refused = _agree(spo, f"/actions/{unit}", unit, owner="p.anstey", shows="measure:plan-in-time", only_high="yes")
    assert refused.status_code == 400 and refused.text.count("A measure counts all cases.") == 2
    assert '<a href="#agree-only_high">' in refused.text and 'id="agree-only_high"' in refused.text
    agreed = _agree(spo, f"/actions/{unit}", unit, owner="p.anstey", shows="duties:plan-review", only_high="yes")
    assert agreed.status_code == 302 and "Duties: Plan review, high risk of harm only" in words(spo, f"/actions/{unit}")


@pytest.fixture
def odd(own_database: Path) -> Iterator[Flask]:
    """A case of an officer whose name has a slash, a per cent sign and dots, and another of dots alone."""
    files = Files.open(str(own_database))
    for number, name in enumerate(("A/B 100% <O'Neil>", "..", "x" * 120)):
        person = {"crn": f"A90000{number}", "name": "Kay", "date_of_birth": "1970-01-01", "gender": "female",
                  "ethnicity": "W1", "disability": False}  # fmt: skip
        start = {
            "entry": "e1", "occurred_on": "2005-05-03", "recorded_at": "2005-05-03T12:00:00+00:00", "person": person,
            "order_type": "community_order", "area": "Gloucestershire", "division": "South", "team": "Gloucester",
            "officer": name, "officer_grade": "po",
        }  # fmt: skip
        files.record(f"A90000{number}/1", [load_entry("SupervisionStarted", start)], actor="test")
    files.close()
    yield create_app(str(own_database), today=lambda: TODAY, demo=True)


def test_any_name_has_a_page(odd: Flask) -> None:
    spo = signed_in(odd, "p.anstey")
    links = re.findall(r'href="(/officers/[^"]+)"', html.unescape(spo.get("/officers").text))
    assert len(links) == 7
    for link in links:
        assert spo.get(link).status_code == 200, link
    (slash,) = (link for link in links if "%252F" in link)
    assert "1 case, 0 high risk" in words(spo, slash) and "too few cases" in words(spo, slash)
    answer = _agree(spo, slash, slash.replace("/officers/", "officer/"), owner="A/B 100% <O'Neil>")
    assert answer.status_code == 302 and "by 31 Jan 2006" in words(spo, slash)


def test_an_account_without_a_staff_key_is_told_so(app: Flask) -> None:
    new = signed_in(app, Account("new", "New Officer", "case_manager"))
    answer = new.get("/my-page")
    assert answer.status_code == 404 and "staff key" in answer.text
    idle = signed_in(app, Account("idle", "Idle Officer", "case_manager", staff=("ID1",))).get("/my-page")
    assert idle.status_code == 404 and "You hold no current case" in idle.text


def test_who_opened_a_page_is_in_the_access_log(app: Flask) -> None:
    signed_in(app, "p.anstey").get("/officers/Helen%20Sallis")
    with app.app_context():
        lines = [line for line in access_control.register().log.lines(person="V465889") if line.username == "p.anstey"]
    assert [(line.action, line.purpose) for line in lines] == [("viewed", "supervision")]
