"""Recording in a real browser: loading again and Back keep what was typed; after *Record* the banner has the focus."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect

from web.app import create_app

pytestmark = pytest.mark.browser

CASE = "/cases/V465889/1"


@pytest.fixture
def app(own_database: Path) -> Flask:
    return create_app(str(own_database), today=lambda: date(2005, 12, 22), demo=True)


@pytest.mark.parametrize("width", [1280, 320])
def test_an_entry_is_recorded_corrected_and_undone(
    app: Flask,
    site: Callable[..., str],
    context: Callable[..., BrowserContext],
    axe: Callable[[Page], None],
    width: int,
) -> None:
    address, page = site(app, "p.anstey"), context(viewport={"width": width, "height": 800}).new_page()
    page.goto(f"{address}{CASE}/record/OversightRecorded?back=/cases")
    day = page.get_by_label("Date it happened")
    day.fill("")
    page.get_by_role("button", name="Choose date").click()
    expect(page.get_by_role("dialog", name="December 2005")).to_be_visible()
    expect(page.locator(".moj-datepicker__button--today")).to_have_attribute("data-testid", "22/12/2005")
    page.get_by_role("button", name="Close").click()
    day.fill("22/12/2005")
    page.get_by_label("Note (optional)").fill("Discussed with Helen")
    page.reload()
    expect(page.get_by_label("Note (optional)")).to_have_value("Discussed with Helen")
    page.get_by_label("Case discussion").check()
    page.get_by_role("button", name="Check before recording").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("You are about to record: Oversight recorded")
    page.go_back()
    expect(page.get_by_label("Note (optional)")).to_have_value("Discussed with Helen")
    page.get_by_role("button", name="Check before recording").click()
    axe(page)
    page.get_by_role("button", name="Record", exact=True).click()
    banner = page.get_by_role("alert")
    expect(banner).to_be_focused()
    expect(banner).to_contain_text("Brian Davies")
    assert page.url.endswith("/cases") and page.evaluate("scrollY") <= banner.bounding_box()["y"] + 800  # type: ignore[index]
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    banner.get_by_role("link", name="See the entry").click()
    expect(page.locator(":target")).to_contain_text("Discussed with Helen")
    assert page.locator(".moj-timeline").evaluate("e => e.scrollTop") == 0, "the first entry is whole"
    page.locator(":target").get_by_role("link", name="Correct").click()
    page.get_by_label("Note (optional)").fill("Discussed with Helen Sallis")
    page.get_by_role("button", name="Check before recording").click()
    expect(page.get_by_role("region", name="Before and after")).to_contain_text("changed")
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("button", name="Record correction").click()
    page.get_by_role("alert").get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Undone: Entry corrected")).to_be_visible()
