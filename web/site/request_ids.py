"""The id of each request: in the answer's header, on error pages, in problems of the API, in every line of the log about it.

It is taken from ``X-Request-ID`` where a trusted proxy sends one that is well formed, and made otherwise.
"""

import re
import secrets
from typing import TYPE_CHECKING

from flask import Flask, has_request_context, request

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

HEADER = "X-Request-ID"

IN_ENVIRON = "caseaudit.request_id"
"""Where the id stands in the WSGI environment."""

WELL_FORMED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")
"""Long enough to be one of a kind, and nothing in it that could pass for anything else in a log."""


def request_id() -> str:
    """The id of the request that is being answered; empty where none is."""
    return str(request.environ.get(IN_ENVIRON, "")) if has_request_context() else ""


def new_id() -> str:
    """An id by chance."""
    return secrets.token_hex(16)


def give(environ: "WSGIEnvironment", *, trusted: bool) -> str:
    """Give a request its id, and return it. ``trusted``: whether its ``X-Request-ID`` comes from a proxy of ours."""
    sent = str(environ.pop("HTTP_X_REQUEST_ID", ""))
    found = sent if trusted and WELL_FORMED.fullmatch(sent) else new_id()
    environ[IN_ENVIRON] = found
    return found


def attach(app: Flask) -> None:
    """Give the templates ``request_id``."""
    app.add_template_global(request_id)
