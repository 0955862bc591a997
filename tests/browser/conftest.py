"""A real Chromium and a real server for the tests of this folder."""

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from zlib import crc32

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect, sync_playwright
from werkzeug.serving import make_server

from domain.accounts.roles import Account
from tests.support.depth import deep
from tests.support.hanging import HANGING
from tests.support.people import MANAGER, session_of, signed_in

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDE = 1280
"""Pixels: the wider of the two widths at which pages are opened."""

MISSING = "no Chromium found (looked for chromium, chromium-browser, google-chrome): apt-get install chromium"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the whole run."""
    executable = next((found for found in map(shutil.which, NAMES) if found), None)
    if executable is None:
        pytest.skip(MISSING)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS, timeout=HANGING * 1000)
        expect.set_options(timeout=HANGING * 1000)
        yield chromium
        chromium.close()


class Door:
    """What a test has opened: its browser contexts, and the session that they all carry."""

    def __init__(self) -> None:
        self.contexts: list[BrowserContext] = []
        self.cookies: list[Any] = []

    def opened(self, context: BrowserContext) -> None:
        self.contexts.append(context)
        if self.cookies:
            context.add_cookies(self.cookies)

    def sign_in(self, cookie: dict[str, str], address: str) -> None:
        self.cookies = [{**cookie, "url": address}]
        for context in self.contexts:
            context.add_cookies(self.cookies)  # type: ignore[arg-type]


@pytest.fixture
def door() -> Door:
    return Door()


@pytest.fixture
def context(browser: Browser, door: Door) -> Iterator[Callable[..., BrowserContext]]:
    """``context(java_script_enabled=False, bypass_csp=True, viewport=...)``: a fresh browser context."""
    with ExitStack() as stack:

        def open_context(**options: Any) -> BrowserContext:
            opened = browser.new_context(**options)
            stack.callback(opened.close)
            opened.set_default_timeout(HANGING * 1000)
            door.opened(opened)
            return opened

        yield open_context


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """Serve the app on a free loopback port; the address without a slash at its end."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def site(door: Door) -> Iterator[Callable[..., str]]:
    """``site(app, user)``: the address at which the app is served until the end of the test.

    The test's browser contexts are signed in there, as the area manager of the demonstration (or of an empty database)
    unless another is named; with None nobody is.
    """
    with ExitStack() as stack:

        def serve(app: Flask, user: str | Account | None = "") -> str:
            address = stack.enter_context(served(app))
            if user is not None:
                who = user or ("c.whitlock" if app.config["DEMO"] else MANAGER)
                door.sign_in(session_of(signed_in(app, who)), address)
            return address

        yield serve


@pytest.fixture
def complaints() -> Callable[[Page], list[str]]:
    """``complaints(page)``: a list that fills with what the page logs as an error or throws, CSP included."""

    def listen(page: Page) -> list[str]:
        heard: list[str] = []

        def failed(request: Request) -> None:
            # Leaving a page ends what it was still loading (its icon, say): that is no fault of the page.
            if request.failure != "net::ERR_ABORTED":
                heard.append(f"{request.url}: {request.failure}")

        said = ("error", "warning")
        page.on("console", lambda line: heard.append(line.text) if line.type in said else None)
        page.on("pageerror", lambda error: heard.append(str(error)))
        page.on("requestfailed", failed)
        return heard

    return listen


@pytest.fixture
def axe(request: pytest.FixtureRequest) -> Callable[[Page], None]:
    """``axe(page)``: no accessibility violations; the page's context needs ``bypass_csp=True``.

    Where a test opens its pages at two widths, each page is examined at one of them; in a deep run at both.
    """
    call = getattr(request.node, "callspec", None)
    width = call.params.get("width") if call else None

    def left_to_the_other_width(page: Page) -> bool:
        where = page.url.split("/", 3)[3]
        return not deep() and width is not None and (crc32(where.encode()) % 2 == 0) != (width == WIDE)

    def check(page: Page) -> None:
        if left_to_the_other_width(page):
            return
        results = Axe().run(page)
        assert results.violations_count == 0, results.generate_report()

    return check
