"""The pages of every role, walked from its home: each link that one offers may be followed, each real time says that it is one.

The demonstration stands on a day of 2005. What the machine's clock gave, such as the time of storing, is of another year.
"""

import re
from collections import Counter, deque
from html import unescape
from urllib.parse import parse_qsl, urljoin, urlsplit

import pytest
from flask import Flask
from werkzeug.exceptions import HTTPException

from domain.accounts.roles import Role
from tests.support.depth import times
from tests.support.people import signed_in
from tests.web.site.test_access_control import USERS
from web.site import access_control, clock

LINK = re.compile(r'<a\s[^>]*?href="([^"]*)"')
EACH = times(16)
"""How many addresses of one kind are opened; the links on these pages are looked at all."""

FILES = frozenset(("form", "which"))
"""Arguments of the addresses of files, which are not made here."""


def kind_of(app: Flask, link: str) -> tuple[str, frozenset[str], bool]:
    """The endpoint of an address, the names of its arguments, and whether it is a file."""
    parts = urlsplit(link)
    endpoint, values = app.url_map.bind("localhost").match(parts.path)
    asked = {name for name, _ in parse_qsl(parts.query)} - {"as_at", "known", "back", "page"}
    return endpoint, frozenset(asked), endpoint == "static" or not FILES.isdisjoint(values) or "." in parts.path[-5:]


def leaves_open_whose_clock(text: str) -> bool:
    """Whether a page shows a day of the present year, and not whose clock says so."""
    shown = re.search(rf"\b\d{{1,2}} [A-Z][a-z]+ {clock.day().year}\b", text)
    return shown is not None and "this computer's clock" not in unescape(text)


@pytest.mark.parametrize("role", list(USERS))
def test_what_a_role_is_offered_opens_and_says_whose_clock_it_goes_by(demo_app: Flask, role: Role) -> None:
    client, refused, unsaid = signed_in(demo_app, USERS[role]), list[str](), list[str]()
    seen, opened = set[str](), Counter[tuple[str, frozenset[str]]]()
    waiting = deque([("", "/")])
    while waiting:
        page, link = waiting.popleft()
        answer = client.get(link, follow_redirects=True)
        if answer.status_code >= 400:
            refused.append(f"{page} -> {link}: {answer.status_code}")
        if leaves_open_whose_clock(answer.text):
            unsaid.append(link)
        for href in LINK.findall(answer.text):
            path = urljoin(answer.request.full_path, unescape(href).partition("#")[0])
            if not path.startswith("/") or path in seen:
                continue
            seen.add(path)
            try:
                endpoint, asked, is_file = kind_of(demo_app, path)
            except HTTPException as error:
                refused.append(f"{link} -> {path}: {error.code}")
                continue
            opens_to = access_control.opens_to(demo_app, endpoint)
            if opens_to != access_control.ANYONE and role not in (opens_to or ()):
                refused.append(f"{link} -> {path}: not for this role")
            elif not is_file and opened[endpoint, asked] < EACH:
                opened[endpoint, asked] += 1
                waiting.append((link, path))
    assert not refused and not unsaid
    assert len(opened) > 10
