"""The page of the inspected area's named people in the browser: list, draft, alert and comment form, with an error."""

from collections.abc import Callable
from datetime import date

import pytest
from playwright.sync_api import BrowserContext

from domain.entries.inspection_entries import ReadingAllocated
from tests.browser import axe_runs
from tests.browser.conftest import WIDTHS
from tests.support.people import confirm_all, opens, post, signed_in
from tests.web.inspections.test_inspection_pages import AUDIT, FRAME, OPENED, SAMPLE
from tests.web.inspections.test_process_pages import AREA, Day, Here, file, read_all, step
from web.app import create_app

pytestmark = pytest.mark.browser


def test_the_areas_page_is_usable_at_every_width(
    copies: Callable[[str], str], site: Callable[..., str], context: Callable[..., BrowserContext]
) -> None:
    day = Day(date(2006, 1, 9))
    app = create_app(copies("sqlite"), today=day, demo=True, held_by="inspectorate")
    lead = signed_in(app, "j.hartnell")
    opens(lead, **OPENED)
    post(lead, f"{AUDIT}/frame", **FRAME)
    post(lead, f"{AUDIT}/sample", **SAMPLE)
    for name in ("j.hartnell", "g.okafor"):
        post(lead, f"{AUDIT}/assessors", f"{AUDIT}/work", assessor=name, role="hm_inspector")
    confirm_all(app)
    post(lead, f"{AUDIT}/allocation", step="share")
    given = [f for f in file(lead, "october-audit") if isinstance(f, ReadingAllocated)]
    here = Here(app, day, lead, signed_in(app, "g.okafor"), signed_in(app, "c.whitlock"), given[0].case)
    step(lead, "person", person_id="c.whitlock", named_for=["alerts", "list", "draft"])
    step(lead, "list-day", opens_on="9/1/2006")
    case = next(f.case for f in given if f.assessor_id == "j.hartnell")
    post(lead, f"{AUDIT}/read/{case}/alert", danger="A child alone", answer_by="13/1/2006 10:00")
    read_all(here)
    post(lead, f"{AUDIT}/freeze")
    step(here.second, "confirm", outside_line="yes")
    step(lead, "draft-day", opens_on="9/1/2006", comments_until="20/1/2006")
    address = site(app, "c.whitlock")
    page = context().new_page()
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(address + AREA)
        assert axe_runs.whole(page) == [], width
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
    for button in ("Answer the alert", "Send the comment"):
        page.goto(address + AREA)
        page.get_by_role("button", name=button).click()
        page.get_by_role("alert").wait_for()
        assert axe_runs.whole(page) == [], button
