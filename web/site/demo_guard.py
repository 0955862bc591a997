"""The demonstration asks for no password, so it answers this machine only, whatever stands before it."""

from collections.abc import Iterable
from ipaddress import ip_address
from typing import TYPE_CHECKING

from web.site import problems

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

HOSTS = ("localhost", "127.0.0.1", "[::1]")
"""Names by which a browser on this machine asks for it."""

PASSED_ON = ("HTTP_FORWARDED", "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST", "HTTP_X_REAL_IP", "HTTP_VIA")
"""Headers of a request that another program has passed on."""

REFUSED = "This is the demonstration: anybody may be anybody in it, so it is open on its own machine only, at http://localhost.\n"


class DemoGuard:
    """The demonstration's app, which answers requests from its own machine. It stands before everything else."""

    def __init__(self, app: "WSGIApplication"):
        self._app = app

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if is_from_here(environ):
            return self._app(environ, start_response)
        headers, body = problems.refusal(environ, 403, REFUSED)
        start_response("403 FORBIDDEN", headers)
        return [body]


def is_from_here(environ: "WSGIEnvironment") -> bool:
    """Whether a request was made on this machine, for a name of this machine, and nobody has passed it on."""
    try:
        near = ip_address(environ.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        near = False
    host = environ.get("HTTP_HOST", "")
    name = host if host.endswith("]") else host.rsplit(":", 1)[0]
    return near and name.lower() in HOSTS and not any(header in environ for header in PASSED_ON)
