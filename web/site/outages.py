"""The database cannot be used: a page of its own, at once, and no request that waits for it again and again.

A request that met the outage asks the database nothing more. Where what every page needs does not answer (the database itself, the
accounts, the access log), the others are told so without trying, until one that is let through every second or two finds it well.
"""

import threading
import time
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec

from flask import Flask, current_app, make_response, render_template, request
from werkzeug.wrappers import Response

from domain.error_traces import trace_of, words_of
from domain.store.outage_kinds import Outage, outage_of
from web.server import metrics
from web.site import damage_pages, problems

Asked = ParamSpec("Asked")

RETRY_SECONDS = 10
"""What an answer says of when to try again."""

TRIED_AGAIN = 1.5
"""Seconds for which nobody tries a database that did not answer."""

WORDS: dict[str, str] = {
    "gone": "The database of the service does not answer.",
    "damaged": "The database of the service is damaged.",
    "locked": "Something else has kept the database to itself for longer than a page waits.",
    "no connections": "The database takes no more connections at the moment.",
    "full": "There is no room left on the disk of the database.",
    "read-only": "The database takes no entries at the moment.",
    "log": "The service cannot note who looks at what, and shows nothing until it can.",
}
"""What is told of each kind of outage."""

SLOW = 0.5
"""An outage that was met within so many seconds makes nobody wait: every request may try by itself."""

BEGUN = "caseaudit.begun"
"""When the work on a request began."""

NEEDS_NONE = ("static", "healthz")
"""The endpoints that are answered meanwhile."""

MET = "caseaudit.outage"
"""Where a request notes that it met the outage."""

ANSWERED = "caseaudit.answered"
"""Where a request notes that the database has answered it. Pages that ask it nothing say nothing of an outage."""

PASSES = "caseaudit.passes"
"""Where a request notes that it was let through to try."""


class Breaker:
    """Whether the database is tried. Threads share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.cause = ""
        self._since = self._until = 0.0
        self._trying = self._makes_wait = False

    def refuses(self) -> bool:
        """Whether a request is to be told of the outage at once. One at a time is let through when it is time to try again."""
        with self._lock:
            if not (self.cause and self._makes_wait):
                return False
            if self._trying or time.monotonic() < self._until:
                return True
            self._trying = request.environ[PASSES] = True
            return False

    def trip(self, cause: str, *, made_wait: bool) -> bool:
        """Note an outage; whether this is news. ``made_wait``: requests wait for what does not come, so none tries for a while."""
        with self._lock:
            news = not self.cause
            now = time.monotonic()
            self._since = now if news else self._since
            self.cause, self._until, self._makes_wait = cause, now + TRIED_AGAIN, made_wait
        return news

    def over(self, *, was_let_through: bool, well: bool) -> float | None:
        """A request is over. ``well``: it met no outage; then after how many seconds the outage has ended."""
        with self._lock:
            if was_let_through:
                self._trying = False
            if not well or not self.cause:
                return None
            self.cause = ""
            return time.monotonic() - self._since


def breaker() -> Breaker:
    """That of this process's app."""
    found: Breaker = current_app.extensions["outages"]
    return found


def met() -> bool:
    """Whether this request has met an outage: then it asks the database nothing more."""
    return MET in request.environ


def note_answered() -> None:
    """Note that the database has answered this request."""
    request.environ[ANSWERED] = True


def page(cause: str, why: str = "") -> Response:
    """The answer to a request in an outage. It reads nothing: not the account, not the record. ``why``: more of it."""
    request.environ[MET] = cause
    metrics.OUTAGES.labels(cause).inc()
    happened = f"{WORDS[cause]} {why}." if why else WORDS[cause]
    headers = {"Retry-After": str(RETRY_SECONDS)}
    if problems.asked_for():
        return problems.problem(503, happened, headers=headers)
    return make_response(render_template("site/outage.html", happened=happened, of_log=cause == "log"), 503, headers)


def answer(error: BaseException, cause: Outage, *, everybody: bool = False) -> Response:
    """The answer where an error is an outage. ``everybody``: what did not answer is needed by every page."""
    made_wait = time.monotonic() - request.environ[BEGUN] > SLOW
    if not everybody and cause == "locked":
        current_app.logger.warning(
            "%s %s met a lock: %s", request.method, request.endpoint or "no page", trace_of(error)
        )
    elif breaker().trip(cause, made_wait=made_wait):
        current_app.logger.error("the database cannot be used (%s): %s", cause, words_of(error))
    return page(cause)


def of_log(error: BaseException) -> Response:
    """The answer where the access log cannot be used."""
    if (why := damage_pages.words_for(error)) is not None:
        return page("log", why)
    cause = outage_of(error)
    return page("log") if cause is None else answer(error, cause, everybody=True)


def or_outage(show: Callable[Asked, Any]) -> Callable[Asked, Any]:
    """For what shows an error: where the database cannot be used for the page frame either, the page of the outage."""

    @wraps(show)
    def shown(*arguments: Asked.args, **named: Asked.kwargs) -> Any:
        try:
            return show(*arguments, **named)
        except Exception as error:
            return _told(error, everybody=True)

    return shown


def _refuse_at_once() -> Response | None:
    request.environ[BEGUN] = time.monotonic()
    if request.endpoint in NEEDS_NONE or not breaker().refuses():
        return None
    return page(breaker().cause or "gone")


def _handle(error: Exception) -> Response:
    return _told(error, everybody=not request.environ.get("caseaudit.entered"))


def _told(error: Exception, *, everybody: bool) -> Response:
    """The page of the damage or of the outage that an error tells of; any other error goes on as before."""
    if (words := damage_pages.words_for(error)) is not None:
        return damage_pages.damaged(words)
    cause = outage_of(error)
    if cause is None:
        raise error
    return answer(error, cause, everybody=everybody)


def _note_entered() -> None:
    """After everything that every page needs of the database."""
    request.environ["caseaudit.entered"] = True


def _over(error: BaseException | None) -> None:
    was_let_through = request.environ.pop(PASSES, False)
    if breaker().cause and request.endpoint not in NEEDS_NONE:
        well = error is None and not met() and ANSWERED in request.environ
        ended = breaker().over(was_let_through=was_let_through, well=well)
        if ended is not None:
            current_app.logger.warning("the database can be used again, after %.0f seconds", ended)


def attach(app: Flask) -> None:
    """Before all else: tell of an outage that is known of. To be attached first; ``attach_last`` after what every page needs."""
    app.extensions["outages"] = Breaker()
    app.before_request(_refuse_at_once)
    app.teardown_request(_over)
    app.register_error_handler(Exception, _handle)


def attach_last(app: Flask) -> None:
    """Note when a request has passed what every page needs."""
    app.before_request(_note_entered)
