"""Links that depend on the current page: to the same page with other arguments, and the navigation."""

from typing import Any
from urllib.parse import urlencode

from flask import Flask, request, url_for

from web.site import access_control, reading_date

NAVIGATION = (
    ("Desk", "desk.index"),
    ("Caseload", "caseload.index"),
    ("Matrix", "matrix.index"),
    ("Reports", "compliance.index"),
    ("Inspections", "inspections.index"),
    ("Standards", "handbook.index"),
    ("Accounts", "staff.index"),
    ("Requests", "requests.index"),
    ("Imports", "imports.index"),
    ("Sources", "sources.index"),
    ("Proof", "proof.index"),
    ("Access log", "access.index"),
)
"""The items of the navigation, in order: label and endpoint. Pages that the reader may not open are left out."""


def other_arguments() -> list[tuple[str, str]]:
    """The query arguments of this page but for the moment, in order, repeated ones included."""
    return [(name, text) for name, text in request.args.items(multi=True) if name not in reading_date.NAMES]


def here(**changes: Any) -> str:
    """A link to the same page with some query arguments changed (None: left out). The moment is kept.

    It is relative (``?sort=officer``), so nothing in the address can make it lead to another site.
    """
    kept = [(name, text) for name, text in other_arguments() if name not in changes]
    carried = [(name, text) for name, text in reading_date.request_date().carried.items() if name not in changes]
    new = [(name, str(value)) for name, value in changes.items() if value is not None]
    return "?" + urlencode(kept + new + carried)


def download_of(endpoint: str, **values: Any) -> str:
    """A link to all pages of this list as a file, with the same filters and the same moment."""
    kept = {name: text for name, text in other_arguments() if name != "page"}
    return url_for(endpoint, **{**kept, **values})


def local(address: str | None) -> str:
    """The address, if it is a page of this site; otherwise that of the home page.

    Browsers drop line ends and tabs and read a backslash as a slash, so an address with any of them is not believed.
    """
    if not address or not address.startswith("/") or address.startswith(("//", "/sign-")):
        return "/"
    return address if address.isprintable() and "\\" not in address else "/"


def navigation() -> list[dict[str, Any]]:
    """The items of the GOV.UK service navigation; the part of the site that is open is marked as current."""
    items: list[dict[str, Any]] = []
    who = access_control.signed_in()
    for label, endpoint in NAVIGATION:
        if who is not None and access_control.may_enter(who, endpoint):
            blueprint = endpoint.partition(".")[0]
            items.append(
                {
                    "text": label,
                    "href": url_for(endpoint),
                    "current": request.endpoint == endpoint,
                    "active": request.blueprint == blueprint,
                }
            )
    return items


def attach(app: Flask) -> None:
    """Give the templates ``here``, ``navigation``, ``other_arguments`` and ``request_date``."""
    for offered in (here, download_of, navigation, other_arguments, reading_date.request_date):
        app.add_template_global(offered)
