"""Machines on the API: what their tokens open, and everything that they must not."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from domain.accounts.access_lines import Line
from domain.accounts.access_log import AccessLog
from domain.accounts.roles import RIGHT_FOR, RIGHTS, Account
from tests.support.machine_clients import MachineClient, machine, opened, token
from tests.support.people import PASSWORD, post, signed_in, token_in
from tests.web.site.test_access_control import ARGUMENTS, TODAY, pages
from web.app import create_app
from web.site import access_control, clock, machines

pytestmark = pytest.mark.both

REPORTS = "/api/v1/reports"


@pytest.fixture
def app(own_database: Any) -> Flask:
    return create_app(str(own_database), today=lambda: TODAY, demo=True)


def lines(app: Flask) -> list[Line]:
    with app.app_context():
        log: AccessLog = access_control.register().log
        return list(log.lines())


def change(app: Flask, **values: Any) -> None:
    with app.app_context():
        register = access_control.register()
        register.change(replace(register.account("feed"), **values))


def refused(answer: Any, status: int, words: str, challenge: str = "") -> None:
    assert answer.status_code == status, answer.text[:400]
    assert answer.content_type == "application/problem+json" and words in answer.json["detail"], answer.text[:400]
    assert (challenge in answer.headers["WWW-Authenticate"]) if challenge else "WWW-Authenticate" not in answer.headers


def test_a_token_reads_within_its_reach_and_the_log_names_machine_and_token(app: Flask) -> None:
    feed = opened(app)
    answer = feed.get(f"{REPORTS}/contact?of=team:Gloucester")
    assert answer.status_code == 200 and answer.json["of"] == "team:Gloucester"
    assert feed.get(f"{REPORTS}/contact?of=team:Nowhere").status_code == 404
    last = next(line for line in lines(app) if "contact" in line.detail)
    assert (last.username, last.name) == ("feed", "Nightly feed") and "token night" in last.detail


def test_figures_are_told_as_to_people(app: Flask) -> None:
    """Exactly to a machine that may open every case counted, as to the area's manager; rounded to one that may not."""
    machine(app)
    reads = MachineClient(app, token(app, name="reads"))
    counts = MachineClient(app, token(app, rights=("reports",), name="counts"))
    manager_says = signed_in(app, "c.whitlock").get(f"{REPORTS}/contact").json
    assert manager_says["rounded_to"] is None
    for _ in range(2):  # neither is given what was kept for the other
        exact, rounded = reads.get(f"{REPORTS}/contact").json, counts.get(f"{REPORTS}/contact").json
        assert exact["sheets"] == manager_says["sheets"] and exact["rounded_to"] is None
        assert rounded["sheets"] != exact["sheets"] and rounded["rounded_to"] == 5


def test_every_right_opens_what_is_read_for_its_purposes_and_nothing_else(app: Flask) -> None:
    opens = {
        name: view.opens_to_machines for name, view in app.view_functions.items() if hasattr(view, "opens_to_machines")
    }
    assert set(opens.values()) <= {*RIGHTS, None} and set(RIGHT_FOR.values()) <= set(RIGHTS)
    machine(app)
    with app.test_request_context():
        paths = {name: address for name, address in pages(app) if name in opens}
    for right in ("read", "reports", "record"):
        client = MachineClient(app, token(app, rights=(right,), name=right))  # type: ignore[arg-type]
        for endpoint, address in paths.items():
            answer = client.get(address)
            if opens[endpoint] in (right, None):
                assert answer.status_code in (200, 400, 404), (endpoint, answer.text[:200])
            else:
                refused(answer, 403, f"needs the right {opens[endpoint]}", "insufficient_scope")


def test_what_is_of_the_person_who_asks_no_machine_has(app: Flask) -> None:
    """Who runs or reads an inspection, who holds cases, what somebody opened last: a machine does none of it."""
    feed = opened(app)
    of_readers = ("frame", "draw", "draw/cases", "sample", "readings", "readings/V465889/1", "calibration", "process")
    own = [f"inspections/gloucestershire-2005/{part}" for part in (*of_readers, "for-the-area")]
    for path in (*own, "my-page", "my-readings", "search/recent"):
        refused(feed.get(f"/api/v1/{path}"), 403, "for persons only")
    assert feed.get("/api/v1/inspections/gloucestershire-2005/agreement").status_code == 200


def test_no_page_takes_a_token(app: Flask) -> None:
    feed = opened(app)
    for endpoint, address in pages(app):
        allowed = access_control.opens_to(app, endpoint)
        if allowed and not address.startswith("/api/"):
            answer = feed.get(address)
            assert answer.status_code == 302 and "/sign-in" in answer.headers["Location"], endpoint
    answer = feed.client.post("/staff/new", headers=feed.headers, data={"username": "mine"})
    assert "/demo" in answer.text and "New account" not in answer.text, "a form needs a session"


def test_what_a_person_does_no_token_does(app: Flask) -> None:
    """Each address of the API that changes something is closed to a machine, but for entries in."""
    feed, own = opened(app), {"api_entries.send", "api_entries.send_to_case"}
    changing = 0
    with app.test_request_context():
        rules = [
            rule for rule in app.url_map.iter_rules() if {"POST", "PUT", "PATCH", "DELETE"} & set(rule.methods or ())
        ]
        addresses = [(rule, app.url_for(rule.endpoint, **{n: ARGUMENTS[n] for n in rule.arguments})) for rule in rules]
    for rule, address in addresses:
        if rule.endpoint in own:
            continue
        changing += 1
        answer = feed.client.post(address, headers=feed.headers, data={})
        if address.startswith("/api/"):
            assert answer.status_code == 403, rule.endpoint
        elif access_control.opens_to(app, rule.endpoint):
            assert answer.status_code == 302 or "Who would you like" in answer.text, rule.endpoint
        changed = [line for line in lines(app) if line.username == "feed" and line.action not in ("refused", "viewed")]
        assert not changed, rule.endpoint
    assert changing > 20


def test_a_machine_never_signs_in(app: Flask) -> None:
    machine(app)
    client = app.test_client()
    answer = post(client, "/sign-in", username="feed", password=PASSWORD)
    assert answer.status_code != 302 and client.get("/account").status_code == 302
    keeper = signed_in(app, "i.nkemelu")
    page = keeper.get("/machines/feed").text
    for path in ("/staff/feed/password", "/staff/feed/invitation"):
        assert keeper.post(path, data={"csrf_token": token_in(page)}).status_code in (403, 404)
    with app.app_context():
        assert access_control.register().password("feed") == ""


def test_a_token_that_does_not_count_is_refused_in_words(app: Flask) -> None:
    feed = opened(app)
    client = app.test_client()

    def asked(header: str) -> Any:
        return client.get(REPORTS, headers={"Authorization": header})

    refused(client.get(REPORTS), 401, "Sign in first", "Bearer")
    for wrong in ("Basic ZmVlZDp4", "Bearer", "Bearer ", "Token x"):
        refused(asked(wrong), 401, "must be: Bearer", "invalid_token")
    refused(asked("Bearer caseaudit_nothing"), 401, "no such token", "invalid_token")
    refused(asked("Bearer nothing"), 401, "made here begins with caseaudit_", "invalid_token")
    refused(asked("Bearer abc.def.ghi"), 401, "takes no access tokens", "invalid_token")
    assert [line.action for line in lines(app)][:2] == ["sign-in failed", "sign-in failed"]
    with app.app_context():
        register = access_control.register()
        register.tokens.end("feed", register.tokens.of("feed")[0].id, clock.now())
    refused(feed.get(REPORTS), 401, "night was ended", "invalid_token")
    last = lines(app)[0]
    assert (last.username, last.action) == ("feed", "sign-in failed") and "token night" in last.detail


def test_tokens_of_a_closed_and_of_an_ended_account_are_refused(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    feed = opened(app)
    assert feed.get(REPORTS).status_code == 200
    change(app, until=clock.day() - timedelta(days=1))
    refused(feed.get(REPORTS), 401, "its last day is over", "invalid_token")
    change(app, until=clock.day() + timedelta(days=365))
    assert feed.get(REPORTS).status_code == 200
    now = clock.now() + timedelta(days=31)
    monkeypatch.setattr(clock, "now", lambda: now)
    refused(feed.get(REPORTS), 401, "ended on", "invalid_token")
    monkeypatch.undo()
    change(app, disabled=True)
    refused(feed.get(REPORTS), 401, "was ended", "invalid_token")


def test_a_token_narrows_its_account_and_follows_it(app: Flask) -> None:
    machine(app)
    reads = MachineClient(app, token(app, rights=("reports",)))
    refused(reads.send([]), 403, "needs the right record", "insufficient_scope")
    change(app, rights=("read",), source=None)
    refused(reads.get(REPORTS), 403, "the token has: none", "insufficient_scope")


def test_a_token_in_the_address_is_refused(app: Flask) -> None:
    feed = opened(app)
    secret = feed.headers["Authorization"].removeprefix("Bearer ")
    answer = app.test_client().get(f"{REPORTS}?access_token={secret}")
    refused(answer, 400, "never belongs into the address")
    refused(signed_in(app, "c.whitlock").get(f"{REPORTS}?access_token={secret}"), 400, "never belongs into the address")
    assert not any(secret in line.selection or secret in line.detail for line in lines(app))


def test_with_a_token_no_session_counts_and_a_session_never_writes(app: Flask) -> None:
    client = signed_in(app, "c.whitlock")
    assert client.get(REPORTS).status_code == 200
    refused(client.get(REPORTS, headers={"Authorization": "Bearer caseaudit_x"}), 401, "no such token", "invalid_token")
    for path in ("/api/v1/entries", "/api/v1/cases/V465889/1/entries"):
        assert client.post(path, data="{}", content_type="application/x-ndjson").status_code == 403


def test_a_minute_holds_so_many_requests_and_says_so(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    feed = opened(app)
    now = clock.now().replace(second=10)
    monkeypatch.setattr(clock, "now", lambda: now)
    app.extensions["machine limits"] = machines.Limits(calls=3)
    answers = [feed.get(REPORTS) for _ in range(5)]
    assert [one.status_code for one in answers] == [200, 200, 200, 429, 429]
    assert answers[0].headers["RateLimit"] == '"minute";r=2;t=50'
    assert answers[0].headers["RateLimit-Policy"] == '"minute";q=3;w=60'
    assert answers[3].headers["Retry-After"] == "50" and "3 requests of this minute" in answers[3].json["detail"]
    other = opened(
        app, Account("other", "Other", "machine", ("Gloucestershire",), rights=("reports",), place_level="area")
    )
    assert other.get(REPORTS).status_code == 200, "each account by itself"
    assert signed_in(app, "c.whitlock").get(REPORTS).status_code == 200
    later = now + timedelta(minutes=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert feed.get(REPORTS).status_code == 200


def test_what_is_refused_counts_too(app: Flask) -> None:
    machine(app)
    feed = MachineClient(app, token(app, rights=("record",)))
    app.extensions["machine limits"] = machines.Limits(calls=2)
    assert [feed.get(REPORTS).status_code for _ in range(3)] == [403, 403, 429]


def test_guessing_from_one_address_is_slowed_and_a_good_token_is_not(app: Flask) -> None:
    feed, client = opened(app), app.test_client()
    codes = [client.get(REPORTS, headers={"Authorization": f"Bearer caseaudit_{n}"}).status_code for n in range(52)]
    assert codes[0] == 401 and codes[-1] == 429
    assert feed.get(REPORTS).status_code == 200


@pytest.mark.parametrize("name", sorted(machines.LARGEST))
@pytest.mark.parametrize("wrong", ["0", "-1", "many", "1.5", "1000000000"])
def test_a_limit_that_is_no_number_is_said_at_the_start(monkeypatch: pytest.MonkeyPatch, name: str, wrong: str) -> None:
    monkeypatch.setenv(name, wrong)
    with pytest.raises(machines.WrongLimit, match=f"{name} is '{wrong}'; write a whole number from 1"):
        machines.Limits.of_environment()
    monkeypatch.setenv(name, " 7 ")
    assert 7 in (
        machines.Limits.of_environment().calls,
        machines.Limits.of_environment().entries,
        machines.Limits.of_environment().megabytes,
    )


def test_whoever_writes_for_a_machine_reads_the_docs_with_its_token(app: Flask) -> None:
    machine(app)
    page = MachineClient(app, token(app)).get("/api/v1/docs")
    assert page.status_code == 200 and 'id="sendEntries"' in page.text, page.text[:300]
    assert MachineClient(app, "foo").get("/api/v1/docs").status_code == 401
