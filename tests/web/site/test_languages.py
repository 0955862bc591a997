"""Welsh: what nobody has read over is not shown, what is missing is found, and a page says what is in which language."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from flask import Flask
from flask.testing import FlaskClient

from tests.support.people import signed_in
from tools.welsh_messages import messages
from web.app import create_app
from web.site import languages

PAGES = ("/sign-in", "/about/help", "/about/accessibility", "/about/privacy", "/about/cookies", "/about/whats-new")


def _every() -> dict[str, str]:
    """Each message in marks, in place of its Welsh; gaps stay."""
    return {message: f"«{message}»" for message in messages()}


@pytest.fixture
def site(empty_database: str) -> Flask:
    return create_app(empty_database)


@pytest.fixture
def in_welsh(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """A catalogue in which every message is reviewed, to take some out of."""
    found = _every()
    monkeypatch.setattr(languages, "reviewed", lambda: found)
    yield found


def _client(site: Flask) -> FlaskClient:
    client = site.test_client()
    client.get("/language/cy")
    return client


class _Texts(HTMLParser):
    """The texts of the main part of a page, block by block, each with the language that it is marked with (None: the page's)."""

    INLINE = ("strong", "em", "a", "span")
    VOID = ("input", "br", "meta", "link", "img", "hr")

    def __init__(self) -> None:
        super().__init__()
        self.inside: list[tuple[str, str | None, bool]] = []
        self.found: list[tuple[str, str | None]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if (self.inside or tag == "main") and tag not in self.VOID:
            given = dict(attrs)
            if tag not in self.INLINE or given.get("lang"):
                self._end()
            unsaid = given.get("translate") == "no" or tag in ("script", "style", "code")
            self.inside.append((tag, given.get("lang"), unsaid))

    def handle_endtag(self, tag: str) -> None:
        if self.inside and self.inside[-1][0] == tag:
            if tag not in self.INLINE or self.inside[-1][1]:
                self._end()
            self.inside.pop()

    def handle_data(self, data: str) -> None:
        if self.inside and not any(unsaid for _, _, unsaid in self.inside):
            self.text += data

    def _end(self) -> None:
        if words := " ".join(self.text.split()):
            marked = [lang for _, lang, _ in self.inside if lang]
            self.found.append((words, marked[-1] if marked else None))
        self.text = ""


def _texts(page: str) -> list[tuple[str, str | None]]:
    reader = _Texts()
    reader.feed(page)
    return reader.found


def test_every_message_is_in_the_catalogue() -> None:
    with languages.CATALOGUE.open("rb") as file:
        kept = {message.id for message in read_po(file, locale="cy")}
    missing = {text: place for text, place in messages().items() if text not in kept}
    assert not missing, f"run python -m tools.welsh_messages: {missing}"
    assert len(messages()) > 100


def test_a_gap_of_a_message_is_in_its_welsh_too() -> None:
    gaps = re.compile(r"\{\w*\}")
    with languages.CATALOGUE.open("rb") as file:
        for message in read_po(file, locale="cy"):
            if message.id and message.string:
                assert sorted(gaps.findall(str(message.string))) == sorted(gaps.findall(str(message.id))), message.id


def test_only_what_somebody_read_over_is_shown(tmp_path: Path) -> None:
    catalogue = tmp_path / "cy.po"
    catalogue.write_text(
        '# reviewed by: A Reader, 28 November 2026\nmsgid "Sign in"\nmsgstr "Mewngofnodi"\n\n'
        'msgid "Password"\nmsgstr "Cyfrinair"\n',
        encoding="utf-8",
    )
    assert languages.reviewed(catalogue) == {"Sign in": "Mewngofnodi"}


def test_while_nothing_is_reviewed_nobody_is_offered_welsh(site: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(languages, "reviewed", dict)
    page = _client(site).get("/sign-in").text
    assert 'lang="en"' in page[:400] and "Cymraeg" not in page and '<span lang="en">' not in page


@pytest.mark.parametrize("address", PAGES)
def test_a_page_leaves_nothing_untranslated(site: Flask, in_welsh: dict[str, str], address: str) -> None:
    page = _client(site).get(address).text
    assert '<html lang="cy"' in page
    ours = [text for text, lang in _texts(page) if lang != "en"]
    assert ours and not [text for text in ours if not ("«" in text or "»" in text)], address


def test_english_stands_in_for_one_message_and_says_so(site: Flask, in_welsh: dict[str, str]) -> None:
    del in_welsh["Password"]
    texts = dict(_texts(_client(site).get("/sign-in").text))
    assert texts["Password"] == "en" and texts["«Sign in»"] is None


def test_a_problem_is_said_in_welsh_too(site: Flask, in_welsh: dict[str, str]) -> None:
    client = _client(site)
    token = re.findall(r'name="csrf_token" value="([^"]+)"', client.get("/sign-in").text)[0]
    page = client.post("/sign-in", data={"csrf_token": token, "username": "x", "password": "y"}).text
    assert "«The user name or the password is not right»" in page and "<title>«Error: »«Sign in»" in " ".join(
        page.split()
    )


def test_one_goes_back_to_english_and_nowhere_else(site: Flask, in_welsh: dict[str, str]) -> None:
    client = _client(site)
    assert client.get("/language/en?next=/sign-in").location == "/sign-in"
    assert '<html lang="en"' in client.get("/sign-in").text and ">Cymraeg</a>" in client.get("/sign-in").text
    assert client.get("/language/cy?next=//elsewhere.example").location == "/"
    assert client.get("/language/de").status_code == 404


def test_a_duty_is_said_in_welsh_where_all_of_it_is_reviewed(demo_app: Flask, in_welsh: dict[str, str]) -> None:
    client = signed_in(demo_app, "p.anstey")
    client.set_cookie("language", "cy")
    page = client.get("/cases/V465889/1").text
    assert '<html lang="en"' in page
    said = re.findall(r'<span lang="cy">([^<]*)</span>', page)
    assert any(one.startswith("«Oversight by a manager") and "«16 weeks»" in one for one in said)
    assert "«Due 11 Awst»«, 94 working days late»" in said
    for wording in [text for text in in_welsh if text.startswith("Oversight by a manager")]:
        del in_welsh[wording]
    again = client.get("/cases/V465889/1").text
    assert "Oversight by a manager at least every 16 weeks" in again and '<span lang="cy">«Oversight' not in again
    client.delete_cookie("language")
    assert "«" not in client.get("/cases/V465889/1").text
