"""What every request passes first: whose word on the client is taken, and whether it asks for this site.

``X-Forwarded-For``, ``-Proto`` and ``-Host`` count only from the proxies that are listed; from anybody else they are taken away.
A request for a host that is not the site's is refused before anything reads it.
"""

import re
from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING, Any

from flask import Flask

from web.site import problems, request_ids

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Network = IPv4Network | IPv6Network

LOOPBACK = ("127.0.0.0/8", "::1/128")
"""The proxies that are trusted where none is named: those on this machine."""

LOCAL_NAMES = ("localhost", "127.0.0.1", "[::1]")
"""The names of a site to which no other was given."""

FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PORT",
             "HTTP_X_FORWARDED_PREFIX", "HTTP_FORWARDED")  # fmt: skip

HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?")
"""A host and its port, in small letters."""

SCHEMES = ("http", "https")

WRONG_HOST = (
    "This service does not answer to the name that you asked for. Use the address that you were given."
    " Whoever runs the service names its hosts with: caseaudit serve --site-name NAME\n"
)


class FrontDoor:
    """The app behind its front door. ``proxies``: the networks of trusted proxies; ``names``: the hosts of the site."""

    def __init__(self, app: "WSGIApplication", *, proxies: Iterable[str], names: Iterable[str]):
        self._app, self._names = app, list(names)
        self._proxies = [ip_network(proxy, strict=False) for proxy in proxies]

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        peer = environ.setdefault("REMOTE_ADDR", "")
        forwarded = {name: environ.pop(name, "") for name in FORWARDED}
        trusted = self.is_proxy(peer)
        start_response = _with_id(start_response, request_ids.give(environ, trusted=trusted))
        if trusted:
            self._believe(environ, forwarded)
        asked = HOST.fullmatch(str(environ.get("HTTP_HOST") or environ.get("SERVER_NAME", "")).lower())
        if (asked is not None and asked[1] in self._names) or (
            environ.get("PATH_INFO") == "/healthz" and _is_here(environ["REMOTE_ADDR"])
        ):
            return self._app(environ, start_response)
        headers, body = problems.refusal(environ, 400, WRONG_HOST)
        start_response("400 BAD REQUEST", headers)
        return [body]

    def _believe(self, environ: "WSGIEnvironment", forwarded: dict[str, str]) -> None:
        """Take the client, scheme and host from what a trusted proxy says.

        The client is the last address that is no trusted proxy's: what stands before it was written by the client itself.
        """
        addresses = [part.strip() for part in forwarded["HTTP_X_FORWARDED_FOR"].split(",") if part.strip()]
        client = next((one for one in reversed(addresses) if not self.is_proxy(one)), None)
        if client is not None:
            environ["REMOTE_ADDR"] = client[:60]
        scheme = forwarded["HTTP_X_FORWARDED_PROTO"].rpartition(",")[2].strip().lower()
        if scheme in SCHEMES:
            environ["wsgi.url_scheme"] = scheme
        if host := forwarded["HTTP_X_FORWARDED_HOST"].rpartition(",")[2].strip():
            environ["HTTP_HOST"] = host

    def is_proxy(self, address: str) -> bool:
        """Whether a peer is one of the trusted proxies."""
        try:
            found = ip_address(address)
        except ValueError:
            return False
        plain = (isinstance(found, IPv6Address) and found.ipv4_mapped) or found
        return any(plain in network for network in self._proxies)


def _with_id(start_response: "StartResponse", given: str) -> "StartResponse":
    """The same, with the id of the request among the headers of its answer."""

    def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
        return start_response(status, [*headers, (request_ids.HEADER, given)], *more)

    return start


def _is_here(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def attach(app: Flask, *, proxies: Iterable[str], names: Iterable[str]) -> FrontDoor:
    """Put the front door before the app. Its names are also the hosts of passkeys."""
    app.config["SITE_NAMES"] = tuple(name.lower() for name in names) or LOCAL_NAMES
    door = FrontDoor(app.wsgi_app, proxies=proxies, names=app.config["SITE_NAMES"])
    app.wsgi_app = door  # type: ignore[method-assign]
    return door
