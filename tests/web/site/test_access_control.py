"""The gate: every route says who may enter, everybody reaches their own cases, and what they look at is on the log."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from domain.accounts.roles import PEOPLE, Account, Role
from domain.entries.schemas import load_entry
from domain.store.application import Files
from tests.support.depth import deep
from tests.support.offered_links import leaves_open_whose_clock, offered
from tests.support.people import MANAGER, PASSWORD, add, found_by, post, signed_in, token_in
from web.app import create_app
from web.site import access_control, clock, problems

USERS: dict[Role, str] = {
    "case_manager": "t.adeyemi", "spo": "p.anstey", "divisional_manager": "a.rao", "area_manager": "c.whitlock",
    "inspector": "j.hartnell", "information_manager": "i.nkemelu", "auditor": "s.brandt",
}  # fmt: skip
TODAY = date(2005, 12, 22)
GLOUCESTER = "V465889/1"
"""Held by Helen Sallis of the Gloucester team."""
CHELTENHAM = "A504771/1"
ARGUMENTS = {
    "inspection": "gloucestershire-2005", "criterion": "B1", "question": "plan-reviewed", "entry": "x", "crn": "V465889",
    "number": 1, "edition": "2005", "clause": "plan-review", "name": "overdue", "form": "csv", "type_": "TierSet",
    "entry_id": "0014", "username": "p.anstey", "mark": "x", "sheet": "summary", "decision": "confirmed",
    "digest": "0" * 64, "kept": "0" * 32, "level": "officer", "key": "Helen Sallis", "action": "x", "what": "agree",
    "which": "quarters", "recommendation": 8, "part": "step", "step": "lead", "alert": "x", "code": "cy", "mapping": "crams",
    "position": 3,
    "framework": "esi-2003",
}  # fmt: skip


pytestmark = [pytest.mark.both, pytest.mark.usefixtures("same_request_number")]


@pytest.fixture
def app(own_database: Path) -> Flask:
    return create_app(str(own_database), today=lambda: TODAY, demo=True)


def pages(app: Flask) -> list[tuple[str, str]]:
    """Every page that is asked for with GET: endpoint and address."""
    found = []
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            if "GET" in (rule.methods or ()) and rule.endpoint != "static":
                values = {name: ARGUMENTS[name] for name in rule.arguments}
                found.append((rule.endpoint, app.url_for(rule.endpoint, **values)))
    return found


def test_every_route_says_who_may_enter(app: Flask) -> None:
    assert {access_control.opens_to(app, rule.endpoint) is None for rule in app.url_map.iter_rules()} == {False}
    app.add_url_rule("/forgotten", "forgotten", lambda: "open")
    with pytest.raises(RuntimeError, match="forgotten"):
        access_control.check(app)
    assert signed_in(app, "c.whitlock").get("/forgotten").status_code == 403


WALKS = [("sqlite", role) for role in PEOPLE]
WALKS += [("postgresql", role) for role in (PEOPLE if deep() else ())]
"""Who walks all pages on which database: which it is makes no difference to who may enter."""


@pytest.mark.parametrize(("kind", "role"), WALKS, indirect=["kind"])
def test_each_role_enters_what_is_open_to_it_and_nothing_else(seen_app: Flask, role: Role) -> None:
    client, turn = signed_in(seen_app, USERS[role]), list(USERS).index(role)
    for at, (endpoint, address) in enumerate(pages(seen_app)):
        allowed = access_control.opens_to(seen_app, endpoint)
        if not deep() and role in (allowed or ()) and (at + turn) % 2:
            continue  # in a quick run each role opens half of its pages, and is refused all others
        answer = client.get(address)
        if allowed and role not in allowed:
            assert answer.status_code == 403, (endpoint, answer.status_code)
        else:
            assert answer.status_code in (200, 302, 400, 403, 404), (endpoint, answer.status_code)
        closed = [one.path for one in offered(seen_app, answer) if not one.is_open_to(seen_app, role)]
        assert not closed, f"{address} offers what is closed to this role, or not there"
        assert not leaves_open_whose_clock(answer), f"{address} shows a real time and not that it is one"


def test_nobody_enters_without_signing_in(app: Flask) -> None:
    client = app.test_client()
    for endpoint, address in pages(app):
        answer = client.get(address)
        if address.startswith("/api/") and endpoint not in problems.PAGES:
            assert (answer.status_code, answer.json["status"]) == (401, 401), endpoint
        elif access_control.opens_to(app, endpoint):
            assert answer.status_code == 302 and "/sign-in?next=" in answer.headers["Location"], endpoint
    for rule in app.url_map.iter_rules():
        if "POST" in (rule.methods or ()) and access_control.opens_to(app, rule.endpoint):
            with app.test_request_context():
                address = app.url_for(rule.endpoint, **{n: ARGUMENTS[n] for n in rule.arguments})
            answer = client.post(address)
            if address.startswith("/api/"):
                assert (answer.status_code, answer.json["status"]) == (401, 401), address
            else:
                assert "Nothing was" in answer.text or "Who would you like" in answer.text, address


@pytest.mark.parametrize(
    ("user", "home"),
    [("p.anstey", "/desk"), ("c.whitlock", "/desk"), ("j.hartnell", "/inspections"), ("i.nkemelu", "/data")],
)
def test_each_role_starts_at_its_own_page(seen_app: Flask, user: str, home: str) -> None:
    assert signed_in(seen_app, user).get("/").headers["Location"] == home


@pytest.mark.parametrize(
    ("user", "opens"),
    [
        ("p.anstey", {GLOUCESTER}),
        ("m.hoole", {CHELTENHAM}),
        ("t.adeyemi", set()),
        ("a.rao", {GLOUCESTER}),
        ("c.whitlock", {GLOUCESTER, CHELTENHAM}),
        ("j.hartnell", {GLOUCESTER, CHELTENHAM}),
        ("i.nkemelu", set()),
    ],
)
def test_cases_open_to_those_who_answer_for_them(seen_app: Flask, user: str, opens: set[str]) -> None:
    client = signed_in(seen_app, user)
    refused = 403 if user == "i.nkemelu" else 404  # no page of cases is open to the role, or the case is not
    for case in (GLOUCESTER, CHELTENHAM):
        for page in ("", "/replay", "/then-and-now"):
            assert client.get(f"/cases/{case}{page}").status_code == (200 if case in opens else refused), (
                user,
                case,
                page,
            )
    if user != "i.nkemelu":
        listed = set(re.findall(r"/cases/([A-Z]\d{6}/\d)", client.get("/cases").text))
        assert (GLOUCESTER in listed) == (GLOUCESTER in opens)


def test_an_inspector_reads_their_own_inspections_only(app: Flask) -> None:
    add(app, Account("n.new", "N New", "inspector", ("Gloucestershire",), inspections=("gloucestershire-2004",)))
    client = signed_in(
        app, Account("n.new", "N New", "inspector", ("Gloucestershire",), inspections=("gloucestershire-2004",))
    )
    assert client.get("/inspections/gloucestershire-2004").status_code == 200
    assert client.get("/inspections/gloucestershire-2005").status_code == 200, "published: its sheet is for all readers"
    assert client.get(f"/cases/{GLOUCESTER}").status_code == 404


def test_who_held_a_case_on_the_day_may_read_it_as_at_that_day(app: Flask, own_database: Path) -> None:
    files = Files.open(str(own_database))
    moved = {
        "entry": "moved", "occurred_on": "2005-11-01", "recorded_at": "2005-11-01T09:00:00+00:00", "area": "Gloucestershire",
        "division": "North", "team": "Cheltenham", "officer": "Ruth Ablewhite", "officer_grade": "po",
    }  # fmt: skip
    files.record(GLOUCESTER, [load_entry("CaseAllocated", moved)], actor="test")
    files.close()
    before, after = signed_in(app, "p.anstey"), signed_in(app, "m.hoole")
    assert before.get(f"/cases/{GLOUCESTER}?as_at=2005-10-03").status_code == 200
    assert before.get(f"/cases/{GLOUCESTER}").status_code == 404
    assert before.get(f"/cases/{GLOUCESTER}/record?as_at=2005-10-03").status_code == 403
    for step in ("?as_at=2005-10-03", "?as_at=2005-10-03&known=hindsight", "?as_at=2005-10-03&by=day&step=999"):
        replayed = before.get(f"/cases/{GLOUCESTER}/replay{step}")
        assert replayed.status_code == 200
        assert "5 October 2005" not in replayed.text, "no further than the day read"
    assert "12 December 2005" in after.get(f"/cases/{GLOUCESTER}/replay?step=999").text
    assert after.get(f"/cases/{GLOUCESTER}").status_code == 200
    assert after.get(f"/cases/{GLOUCESTER}?as_at=2005-10-03").status_code == 200
    assert GLOUCESTER not in after.get("/cases?as_at=2005-10-03").text


def test_a_question_and_a_download_are_on_the_log_of_each_case_in_them(app: Flask) -> None:
    client = signed_in(app, "p.anstey")
    client.get("/inspections/gloucestershire-2005/questions/plan-reviewed")
    listed = client.get("/desk/overdue/download/csv").text
    for case in (GLOUCESTER, "T937624/1"):
        assert case in listed
        assert log_of(app, person=case) == ["downloaded", "viewed"], case
    assert log_of(app, person=CHELTENHAM) == []


REPORTED = "/reports/list/duties?measure=contact-arranged&since=2004-12-22"


def limited(own_database: Path, *names: str, case: str = GLOUCESTER) -> None:
    files = Files.open(str(own_database))
    values = {
        "entry": "limit", "occurred_on": "2005-12-01", "recorded_at": "2005-12-01T09:00:00+00:00",
        "excluded": list(names), "reason": "a relative",
    }  # fmt: skip
    files.record(case, [load_entry("AccessLimited", values)], actor="test")
    files.close()


def desk_counts(client: FlaskClient) -> list[int]:
    """The figures of the desk in the order of the page, the number of current cases first."""
    text = re.sub(r'value="[^"]+"', "", client.get("/desk").text)
    return [int(found) for found in re.findall(r">(\d+)(?: current cases?)?<", text)]


def test_closed_and_absent_cases_answer_alike(app: Flask, own_database: Path) -> None:
    limited(own_database, "p.anstey")
    client = signed_in(app, "p.anstey")
    for page in ("", "/replay", "/then-and-now", "/record", "?as_at=2005-06-01", "/record/TierSet", "/correct/0014"):
        told = [client.get(f"/cases/{case}{page}") for case in (GLOUCESTER, CHELTENHAM, "A999999/1")]
        said = [
            re.sub(r'name="csrf_token" value="[^"]+"|A999999/?1?', "", answer.text.replace(case, "A999999/1"))
            for answer, case in zip(told, (GLOUCESTER, CHELTENHAM, "A999999/1"), strict=True)
        ]
        assert [answer.status_code for answer in told] == [404, 404, 404], page
        assert said[0] == said[1] == said[2], page


@pytest.mark.parametrize("name", ["Peter Anstey", "p.anstey"] if deep() else ["Peter Anstey"])
def test_a_case_of_limited_access_is_shown_nowhere_and_counted_in_no_list(
    app: Flask, own_database: Path, name: str
) -> None:
    client = signed_in(app, "p.anstey")
    lists = [
        f"/desk/{listed}" for listed in ("overdue", "no-countersigned-assessment", "contact-missed", "recorded-late")
    ]
    places = [
        "/cases", "/search", "/search?show=results", "/cases/download/csv", "/desk/overdue/download/csv",
        "/matrix/duties?officer=Helen+Sallis", "/matrix/duties/download/csv", *lists,
        "/inspections/gloucestershire-2005/questions/plan-reviewed",
        "/inspections/gloucestershire-2005/standards?standards=2007", REPORTED, f"{REPORTED}&of=officer:Helen+Sallis",
        REPORTED.replace("duties", "duties/download/csv"), "/reports/list/late", "/reports/list/late/download/csv",
        "/reports/list/answered?measure=oversight-sufficient", "/reports/list/coming", "/reports/list/coming/download/csv",
        "/reports/contact", "/reports/contact/parts/download/json", "/api/v1/reports/contact", "/board-pack",
    ]  # fmt: skip
    counts = desk_counts(client)
    assert f">{GLOUCESTER}<" in found_by(client, "davies")
    client.get(f"/cases/{GLOUCESTER}")  # among the recent ones from now on
    assert 'value="Helen Sallis"' in client.get("/desk/no-countersigned-assessment").text

    def text(place: str) -> str:
        return client.get(place).text

    shown = [place for place in places if "V465889" in text(place)]
    assert {"/cases", "/search", "/search?show=results", "/desk/overdue", "/cases/download/csv", REPORTED} <= set(shown)
    limited(own_database, name)
    assert desk_counts(client)[0] == counts[0] - 1, "a list counts what it lists"
    for place in places:
        assert "V465889" not in text(place) and "Brian Davies" not in text(place), place
    assert "Helen Sallis" not in client.get("/desk/no-countersigned-assessment").text, "nor in a filter"
    assert "No match" in found_by(client, "V465889")
    for page in ("", "/replay", "/then-and-now", "/record", "?as_at=2005-06-01", "/record/TierSet", "/correct/0014"):
        assert client.get(f"/cases/{GLOUCESTER}{page}").status_code == 404, page
    address = re.search(r"/calendar/p\.anstey/[^\"<]+\.ics", post(client, "/calendar", step="replace").text)
    assert address is not None and "V465889" not in client.get(address[0]).text
    assert signed_in(app, "c.whitlock").get(f"/cases/{GLOUCESTER}").status_code == 200
    lift = {"entry": "lift", "occurred_on": "2005-12-20", "recorded_at": "2005-12-20T09:00:00+00:00", "limit": "limit"}
    files = Files.open(str(own_database))
    files.record(GLOUCESTER, [load_entry("AccessLimitLifted", lift)], actor="test")
    files.close()
    assert client.get(f"/cases/{GLOUCESTER}").status_code == 200


def test_who_is_excluded_by_user_name_is_excluded(app: Flask, own_database: Path) -> None:
    client = signed_in(app, "p.anstey")
    assert GLOUCESTER in client.get("/cases").text
    limited(own_database, "p.anstey")
    assert GLOUCESTER not in client.get("/cases").text
    assert client.get(f"/cases/{GLOUCESTER}").status_code == 404


def log_of(app: Flask, **asked: str) -> list[str]:
    with app.app_context():
        return [seen.action for seen in access_control.register().log.lines(**asked)]


def test_every_page_of_a_case_is_on_the_log(app: Flask) -> None:
    client = signed_in(app, "p.anstey")
    for endpoint, address in pages(app):
        if f"/cases/{GLOUCESTER}" in address:
            before = len(log_of(app, person=GLOUCESTER))
            client.get(address)
            assert len(log_of(app, person="V465889")) > before, endpoint


def test_searches_downloads_refusals_and_sign_ins_are_on_the_log(app: Flask) -> None:
    client = signed_in(app, "p.anstey")
    found_by(client, "davies")
    client.get("/cases/download/xlsx")
    client.get(f"/cases/{CHELTENHAM}")
    client.get("/staff")
    post(client, "/sign-out", "/desk")
    actions = dict.fromkeys(log_of(app, staff="p.anstey"))
    assert list(actions) == ["signed out", "viewed", "refused", "downloaded", "searched", "signed in"]
    assert log_of(app, person=GLOUCESTER) == ["viewed", "downloaded", "searched"]
    assert log_of(app, person=CHELTENHAM, staff="peter anstey") == ["refused"]
    page = signed_in(app, "i.nkemelu").get("/access?staff=p.anstey&action=searched").text
    assert page.count("davies") == 1


def test_a_page_is_not_shown_when_the_log_cannot_be_written(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    client = signed_in(app, "p.anstey")

    def full(*_: object, **__: object) -> None:
        raise OSError("disk full")

    with app.app_context():
        monkeypatch.setattr(access_control.register().log, "add", full)
    answer = client.get(f"/cases/{GLOUCESTER}")
    assert (answer.status_code, GLOUCESTER in answer.text) == (503, False)


# ---------------------------------------------------------------- signing in


def try_in(client: FlaskClient, username: str, password: str) -> str:
    return str(post(client, "/sign-in", username=username, password=password).text)


@pytest.fixture
def plain(tmp_path: Path) -> Flask:
    """A site that is no demonstration and asks for no second factor, over an empty database, with one account."""
    app = create_app(str(tmp_path / "plain.sqlite"), second_factor=())
    add(app, MANAGER)
    return app


def test_a_wrong_password_and_an_unknown_name_are_told_apart_by_nobody(plain: Flask) -> None:
    client = plain.test_client()
    wrong = [try_in(client, "manager", "wrong"), try_in(client, "nobody", "wrong")]
    assert all("The user name or the password is not right" in page for page in wrong)
    assert client.get("/desk").status_code == 302
    assert post(client, "/sign-in", username="manager", password=PASSWORD).status_code == 302
    assert client.get("/desk").status_code == 200


def test_closing_an_account_or_changing_its_password_ends_its_sign_ins(plain: Flask) -> None:
    first, second = signed_in(plain), signed_in(plain)
    answer = post(first, "/password", old=PASSWORD, new="a quite new one", again="a quite new one")
    assert answer.status_code == 302
    assert first.get("/desk").status_code == 200
    assert second.get("/desk").status_code == 302
    with plain.app_context():
        access_control.register().change(
            Account("manager", "Ann Manager", "area_manager", ("Gloucestershire",), disabled=True)
        )
    assert first.get("/desk").status_code == 302
    assert "is not right" in try_in(plain.test_client(), "manager", "a quite new one")


@pytest.mark.parametrize(
    ("old", "new", "again", "words"),
    [
        ("wrong", "a quite new one", "a quite new one", "That is not your password now"),
        (PASSWORD, "short", "short", "at least 12 characters"),
        (PASSWORD, "aaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaa", "repeat a few characters"),
        (PASSWORD, "my name is ann manager", "my name is ann manager", "your name"),
        (PASSWORD, "a quite new one", "another new one", "differ"),
        (PASSWORD, PASSWORD, PASSWORD, "is the old one"),
    ],
)
def test_a_new_password_must_do(plain: Flask, old: str, new: str, again: str, words: str) -> None:
    assert words in post(signed_in(plain), "/password", old=old, new=new, again=again).text


def test_a_password_given_by_somebody_else_is_changed_first(plain: Flask) -> None:
    add(plain, Account("info", "I M", "information_manager"))
    admin = signed_in(plain, Account("info", "I M", "information_manager"))
    post(admin, "/staff/new", username="r.new", name="Rhian New", role="spo", places="Gloucester", grade="spo")
    page = post(admin, "/staff/r.new/password", "/staff/r.new").text
    given = re.search(r'<strong class="ca-code">([^<]+)</strong>', page)
    assert given is not None
    client = plain.test_client()
    post(client, "/sign-in", username="r.new", password=given[1])
    assert client.get("/desk").headers["Location"] == "/password"
    post(client, "/password", old=given[1], new="three odd little words", again="three odd little words")
    assert client.get("/desk").status_code == 200
    again = post(admin, "/staff/r.new/password", "/staff/r.new").text
    assert given[1] not in again and client.get("/desk").status_code == 302


@pytest.mark.parametrize(
    "following", ["//evil.example/x", "https://evil.example", "/\\evil.example", "javascript:alert(1)", ""]
)
def test_signing_in_leads_nowhere_else(plain: Flask, following: str) -> None:
    client = plain.test_client()
    answer = post(client, "/sign-in", username="manager", password=PASSWORD, next=following)
    assert answer.headers["Location"] == "/"
    again = post(plain.test_client(), "/sign-in", username="manager", password=PASSWORD, next="/cases?team=a")
    assert again.headers["Location"] == "/cases?team=a"


def test_the_demonstrations_door_is_shut_elsewhere(plain: Flask) -> None:
    client = plain.test_client()
    assert client.get("/demo").status_code == 404
    assert post(client, "/demo/manager", "/sign-in").status_code == 404
    assert client.get("/desk").status_code == 302


def test_a_form_without_its_token_does_nothing(app: Flask) -> None:
    client = signed_in(app, "i.nkemelu")
    for address in ("/staff/new", "/staff/p.anstey", "/staff/p.anstey/password", "/imports", "/sign-out", "/password"):
        answer = client.post(address, data={"username": "x"})
        assert (answer.status_code, "expired" in answer.text) == (400, True), address
    assert client.get("/staff").status_code == 200


# ---------------------------------------------------------------- accounts


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"username": "R New"}, "Enter a user name of small letters"),
        ({"name": ""}, "Enter the name of the person"),
        ({"role": "chief"}, "Choose a role"),
        ({"places": ""}, "Enter the teams that this person answers for"),
        ({"role": "inspector", "places": ""}, "Enter the areas in which this inspector"),
        ({"role": "inspector"}, "Enter the last day on which this inspector"),
        ({"until": "soon"}, "Enter the last day like"),
        ({"staff": "Tunde Adeyemi"}, "Staff keys must be of one account alone"),
        ({"username": "new"}, "Enter a user name of small letters"),
        ({"grade": "boss"}, "Choose a grade"),
        ({"username": "p.anstey"}, "there is already an account"),
        ({"name": "x" * 201}, "Enter the name"),
    ],
)
def test_an_account_that_makes_no_sense_is_refused_and_stays_typed(
    app: Flask, said: dict[str, str], words: str
) -> None:
    client = signed_in(app, "i.nkemelu")
    good = {"username": "r.new", "name": "Rhian New", "role": "spo", "places": "Gloucester", "grade": "spo"}
    page = post(client, "/staff/new", **(good | said)).text
    assert words in page and "There is a problem" in page
    assert 'name="csrf_token"' in page and ("Rhian New" in page or "name" in said)


def test_nobody_locks_themselves_out(app: Flask) -> None:
    client = signed_in(app, "i.nkemelu")
    page = post(client, "/staff/i.nkemelu", name="Ife Nkemelu", role="information_manager", disabled="yes").text
    assert "close your own account" in page
    page = post(client, "/staff/i.nkemelu", name="Ife Nkemelu", role="spo", places="Gloucester").text
    assert "give yourself another role" in page
    assert client.get("/staff").status_code == 200


def asks(admin: FlaskClient, username: str, **said: str) -> Any:
    """Change an account by its form, as it was read."""
    page = admin.get(f"/staff/{username}").text
    revision = re.search(r'name="revision" value="(\d+)"', page)
    assert revision is not None
    return post(admin, f"/staff/{username}", revision=revision[1], **said)


def confirmed_by(app: Flask, username: str) -> None:
    """Confirm the latest request as this person."""
    client = signed_in(app, username)
    with app.app_context():
        number = access_control.register().requests.every()[0].number
    assert post(client, f"/requests/{number}/confirmed", "/requests").status_code == 302


@pytest.fixture
def second_keeper(app: Flask) -> None:
    add(app, Account("second.keeper", "Second Keeper", "information_manager"))


@pytest.mark.usefixtures("second_keeper")
def test_a_changed_account_reaches_other_cases_at_once(app: Flask) -> None:
    client, admin = signed_in(app, "p.anstey"), signed_in(app, "i.nkemelu")
    assert client.get(f"/cases/{CHELTENHAM}").status_code == 404
    asks(
        admin,
        "p.anstey",
        name="Peter Anstey",
        role="spo",
        places="Tewkesbury and Cotswold\nCheltenham",
        grade="spo",
    )
    assert client.get(f"/cases/{CHELTENHAM}").status_code == 404, "nobody confirmed it"
    assert client.get(f"/cases/{GLOUCESTER}").status_code == 404, "what narrows holds at once"
    confirmed_by(app, "second.keeper")
    assert client.get(f"/cases/{CHELTENHAM}").status_code == 200


@pytest.mark.usefixtures("second_keeper")
def test_a_stale_form_reopens_no_closed_account(app: Flask) -> None:
    admin, other = signed_in(app, "i.nkemelu"), signed_in(app, "second.keeper")
    said = {"name": "Peter Anstey", "role": "spo", "places": "Gloucester", "grade": "spo", "staff": "Peter Anstey"}
    token = token_in(admin.get("/staff/p.anstey").text)
    asks(other, "p.anstey", **said, disabled="yes")
    late = admin.post("/staff/p.anstey", data={"csrf_token": token, "revision": "0", **said})
    assert late.status_code == 409 and "Somebody changed this account" in late.text
    with app.app_context():
        assert access_control.register().account("p.anstey").disabled
    missing = admin.post("/staff/p.anstey", data={"csrf_token": token, **said})
    assert missing.status_code == 409


@pytest.mark.usefixtures("second_keeper")
def test_an_account_is_made_by_two(app: Flask) -> None:
    admin = signed_in(app, "i.nkemelu")
    post(admin, "/staff/new", username="r.new", name="Rhian New", role="spo", places="Gloucester", reason="joins")
    assert admin.get("/staff/r.new").status_code == 404
    again = post(admin, "/staff/new", username="r.new", name="Rhian New", role="spo", places="Gloucester").text
    assert "this account is asked for already" in again
    assert "Somebody else must confirm this" in admin.get("/requests").text
    with app.app_context():
        (waiting,) = access_control.register().requests.still_open(clock.now())
    token = token_in(admin.get("/password").text)
    own = admin.post(f"/requests/{waiting.number}/confirmed", data={"csrf_token": token})
    assert own.status_code == 403 and admin.get("/staff/r.new").status_code == 404
    confirmed_by(app, "second.keeper")
    assert admin.get("/staff/r.new").status_code == 200
    again = post(signed_in(app, "second.keeper"), f"/requests/{waiting.number}/confirmed", "/requests")
    assert again.status_code == 403, "once"


def test_what_one_did_alone_says_so_until_a_second_confirms(app: Flask) -> None:
    """The demonstration has one information manager."""
    admin = signed_in(app, "i.nkemelu")
    post(admin, "/staff/new", username="r.new", name="Rhian New", role="information_manager")
    assert ">done alone<" in admin.get("/staff").text
    assert admin.get("/staff/r.new").status_code == 200
    page = signed_in(app, "r.new").get("/requests").text
    assert "/confirmed" not in page, "not what concerns them"
    add(app, Account("third", "Third", "information_manager"))
    refused = post(signed_in(app, "third"), "/requests/1/refused", "/requests")
    assert refused.status_code == 403, "it holds already: refusing it would undo nothing"
    confirmed_by(app, "third")
    assert ">done alone<" not in admin.get("/staff").text


@pytest.mark.usefixtures("second_keeper")
def test_a_name_of_before_is_bound_by_two(app: Flask, own_database: Path) -> None:
    add(app, Account("second.peter", "Peter Anstey", "spo", ("Gloucester",)))
    limited(own_database, "Peter Anstey")
    first, second, admin = signed_in(app, "p.anstey"), signed_in(app, "second.peter"), signed_in(app, "i.nkemelu")
    assert [client.get(f"/cases/{GLOUCESTER}").status_code for client in (first, second)] == [404, 404]
    post(admin, "/staff/names", "/staff", name="Peter Anstey", username="second.peter")
    assert first.get(f"/cases/{GLOUCESTER}").status_code == 404
    confirmed_by(app, "second.keeper")
    assert [client.get(f"/cases/{GLOUCESTER}").status_code for client in (first, second)] == [200, 404]


def test_a_renamed_or_a_second_account_of_the_name_opens_nothing(app: Flask, own_database: Path) -> None:
    limited(own_database, "Tunde Adeyemi", "p.anstey")
    add(app, Account("t.adeyemi2", "Tunde Adeyemi", "case_manager"))
    add(app, Account("h.sallis", "Helen Sallis", "case_manager"))
    for user in ("t.adeyemi2", "h.sallis"):
        client = signed_in(app, user)
        assert not re.findall(r"/cases/[A-Z]\d{6}/\d", client.get("/cases").text), user
        assert client.get(f"/cases/{GLOUCESTER}").status_code == 404, user
    with app.app_context():
        register = access_control.register()
        register.change(replace(register.account("p.anstey"), name="Somebody Else"))
    assert signed_in(app, "p.anstey").get(f"/cases/{GLOUCESTER}").status_code == 404
