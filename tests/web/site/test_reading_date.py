"""The moment of a page: read from the address, refused in words, carried by every link."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from flask import Blueprint, Flask, render_template_string, url_for

from tests.support.people import signed_in
from web.app import create_app
from web.site.access_control import open_to_anyone
from web.site.links import here
from web.site.reading_date import ReadingDate, UnreadableDate, page_date, read_as_at

TODAY = date(2026, 11, 23)
DAY = date(2005, 10, 3)


@pytest.mark.parametrize(
    "typed",
    ["3/10/2005", "03/10/2005", "2005-10-03", " 3.10.2005 ", "3-10-2005", "3 October 2005", "3 oct 2005"],
)
def test_a_date_is_read_as_people_write_it(typed: str) -> None:
    assert read_as_at({"as_at": typed}, TODAY) == ReadingDate(DAY, "stood")


@pytest.mark.parametrize("typed", ["31/2/2005", "3/10/05", "10/2005", "today", "3 Smarch 2005", "٣/١٠/٢٠٠٥"])
def test_what_is_no_real_date_is_refused_in_words(typed: str) -> None:
    with pytest.raises(UnreadableDate) as refused:
        read_as_at({"as_at": typed}, TODAY)
    assert refused.value.problems == {"as_at": "Sample date must be a real date, like 3 October 2005"}


@pytest.mark.parametrize("typed", ["31/12/1989", "1/1/2079"])
def test_a_year_out_of_range_is_refused(typed: str) -> None:
    with pytest.raises(UnreadableDate, match="between 1990 and 2078"):
        read_as_at({"as_at": typed}, TODAY)


@pytest.mark.parametrize("typed", ["1/1/1990", "31/12/2078"])
def test_the_first_and_last_days_are_taken(typed: str) -> None:
    assert read_as_at({"as_at": typed}, TODAY).on.year in (1990, 2078)


def test_both_arguments_are_complained_of_at_once() -> None:
    with pytest.raises(UnreadableDate) as refused:
        read_as_at({"as_at": "", "known": "maybe"}, TODAY)
    assert list(refused.value.problems) == ["as_at", "known"]
    assert refused.value.problems["as_at"] == "Enter a sample date, like 3 October 2005"


def test_nothing_asked_for_is_the_default() -> None:
    assert read_as_at({"team": "north"}, TODAY) == ReadingDate(TODAY, "stood")
    assert read_as_at({"known": "hindsight"}, DAY) == ReadingDate(DAY, "hindsight")


def test_a_day_ends_at_midnight_in_london_summer_and_winter() -> None:
    assert ReadingDate(date(2005, 7, 1), "stood").known_at == datetime(2005, 7, 1, 23, tzinfo=UTC)
    assert ReadingDate(date(2005, 12, 1), "stood").known_at == datetime(2005, 12, 2, tzinfo=UTC)
    clocks_forward = date(2005, 3, 27)
    assert ReadingDate(clocks_forward, "stood").known_at == datetime(2005, 3, 27, 23, tzinfo=UTC)
    assert ReadingDate(DAY, "hindsight").known_at is None


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    toy = Blueprint("toy", __name__, url_prefix="/toy")

    @toy.get("/<crn>")
    @open_to_anyone
    def page(crn: str) -> str:
        moment = page_date()
        links = [url_for("toy.page", crn="X1"), url_for("healthz"), here(sort="officer")]
        return f"{moment.on} {moment.knowledge} " + " ".join(links)

    @toy.get("/bar")
    @open_to_anyone
    def bar() -> str:
        return render_template_string('{% extends "site/base.html" %}')

    app = create_app(str(tmp_path / "empty.sqlite"), today=lambda: TODAY)
    app.config["TESTING"] = True
    app.register_blueprint(toy)
    yield app


def get(app: Flask, address: str, status: int = 200) -> str:
    with closing(signed_in(app).get(address)) as answer:
        assert answer.status_code == status
        return answer.text


def test_every_page_link_carries_the_moment_in_one_spelling(app: Flask) -> None:
    assert get(app, "/toy/X1?as_at=3/10/2005&known=hindsight").split() == [
        "2005-10-03",
        "hindsight",
        "/toy/X1?as_at=2005-10-03&known=hindsight",
        "/healthz",
        "?sort=officer&as_at=2005-10-03&known=hindsight",
    ]


def test_only_what_was_given_is_carried(app: Flask) -> None:
    assert get(app, "/toy/X1").split()[2:] == ["/toy/X1", "/healthz", "?sort=officer"]
    assert get(app, "/toy/X1?known=hindsight").split()[2] == "/toy/X1?known=hindsight"


def test_the_default_day_is_todays_unless_the_app_says_otherwise(app: Flask) -> None:
    assert get(app, "/toy/X1").startswith("2026-11-23 stood")
    app.config["DEFAULT_MOMENT"] = lambda: ReadingDate(DAY, "hindsight")
    assert get(app, "/toy/X1").startswith("2005-10-03 hindsight")


def test_here_keeps_the_other_arguments_and_trusts_none_of_them(app: Flask) -> None:
    link = get(app, "/toy/X1?team=a&team=b&sort=crn&_external=1&endpoint=x").split()[-1]
    assert link == "?team=a&team=b&_external=1&endpoint=x&sort=officer"


def test_the_bar_takes_the_other_arguments_along(app: Flask) -> None:
    page = get(app, "/toy/bar?team=a&team=%22%3E&as_at=2005-10-03")
    assert '<input type="hidden" name="team" value="a">' in page
    assert '<input type="hidden" name="team" value="&#34;&gt;">' in page
    assert page.count('name="as_at"') == 1
    assert 'value="3/10/2005"' in page


def test_an_unreadable_date_is_answered_400_and_stays_in_the_field(app: Flask) -> None:
    page = get(app, "/toy/X1?as_at=31/2/2005&known=hindsight&team=a", 400)
    assert page.count("Sample date must be a real date, like 3 October 2005") == 2
    assert 'value="31/2/2005"' in page
    assert 'href="#as_at"' in page
    assert 'value="hindsight" checked' in page
    assert '<input type="hidden" name="team" value="a">' in page
    assert "<title>Error:" in page
    assert "as_at=31" not in page


def test_an_unreadable_date_does_not_get_in_the_way_of_other_answers(app: Flask) -> None:
    get(app, "/nowhere?as_at=x", 404)
    get(app, "/healthz?as_at=x")
    get(app, "/assets/caseaudit.css?as_at=x")
