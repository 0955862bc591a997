"""Passkeys in a real Chromium, with the authenticator that it has for tests."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect

from domain.accounts.roles import Account
from tests.support.people import PASSWORD, add
from web.app import create_app
from web.site import access_control

pytestmark = pytest.mark.browser

CHIEF = Account("info", "Ida Chief", "information_manager")


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    made = create_app(str(tmp_path / "site.sqlite"))
    add(made, CHIEF)
    return made


def authenticator(page: Page) -> Any:
    """Give the page's browser a security key that says yes."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "usb", "hasResidentKey": False, "hasUserVerification": True,
               "isUserVerified": True}  # fmt: skip
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session


def sign_in(page: Page, address: str) -> None:
    page.goto(f"{address}/sign-in")
    page.get_by_label("User name").fill("info")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def local(address: str) -> str:
    """The name that passkeys are bound to: an IP address is no such name."""
    return address.replace("127.0.0.1", "localhost")


def test_a_passkey_is_set_up_and_then_lets_in(
    app: Flask, site: Callable[..., str], context: Callable[..., BrowserContext],
    complaints: Callable[[Page], list[str]], usable: Callable[[Page], None],
) -> None:  # fmt: skip
    address = local(site(app, None))
    page = context().new_page()
    heard = complaints(page)
    authenticator(page)
    sign_in(page, address)
    expect(page.get_by_role("heading", name="Set up a second factor")).to_be_visible()
    page.get_by_label("What you call it").fill("blue key")
    page.get_by_role("button", name="Make a passkey").click()
    expect(page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    usable(page)
    codes = page.locator("li.ca-code").all_inner_texts()
    page.get_by_role("button", name="Sign out").click()
    sign_in(page, address)
    usable(page)
    page.get_by_role("button", name="Use your passkey").click()
    expect(page.get_by_role("heading", name="Accounts")).to_be_visible()
    page.goto(f"{address}/account/second-factors")
    expect(page.get_by_text("blue key: passkey since")).to_be_visible()
    usable(page)
    assert heard == []
    page.get_by_role("button", name="Sign out").click()
    sign_in(page, address)
    page.get_by_label("Code").fill(codes[0])
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", name="Accounts")).to_be_visible()


def test_a_passkey_of_another_account_lets_nobody_in(
    app: Flask, site: Callable[..., str], context: Callable[..., BrowserContext]
) -> None:
    """Nor an answer that was sent before."""
    address = local(site(app, None))
    page = context().new_page()
    authenticator(page)
    sign_in(page, address)
    page.get_by_role("button", name="Make a passkey").click()
    page.get_by_role("button", name="Sign out").click()
    sign_in(page, address)
    with page.expect_request("**/second-factor") as sent:
        page.get_by_role("button", name="Use your passkey").click()
    expect(page.get_by_role("heading", name="Accounts")).to_be_visible()
    answer = sent.value.post_data_json["passkey"]
    page.get_by_role("button", name="Sign out").click()
    sign_in(page, address)
    token = page.locator('input[name="csrf_token"]').first.input_value()
    again = page.request.post(f"{address}/second-factor", form={"csrf_token": token, "passkey": answer})
    assert "is not right" in again.text()
    with app.app_context():
        register = access_control.register()
        with register.engine.begin() as c:
            c.exec_driver_sql("UPDATE second_factors SET username = 'other'")
        assert register.factors.passkeys("other") == []


def test_at_an_ip_address_an_app_is_offered_instead(
    app: Flask, site: Callable[..., str], context: Callable[..., BrowserContext], usable: Callable[..., None]
) -> None:
    page = context().new_page()
    sign_in(page, site(app, None))
    expect(page.get_by_text("Passkeys can't be used at this web address")).to_be_visible()
    expect(page.locator("svg.ca-qr")).to_be_visible()
    usable(page)
