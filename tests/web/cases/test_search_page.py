"""The search in the header: what it finds, where it says that it looked, and that nothing out of reach can be told by it."""

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from domain.entries.schemas import load_entry
from domain.store.application import Files
from domain.store.sqlite_recorder import ChainedSQLiteRecorder
from tests.conftest import copied
from tests.support.people import found_by, post, signed_in, token_in
from tests.web.site.test_access_control import GLOUCESTER, limited
from tests.web.site.test_access_logging import lines
from web.app import create_app

NEW_EACH_TIME = re.compile(r'name="csrf_token" value="[^"]*"|nonce-[A-Za-z0-9+/=_-]+')


@pytest.fixture
def app(followed: Path, tmp_path: Path) -> Flask:
    return create_app(str(copied(followed, tmp_path)), today=lambda: date(2005, 12, 22), demo=True)


@pytest.fixture(scope="module")
def spo(demo_app: Flask) -> FlaskClient:
    return signed_in(demo_app, "p.anstey")


def cases(page: str) -> list[str]:
    """The cases that a search found, those opened last left out."""
    return re.findall(r'<span class="ca-nowrap">([A-Z]\d{6}/\d+)</span>', page.partition("Cases you opened last")[0])


def test_a_name_as_written_and_as_it_sounds(spo: FlaskClient) -> None:
    page = found_by(spo, "davis")
    assert "<h1" in page and "No match" in page
    assert "among the 33 cases of Gloucester. Names that sound like it: Davies (3)." in " ".join(page.split())
    assert GLOUCESTER in cases(page)
    assert cases(found_by(spo, "BRIAN dav")) == [GLOUCESTER]


def test_a_crn_a_reference_and_a_date_of_birth(spo: FlaskClient) -> None:
    page = found_by(spo, "v465889")
    assert cases(page) == [GLOUCESTER] == cases(found_by(spo, "V465889/1"))
    (born,) = re.findall(r"born (\d+ \w+ \d{4})", page.partition("Cases you opened last")[0])
    day = datetime.strptime(born, "%d %b %Y").date()
    for typed in (born, f"{day.day}/{day.month}/{day.year}", f"{day.day} {day.month} {day.year}", day.isoformat()):
        assert GLOUCESTER in cases(found_by(spo, typed)), typed
    assert "No match" in found_by(spo, "1 1 1950")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Enter a name, a CRN or a date of birth"),
        ("   ", "Enter a name, a CRN or a date of birth"),
        ("x" * 121, "What you search for must be 120 characters or fewer"),
        ("31/2/1971", "Date of birth must be a real date, like 12 3 1971"),
        ("12/3/71", "Date of birth must include a year of four digits, like 12 3 1971"),
    ],
)
def test_what_cannot_be_searched_for_is_said_and_kept(spo: FlaskClient, typed: str, said: str) -> None:
    page = found_by(spo, typed)
    assert said in page and "Error: " in page
    assert f'value="{typed.strip()}"' in page


@pytest.mark.parametrize("typed", ["x" * 120, "%", "O'", "<b>", "\u03a9 \U0001d11e", "nobody of this name", "A504771"])
def test_what_is_not_there_is_said(spo: FlaskClient, typed: str) -> None:
    page = found_by(spo, typed)
    assert "No match" in page and "<b>" not in page.replace("&lt;b&gt;", "") and not cases(page)


def test_no_name_stands_in_an_address_or_a_cookie_and_the_log_has_it_sealed(app: Flask) -> None:
    client = signed_in(app, "p.anstey")
    token = token_in(client.get("/search").text)
    answer = client.post("/search", data={"csrf_token": token, "sought": "Davies"})
    assert answer.location == "/search?show=results"
    cookie = client.get_cookie("caseaudit")
    assert cookie is not None and "avies" not in cookie.value
    client.get(answer.location)
    line = lines(app)[-1]
    assert (line.action, line.sought, line.selection) == ("searched", "Davies", "/search?show=results")
    assert client.post("/search", data={"sought": "Davies"}).status_code == 400, "the form must be the site's"


def test_the_search_of_before_is_refused_in_words(spo: FlaskClient) -> None:
    for address in ("/cases?find=davies", "/cases/download/csv?find=davies"):
        answer = spo.get(address)
        assert answer.status_code == 400 and "at the top of the page" in answer.text


def test_only_who_opens_cases_can_search(demo_app: Flask) -> None:
    manager = signed_in(demo_app, "i.nkemelu")
    assert 'role="search"' not in manager.get("/staff").text
    assert manager.get("/search").status_code == 403
    assert "of the inspections that you read" in found_by(signed_in(demo_app, "j.hartnell"), "nobody of this name")


def test_recent_cases_are_ones_own_and_only_those_that_one_may_open(app: Flask) -> None:
    client = signed_in(app, "p.anstey")
    assert "Cases you opened last" not in client.get("/search").text
    client.get(f"/cases/{GLOUCESTER}")
    client.get("/cases/A504771/1")  # of another team
    assert cases(client.get("/search").text.replace("Cases you opened last", "")) == [GLOUCESTER]
    assert "Cases you opened last" not in signed_in(app, "t.adeyemi").get("/search").text
    limited(Path(app.config["DATABASE"].removeprefix("sqlite:///")), "p.anstey")
    assert GLOUCESTER not in client.get("/search").text


@contextmanager
def counted_statements(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The statements sent to databases meanwhile, by the library and by the recorder."""
    sent: list[str] = []
    rows_of = ChainedSQLiteRecorder.rows_of

    def noted(conn: Any, cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    def of_recorder(self: Any, statement: str, *args: Any, **more: Any) -> Any:
        sent.append(statement.partition(" IN (")[0])
        return rows_of(self, statement, *args, **more)

    sa.event.listen(sa.Engine, "before_cursor_execute", noted)
    with monkeypatch.context() as patch:
        patch.setattr(ChainedSQLiteRecorder, "rows_of", of_recorder)
        yield sent
    sa.event.remove(sa.Engine, "before_cursor_execute", noted)


def test_matches_out_of_reach_change_neither_the_page_nor_the_work(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before and after another team has a case of a name that is searched for: as written, sounding alike, by date of birth."""
    client = signed_in(app, "p.anstey")
    searches = ("davis", "Quillfeather", "3 3 1933", "Z999999")

    def everything() -> list[tuple[str, list[str]]]:
        found = []
        for sought in searches:
            answer = post(client, "/search", sought=sought)
            with counted_statements(monkeypatch) as sent:
                page = client.get(answer.location).text
            found.append((NEW_EACH_TIME.sub("", page), sorted(sent)))
        return found

    everything()  # what is read once a process is read
    before = everything()
    _another_team_gets("Z999999/1", "Davis Quillfeather", "1933-03-03", app)
    everything()
    assert everything() == before
    assert "Z999999" in found_by(signed_in(app, "c.whitlock"), "quillfeather"), "who may open it does find it"


def _another_team_gets(case: str, name: str, born: str, app: Flask) -> None:
    with closing(Files.open(app.config["DATABASE"])) as files:
        other = files.read("A504771/1").first_entry
        values = {
            "entry": "start", "occurred_on": "2005-12-01", "recorded_at": "2005-12-01T09:00:00+00:00",
            "order_type": "community_order", "area": other.area, "division": other.division, "team": other.team,
            "officer": other.officer, "officer_grade": "po",
            "person": {"crn": case.partition("/")[0], "name": name, "date_of_birth": born, "gender": "male",
                       "ethnicity": "W1", "disability": False},
        }  # fmt: skip
        files.record(case, [load_entry("SupervisionStarted", values)], actor="test")
