"""The board pack by the API says what its page says, to managers and to machines that read figures."""

import html
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask

from domain.accounts.roles import Account
from tests.support.machine_clients import opened
from tests.support.people import signed_in
from tests.web.api.test_inspection_resources import got, page
from web.app import create_app


def test_it_says_what_its_page_says(demo_app: Flask) -> None:
    for who, query in (("c.whitlock", "?as_at=2005-10-03"), ("p.anstey", "?months=6")):
        client = signed_in(demo_app, who)
        found, shown = got(client, f"board-pack{query}"), page(client, f"/board-pack{query}")
        assert len(found["pages"]) == 10 and found["measures"]
        for one in found["pages"]:
            assert one["sentence"] in shown and one["title"] in shown and one["counted"] in shown
            for row in one["table"]["rows"] if one["table"] else ():
                assert all(cell in shown for cell in row["cells"])


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ("of=officer:Helen Sallis", 404, "never of an officer"),
        ("of=team:Nowhere", 404, "that you answer for"),
        ("months=0", 422, "whole number from 1 to 120"),
        ("beside=team:Gloucester", 422, "no such parameter"),
    ],
)
def test_what_cannot_be_asked_is_said(demo_app: Flask, query: str, status: int, said: str) -> None:
    answer = signed_in(demo_app, "c.whitlock").get(f"/api/v1/board-pack?{query}")
    assert answer.status_code == status and said in html.unescape(answer.json["detail"])


def test_who_may_read_it(copies: Callable[[str], str]) -> None:
    app = create_app(copies("sqlite"), today=lambda: date(2005, 12, 22), demo=True)
    for who in ("t.adeyemi", "j.hartnell", "i.nkemelu", "s.brandt"):
        assert signed_in(app, who).get("/api/v1/board-pack").status_code == 403
    board: Any = opened(
        app, Account("board", "Board", "machine", ("Gloucestershire",), rights=("reports",), place_level="area")
    )
    found = got(board, "board-pack")
    assert found["withheld"] and found["actions"] == []
