"""Links that depend on the current page: to the same page with other arguments, and the navigation."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from flask import Flask, current_app, request, url_for

from domain.accounts.roles import Account, Role
from web.site import access_control, reading_date

_MANAGER = (
    ("Summary", "desk.index"),
    ("Teams", "officers.teams"),
    ("What changed", "changes.index"),
    ("Figures", "compliance.index"),
    ("Board pack", "board_pack.index"),
    ("Actions", "actions.index"),
    ("Inspections", "inspections.index"),
)

NAVIGATION: Mapping[Role, tuple[tuple[str, str], ...]] = {
    "case_manager": (
        ("Today", "desk.index"),
        ("My cases", "caseload.index"),
        ("My page", "officers.mine"),
        ("What changed", "changes.index"),
        ("Standards", "handbook.index"),
    ),
    "spo": (
        ("To do", "desk.index"),
        ("What changed", "changes.index"),
        ("Cases", "caseload.index"),
        ("Officers", "officers.index"),
        ("Figures", "compliance.index"),
        ("Actions", "actions.index"),
        ("Inspections", "inspections.index"),
    ),
    "divisional_manager": _MANAGER,
    "area_manager": _MANAGER,
    "inspector": (
        ("My reading", "assessing.mine"),
        ("Inspections", "inspections.index"),
        ("Standards", "handbook.index"),
    ),
    "information_manager": (
        ("Data", "data.index"),
        ("Imports", "imports.index"),
        ("Accounts", "staff.index"),
        ("Access log", "access.index"),
        ("Standards", "handbook.index"),
    ),
    "auditor": (("Access log", "access.index"), ("Standards", "handbook.index")),
}
"""The menu of each role, in order: label and endpoint. The first item is the role's home. What the role may not enter, and what
this installation does not have, is left out."""

FOOTER = (
    ("Standards", "handbook.index"),
    ("Help", "about.help"),
    ("Accessibility", "about.accessibility"),
    ("Privacy", "about.privacy"),
    ("Cookies", "about.cookies"),
    ("What's new", "about.news"),
)
"""The links of the footer, in order: label and endpoint."""

PART_OF: Mapping[str, str] = {
    "begin": "caseload.index", "cases": "caseload.index", "countersign": "caseload.index", "keeping": "caseload.index",
    "outcomes": "desk.index", "recording": "caseload.index", "replay": "caseload.index", "matrix": "compliance.index",
    "process": "compliance.index",
    "assessing": "inspections.index", "inspecting": "inspections.index", "publishing": "inspections.index",
    "policy": "inspections.index", "reporting": "inspections.index", "invitations": "staff.index",
    "machines": "staff.index", "requests": "staff.index", "proof": "data.index", "sources": "data.index",
}  # fmt: skip
"""Blueprint -> the item of the menu under which its pages stand, where they have none of their own."""


LONGEST_BACK = 500
"""Characters of an address to come back to: it is kept in drafts and in the cookie."""


def is_home(who: Account) -> bool:
    """Whether the page asked for is the home page of this account."""
    return request.endpoint in [endpoint for _, endpoint in NAVIGATION.get(who.role, ())[:1]]


def other_arguments() -> list[tuple[str, str]]:
    """The query arguments of this page but for the moment, in order, repeated ones included."""
    return [(name, text) for name, text in request.args.items(multi=True) if name not in reading_date.NAMES]


def here(**changes: Any) -> str:
    """A link to the same page with some query arguments changed (None: left out). The moment is kept.

    It is relative (``?sort=officer``; ``?`` alone where no argument is left), so nothing in the address can make it lead to
    another site.
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


def back_to(address: str | None) -> str:
    """The address, if it is a page of this site to come back to, of at most 500 characters; otherwise empty."""
    return address if address and len(address) <= LONGEST_BACK and local(address) == address else ""


def menu() -> list[tuple[str, str]]:
    """Label and endpoint of each item that the person signed in may enter; empty where nobody is."""
    who = access_control.signed_in()
    items = () if who is None else NAVIGATION.get(who.role, ())
    return [
        (label, endpoint)
        for label, endpoint in items
        if who is not None and endpoint in current_app.view_functions and access_control.may_enter(who, endpoint)
    ]


def footer_links() -> list[tuple[str, str]]:
    """Label and address of each link of the footer that the reader may follow."""
    who = access_control.signed_in()
    return [
        (label, url_for(endpoint))
        for label, endpoint in FOOTER
        if access_control.opens_to(current_app, endpoint) == access_control.ANYONE
        or (who is not None and access_control.may_enter(who, endpoint))
    ]


def may_search() -> bool:
    """Whether the person signed in opens cases, so that they can search for one."""
    who = access_control.signed_in()
    return who is not None and access_control.may_enter(who, "search.index")


def navigation() -> list[dict[str, Any]]:
    """The items of the GOV.UK service navigation; the part of the site that is open is marked as current."""
    items = menu()
    active = _part_open([endpoint for _, endpoint in items])
    return [
        {
            "text": label,
            "href": url_for(endpoint),
            "current": request.endpoint == endpoint,
            "active": endpoint == active,
        }
        for label, endpoint in items
    ]


def _part_open(endpoints: list[str]) -> str | None:
    """The item of the menu under which this page stands; None: under none."""
    if request.endpoint in endpoints:
        return request.endpoint
    own = [endpoint for endpoint in endpoints if endpoint.partition(".")[0] == request.blueprint]
    part = PART_OF.get(request.blueprint or "", "")
    return next(iter(own), part if part in endpoints else None)


def attach(app: Flask) -> None:
    """Give the templates ``here``, ``navigation``, ``other_arguments`` and ``request_date``."""
    for offered in (
        here,
        download_of,
        footer_links,
        may_search,
        navigation,
        other_arguments,
        reading_date.request_date,
    ):
        app.add_template_global(offered)
