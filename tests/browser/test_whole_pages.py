"""A test that clicks and reads at once reads the whole page."""

import time
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext

from tests.browser.conftest import served

pytestmark = pytest.mark.browser


def slow_app() -> Flask:
    """An app whose second page comes in two parts, half a second apart."""
    app = Flask(__name__)

    def halves() -> Iterator[str]:
        yield "<!doctype html><title>Second</title><ul><li>one</li>" + " " * 2000
        time.sleep(0.5)
        yield "<li>two</li></ul>"

    app.add_url_rule("/", "first", lambda: "<!doctype html><title>First</title><form action=/second><button>Go")
    app.add_url_rule("/second", "second", lambda: app.response_class(halves()))
    return app


@pytest.mark.parametrize("scripts", [True, False])
def test_what_is_read_after_a_click_is_the_whole_next_page(
    context: Callable[..., BrowserContext], scripts: bool
) -> None:
    with served(slow_app()) as address:
        page = context(java_script_enabled=scripts).new_page()
        page.goto(address)
        page.get_by_role("button", name="Go").click()
        assert page.locator("li").count() == 2
