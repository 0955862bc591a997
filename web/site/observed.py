"""What every request leaves behind: a line of the log, counts and times for Prometheus, a span for OpenTelemetry.

None of them says more of a request than which page it asked for and what came of it.
"""

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from flask import Flask, request, request_started

from web.server import metrics
from web.site import request_ids, traces

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

LOG = logging.getLogger("caseaudit.requests")

PAGE = "caseaudit.page"
"""Where the endpoint and the route of a request stand in the WSGI environment, once they are known."""

NO_PAGE = ("none", "")

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


class Observed:
    """An app of which every request is observed."""

    def __init__(self, app: "WSGIApplication", trusts: Callable[[str], bool]):
        self._app, self._trusts = app, trusts

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        one = _Request(environ, trusted=self._trusts(environ.get("REMOTE_ADDR", "")))

        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            one.status = int(status[:3])
            return start_response(status, headers, *more)

        try:
            parts = self._app(environ, start)
        except BaseException:
            one.end()
            raise
        return _Parts(parts, one.end)


class _Request:
    """One request while it is answered."""

    def __init__(self, environ: "WSGIEnvironment", *, trusted: bool):
        self._environ, self.status, self._begun = environ, 500, time.monotonic()
        self._span = traces.begun(environ, trusted=trusted)

    def end(self) -> None:
        seconds = time.monotonic() - self._begun
        endpoint, route = self._environ.get(PAGE, NO_PAGE)
        method = self._environ.get("REQUEST_METHOD", "")
        method = method if method in METHODS else "other"
        given = self._environ.get(request_ids.IN_ENVIRON, "")
        metrics.REQUESTS.labels(endpoint, f"{self.status // 100}xx").inc()
        metrics.LATENCY.labels(endpoint).observe(seconds)
        if self._span is not None:
            self._span.end(method, endpoint, route, self.status, given)
        LOG.info(
            "%s %s %d", method, endpoint, self.status,
            extra={"request_id": given, "method": method, "endpoint": endpoint, "status": self.status,
                   "milliseconds": round(seconds * 1000)},
        )  # fmt: skip


class _Parts:
    """The parts of an answer; the request is over when they are closed."""

    def __init__(self, parts: Iterable[bytes], end: Callable[[], None]):
        self._parts, self._end = parts, end

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._parts)

    def close(self) -> None:
        try:
            if (close := getattr(self._parts, "close", None)) is not None:
                close()
        finally:
            self._end()


def _note(app: Flask, **_: Any) -> None:
    route = "" if request.url_rule is None else request.url_rule.rule
    request.environ[PAGE] = request.endpoint or NO_PAGE[0], route


def attach(app: Flask, trusts: Callable[[str], bool]) -> None:
    """Observe every request. To be attached after whatever else stands before the app. ``trusts``: whether a peer is our proxy."""
    request_started.connect(_note, app)
    app.wsgi_app = Observed(app.wsgi_app, trusts)  # type: ignore[method-assign]
