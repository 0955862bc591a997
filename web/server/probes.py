"""What those who run the service ask of it: /livez, /readyz, /info and /metrics.

They are answered before the site, on a thread of their own, and need no database: also while it is down, and every other thread
waits for it. On an address of their own all are open; on the site's own address /info and /metrics want a token.
"""

import hmac
import json
import platform
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from domain import __version__
from domain.built_from import commit

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ALIVE, READY, INFO, METRICS = "/livez", "/readyz", "/info", "/metrics"

PATHS = frozenset((ALIVE, READY, INFO, METRICS))

BEGUN = time.time()
"""When this program was started (the site's first process)."""


class Known(NamedTuple):
    """What is known of the database now.

    ``status``: ``ready``, ``busy`` (somebody holds a lock), ``read-only``, ``gone``, ``damaged``, ``not prepared``. ``steps``: the
    numbers of the steps by which it was prepared. ``measured``: what is measured of it, in the form of Prometheus.
    """

    status: str
    steps: tuple[int, ...] = ()
    measured: Callable[[], Iterable[Any]] = tuple

    @property
    def is_ready(self) -> bool:
        """Whether pages can be answered: whoever is busy will be free again."""
        return self.status in ("ready", "busy")


class Probes:
    """An app behind its probes. ``known``: what is known of the database; it must answer within a second.

    ``token``: what opens /info and /metrics; None: they are open to all who reach this address; empty: they are not there.
    """

    def __init__(self, app: "WSGIApplication", known: Callable[[], Known], *, token: str | None):
        self._app, self._known, self._token = app, known, token

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path not in PATHS or (self._token == "" and path in (INFO, METRICS)):
            return self._app(environ, start_response)
        if environ.get("REQUEST_METHOD") not in ("GET", "HEAD"):
            return _answer(start_response, "405 Method Not Allowed", {"status": "ask with GET"}, ("Allow", "GET, HEAD"))
        if path in (INFO, METRICS) and not self._may(environ):
            return _answer(
                start_response, "401 Unauthorized", {"status": "send the token: Authorization: Bearer TOKEN"},
                ("WWW-Authenticate", "Bearer"),
            )  # fmt: skip
        return getattr(self, f"_{path[1:]}")(start_response)  # type: ignore[no-any-return]

    def _may(self, environ: "WSGIEnvironment") -> bool:
        if self._token is None:
            return True
        sent = str(environ.get("HTTP_AUTHORIZATION", ""))
        return hmac.compare_digest(sent.encode(), f"Bearer {self._token}".encode())

    def _livez(self, start_response: "StartResponse") -> Iterable[bytes]:
        return _answer(start_response, "200 OK", {"status": "alive"})

    def _readyz(self, start_response: "StartResponse") -> Iterable[bytes]:
        known = self._known()
        if known.is_ready:
            return _answer(start_response, "200 OK", {"status": known.status})
        return _answer(start_response, "503 Service Unavailable", {"status": known.status}, ("Retry-After", "10"))

    def _info(self, start_response: "StartResponse") -> Iterable[bytes]:
        known = self._known()
        return _answer(start_response, "200 OK", {
            "version": __version__, "commit": commit() or None, "python": platform.python_version(),
            "uptime_seconds": round(time.time() - BEGUN),
            "database": known.status, "steps": list(known.steps),
        })  # fmt: skip

    def _metrics(self, start_response: "StartResponse") -> Iterable[bytes]:
        from web.server import metrics

        known = self._known()
        body, kind = metrics.exposed(
            [
                *metrics.gauge("info", "The version of the program.", 1, version=__version__),
                *metrics.gauge("start_time_seconds", "When the program was started, in seconds since 1970.", BEGUN),
                *metrics.gauge("database_up", "Whether the database answers.", known.status not in ("gone",)),
                *metrics.gauge(
                    "database_ready", "Whether it can be written to, or will be: what /readyz says.", known.is_ready
                ),
                *known.measured(),
            ]
        )
        start_response("200 OK", _headers(kind, body))
        return [body]


def nothing_else(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    """What an address of probes alone answers to anything else."""
    return _answer(start_response, "404 Not Found", {"status": f"here are {', '.join(sorted(PATHS))}"})


def _answer(start_response: "StartResponse", status: str, said: object, *more: tuple[str, str]) -> Iterable[bytes]:
    body = json.dumps(said).encode() + b"\n"
    start_response(status, [*_headers("application/json", body), *more])
    return [body]


def _headers(kind: str, body: bytes) -> list[tuple[str, str]]:
    return [("Content-Type", kind), ("Content-Length", str(len(body))), ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff")]  # fmt: skip
