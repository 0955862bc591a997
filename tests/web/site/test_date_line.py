"""The line of the date: one line today, a strip in the past with the ways out of it; what cannot be read stays in the field."""

import re
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.people import signed_in

CASE = "/cases/V465889/1"


@pytest.fixture(scope="module")
def spo(demo_app: Flask) -> FlaskClient:
    return signed_in(demo_app, "p.anstey")


def line(page: str) -> tuple[str, bool, dict[str, str]]:
    """The words of the line, whether it is a strip, and its links."""
    (section,) = re.findall(r'<section class="(ca-date[^"]*)".*?<details', page, re.DOTALL) or [""]
    (found,) = re.findall(r'<section class="ca-date[^"]*".*?<details', page, re.DOTALL)
    said = re.findall(r'class="ca-date__said">([^<]+)<', found)
    links = {
        text: address.replace("&amp;", "&")
        for address, text in re.findall(r'<a [^>]*href="([^"]*)">([^<]+)</a>', found)
    }
    return said[0], "elsewhere" in section, links


@pytest.mark.parametrize(
    ("query", "said", "strip", "links"),
    [
        ("", "Today, 22 December 2005", False, {}),
        ("?as_at=2005-12-22", "Today, 22 December 2005", False, {}),
        ("?known=hindsight", "Today, 22 December 2005, with hindsight: from everything recorded to date", False,
         {"As the file stood that day": "?as_at=2005-12-22&known=stood"}),
        ("?as_at=2005-10-03", "You are reading 3 October 2005, as the file stood that day", True,
         {"With hindsight": "?as_at=2005-10-03&known=hindsight", "Back to today": "?"}),
        ("?as_at=2005-10-03&known=hindsight",
         "You are reading 3 October 2005, with hindsight: from everything recorded to date", True,
         {"As the file stood that day": "?as_at=2005-10-03&known=stood", "Back to today": "?"}),
        ("?as_at=2005-10-03&known=received",
         "You are reading 3 October 2005, as received here by the end of that day", True,
         {"As the file stood that day": "?as_at=2005-10-03&known=stood", "Back to today": "?"}),
        ("?as_at=2006-03-01", "You are reading 1 March 2006, a day to come, as the file stood that day", True,
         {"With hindsight": "?as_at=2006-03-01&known=hindsight", "Back to today": "?"}),
    ],
)  # fmt: skip
def test_the_line_says_the_day_and_the_ways_out(
    spo: FlaskClient, query: str, said: str, strip: bool, links: dict[str, str]
) -> None:
    assert line(spo.get(CASE + query).text) == (said, strip, links)


def test_the_ways_out_keep_the_other_arguments(spo: FlaskClient) -> None:
    _, _, links = line(spo.get("/cases?team=Gloucester&as_at=2005-10-03").text)
    assert links["Back to today"] == "?team=Gloucester"
    assert links["With hindsight"] == "?team=Gloucester&as_at=2005-10-03&known=hindsight"
    assert spo.get("/cases" + links["Back to today"]).status_code == 200


def test_an_inspection_goes_back_to_its_own_day(demo_app: Flask) -> None:
    inspector = signed_in(demo_app, "j.hartnell")
    sheet = "/inspections/gloucestershire-2005"
    said, strip, links = line(inspector.get(sheet).text)
    own = said.removeprefix("You are reading ").partition(",")[0]
    assert strip and "Back to today" not in links
    _, _, links = line(inspector.get(f"{sheet}?as_at=2005-06-01").text)
    assert links[f"Back to {own}"] == "?"


def test_a_date_that_cannot_be_read_leaves_the_form_open_with_what_was_typed(spo: FlaskClient) -> None:
    answer = spo.get("/cases?as_at=31/2/2005&known=hindsight&team=Gloucester")
    assert answer.status_code == 400
    assert "<details" in answer.text and re.search(r'<details class="ca-date__change" open', answer.text)
    assert 'value="31/2/2005"' in answer.text and 'name="team" value="Gloucester"' in answer.text
    assert re.search(r'value="hindsight"[^>]* checked', answer.text), "what was read stays chosen"


def test_the_demonstration_says_that_its_day_is_not_that_of_the_wall(spo: FlaskClient) -> None:
    page = re.sub(r"<[^>]+>", "", spo.get(CASE).text)
    assert "Demonstration" in page and "always 22 December 2005" in page
    assert date.today() != date(2005, 12, 22)
