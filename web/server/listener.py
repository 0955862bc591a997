"""Accepts connections and closes those whose time is over. Many that send nothing do not shut others out."""

import resource
import socket
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from waitress.adjustments import Adjustments
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher

from web.server.body_limit import BodyLimits
from web.server.connection import Connection
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
        """Whether a request is being answered, or an answer sent."""
        return any(one.requests or one.total_outbufs_len for one in self.active_channels.values())


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
    dispatcher = ThreadedTaskDispatcher()
    dispatcher.set_thread_count(threads)
    return [
        Listener(
            site, served, True, one, dispatcher=dispatcher, adj=adjusted, bind_socket=False,
            sockinfo=(one.family, one.type, one.proto, one.getsockname()),
        )
        for one in sockets
    ]  # fmt: skip


def _most_connections() -> int:
    """How many connections this process may hold; raises its limit of open files as far as it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS + SPARE_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return CONNECTIONS if soft == resource.RLIM_INFINITY else max(min(CONNECTIONS, soft - SPARE_FILES), 10)
