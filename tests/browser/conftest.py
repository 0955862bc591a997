"""A real Chromium and a real server for the tests of this folder."""

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from zlib import crc32

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Request, expect, sync_playwright
from werkzeug.serving import make_server

from domain.accounts.roles import Account
from tests.browser import axe_runs
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
    "--renderer-process-limit=1",
    "--disable-site-isolation-trials",
]
WIDTHS = (1280, 390, 320)
"""Pixels: the widths at which everybody can use a page."""

MISSING = "no Chromium found (looked for chromium, chromium-browser, google-chrome): apt-get install chromium"


CLICK = Locator.click


def clicked(locator: Locator, **options: Any) -> None:
    """Click, and wait until the page that it leads to is whole.

    Playwright goes on as soon as that page has begun: what a test then reads at once (a count, a text) would be read of
    half a page.
    """
    CLICK(locator, **options)
    locator.page.wait_for_load_state()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the whole run."""
    executable = next((found for found in map(shutil.which, NAMES) if found), None)
    if executable is None:
        pytest.skip(MISSING)
    with sync_playwright() as playwright, pytest.MonkeyPatch.context() as patch:
        patch.setattr(Locator, "click", clicked)
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
    """``context(java_script_enabled=False, viewport=...)``: a fresh browser context."""
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


def usual(app: Flask) -> str | Account:
    """Who looks where nobody is named: the area manager of the demonstration, or of an empty database."""
    return "c.whitlock" if app.config["DEMO"] else MANAGER


@pytest.fixture(scope="module")
def look(browser: Browser) -> Iterator[Callable[[Flask, str], Page]]:
    """``look(app, path)``: a page, in one tab that all tests of a module share; for those who only look."""
    tabs: dict[Flask, tuple[str, Page]] = {}
    with ExitStack() as stack:

        def tab(app: Flask) -> tuple[str, Page]:
            address = stack.enter_context(served(app))
            context = browser.new_context()
            stack.callback(context.close)
            context.set_default_timeout(HANGING * 1000)
            context.add_cookies([{**session_of(signed_in(app, usual(app))), "url": address}])  # type: ignore[list-item]
            return address, context.new_page()

        def show(app: Flask, path: str) -> Page:
            if app not in tabs:
                tabs[app] = tab(app)
            address, page = tabs[app]
            page.set_viewport_size({"width": WIDTHS[0], "height": 800})
            page.goto(address + path)
            return page

        yield show


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
                door.sign_in(session_of(signed_in(app, user or usual(app))), address)
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
def axe() -> Callable[..., None]:
    """``axe(page, part)``: no violations on the page, or in its part."""

    def check(page: Page, part: str | None = None) -> None:
        assert (wrong := axe_runs.whole(page, part)) == [], "\n".join(wrong)

    return check


@pytest.fixture(scope="session")
def looks() -> set[int]:
    """How texts looked whose contrast was measured in this run."""
    return set()


@pytest.fixture
def usable(looks: set[int]) -> Callable[..., None]:
    """``usable(page, part)``: no violations and no sideways scroll, with all details open, at each of the widths.

    Violations are looked for at one of the widths, which the page's address chooses, and in ``part`` of the page where
    the rest is another test's; contrast is measured once of what looks alike. A deep run looks at all of each page at all
    widths.
    """

    def check(page: Page, part: str | None = None) -> None:
        page.evaluate("document.querySelectorAll('details').forEach(details => { details.open = true; })")
        chosen = WIDTHS[crc32(page.url.split("/", 3)[3].encode()) % len(WIDTHS)]
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            if deep():
                assert (wrong := axe_runs.whole(page)) == [], "\n".join(wrong)
            elif width == chosen:
                assert (wrong := axe_runs.with_new_looks(page, looks, part)) == [], "\n".join(wrong)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{page.url} at {width}"

    return check
