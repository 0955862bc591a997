"""The tabs of a case: each has its own address, and together they show what the file holds."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.case_pages import timeline_of
from tests.support.people import signed_in

CASE = "/cases/V465889/1"
TABS = {"Overview": CASE} | {name: f"{CASE}/{name.lower()}" for name in ("Due", "Timeline", "Answers", "History")}


@pytest.fixture(scope="module")
def spo(demo_app: Flask) -> FlaskClient:
    return signed_in(demo_app, "p.anstey")


def tabs_of(page: str) -> dict[str, str]:
    """The tabs of a page: label -> address."""
    found = page.partition('aria-label="This case"')[2].partition("</nav>")[0]
    return {words: href for href, words in re.findall(r'href="([^"]*)">([^<]*)</a>', found)}


@pytest.mark.parametrize("tab", TABS)
def test_every_tab_has_its_address_and_says_which_it_is(spo: FlaskClient, tab: str) -> None:
    page = spo.get(TABS[tab]).text
    assert tabs_of(page) == TABS
    assert re.findall(r'aria-current="page" href="([^"]*)">[^<]*</a></li>', page)[-1] == TABS[tab]
    assert page.count("<h1") == 1 and f"<title>{tab}: V465889/1" in " ".join(page.split())


@pytest.mark.parametrize("tab", TABS)
def test_a_tab_keeps_the_moment_and_the_inspection(spo: FlaskClient, tab: str) -> None:
    lead = signed_in(spo.application, "c.whitlock")
    page = lead.get(f"{TABS[tab]}?inspection=gloucestershire-2005&as_at=2005-10-03&known=hindsight")
    assert page.status_code == 200
    for address in tabs_of(page.text).values():
        assert "inspection=gloucestershire-2005" in address and "as_at=2005-10-03" in address


@pytest.mark.parametrize("tab", TABS)
def test_before_the_beginning_every_tab_says_so(spo: FlaskClient, tab: str) -> None:
    assert "had not begun" in spo.get(f"{TABS[tab]}?as_at=2004-01-01").text
    assert "was not held here" in spo.get(f"{TABS[tab]}?as_at=2005-10-03&known=received").text


def states_on(page: str) -> set[str]:
    return set(re.findall(r'ca-state">\s*([A-Z][a-z ]+?)\s*</strong>', page))


def test_due_shows_what_is_open_or_late_or_everything(spo: FlaskClient) -> None:
    shown = {show: states_on(spo.get(f"{TABS['Due']}?show={show}").text) for show in ("open", "late", "all")}
    assert shown["open"] <= {"Due", "Overdue"} and "Overdue" in shown["open"]
    assert shown["late"] <= {"Overdue", "Missed", "Met late"} and "Missed" in shown["late"]
    assert "not done:" not in spo.get(TABS["Due"]).text, "a time for contact that still runs is no missed one"
    assert "not done:" in spo.get(f"{TABS['Due']}?show=late").text
    assert "Met" in shown["all"] and shown["all"] > shown["open"]
    assert states_on(spo.get(TABS["Due"]).text) == shown["open"] == states_on(spo.get(f"{TABS['Due']}?show=x").text)


def test_the_timeline_is_newest_first_in_pages_and_of_one_kind_where_asked(spo: FlaskClient) -> None:
    whole = timeline_of(spo, CASE)
    ids = re.findall(r'<div id="entry-([^"]+)"', whole)
    assert len(ids) == len(set(ids)) > 50 and ids[-1] == "0001"
    days = re.findall(r'<time datetime="([^"]+)"', whole)
    assert days == sorted(days, reverse=True)
    first = spo.get(TABS["Timeline"]).text
    assert first.count('class="ca-entry') == 25
    plans = spo.get(f"{TABS['Timeline']}?kind=Plan+and+review").text
    assert set(re.findall(r'moj-timeline__title">([^<]+)<', plans)) == {
        "Supervision plan made",
        "Supervision plan reviewed",
    }


def test_an_entry_has_an_address_that_finds_its_page_of_the_timeline(spo: FlaskClient) -> None:
    answer = spo.get(f"{CASE}/entries/0001")
    assert answer.status_code == 302 and answer.location.endswith("/timeline?page=3#entry-0001")
    assert 'id="entry-0001"' in spo.get(answer.location).text
    missing = spo.get(f"{CASE}/entries/none")
    assert missing.status_code == 404 and "There is no such entry on this file as it is read here." in missing.text


def test_the_overview_says_first_what_is_overdue_and_keeps_old_addresses(spo: FlaskClient) -> None:
    page = spo.get(CASE).text
    order = [page.index(f'id="{name}"') for name in ("owed", "next", "notices", "strip", "risk", "contacts")]
    assert order == sorted(order)
    for old in ("duties", "answers", "entries"):
        assert page.count(f'id="{old}"') == 1
    oversight = "Oversight by a manager at least every 16 weeks while risk is high."
    assert oversight in page and "Due 11 Aug, 94 working days late." in page


def test_answers_and_duties_name_the_framework_that_asks(spo: FlaskClient) -> None:
    page = spo.get(TABS["Answers"]).text
    assert "Asked by the Effective Supervision Inspection 2003-06, of whatever day the case is" in page
    read = signed_in(spo.application, "c.whitlock").get(f"{TABS['Answers']}?inspection=gloucestershire-2005").text
    assert "Asked by the Effective Supervision Inspection 2003-06." in read
    asked = spo.get(f"{TABS['Due']}?show=all").text
    assert "Asked by the Effective Supervision Inspection 2003-06, not by the national standards" in asked
