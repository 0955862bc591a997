"""Browsers in which a person has signed in before: their tries are counted apart from those of everybody else.

So whoever tries passwords of an account elsewhere delays its owner in no browser that they use. The cookie names no account and
signs nobody in. (OWASP calls it a device cookie.)
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from flask import after_this_request, current_app, request
from werkzeug.wrappers import Response

from domain.accounts.sign_in_tries import Subject, client
from web.site import access_control, clock

KNOWN_FOR = timedelta(days=180)


def subjects(username: str) -> list[Subject]:
    """For whom a try of this user name counts: the account and the client's address, or a browser known to the account."""
    key = access_control.register().key
    browser = _browser(username)
    if browser:
        return [Subject(f"browser {key.mark('tries', browser)}")]
    return [Subject(f"account {key.mark('tries', username)}"), client(request.remote_addr or "")]


def waits_for(usernames: Sequence[str]) -> set[str]:
    """Those of these user names that must wait now after too many tries, in browsers that they have not used before."""
    register = access_control.register()
    subjects = {register.key.mark("tries", username): username for username in usernames}
    waiting = register.tries.waiting([Subject(f"account {mark}") for mark in subjects], clock.now())
    return {subjects[one.key.removeprefix("account ")] for one in waiting}


def remember(username: str) -> None:
    """Let the answer to this request make the browser known to the account."""
    browser, since = secrets.token_hex(16), clock.now().isoformat(timespec="seconds")
    value = f"{browser}|{since}|{_mark(username, browser, since)}"
    secure = bool(current_app.config["SESSION_COOKIE_SECURE"])

    @after_this_request
    def send(response: Response) -> Response:
        response.set_cookie(
            _name(), value, max_age=KNOWN_FOR, path="/", secure=secure, httponly=True, samesite="Strict"
        )
        return response


def _browser(username: str) -> str:
    """The mark of the browser, where it is known to this account; else empty."""
    browser, _, rest = request.cookies.get(_name(), "").partition("|")
    since, _, mark = rest.partition("|")
    if not access_control.register().key.is_mark(mark, "known browsers", username, browser, since):
        return ""
    return browser if clock.now() - datetime.fromisoformat(since) < KNOWN_FOR else ""


def _mark(username: str, browser: str, since: str) -> str:
    return access_control.register().key.mark("known browsers", username, browser, since)


def _name() -> str:
    secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
    return access_control.cookie_name("caseaudit-known", secure=secure)
