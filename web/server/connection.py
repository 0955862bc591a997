"""One connection to the site: deadlines for what a client sends and for how it takes what is sent to it."""

import time
from typing import TYPE_CHECKING, Any

from waitress.channel import HTTPChannel
from waitress.task import WSGITask

from web.server import metrics
from web.server.refusal import Refusal
from web.server.request_reader import RequestReader

KEPT_SECONDS = 10
"""Seconds that a connection is kept without a request."""

SENDING_SECONDS, SENDING_BYTES = 30, 60_000
"""A client that has taken fewer bytes in so many seconds, of an answer that waits, is cut off."""


class Connection(HTTPChannel):  # type: ignore[misc]
    """A connection as the server's loop sees it. No thread works for it before a request is there as a whole."""

    if TYPE_CHECKING:
        request: RequestReader | None
        requests: list[RequestReader]

    parser_class = RequestReader
    error_task_class = Refusal

    def __init__(self, *arguments: Any, **named: Any):
        self.begun = time.monotonic()
        """When the request that is being read began, or the wait for one."""
        self.asking = False
        self.handed_on = self.begun
        """When the request that is answered next was handed to the threads."""
        self._taken = 0
        self._taken_since: tuple[float, int] | None = None
        super().__init__(*arguments, **named)

    def received(self, data: bytes) -> bool:
        if self.request is None:
            self.begun = time.monotonic()
        done: bool = super().received(data)
        if self.request is not None and self.request.to_ask:
            self.request.to_ask, self.asking = False, True
            self.server.add_task(Question(self, self.request))
        return done

    def readable(self) -> bool:
        return not self.asking and bool(super().readable())

    def service(self) -> None:
        if self.server.is_closing:
            for request in self.requests:
                request.headers["CONNECTION"] = "close"
        metrics.WAITED.observe(time.monotonic() - self.handed_on)
        super().service()
        self.begun = time.monotonic()

    def answered(self, known: bool) -> None:
        """What the site said about the person who sends a large body."""
        if self.request is not None and not known:
            self.request.refuse_large()
        self.begun, self.asking = time.monotonic(), False
        self.server.pull_trigger()

    def send(self, data: bytes, *arguments: Any, **named: Any) -> int:
        sent: int = super().send(data, *arguments, **named)
        self._taken += sent
        return sent

    def is_overdue(self, now: float) -> bool:
        """Whether the client has had its time. To be asked about once a second."""
        if self.total_outbufs_len:
            return self._takes_too_long(now)
        self._taken_since = None
        if self.requests or self.asking:
            return False
        return now - self.begun > (KEPT_SECONDS if self.request is None else self.request.seconds())

    @property
    def is_idle(self) -> bool:
        """Whether nothing is being read, answered or sent."""
        return self.request is None and not (self.requests or self.asking or self.total_outbufs_len)

    @property
    def waits_for_client(self) -> bool:
        return not (self.requests or self.asking or self.total_outbufs_len or self.will_close)

    def _takes_too_long(self, now: float) -> bool:
        since, before = self._taken_since or (now, self._taken)
        if now - since > SENDING_SECONDS:
            if self._taken - before < SENDING_BYTES:
                return True
            since, before = now, self._taken
        self._taken_since = since, before
        return False


class Question:
    """Work for a thread: ask the site whether it knows the person who sends a large body."""

    def __init__(self, connection: Connection, request: RequestReader):
        self.connection, self.request = connection, request

    def service(self) -> None:
        known = False
        try:
            environ = WSGITask(self.connection, self.request).get_environment()
            known = self.connection.adj.limits.knows(environ)
        finally:
            self.connection.answered(known)

    def cancel(self) -> None:
        self.connection.cancel()
