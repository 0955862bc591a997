"""The log of changes by the API: the same events as a webhook's, in pages, resumable, and nothing told of what is out of reach."""

from contextlib import closing
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from domain.accounts.account_register import AccountRegister
from domain.accounts.roles import Account
from tests.support.destinations import GLOUCESTER, record
from tests.support.machine_clients import opened
from tests.support.people import signed_in
from web.app import create_app

pytestmark = pytest.mark.both

CHELTENHAM = "A504771/1"
PATH = "/api/v1/changes"


@pytest.fixture
def app(own_database: Any) -> Flask:
    return create_app(str(own_database), today=lambda: date(2005, 12, 22), demo=True)


@pytest.fixture
def spo(app: Flask) -> FlaskClient:
    return signed_in(app, "p.anstey")


def asked(client: FlaskClient, path: str = PATH, code: int = 200) -> dict[str, Any]:
    answer = client.get(path)
    assert answer.status_code == code, answer.text
    found: dict[str, Any] = answer.json
    return found


def ids(page: dict[str, Any]) -> list[str]:
    return [event["id"] for event in page["events"]]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"], indirect=True)
def test_the_whole_log_is_read_page_after_page_each_event_once(spo: FlaskClient) -> None:
    every, page = list[str](), asked(spo, f"{PATH}?limit=500")
    while page["more"]:
        every += ids(page)
        page = asked(spo, page["link"])
    every += ids(page)
    assert len(every) == len(set(every)) > 1000
    small = asked(spo, f"{PATH}?limit=7")
    assert ids(small) == every[:7] and small["more"]
    assert ids(asked(spo, f"{PATH}?limit=7&after={small['events'][3]['position']}")) == every[4:11]


def test_it_goes_on_from_now_and_says_nothing_new_with_304(own_database: Any, spo: FlaskClient) -> None:
    begun = asked(spo, f"{PATH}?after=now")
    assert begun["events"] == [] and begun["next"]
    mine = [record(own_database), record(own_database, type_="TierSet", tier=4)]
    page = asked(spo, begun["link"])
    assert ids(page) == mine and not page["more"]
    assert ids(asked(spo, f"{begun['link']}&types=TierSet")) == mine[1:]
    answer = spo.get(page["link"])
    assert answer.json["events"] == [] and answer.json["next"] == page["next"]
    again = spo.get(page["link"], headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    record(own_database)
    assert spo.get(page["link"], headers={"If-None-Match": answer.headers["ETag"]}).status_code == 200


def test_nothing_tells_that_something_was_stored_out_of_reach(own_database: Any, spo: FlaskClient) -> None:
    mine = record(own_database)
    begun = asked(spo, f"{PATH}?limit=500&types=MappaSet")
    while begun["more"]:
        begun = asked(spo, begun["link"])
    assert ids(begun)[-1] == mine
    before = spo.get(begun["link"])
    record(own_database, CHELTENHAM)
    record(own_database, CHELTENHAM, type_="TierSet", tier=4)
    after = spo.get(begun["link"])
    assert (before.data, before.headers["ETag"]) == (after.data, after.headers["ETag"])
    first, second = (asked(spo, f"{PATH}?after=now")["next"] for _ in range(2))
    assert first != second, "two of one moment differ, so that two of different moments tell nothing"
    assert len({len(event["position"]) for event in begun["events"]} | {len(first)}) == 1


def test_limited_cases_are_told_to_nobody(own_database: Any, spo: FlaskClient) -> None:
    begun = asked(spo, f"{PATH}?after=now")
    record(own_database)
    assert len(ids(asked(spo, begun["link"]))) == 1
    record(own_database, type_="AccessLimited", excluded=["somebody.else"], reason="knows the family")
    assert ids(asked(spo, begun["link"])) == []
    assert all(event["subject"] != GLOUCESTER for event in asked(spo, f"{PATH}?limit=500")["events"])


def test_each_page_is_a_line_of_the_log_with_its_cases(own_database: Any, spo: FlaskClient) -> None:
    begun = asked(spo, f"{PATH}?after=now")
    record(own_database)
    asked(spo, begun["link"])
    with closing(AccountRegister(str(own_database))) as register:
        line = next(iter(register.log.lines(username="p.anstey")))
    assert line.references == (GLOUCESTER,) and line.purpose == "supervision" and PATH in line.selection


def test_a_position_opens_for_its_own_account_alone(app: Flask, own_database: Any, spo: FlaskClient) -> None:
    mine = asked(spo, f"{PATH}?limit=1")["next"]
    other = signed_in(app, "c.whitlock")
    refused = asked(other, f"{PATH}?after={mine}", 404)
    assert "no position of your log" in refused["errors"]["after"][0]
    flipped = mine[:-2] + ("A" if mine[-2] != "A" else "B") + mine[-1]
    assert asked(spo, f"{PATH}?after={flipped}", 404)["status"] == 404


def test_a_position_of_a_record_that_was_put_back_is_said(app: Flask, spo: FlaskClient) -> None:
    from web.gate.change_cursors import ChangeCursors
    from web.site import access_control

    with app.app_context():
        cursors = ChangeCursors(access_control.register().key)
    refused = asked(spo, f"{PATH}?after={cursors.sealed('p.anstey', 12, bytes(32))}", 410)
    assert "put back from a backup" in refused["detail"]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("limit=0", "from 1 to 500"),
        ("limit=1000000", "from 1 to 500"),
        ("limit=x", "whole number"),
        ("after=12", "a position that an event or a page gave you"),
        ("types=Nothing", "There is no type 'Nothing'"),
        ("types=InterviewNoted", "There is no type 'InterviewNoted' that is told"),
        ("types=TierSet,", "There is no type ''"),
        ("unknown=1", "no such parameter"),
    ],
)
def test_a_wrong_question_is_answered_in_words(spo: FlaskClient, query: str, said: str) -> None:
    assert said in asked(spo, f"{PATH}?{query}", 422)["detail"]


def test_who_opens_no_case_does_not_enter(app: Flask) -> None:
    assert asked(signed_in(app, "i.nkemelu"), code=403)["status"] == 403
    assert asked(signed_in(app, "s.brandt"), code=403)["status"] == 403


def test_a_machine_that_reads_cases_reads_the_log_within_its_places(app: Flask, own_database: Any) -> None:
    reader = Account("diary", "The diary", "machine", ("Gloucester",), rights=("read",), place_level="team")
    client = opened(app, reader)
    begun = client.get(f"{PATH}?after=now").json
    record(own_database, CHELTENHAM)
    mine = record(own_database)
    assert ids(client.get(begun["link"]).json) == [mine]
    figures = Account("board", "The board", "machine", ("Gloucester",), rights=("reports",), place_level="team")
    assert opened(app, figures).get(PATH).status_code == 403
