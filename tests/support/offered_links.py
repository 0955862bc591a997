"""The links that a page offers, and the times on it that are not of the day on which a demonstration stands."""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any, NamedTuple
from urllib.parse import urljoin, urlsplit

from flask import Flask
from werkzeug.exceptions import HTTPException

from domain.accounts.roles import Role
from web.site import access_control, clock

_LINK = re.compile(r'<a\s[^>]*?href="([^"]*)"')
_FILE_ARGUMENTS = frozenset(("form", "which"))


class Offered(NamedTuple):
    """A link to a page of the site. ``endpoint``: empty where there is none at its address. ``is_file``: it is a download."""

    path: str
    endpoint: str
    is_file: bool

    def is_open_to(self, app: Flask, role: Role) -> bool:
        opens_to = access_control.opens_to(app, self.endpoint)
        return opens_to is not None and (opens_to == access_control.ANYONE or role in opens_to)


def offered(app: Flask, answer: Any) -> Iterator[Offered]:
    """The links of an answer (of a test client) that lead to another page of the site."""
    if answer.mimetype != "text/html":
        return
    addresses = app.url_map.bind("localhost")
    for href in dict.fromkeys(_LINK.findall(answer.text)):
        address = unescape(href).partition("#")[0]
        path = urljoin(answer.request.full_path, address)
        if address and path.startswith("/"):
            try:
                endpoint, values = addresses.match(urlsplit(path).path)
            except HTTPException:
                endpoint, values = "", {}
            yield Offered(path, endpoint, endpoint == "static" or not _FILE_ARGUMENTS.isdisjoint(values))


def leaves_open_whose_clock(answer: Any) -> bool:
    """Whether a page of a demonstration shows a day of the present year, and not whose clock says so."""
    if answer.mimetype != "text/html":
        return False
    text = re.sub(r"Set down on [\w ]+", "", unescape(answer.text))  # rules have the day of their publication
    shown = re.search(rf"\b\d{{1,2}} [A-Z][a-z]+ {clock.day().year}\b", text)
    return shown is not None and "this computer's clock" not in text
