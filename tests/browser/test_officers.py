"""The pages of officers and of agreed actions in a real browser: usable at every width, two printed sides, an action."""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect

from web.app import create_app

pytestmark = pytest.mark.browser

SHEET = "/officers/Ian%20Makepeace"


@pytest.fixture
def app(own_database: Path) -> Flask:
    return create_app(str(own_database), today=lambda: date(2005, 12, 22), demo=True)


def test_agreeing_and_closing_an_action_at_every_width(
    app: Flask, site: Callable[..., str], context: Callable[..., BrowserContext], usable: Callable[[Page], None]
) -> None:
    address = site(app, "p.anstey")
    page = context().new_page()
    page.goto(address + SHEET)
    page.get_by_role("button", name="Agree", exact=True).click()
    summary = page.locator(".govuk-error-summary")
    summary.get_by_role("link", name="Enter what was agreed.").click()
    expect(page.locator("#agree-what")).to_be_focused()
    page.locator("#agree-what").fill("Plans reviewed in all cases")
    page.locator("#agree-by_when").fill("31/12/2005")
    page.locator("#agree-shows").select_option("duties:plan-review")
    page.get_by_role("button", name="Agree", exact=True).click()
    expect(page.get_by_text(re.compile(r"\d of \d done, from the record"))).to_be_visible()
    usable(page)
    page.set_viewport_size({"width": 390, "height": 800})
    for newest in (
        page.get_by_role("columnheader", name="to 22 Dec 2005"),
        page.locator(".ca-officer__chart").get_by_text("to 22 Dec", exact=True),
    ):
        box = newest.bounding_box()
        assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= 390, "the newest quarter is not cut off"
    expect(page.get_by_text("Chart and table scroll sideways.")).to_be_visible()
    page.goto(f"{address}/actions/team/Gloucester")
    usable(page)
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(address + SHEET)
    assert page.pdf(format="A4").count(b"/Type /Page\n") <= 2
    page.emulate_media(media="print")
    banner = '<div class="govuk-notification-banner" role="alert">Recorded</div>'
    page.locator("main").evaluate("(main, banner) => main.insertAdjacentHTML('afterbegin', banner)", banner)
    for shown, banners in (
        (True, ".ca-date__said"),
        (False, ".ca-demo, .ca-header, .govuk-notification-banner, .ca-footer"),
    ):
        assert {one.is_visible() for one in page.locator(banners).all()} == {shown}, banners
    page.emulate_media(media="screen")
    page.reload()
    page.get_by_text("Close or change").first.click()
    page.get_by_label("Done", exact=True).check()
    page.get_by_role("button", name="Close this action").click()
    expect(page.get_by_text("Done on 22 Dec 2005")).to_be_visible()


def test_on_a_phone_the_figures_of_teams_and_officers_stand_in_cards(
    app: Flask, site: Callable[..., str], context: Callable[..., BrowserContext]
) -> None:
    """Nothing is cut off at the right: each figure stands on the screen, with what it counts."""
    address = site(app, "c.whitlock")
    page = context(java_script_enabled=False, viewport={"width": 320, "height": 800}).new_page()
    for path in ("/desk", "/teams", "/officers"):
        page.goto(address + path)
        pane = page.locator(".ca-scroll:has(> .ca-cards)")
        assert pane.evaluate("pane => pane.scrollWidth - pane.clientWidth") <= 0, path
        labels = "cells => cells.map(cell => getComputedStyle(cell, '::before').content)"
        found = page.locator(".ca-cards td").evaluate_all(labels)
        assert found and not {"none", '""'} & set(found), path
