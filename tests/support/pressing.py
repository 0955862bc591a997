"""Somebody at the site without a browser: they see words, type into fields by their labels, and press links and buttons."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin

from flask.testing import FlaskClient
from lxml import html

from tests.support.forms import shown

OFFERED = "//*[(self::a[@href] or self::button) and not(ancestor::details[not(@open)])]"
"""Links and buttons, but for what is folded away."""


class Reader:
    """Somebody at the site: they see the words of a page, type into fields by their labels, and press links and buttons."""

    def __init__(self, client: FlaskClient):
        self.client = client
        self.go("/")

    def go(self, address: str, **sent: Any) -> None:
        answer = self.client.open(address, follow_redirects=True, **sent)
        assert answer.status_code == 200, f"{address}: {answer.status}"
        self.address, self.text = shown(answer).address, answer.text
        self.page = html.fromstring(answer.text)

    @property
    def words(self) -> str:
        return said(self.page.xpath("//main")[0])

    def press(self, step: str, typed: Mapping[str, Any]) -> None:
        """Press the first link or button of these words. What leads to a file is not fetched: other tests do."""
        wanted = re.compile(re.escape(step).replace(r"\.\.\.", ".+"))
        offered = [one for part in ("//main", "//body") for one in self.page.xpath(part + OFFERED)]
        found = next((one for one in offered if any(map(wanted.fullmatch, (said(one), heard(one))))), None)
        assert found is not None, f"{self.address} has nothing called {step}: {sorted({heard(one) for one in offered})}"
        if found.tag == "a":
            address = urljoin(self.address, found.get("href"))
            return None if "/download/" in address else self.go(address)
        return self.send(found, typed)

    def send(self, button: Any, typed: Mapping[str, Any]) -> None:
        (form,) = button.iterancestors("form")
        files = fill(form, typed)
        values = [*form.form_values(), (button.get("name", ""), button.get("value", ""))]
        data: dict[str, list[Any]] = {}
        for name, value in values:
            data.setdefault(name, []).append(value)
        address = urljoin(self.address, form.get("action") or self.address)
        way = "data" if form.method == "POST" else "query_string"
        self.go(address, method=form.method, **{way: {**data, **files}})


def said(part: Any) -> str:
    """The words of a part of a page that are seen: without what only a screen reader says."""
    texts = part.xpath(
        ".//text()[not(ancestor::*[contains(@class, 'visually-hidden') or self::script or self::style])]"
    )
    return " ".join("".join(texts).split())


def heard(part: Any) -> str:
    """All its words, those for a screen reader too."""
    return " ".join(part.text_content().split())


def fill(form: Any, typed: Mapping[str, Any]) -> dict[str, Any]:
    """Type into the fields of a form that have these labels; the files that go with it."""
    files = {}
    for label in form.xpath(".//label[@for]"):
        words, field = said(label), form.get_element_by_id(label.get("for"))
        if words not in typed:
            continue
        if isinstance(typed[words], tuple):
            files[field.get("name")] = typed[words]
        elif field.get("type") in ("radio", "checkbox"):
            field.checked = True
        else:
            field.value = typed[words]
    return files
