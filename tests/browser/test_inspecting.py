"""An inspection in the browser, from an empty frame to the published sheet."""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect

from tests.support.depth import deep
from tests.support.people import confirm_all, signed_in
from web.app import create_app

pytestmark = pytest.mark.browser

Contexts = Callable[..., BrowserContext]
Site = Callable[..., str]


@pytest.fixture
def app(own_database: Path) -> Flask:
    return create_app(str(own_database), today=lambda: date(2005, 12, 22), demo=True)


def open_audit(app: Flask, page: Page, address: str, title: str) -> str:
    """An audit of November's new cases: frame, sample of four, one assessor who reads them all. Its address."""
    page.goto(address + "/inspections")
    page.get_by_role("button", name="Open an inspection or an audit").click()
    page.get_by_label("Title").fill(title)
    page.get_by_role("textbox", name="Sample date").fill("3/10/2005")
    page.get_by_role("radio", name="Follow-up inspection of Gloucestershire, October 2005").check()
    page.get_by_role("button", name="Open it").click()
    expect(page.get_by_role("status")).to_contain_text("A second person must confirm it")
    confirm_all(app)
    page.goto(f"{address}/inspections/{title.lower().replace(' ', '-')}/work")
    page.get_by_role("link", name="Take the frame").click()
    page.get_by_label("Supervision began from").fill("1/4/2005")
    page.get_by_label("to", exact=True).fill("31/5/2005")
    page.get_by_role("button", name="Take the frame").click()
    page.get_by_label("Cases in the sample").fill("4")
    page.get_by_role("button", name="Draw the sample").click()
    page.get_by_label("Who", exact=True).select_option("j.hartnell")
    page.get_by_label("As", exact=True).select_option("hm_inspector")
    page.get_by_role("button", name="Name as assessor").click()
    page.get_by_role("link", name="Give cases out").click()
    page.get_by_role("button", name="Share out what nobody reads").click()
    expect(page.get_by_role("status")).to_contain_text("4 readings changed")
    heights = [row.bounding_box() for row in page.locator("main tbody tr").all()]
    assert all(box is not None and box["height"] < 150 for box in heights), "no word of a table is broken into letters"
    return page.url.rpartition("/")[0]


@pytest.mark.parametrize("scripts", [True, False] if deep() else [False])
def test_a_lead_inspector_goes_from_an_empty_frame_to_the_published_sheet(
    app: Flask, site: Site, context: Contexts, scripts: bool
) -> None:
    address = site(app, "j.hartnell")
    page = context(java_script_enabled=scripts).new_page()
    audit = open_audit(app, page, address, "November audit")
    for _ in range(4):
        page.goto(f"{audit}/readings")
        page.locator("tr", has_text="Open").get_by_role("link").first.click()
        expect(page.get_by_role("button", name="Finish this reading")).to_be_visible()
        for question in page.locator(".ca-question").all():
            if question.get_by_role("radio").count() and not question.get_by_text("From the entries").count():
                question.get_by_label("Yes: sufficient", exact=True).check()
        page.get_by_role("button", name="Finish this reading").click()
        expect(page.get_by_role("status").first).to_contain_text("the reading is finished")
    page.goto(f"{audit}/management")
    page.get_by_label("Performance on: Human resources are planned to a strategy.").select_option("very_strong")
    page.get_by_label("Performance on: The plans lead to the effective supervision of offenders.").select_option(
        "strong"
    )
    page.get_by_role("button", name="Save A3").click()
    expect(page.get_by_role("heading", name="A3: Management and supervision of staff: Well met")).to_be_visible()
    for criterion in ("A1", "A2", "A4", "A5"):
        page.get_by_role("button", name=f"{criterion} is not followed up").click()
    page.goto(f"{audit}/report")
    page.get_by_text("Write a finding under B2").click()
    page.locator("#text-B2").fill("There was a score in all cases.")
    page.locator("#question-B2").select_option("likelihood-score-present")
    page.locator("#direction-B2").select_option("deteriorated")
    page.locator("form", has=page.locator("#text-B2")).get_by_role("button", name="Write").click()
    expect(page.get_by_text("It says deteriorated; the figure stayed at 100%.")).to_be_visible()
    page.get_by_text("Drafted from the answers to C1").click()
    drafts = page.locator("section", has=page.locator("#criterion-C1"))
    drafts.get_by_role("button", name="Take it up").first.click()
    expect(drafts.locator("li", has_text="Appointments were made often enough in").first).to_contain_text("Withdraw")
    page.emulate_media(media="print")
    expect(page.get_by_text("Write a finding under B2")).to_be_hidden()
    expect(drafts.get_by_role("button", name="Withdraw")).to_be_hidden()
    page.emulate_media(media="screen")
    page.goto(f"{audit}/work")
    expect(page.get_by_text("4 of 4 cases read.")).to_be_visible()
    for step in ("Freeze the inspection", "Publish the sheet"):
        page.get_by_role("link", name=step).click()
        expect(page.get_by_text("It cannot be undone.")).to_be_visible()
        page.get_by_role("button", name=step).click()
    expect(page.get_by_text("Published", exact=True)).to_be_visible()
    page.get_by_role("link", name="Sheet", exact=True).click()
    told = signed_in(app, "j.hartnell").get(f"{audit.removeprefix(address)}/report/json").get_json()
    (b2,) = (one["printed"] for one in told["figures"] if one["of"] == "B2")  # which cases were drawn is chance
    expect(page.locator("tr", has_text="B2: ").first).to_contain_text(f"{b2} for B2, this inspection")
    page.locator("tr", has_text="B2: ").get_by_role("link").last.click()
    page.get_by_role("link", name="Is there a likelihood of reoffending score?").or_(
        page.locator("tbody th a").first
    ).first.click()
    page.locator(".ca-case a").first.click()
    expect(page.get_by_role("navigation", name="This case")).to_be_visible()


def test_answers_are_saved_as_they_are_given(app: Flask, site: Site, context: Contexts) -> None:
    address = site(app, "j.hartnell")
    page = context().new_page()
    audit = open_audit(app, page, address, "November audit")
    page.goto(f"{audit}/readings")
    page.locator("tbody th a").first.click()
    question = page.locator(".ca-question", has_not_text="From the entries").filter(has=page.get_by_role("radio"))
    question.first.get_by_label("No: insufficient", exact=True).check()
    expect(page.locator("[data-saved]")).to_contain_text("Saved at")
    derived = page.locator(".ca-question", has_text="From the entries: sufficient").first
    derived.get_by_label("No: insufficient", exact=True).check()
    expect(page.locator("[data-saved]")).to_contain_text("Say why you overrule what the entries give")
    derived.get_by_label(re.compile("Comment")).fill("The score is another person's.")
    derived.get_by_label(re.compile("Comment")).blur()
    expect(page.locator("[data-saved]")).to_contain_text("Saved at")
    page.reload()
    expect(question.first.get_by_label("No: insufficient", exact=True)).to_be_checked()
    expect(derived.get_by_label("No: insufficient", exact=True)).to_be_checked()
