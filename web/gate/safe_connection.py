"""Connections out of the building: made to the very address that was checked, over TLS, within a deadline, following nothing.

A name is resolved once for each connection. Every address that it gives is checked, and one of these is connected to: what the
name resolves to a moment later does not matter.
"""

import http.client
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from ipaddress import ip_address
from typing import NamedTuple

from domain import __version__
from domain.destinations.addresses import NotAllowed, Target, check_address
from web.gate.gate_settings import GateSettings

CONNECT_SECONDS = 5.0
"""How long a server may take to take a connection, and to make it a TLS one."""

SECONDS = 20.0
"""How long a delivery may take in all, however slowly its receiver answers."""

LONGEST_REASON = 80
"""Characters of a receiver's own reason that are kept."""


class NotReached(Exception):
    """Nothing was sent: no connection was made. The text says why."""


class NoAnswer(Exception):
    """It may have been sent, and no whole answer came."""


class Answer(NamedTuple):
    """What a receiver answered. ``retry_after``: seconds that it asks to wait; None: it asks for none."""

    status: int
    reason: str
    retry_after: int | None

    @property
    def taken(self) -> bool:
        return 200 <= self.status < 300


def addresses_of(host: str, port: int) -> list[str]:
    """The IP addresses of a host, each once. ``NotReached``."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotReached(f"no address is known of {host}") from error
    return list(dict.fromkeys(str(place[4][0]) for place in found))


def checked_addresses(host: str, port: int, check: Callable[[str], None]) -> list[str]:
    """The same, every one checked. ``NotReached``; ``NotAllowed`` where any of them may not be reached."""
    found = addresses_of(host, port)
    for address in found:
        check(address)
    return found


def connected(host: str, port: int, check: Callable[[str], None], seconds: float = CONNECT_SECONDS) -> socket.socket:
    """A connection to one of the host's addresses, all of which were checked. ``NotReached``, ``NotAllowed``."""
    last: Exception | None = None
    for address in checked_addresses(host, port, check):
        try:
            return socket.create_connection((address, port), timeout=seconds)
        except OSError as error:
            last = error
    raise NotReached(f"{host} takes no connection at port {port} ({_reason(last)})") from last


class Way(NamedTuple):
    """How a target is reached. ``check``: refuses addresses. ``context``: of TLS; None: in the clear, on this machine alone."""

    check: Callable[[str], None]
    context: ssl.SSLContext | None

    @classmethod
    def public(cls, settings: GateSettings) -> "Way":
        """The way to every webhook: over TLS, into the public network and what the operator has allowed."""
        return cls(partial(check_address, allowed=settings.private), settings.context())


def check_here(address: str) -> None:
    """``NotAllowed`` for an address that is not this machine's own."""
    if not ip_address(address.partition("%")[0]).is_loopback:
        raise NotAllowed(f"{address} is not this machine: nothing goes there in the clear")


class SafeConnection(http.client.HTTPConnection):
    """A connection to a target, whose addresses are checked before one of them is connected to."""

    def __init__(self, target: Target, way: Way):
        self._target, self._way = target, way
        super().__init__(target.host, target.port, timeout=CONNECT_SECONDS)

    def connect(self) -> None:
        """Connect and ask the server to prove its name. ``NotReached``, ``NotAllowed``."""
        host, context = self._target.host, self._way.context
        self.sock = plain = connected(host, self._target.port, self._way.check if context else check_here)
        if context is None:
            return
        try:
            self.sock = context.wrap_socket(plain, server_hostname=host)
        except (ssl.SSLError, OSError) as error:
            plain.close()
            raise NotReached(f"{host} does not prove who it is over TLS ({_reason(error)})") from error


def post(target: Target, body: bytes, headers: Mapping[str, str], way: Way, seconds: float = SECONDS) -> Answer:
    """Send a body and read the answer's first lines. A redirect is an answer like any other: nothing is followed.

    ``NotReached``, ``NotAllowed``: nothing was sent. ``NoAnswer``: nobody knows whether it was taken.
    """
    connection = SafeConnection(target, way)
    with _deadline(connection, seconds) as late:
        connection.connect()
        try:
            connection.sock.settimeout(seconds)
            sent = {
                "Host": target.authority,
                "User-Agent": f"caseaudit/{__version__}",
                "Connection": "close",
                **headers,
            }
            connection.request("POST", target.path, body, dict(_safe(sent.items())))
            answer = connection.getresponse()
        except (OSError, http.client.HTTPException) as error:
            slow = late.is_set() or isinstance(error, TimeoutError)
            why = f"no answer within {seconds:g} seconds" if slow else f"no whole answer ({_reason(error)})"
            raise NoAnswer(why) from error
        return Answer(answer.status, _printable(answer.reason), _seconds(answer.headers.get("Retry-After")))


@contextmanager
def _deadline(connection: SafeConnection, seconds: float) -> Iterator[threading.Event]:
    """Close the connection when the time is over, whoever is still reading from it."""
    late = threading.Event()

    def close() -> None:
        late.set()
        with suppress(OSError, AttributeError):
            connection.sock.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, close)
    timer.daemon = True
    timer.start()
    try:
        yield late
    finally:
        timer.cancel()
        connection.close()


def _safe(headers: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for name, value in headers:
        if not value.isprintable():
            raise NotAllowed(f"the header {name} has a character that none has")
        yield name, value


def _seconds(asked: str | None) -> int | None:
    """The seconds of ``Retry-After``; a date in it is not read."""
    return int(asked) if asked is not None and asked.isascii() and asked.isdigit() and len(asked) < 8 else None


def _reason(error: Exception | None) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return _printable(error.verify_message)
    if isinstance(error, TimeoutError):
        return "it took too long"
    return _printable(getattr(error, "strerror", None) or getattr(error, "reason", None) or type(error).__name__)


def _printable(text: object) -> str:
    """A text of somebody else's, short and without control characters."""
    return "".join(one for one in str(text) if one.isprintable() and one.isascii())[:LONGEST_REASON]
