"""Signing in, on both databases: sessions that end, delays, second factors, and what the log says of all this."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pyotp
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from domain.accounts import password_hashes
from domain.accounts.roles import Account
from domain.accounts.sign_in_sessions import IDLE, LONGEST
from domain.accounts.sign_in_tries import FREE_OF_ONE, LONGEST_DELAY
from tests.support.people import PASSWORD, add, post, token_in
from web.app import create_app
from web.site import access_control, clock, system_clock

pytestmark = pytest.mark.parametrize("kind", ["sqlite", "postgresql"], indirect=True)

SPO = Account("ann.spo", "Ann Spo", "spo", ("Gloucester",))
CHIEF = Account("info", "Ida Chief", "information_manager")
NEW = "three odd little words"


@pytest.fixture
def app(empty_database: str) -> Iterator[Flask]:
    made = create_app(empty_database)
    for account in (SPO, CHIEF):
        add(made, account)
    yield made
    with made.app_context():
        access_control.register().close()


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], datetime]:
    """``at(after)``: what time it is from now on."""
    begun = system_clock.now()

    def set_to(after: timedelta) -> datetime:
        monkeypatch.setattr(clock, "now", lambda: begun + after)
        return begun + after

    set_to(timedelta())
    return set_to


def enter(client: FlaskClient, username: str = "ann.spo", password: str = PASSWORD) -> Any:
    return post(client, "/sign-in", username=username, password=password)


def is_in(client: FlaskClient) -> bool:
    return client.get("/account").status_code == 200


def lines(app: Flask, action: str = "") -> list[tuple[str, str, str]]:
    """What the access log says, oldest first: user name, action, detail."""
    with app.app_context():
        found = access_control.register().log.lines()
        return [(one.username, one.action, one.detail) for one in found if action in ("", one.action)][::-1]


def signed_in(app: Flask) -> FlaskClient:
    client = app.test_client()
    assert enter(client).status_code == 302
    return client


# ---------------------------------------------------------------- sessions


def test_a_copied_cookie_is_dead_after_signing_out(app: Flask) -> None:
    client, thief = signed_in(app), app.test_client()
    cookie = client.get_cookie("caseaudit")
    assert cookie is not None
    thief.set_cookie("caseaudit", cookie.value)
    assert is_in(thief)
    post(client, "/sign-out", "/account")
    assert not is_in(client) and not is_in(thief)


@pytest.mark.parametrize("after", [IDLE, LONGEST, -timedelta(days=1)])
def test_a_session_ends_by_time(app: Flask, at: Callable[[timedelta], datetime], after: timedelta) -> None:
    client = signed_in(app)
    at(after)
    assert not is_in(client)
    assert enter(app.test_client()).status_code == 302, "and one can sign in again"


@pytest.mark.parametrize(
    "changed", [{"disabled": True}, {"role": "divisional_manager"}, {"until": system_clock.today() - timedelta(days=1)}]
)
def test_closing_another_role_or_the_last_day_end_a_session(app: Flask, changed: dict[str, Any]) -> None:
    client = signed_in(app)
    with app.app_context():
        access_control.register().change(replace(access_control.register().account("ann.spo"), **changed))
    assert not is_in(client)


def test_a_new_password_ends_all_other_sessions(app: Flask) -> None:
    first, second = signed_in(app), signed_in(app)
    assert post(first, "/password", old=PASSWORD, new=NEW, again=NEW).status_code == 302
    assert is_in(first) and not is_in(second)


def test_a_person_sees_and_ends_their_other_sessions(app: Flask) -> None:
    here, there, third = signed_in(app), signed_in(app), signed_in(app)
    page = here.get("/account/sessions").text
    found = re.findall(r'name="session" value="([0-9a-f]{64})"', page)
    assert len(found) == 2 and page.count("Here") >= 1
    post(here, "/account/sessions", session=found[0])
    assert [is_in(client) for client in (here, there, third)].count(True) == 2 and is_in(here)
    post(here, "/account/sessions", session="")
    assert [is_in(client) for client in (here, there, third)] == [True, False, False]
    with app.app_context():
        (own,) = access_control.register().sessions.of("ann.spo", clock.now())
    post(here, "/account/sessions", session=own.id)
    assert is_in(here), "the session here ends by signing out"


def test_nobody_ends_sessions_of_somebody_else_but_an_information_manager(app: Flask) -> None:
    app.config["SECOND_FACTOR"] = ()
    client, chief = signed_in(app), app.test_client()
    enter(chief, "info")
    with app.app_context():
        (own,) = access_control.register().sessions.of("ann.spo", clock.now())
    post(chief, "/account/sessions", session=own.id)
    assert is_in(client)
    assert post(client, "/staff/info/sessions", "/account").status_code == 403
    assert post(chief, "/staff/ann.spo/sessions", "/staff/ann.spo").status_code == 302
    assert not is_in(client) and is_in(chief)
    assert ("info", "signed out", "all sessions of ann.spo ended") in lines(app)


def test_whoever_can_write_into_the_database_signs_nobody_in(app: Flask) -> None:
    """With a session, a password and a second factor of their own, given to somebody else's account."""
    app.config["SECOND_FACTOR"] = ()
    client = signed_in(app)
    with app.app_context(), access_control.register().engine.begin() as c:
        c.execute(sa.text("UPDATE sessions SET username = 'info'"))
        c.execute(sa.text("UPDATE accounts SET password = (SELECT password FROM accounts WHERE username = 'ann.spo')"))
    assert not is_in(client)
    assert "is not right" in enter(app.test_client(), "info").text
    with app.app_context(), access_control.register().engine.begin() as c:
        plain = password_hashes._hasher.hash(PASSWORD)
        c.execute(sa.text("UPDATE accounts SET password = :plain"), {"plain": plain})
    assert "is not right" in enter(app.test_client(), "info").text


def test_nobody_is_signed_in_when_the_log_cannot_be_written(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    client = app.test_client()
    page = client.get("/sign-in").text

    def full(*_: object, **__: object) -> None:
        raise OSError("disk full")

    with app.app_context(), monkeypatch.context() as patch:
        patch.setattr(access_control.register().log, "add", full)
        answer = client.post(
            "/sign-in", data={"csrf_token": token_in(page), "username": "ann.spo", "password": PASSWORD}
        )
        assert answer.status_code in (500, 503)
    assert not is_in(client)


# ---------------------------------------------------------------- tries


def test_of_parallel_tries_only_the_free_ones_are_checked(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """24 at once, as in the attack in which 12 were checked."""
    checked: list[str] = []
    verify = password_hashes._hasher.verify

    def counting(kept: str, said: str) -> bool:
        checked.append(said)
        return verify(kept, said)

    monkeypatch.setattr(password_hashes, "_hasher", type("Counting", (), {"verify": staticmethod(counting),
                        "hash": staticmethod(password_hashes._hasher.hash)})())  # fmt: skip

    def one(n: int) -> str:
        return str(enter(app.test_client(), password=f"wrong {n}").text)

    with ThreadPoolExecutor(24) as pool:
        pages = list(pool.map(one, range(24)))
    assert len(checked) == FREE_OF_ONE
    assert sum("is not right" in page for page in pages) == FREE_OF_ONE
    assert sum(re.search(r"Wait \d+ seconds", page) is not None for page in pages) == 24 - FREE_OF_ONE
    assert [who for who, action, _ in lines(app) if action == "sign-in delayed"] == ["ann.spo"] * (24 - FREE_OF_ONE)


def test_nobody_is_locked_out_for_good(app: Flask, at: Callable[[timedelta], datetime]) -> None:
    thief = app.test_client()
    after = timedelta()
    for _ in range(12):
        for _ in range(FREE_OF_ONE):
            enter(thief, password="wrong")
        after += LONGEST_DELAY
        at(after)
    assert enter(app.test_client()).status_code == 302
    assert "at most five minutes" in app.test_client().get("/sign-in").text


def test_tries_elsewhere_do_not_delay_a_browser_that_the_person_uses(app: Flask) -> None:
    client, thief = signed_in(app), app.test_client()
    post(client, "/sign-out", "/account")
    for _ in range(FREE_OF_ONE + 1):
        answer = enter(thief, password="wrong")
    assert "too many tries" in answer.text and "too many tries" in enter(thief).text
    assert enter(client).status_code == 302
    known = client.get_cookie("caseaudit-known")
    assert known is not None
    thief.set_cookie("caseaudit-known", known.value.replace("2026", "2036"))
    assert "too many tries" in enter(thief).text
    thief.set_cookie("caseaudit-known", known.value)
    assert "is not right" in enter(thief, password="wrong").text
    assert "too many tries" not in enter(thief, "info", "wrong").text, "known to one account, new to another"


def test_no_account_a_closed_one_and_a_wrong_password_look_the_same(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed, over = (
        Account("c.losed", "Clo Sed", "spo", ("Stroud",), disabled=True),
        Account("g.iven", "Gi Ven", "spo", ("Stroud",)),
    )
    add(app, closed)
    with app.app_context():
        register = access_control.register()
        kept = password_hashes.hashed(register.key, "g.iven", PASSWORD, until=clock.now() - timedelta(seconds=1))
        register.add(over, kept)
    checked: list[str] = []
    verify = password_hashes._hasher.verify
    patched = type("Counting", (), {"verify": staticmethod(lambda *of: checked.append("x") or verify(*of)),
                   "hash": staticmethod(password_hashes._hasher.hash)})()  # fmt: skip
    monkeypatch.setattr(password_hashes, "_hasher", patched)
    pages = []
    for username, password in (("ann.spo", "wrong"), ("nobody", PASSWORD), ("c.losed", PASSWORD), ("g.iven", PASSWORD)):
        page = enter(app.test_client(), username, password).text
        pages.append(re.sub(r'value="[^"]*"', "", page))
    assert len(set(pages)) == 1 and "password is not right" in pages[0]
    assert len(checked) == 4, "each costs one hash"
    assert [who for who, *_ in lines(app, "sign-in failed")] == ["ann.spo", "unknown", "c.losed", "g.iven"]


def test_a_password_typed_as_a_user_name_is_kept_nowhere(app: Flask, empty_database: str) -> None:
    for username in (NEW, "Hunter2hunter2"):
        enter(app.test_client(), username, "x")
    with app.app_context():
        register = access_control.register()
        kept = [str(one) for one in register.log.lines()]
        with register.engine.connect() as c:
            kept += [str(row) for row in c.execute(sa.text("SELECT * FROM sign_in_tries"))]
    assert len(kept) >= 4 and not any(word in row for row in kept for word in (NEW, "unter2"))
    assert [who for who, *_ in lines(app, "sign-in failed")] == ["unknown", "unknown"]


# ---------------------------------------------------------------- given passwords


def test_a_given_password_works_for_72_hours_and_is_changed_first(
    app: Flask, at: Callable[[timedelta], datetime]
) -> None:
    app.config["SECOND_FACTOR"] = ()
    chief = app.test_client()
    enter(chief, "info")
    page = post(chief, "/staff/ann.spo/password", "/staff/ann.spo").text
    given = re.search(r'<strong class="ca-code">([^<]+)</strong>', page)
    assert given is not None and "72 hours" in page
    client = app.test_client()
    assert enter(client, password=given[1]).status_code == 302
    assert client.get("/account").location == "/password"
    at(timedelta(hours=72))
    assert "is not right" in enter(app.test_client(), password=given[1]).text


# ---------------------------------------------------------------- second factors


def secret_of(page: str) -> str:
    found = re.search(r"Key: <strong[^>]*>([A-Z2-7]{32})</strong>", page)
    assert found is not None, page[:500]
    return found[1]


def sealed_of(page: str) -> str:
    found = re.search(r'name="sealed" value="([0-9a-f]+)"', page)
    assert found is not None
    return found[1]


def code(secret: str, at: datetime) -> str:
    return pyotp.TOTP(secret).at(at)


def enrolled(app: Flask, now: datetime, username: str = "info") -> tuple[FlaskClient, str, list[str]]:
    """A client signed in as somebody who has just set up an app, its secret, and the recovery codes."""
    client = app.test_client()
    assert enter(client, username).location == "/second-factor/new"
    page = client.get("/second-factor/new").text
    secret = secret_of(page)
    shown = client.post(
        "/second-factor/new/app",
        data={"csrf_token": token_in(page), "sealed": sealed_of(page), "app_code": code(secret, now)},
    )
    codes = re.findall(r'<li class="ca-code">([A-Z2-7-]{29})</li>', shown.text)
    assert len(codes) == 10, shown.text
    return client, secret, codes


def test_a_role_that_must_sets_up_a_factor_before_anything_opens(
    app: Flask, at: Callable[[timedelta], datetime]
) -> None:
    now = at(timedelta())
    client = app.test_client()
    enter(client, "info")
    for address in ("/", "/staff", "/account", "/password", "/account/second-factors", "/access"):
        assert client.get(address).location == "/second-factor/new", address
    page = client.get("/second-factor/new").text
    wrong = client.post("/second-factor/new/app", data={
        "csrf_token": token_in(page), "sealed": sealed_of(page), "app_code": "000000"})  # fmt: skip
    assert "not the code that the app shows" in wrong.text and secret_of(wrong.text) == secret_of(page)
    assert "<svg" in page and "style=" not in re.search(r"<svg.*?</svg>", page, re.S)[0]  # type: ignore[index]
    other = client.post(
        "/second-factor/new/app", data={"csrf_token": token_in(page), "sealed": "00", "app_code": "000000"}
    )
    assert other.status_code == 400 and not is_in(client)
    client, *_ = enrolled(app, now)
    assert is_in(client)
    assert ("info", "signed in", "password; authenticator app added as second factor") in lines(app)


def test_who_has_a_factor_is_asked_for_it_and_each_code_is_right_once(
    app: Flask, at: Callable[[timedelta], datetime]
) -> None:
    _, secret, codes = enrolled(app, at(timedelta()))
    now = at(timedelta(minutes=2))

    def arrive() -> tuple[FlaskClient, str]:
        client = app.test_client()
        page = enter(client, "info").text
        assert "Show that it is you" in page and not is_in(client)
        return client, token_in(page)

    def give(text: str) -> FlaskClient:
        client, token = arrive()
        client.post("/second-factor", data={"csrf_token": token, "code": text})
        return client

    assert not is_in(give("000000")) and not is_in(give(""))
    assert is_in(give(code(secret, now)))
    assert not is_in(give(code(secret, now))), "once"
    assert is_in(give(codes[0])) and not is_in(give(codes[0])), "and each recovery code once"
    assert ("info", "sign-in failed", "second factor") in lines(app)
    assert lines(app, "signed in")[-1] == ("info", "signed in", "password and recovery code")


def test_codes_are_not_guessed(app: Flask, at: Callable[[timedelta], datetime]) -> None:
    _, secret, _ = enrolled(app, at(timedelta()))
    now = at(timedelta(minutes=2))
    client = app.test_client()
    token = token_in(enter(client, "info").text)

    def give(text: str) -> str:
        return str(client.post("/second-factor", data={"csrf_token": token, "code": text}).text)

    assert all("is not right" in give("000000") for _ in range(FREE_OF_ONE))
    assert "too many tries" in give("000000") and "too many tries" in give(code(secret, now))
    assert not is_in(client)
    now = at(timedelta(minutes=3))
    give(code(secret, now))
    assert is_in(client)


def test_an_arriving_session_is_no_way_around(app: Flask, at: Callable[[timedelta], datetime]) -> None:
    enrolled(app, at(timedelta()))
    client = app.test_client()
    token = token_in(enter(client, "info").text)
    for address in ("/account", "/staff", "/account/second-factors"):
        assert client.get(address).location == "/second-factor", address
    assert client.get("/second-factor/new").location == "/sign-in", "no factor is added without the one that there is"
    sent = client.post("/second-factor/new/app", data={"csrf_token": token, "sealed": "00", "app_code": "1"})
    assert sent.location == "/sign-in"
    at(timedelta(minutes=10))
    assert client.get("/second-factor").location == "/sign-in"


def test_a_change_of_factors_or_password_asks_for_the_password_and_a_factor(
    app: Flask, at: Callable[[timedelta], datetime]
) -> None:
    client, secret, codes = enrolled(app, at(timedelta()))
    now = at(timedelta(minutes=6))
    page = client.get("/account/second-factors").text
    factor = re.search(r'name="what"[^>]*value="([0-9a-f]{32})"', page)
    assert factor is not None

    def change(path: str, **values: str) -> Any:
        return client.post(path, data={"csrf_token": token_in(page), **values})

    assert (
        "must have a second factor"
        in change("/account/second-factors", what=factor[1], old=PASSWORD, code=codes[1]).text
    )
    for values in ({}, {"old": "wrong", "code": codes[1]}, {"old": PASSWORD}, {"old": PASSWORD, "code": "000000"}):
        assert "There is a problem" in change("/account/second-factors", what="codes", **values).text
        assert "There is a problem" in change("/password", new=NEW, again=NEW, **values).text
    assert "There is a problem" in change("/account/second-factors", what="x", old=PASSWORD, code=codes[1]).text
    at(timedelta(minutes=20))
    now = at(timedelta(minutes=20))
    renewed = change("/account/second-factors", what="codes", old=PASSWORD, code=code(secret, now)).text
    assert codes[1] not in renewed and len(re.findall(r'<li class="ca-code">', renewed)) == 10
    new = client.get("/second-factor/new").text
    added = change("/second-factor/new/app", sealed=sealed_of(new), app_code=code(secret_of(new), now))
    assert "There is a problem" in added.text
    app.config["SECOND_FACTOR"] = ()
    now = at(timedelta(minutes=22))
    gone = change("/account/second-factors", what=factor[1], old=PASSWORD, code=code(secret, now))
    assert gone.location == "/account/second-factors"
    assert "You have none" in client.get("/account/second-factors").text


def test_who_need_not_may_have_a_factor_and_other_sessions_end(app: Flask, at: Callable[[timedelta], datetime]) -> None:
    now = at(timedelta())
    client, other = signed_in(app), signed_in(app)
    page = client.get("/second-factor/new").text
    data = {"csrf_token": token_in(page), "sealed": sealed_of(page), "app_code": code(secret_of(page), now)}
    assert "There is a problem" in client.post("/second-factor/new/app", data=data).text, "without the password"
    assert "Your recovery codes" in client.post("/second-factor/new/app", data={**data, "old": PASSWORD}).text
    assert is_in(client) and not is_in(other)
    assert "Show that it is you" in enter(app.test_client()).text


def test_the_demonstration_asks_for_no_second_factor(empty_database: str) -> None:
    demo = create_app(empty_database, demo=True)
    add(demo, CHIEF)
    client = demo.test_client()
    post(client, "/demo/info", "/demo")
    assert is_in(client) and "Second factors" not in client.get("/account").text
    assert client.get("/second-factor/new").status_code == 403
    assert client.get("/account/second-factors").status_code == 403
