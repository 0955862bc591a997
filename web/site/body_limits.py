"""How much each page takes: 16 KB of somebody who is not known, 256 KB of a form, and 64 MB where files are imported."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, current_app, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RoutingException

from web.server.body_limit import BodyLimit
from web.site import access_control

View = TypeVar("View", bound=Callable[..., Any])

SIGN_IN_BYTES = 16 * 1024
"""The largest body of a page that asks for no sign-in."""

FORM_BYTES = 256 * 1024
"""The largest form."""

FILE_BYTES = 64 * 2**20
"""The largest file that a page takes. Larger ones go through ``caseaudit import``."""


def takes_files(view: View) -> View:
    """State that a view takes a file, from people who may enter it."""
    view.takes_files = True  # type: ignore[attr-defined]
    return view


class SiteLimits:
    """The limits of an app's pages, as its server asks for them."""

    def __init__(self, app: Flask):
        self.app = app
        self._routes = app.url_map.bind("localhost")

    def of(self, method: str, path: str) -> BodyLimit:
        """The limit of the page at a path, as WSGI gives it."""
        try:
            endpoint, _ = self._routes.match(path.encode("latin-1", "replace").decode("utf-8", "replace"), method)
        except (HTTPException, RoutingException):
            return BodyLimit(SIGN_IN_BYTES, SIGN_IN_BYTES)
        return self.of_page(endpoint)

    def of_page(self, endpoint: str) -> BodyLimit:
        if access_control.opens_to(self.app, endpoint) == access_control.ANYONE:
            return BodyLimit(SIGN_IN_BYTES, SIGN_IN_BYTES)
        takes = getattr(self.app.view_functions.get(endpoint), "takes_files", False)
        return BodyLimit(FORM_BYTES, FILE_BYTES if takes else FORM_BYTES)

    def knows(self, environ: dict[str, Any]) -> bool:
        """Whether this request comes from somebody signed in who may enter its page."""
        with self.app.request_context(environ):
            return _may_send_files()


def _may_send_files() -> bool:
    who = access_control.signed_in()
    return who is not None and access_control.may_enter(who, request.endpoint or "")


def _limit() -> None:
    """Before every page, and before its form is read."""
    limits: SiteLimits = current_app.extensions["body limits"]
    limit = limits.of_page(request.endpoint or "")
    larger = request.content_length is None or request.content_length > limit.anyone
    known = larger and limit.known > limit.anyone and _may_send_files()
    request.max_content_length = limit.known if known else limit.anyone


def attach(app: Flask) -> None:
    """Limit every body. Attach it before anything that reads a form."""
    app.extensions["body limits"] = SiteLimits(app)
    app.before_request(_limit)
