"""Two readers' answers in the browser: how they agree, and the page on which a third settles one, with an error."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext

from tests.browser import axe_runs
from tests.browser.conftest import WIDTHS
from tests.support.people import confirm_all, post, signed_in
from tests.web.inspections.test_inspection_integrity import PLAN
from tests.web.inspections.test_inspection_pages import AUDIT, audit
from web.app import create_app

pytestmark = pytest.mark.browser


def test_agreement_and_settling_are_usable_at_every_width(
    own_database: Path, site: Callable[..., str], context: Callable[..., BrowserContext]
) -> None:
    app = create_app(str(own_database), today=lambda: date(2005, 12, 22), demo=True)
    lead = signed_in(app, "j.hartnell")
    (case, *_) = audit(lead)
    for name in ("g.okafor", "c.whitlock"):
        post(lead, f"{AUDIT}/assessors", f"{AUDIT}/work", assessor=name, role="practice_assessor")
    confirm_all(app)
    post(lead, f"{AUDIT}/allocation", **{f"first {case}": "c.whitlock", f"second {case}": "g.okafor", "despite": "Few"})
    for who, answer, path in (("c.whitlock", "sufficient", ""), ("g.okafor", "insufficient", "?second=yes")):
        post(signed_in(app, who), f"{AUDIT}/read/{case}{path}", step="finish", note="n", **{f"answer {PLAN}": answer})
    address = site(app, "j.hartnell")
    page = context().new_page()
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(f"{address}{AUDIT}/agreement")
        assert axe_runs.whole(page) == [], width
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
        page.locator(f'a[href*="/settle/{case}/"]').first.click()
        page.locator("form button.govuk-button").first.click()
        page.get_by_role("alert").wait_for()
        assert axe_runs.whole(page) == [], width
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
