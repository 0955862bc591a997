"""The demonstration asks for no password, so it answers this machine only, whatever stands before it."""

from ipaddress import ip_address

from flask import Flask, abort, request

HOSTS = ("localhost", "127.0.0.1", "[::1]")
"""Names by which a browser on this machine asks for it."""

PASSED_ON = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip", "Via")
"""Headers of a request that another program has passed on."""

REFUSED = "This is the demonstration: anybody may be anybody in it, so it is open on its own machine only, at http://localhost."


def is_from_here(peer: str | None, host: str, headers: object) -> bool:
    """Whether a request was made on this machine, for a name of this machine."""
    try:
        near = ip_address(peer or "").is_loopback
    except ValueError:
        near = False
    name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
    return near and name.lower() in HOSTS and not any(one in headers for one in PASSED_ON)  # type: ignore[operator]


def _refuse_others() -> None:
    peer = request.environ.get("werkzeug.proxy_fix.orig", {}).get("REMOTE_ADDR") or request.remote_addr
    if not is_from_here(peer, request.environ.get("HTTP_HOST", ""), request.headers):
        abort(403, REFUSED)


def attach(app: Flask) -> None:
    """Refuse requests from elsewhere. Attach it before anything else."""
    if app.config["DEMO"]:
        app.before_request(_refuse_others)
