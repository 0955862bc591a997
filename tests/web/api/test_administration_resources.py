"""Accounts, requests, sources, the proof and the access log by the API: as on their pages, for whom these are open, no secret."""

import csv
import html
import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask

from domain.accounts.roles import Account
from domain.proof.checkpoints import Checkpoint
from domain.store.checkpointing import EntriesLog
from tests.support.machine_clients import MACHINE, machine, opened, token
from tests.support.people import found_by, signed_in
from tests.web.api.test_inspection_resources import got, last_line, page
from web.app import create_app
from web.services import current_cases
from web.site import access_control, clock

ADMINISTRATION = ("accounts", "accounts/p.anstey", "sources", "imports", "data", "proof")
OVERSEER = Account("board", "Board's dashboard", "machine", rights=("oversight",))


@pytest.fixture(scope="module")
def app(copies: Callable[[str], str]) -> Flask:
    return create_app(copies("sqlite"), today=lambda: date(2005, 12, 22), demo=True)


@pytest.fixture(scope="module")
def manager(app: Flask) -> Any:
    return signed_in(app, "i.nkemelu")


def test_accounts_are_those_of_the_page_without_secrets(app: Flask, manager: Any) -> None:
    secret = token(app, machine(app, MACHINE), ("read",), "night")
    found = got(manager, "accounts?per_page=500")
    shown = page(manager, "/staff")
    assert {one["username"] for one in found["items"]} >= {"p.anstey", "i.nkemelu", "feed"}
    assert all(f">{one['username']}<" in shown for one in found["items"])
    spo = got(manager, "accounts/p.anstey")
    assert (spo["role"], spo["places"], spo["open"], spo["tokens"]) == ("spo", ["Gloucester"], True, [])
    assert (spo["sessions"], spo["second_factors"], spo["bound_since"]) == (0, 0, None)
    signed_in(app, "p.anstey")
    assert got(manager, "accounts/p.anstey")["sessions"] == 1
    feed = got(manager, "accounts/feed")
    assert feed["rights"] == ["read", "reports", "record"] and [one["name"] for one in feed["tokens"]] == ["night"]
    text = manager.get("/api/v1/accounts/feed").text + manager.get("/api/v1/accounts").text
    assert secret not in text and secret.rpartition("_")[2] not in text and "password" not in text
    assert {one["role"] for one in got(manager, "accounts?role=spo")["items"]} == {"spo"}
    answer = manager.get("/api/v1/accounts/nobody")
    assert answer.status_code == 404 and "There is no account nobody." in answer.json["detail"]


def test_administration_is_for_its_role_and_for_machines_that_oversee(app: Flask, manager: Any) -> None:
    overseer = opened(app, OVERSEER)
    feed = opened(app, Account("reads", "Reads", "machine", ("Gloucestershire",), rights=("read",), place_level="area"))
    for path in (*ADMINISTRATION, "access-log"):
        assert manager.get(f"/api/v1/{path}").status_code == overseer.get(f"/api/v1/{path}").status_code == 200, path
        assert feed.get(f"/api/v1/{path}").status_code == 403, path
        for who in ("c.whitlock", "p.anstey", "t.adeyemi", "j.hartnell"):
            assert signed_in(app, who).get(f"/api/v1/{path}").status_code == 403, (path, who)
    auditor = signed_in(app, "s.brandt")
    assert auditor.get("/api/v1/access-log").status_code == 200
    assert {auditor.get(f"/api/v1/{path}").status_code for path in (*ADMINISTRATION, "requests")} == {403}


def test_requests_are_seen_by_whom_the_page_shows_them(app: Flask, manager: Any) -> None:
    with app.app_context():
        register = access_control.register()
        register.requests.ask("limit lifted", "A504771/1", {"excluded": ["x"], "limited_for": "kin"}, reason="Over", by="m.hoole",
                              at=clock.now())  # fmt: skip
        register.requests.ask("name bound", "J Hartnell", {"username": "j.hartnell"}, reason="It is", by="i.nkemelu",
                              at=clock.now())  # fmt: skip
    of_case = {
        who: {one["kind"] for one in got(signed_in(app, who), "requests")["items"]}
        for who in ("i.nkemelu", "m.hoole", "c.whitlock", "p.anstey")
    }
    assert "name bound" in of_case["i.nkemelu"] and "limit lifted" not in of_case["i.nkemelu"]
    assert "limit lifted" in of_case["m.hoole"] and "limit lifted" in of_case["c.whitlock"]
    assert "limit lifted" not in of_case["p.anstey"], "the case is not open to them"
    hers = next(one for one in got(signed_in(app, "m.hoole"), "requests?state=waiting")["items"])
    assert hers["state"] == "waiting" and hers["may_withdraw"] and not hers["may_confirm"]
    assert hers["about"] in page(signed_in(app, "m.hoole"), "/requests") and hers["lines"]
    bound = {
        one["kind"]
        for one in got(opened(app, Account("sees", "Sees", "machine", rights=("oversight",))), "requests")["items"]
    }
    assert "name bound" in bound and "limit lifted" not in bound


def test_sources_imports_and_data_are_those_of_the_page(app: Flask, manager: Any) -> None:
    found, shown = got(manager, "data"), page(manager, "/data")
    assert found["sources"] == got(manager, "sources") and found["imports"] == got(manager, "imports")
    assert [one["name"] for one in found["sources"]] and all(
        f"<strong>{one['name']}</strong>" in shown for one in found["sources"]
    )
    assert all(one["done"] in shown for one in found["imports"])
    assert found["officers"] and all(name in shown for name in (*found["officers"], *found["teams"]))
    assert f"{found['requests']} request" in shown


def test_the_proof_is_the_head_of_the_record(app: Flask, manager: Any) -> None:
    found, shown = got(manager, "proof"), page(manager, "/proof")
    with app.app_context():
        head = Checkpoint.read(EntriesLog(current_cases.repository().files).note().text)
    assert found["record"] in shown and f"{found['entries']:,}" in shown and found["entries"] == head.size
    assert found["record"] in found["note"] and str(found["entries"]) in found["note"]
    assert all(words[:40] in shown for words in found["faults"]) or not found["faults"]


def test_the_access_log_is_read_as_on_its_page(app: Flask) -> None:
    auditor, spo = signed_in(app, "s.brandt"), signed_in(app, "p.anstey")
    assert spo.get("/cases/V465889/1").status_code == 200
    found = got(auditor, "access-log?staff=p.anstey&per_page=5")
    line = found["items"][0]
    assert (line["username"], line["cases"], line["purpose"]) == ("p.anstey", 1, "supervision")
    assert "V465889" not in str(found), "no line names a case"
    assert last_line(app).action == "log read"
    assert got(auditor, f"access-log/lists/{line['digest']}")["items"] == [{"case": "V465889/1"}]
    assert got(spo, f"access-log/lists/{line['digest']}")["total"] == 1
    assert signed_in(app, "m.hoole").get(f"/api/v1/access-log/lists/{line['digest']}").status_code == 404
    numbers, older = [one["number"] for one in found["items"]], found["older"]
    while older:
        following = got(auditor, f"access-log?staff=p.anstey&per_page=5&before={older}")
        numbers, older = [*numbers, *(one["number"] for one in following["items"])], following["older"]
    table = auditor.get("/access/download/csv?staff=p.anstey").text
    listed = [int(row[0]) for row in list(csv.reader(io.StringIO(table.lstrip("\ufeff"))))[1:]]
    assert numbers == [number for number in listed if number <= numbers[0]]
    assert got(auditor, "access-log?staff=p.anstey&action=searched")["items"] == []
    assert got(auditor, "access-log?until=2005-12-21&staff=p.anstey")["items"] == []
    of_case = got(auditor, "access-log?person=V465889")["items"]
    assert of_case and all(one["cases"] for one in of_case)


def test_everybody_reads_their_own_lines_and_no_others(app: Flask) -> None:
    spo = signed_in(app, "p.anstey")
    found_by(spo, "Somebody Unheard")
    got(spo, "access-log/mine?person=V465889")
    found = got(spo, "access-log/mine?per_page=500")["items"]
    assert {one["username"] for one in found} == {"p.anstey"}
    assert "sealed" in {one["sought"] for one in found} and "Unheard" not in html.unescape(str(found))
    assert spo.get("/api/v1/access-log/mine?staff=c.whitlock").status_code == 422
    assert spo.get("/api/v1/access-log/mine?since=2005-13-01").status_code == 422
    assert spo.get("/api/v1/access-log/mine?before=here").status_code == 422
    answer = spo.get(f"/api/v1/access-log/lists/{'0' * 64}")
    assert answer.status_code == 404 and "no such list" in answer.json["detail"]
