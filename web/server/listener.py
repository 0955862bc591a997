"""Accepts connections and closes those whose time is over. Many that send nothing do not shut others out."""

import resource
import socket
import time
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from waitress.adjustments import Adjustments
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher

from web.server import metrics
from web.server.body_limit import BodyLimits
from web.server.connection import Connection
from web.server.probes import PATHS
from web.server.request_reader import HEADER_BYTES

CONNECTIONS = 2_000
"""Connections of one process at most. Beyond it the one that has waited longest for its client is closed."""

SPARE_FILES = 200
"""Open files left for databases, columns and temporary files."""

HELD_BYTES = 256 * 2**20
"""Bytes of an answer held for a slow client, on disk from a megabyte on, before the thread that makes it waits."""


class Listener(TcpWSGIServer):  # type: ignore[misc]
    """A listening socket of the site."""

    if TYPE_CHECKING:
        active_channels: dict[int, Connection]

    channel_class = Connection
    probing: ThreadedTaskDispatcher
    """The thread that answers probes, whatever all others wait for."""
    taken = 0
    """Requests that were handed to a thread, without those of probes."""
    is_closing = False
    """Whether every answer is the last of its connection."""

    def add_task(self, task: Any) -> None:
        """Give a thread something to do: whole requests, or a question to the site."""
        requests = getattr(task, "requests", None)
        if requests:
            task.handed_on = time.monotonic()
        if requests and getattr(requests[0], "path", "") in PATHS:
            self.probing.add_task(task)
            return
        if requests:
            self.taken += 1
        super().add_task(task)

    def close_after_answers(self) -> None:
        """Accept no more connections, and say with each answer that it is the last."""
        self.accepting, self.is_closing = False, True
        for connection in list(self.active_channels.values()):
            for request in list(connection.requests):
                request.headers["CONNECTION"] = "close"

    def close_idle(self, seconds: float) -> None:
        """Close connections that have asked for nothing for so long."""
        for connection in list(self.active_channels.values()):
            if connection.is_idle and time.monotonic() - connection.begun > seconds:
                connection.will_close = True

    def maintenance(self, now: float) -> None:
        for connection in self.active_channels.values():
            if connection.is_overdue(time.monotonic()):
                connection.will_close = True

    def handle_accept(self) -> None:
        if len(self.active_channels) >= self.adj.most:
            waiting = [one for one in self.active_channels.values() if one.waits_for_client]
            if waiting:
                min(waiting, key=lambda one: one.begun).will_close = True
        super().handle_accept()

    @property
    def is_busy(self) -> bool:
        """Whether a request is being read or answered, or an answer sent."""
        return any(not one.is_idle for one in self.active_channels.values())


def waiting_and_working(listeners: Iterable[Listener]) -> tuple[int, int]:
    """How many requests wait for a thread, and how many threads work."""
    dispatchers = {id(one.task_dispatcher): one.task_dispatcher for one in listeners}
    return (
        sum(len(one.queue) for one in dispatchers.values()),
        sum(max(0, one.active_count) for one in dispatchers.values()),
    )


def measure(listeners: Sequence[Listener]) -> None:
    """Note what waits and works now."""
    waiting, working = waiting_and_working(listeners)
    metrics.WORKERS.set(1)
    metrics.WAITING.set(waiting)
    metrics.WORKING.set(working)
    metrics.CONNECTED.set(sum(len(one.active_channels) for one in listeners))
    metrics.MEMORY.set(metrics.memory())


def listening(
    site: Callable[..., Any], sockets: Sequence[socket.socket], threads: int, limits: BodyLimits, served: dict[int, Any]
) -> list[Listener]:
    """Listeners for these sockets, which share some threads. ``served``: the map of the loop that they are part of."""
    most = _most_connections()
    adjusted = Adjustments(
        sockets=list(sockets), threads=threads, connection_limit=most + SPARE_FILES // 2, cleanup_interval=1, ident=None,
        max_request_header_size=HEADER_BYTES, max_request_body_size=2**62, outbuf_high_watermark=HELD_BYTES,
        clear_untrusted_proxy_headers=False, log_socket_errors=False,
    )  # fmt: skip
    adjusted.limits, adjusted.most = limits, most
    dispatcher, probing = ThreadedTaskDispatcher(), ThreadedTaskDispatcher()
    dispatcher.set_thread_count(threads)
    probing.set_thread_count(1)
    listeners = [
        Listener(
            site, served, True, one, dispatcher=dispatcher, adj=adjusted, bind_socket=False,
            sockinfo=(one.family, one.type, one.proto, one.getsockname()),
        )
        for one in sockets
    ]  # fmt: skip
    for one in listeners:
        one.probing = probing
    return listeners


def _most_connections() -> int:
    """How many connections this process may hold; raises its limit of open files as far as it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS + SPARE_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return CONNECTIONS if soft == resource.RLIM_INFINITY else max(min(CONNECTIONS, soft - SPARE_FILES), 10)
