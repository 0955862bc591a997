"""The pages of an inspection under a framework of today, in a browser: nothing stands in anybody's way."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, expect

from tests.browser.axe_runs import whole
from tests.support.people import post, signed_in
from tests.web.inspections.test_inspection_pages import AUDIT, audit
from web.app import create_app

pytestmark = pytest.mark.browser


@pytest.fixture
def app(own_database: Path) -> Flask:
    return create_app(str(own_database), today=lambda: date(2005, 12, 22), demo=True)


def test_every_page_of_rating_passes_axe_and_a_standard_is_rated(
    app: Flask, site: Callable[..., str], context: Callable[..., BrowserContext]
) -> None:
    lead = signed_in(app, "j.hartnell")
    case, *_ = audit(lead, framework="pdu-2023")
    said = {"answer assessment-engages": "sufficient", "prompt assessment-engages a": "no"}
    assert post(lead, f"{AUDIT}/read/{case}", **said).status_code == 302
    address = site(app, "j.hartnell")
    page = context(java_script_enabled=True).new_page()
    page.goto(f"{address}{AUDIT}/management")
    page.get_by_role("button", name="Save 1.1").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose a band")
    assert whole(page) == []
    page.get_by_label("Band of 1.1").select_option("Good")
    page.get_by_label("Reason of 1.1").fill("The plan is known to everybody.")
    page.get_by_role("button", name="Save 1.1").click()
    expect(page.get_by_role("heading", name="1.1: Leadership: Good (recalled)")).to_be_visible()
    for path in ("", "/management", f"/read/{case}", "/questions/assessment-engages", "/criteria/2.1.1", "/frameworks"):
        page.goto(f"{address}{AUDIT}{path}")
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        assert whole(page) == [], path
