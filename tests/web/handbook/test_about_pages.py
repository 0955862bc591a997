"""The pages of the footer: open to anyone, linked from every page, and what they say of cookies is true."""

import pytest
from flask import Flask

from tests.support.people import signed_in

PAGES = ("help", "accessibility", "privacy", "cookies", "whats-new")


@pytest.mark.parametrize("page", PAGES)
def test_anyone_reads_it_and_every_page_links_to_it(demo_app: Flask, page: str) -> None:
    nobody = demo_app.test_client()
    answer = nobody.get(f"/about/{page}")
    assert answer.status_code == 200 and answer.text.count("<h1") == 1
    for client, address in ((nobody, "/sign-in"), (signed_in(demo_app, "p.anstey"), "/cases/V465889/1")):
        assert f'href="/about/{page}"' in client.get(address).text


def test_standards_are_linked_for_those_who_may_read_them(demo_app: Flask) -> None:
    assert 'govuk-footer__link" href="/standards"' not in demo_app.test_client().get("/sign-in").text
    assert 'govuk-footer__link" href="/standards"' in signed_in(demo_app, "p.anstey").get("/cases").text


def test_every_cookie_that_is_set_is_named(demo_app: Flask) -> None:
    client = signed_in(demo_app, "p.anstey")
    page = client.get("/about/cookies").text
    names = {cookie.key for cookie in client._cookies.values()}
    assert names and all(f">{name}<" in page for name in names)
    assert "caseaudit-known" in page
