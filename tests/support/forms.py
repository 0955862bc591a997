"""Filling in the site's forms of recording, as a browser would: redirects are followed, and a form is sent to its own page."""

import html
import re
from typing import Any
from urllib.parse import quote

from flask.testing import FlaskClient
from werkzeug.test import TestResponse


class Page(str):
    """A page that came, with the address that the browser shows for it."""

    address: str


def opened(client: FlaskClient, address: str) -> Page:
    """The page at an address, after its redirects."""
    return shown(client.get(address, follow_redirects=True))


def shown(answer: TestResponse) -> Page:
    """The page of an answer whose redirects were followed."""
    page = Page(answer.text)
    query = answer.request.query_string.decode()
    page.address = quote(answer.request.path) + (f"?{query}" if query else "")
    return page


def fields_in(page: str) -> dict[str, list[str]]:
    """What a page's form would send: hidden fields and what was filled in."""
    found: dict[str, list[str]] = {}
    main = page[page.index("<main") :]
    for tag in re.findall(r"<input[^>]*>", main):
        parts = {name: html.unescape(value) for name, value in re.findall(r'([a-z]+)="([^"]*)"', tag)}
        if "name" in parts and (parts.get("type", "text") not in ("radio", "checkbox") or " checked" in tag):
            found.setdefault(parts["name"], []).append(parts.get("value", ""))
    for name, inside in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', main, re.DOTALL):
        found[name] = [html.unescape(v) for v in re.findall(r'<option value="([^"]*)" selected', inside)]
    for name, text in re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>(.*?)</textarea>', main, re.DOTALL):
        found[name] = [html.unescape(text)]
    return found


def send(client: FlaskClient, page: Page, step: str, **typed: Any) -> Page:
    """Type into a form and press one of its buttons: the page that comes."""
    sent: dict[str, Any] = {**fields_in(page), **typed, "step": step}
    return shown(client.post(page.address, data=sent, follow_redirects=True))


def fill(client: FlaskClient, address: str, **typed: Any) -> Page:
    """Open a form, type into it, ask for the check: the page that comes."""
    return send(client, opened(client, address), "check", **typed)


def record(client: FlaskClient, check: Page) -> TestResponse:
    """Press *Record* on the check. The answer is the redirect itself."""
    return client.post(check.address, data={**fields_in(check), "step": "record"})


def recorded(client: FlaskClient, address: str, **typed: Any) -> TestResponse:
    """Fill in a form and record it."""
    check = fill(client, address, **typed)
    assert "You are about to" in check, re.findall(r'href="#([^"]+)">([^<]+)', check)
    answer = record(client, check)
    assert answer.status_code == 302, answer.text
    return answer
