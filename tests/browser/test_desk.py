"""The site as each role uses it, in a real browser: errands from the first page."""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect

from web.app import create_app

pytestmark = pytest.mark.browser

Contexts = Callable[..., BrowserContext]
Site = Callable[..., str]

CASE = "/cases/V465889/1"


@pytest.fixture
def app(own_database: Path) -> Flask:
    return create_app(str(own_database), today=lambda: date(2005, 12, 22), demo=True)


def test_the_door_of_an_installation_is_usable_and_says_what_is_wrong(
    demo_database: Path, site: Site, context: Contexts, usable: Callable[[Page], None]
) -> None:
    page = context().new_page()
    page.goto(site(create_app(str(demo_database)), None) + "/sign-in?next=/cases")
    usable(page)
    page.get_by_label("User name").fill("nobody")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("The user name or the password is not right")
    usable(page)


def enter(page: Page, address: str, name: str) -> None:
    page.goto(address)
    page.get_by_role("button", name=f"Sign in as {name}").click()


@pytest.mark.parametrize("scripts", [True, False])
def test_an_spo_countersigns_in_three_clicks_and_a_check(
    app: Flask, site: Site, context: Contexts, scripts: bool
) -> None:
    address, page = site(app, None), context(java_script_enabled=scripts).new_page()
    enter(page, address, "Peter Anstey")
    expect(page.get_by_role("heading", name="To do, Gloucester")).to_be_visible()
    waiting = page.get_by_role("link", name=re.compile("Read and countersign"))
    before = waiting.count()
    waiting.first.click()
    page.get_by_role("button", name="Countersign", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Recorded")
    page.get_by_role("link", name="To do", exact=True).click()
    assert waiting.count() == before - 1


def test_an_inspector_reads_a_case_behind_a_printed_figure_in_three_clicks(
    app: Flask, site: Site, context: Contexts
) -> None:
    address, page = site(app, None), context(java_script_enabled=False).new_page()
    enter(page, address, "J Hartnell")
    page.get_by_role("link", name="50% for C2, this inspection").click()
    page.get_by_role("link", name="Was the plan reviewed when due?").click()
    page.locator(".ca-case a").first.click()
    expect(page.get_by_role("navigation", name="This case")).to_be_visible()
    expect(page.get_by_text("You are reading 3 October 2005, as the file stood that day")).to_be_visible()


def test_a_manager_goes_from_the_figures_to_the_matrix_and_the_case(app: Flask, site: Site, context: Contexts) -> None:
    address, page = site(app, None), context(java_script_enabled=False).new_page()
    enter(page, address, "Carys Whitlock")
    page.get_by_role("link", name="Figures", exact=True).click()
    page.get_by_role("link", name="Caseload matrix").click()
    cell = page.get_by_role("link", name=re.compile(r"Simon Tarrant, enforcement: [0-9]+%"))
    share = int(re.findall("[0-9]+(?=%)", cell.inner_text() or "")[0])
    cell.click()
    title = page.get_by_role("heading", name=re.compile("Enforcement: [0-9]+ of [0-9]+ in time"))
    done, of = map(int, re.findall("[0-9]+", title.inner_text()))
    assert share == round(100 * done / of)
    page.locator(".ca-rows h2 a").first.click()
    expect(page.get_by_role("heading", name="What is due, by subject")).to_be_visible()


def test_a_case_manager_sees_what_is_overdue_and_records_it(app: Flask, site: Site, context: Contexts) -> None:
    address, page = site(app, None), context(java_script_enabled=False).new_page()
    enter(page, address, "Tunde Adeyemi")
    page.get_by_role("link", name=re.compile("Record MAPPA")).first.click()
    expect(page.get_by_role("button", name="Check before recording")).to_be_visible()


def test_an_information_manager_finds_who_looked_at_a_case(app: Flask, site: Site, context: Contexts) -> None:
    address, page = site(app, None), context(java_script_enabled=False).new_page()
    enter(page, address, "Peter Anstey")
    page.goto(address + CASE)
    page.get_by_role("link", name="Be somebody else").click()
    page.get_by_role("button", name="Sign in as Ife Nkemelu").click()
    page.get_by_role("link", name="Access log").click()
    page.get_by_label("Person supervised (CRN or case)").fill("V465889")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("tbody tr", has_text="Peter Anstey").first).to_contain_text("Viewed")


def test_replay_goes_forwards_and_backwards(app: Flask, site: Site, context: Contexts) -> None:
    address, page = site(app, "p.anstey"), context(java_script_enabled=False).new_page()
    page.goto(f"{address}{CASE}/history")
    page.get_by_role("link", name="Replay the file").click()
    head = page.get_by_role("heading", level=1)
    expect(head).to_contain_text("entry 1 of 74")
    page.get_by_role("link", name="Next", exact=True).click()
    expect(head).to_contain_text("entry 2 of 74")
    page.get_by_role("link", name="Previous", exact=True).click()
    expect(head).to_contain_text("entry 1 of 74")
    page.get_by_label("Step", exact=True).fill("40")
    page.get_by_role("button", name="Go", exact=True).click()
    expect(head).to_contain_text("entry 40 of 74, 8 August 2005")
    page.get_by_role("link", name="by day").click()
    page.get_by_role("link", name="Last", exact=True).click()
    expect(head).to_contain_text("day 58 of 58")
    page.get_by_role("link", name="Read the case as at this day").click()
    expect(page.get_by_label("Sample date", exact=True)).to_have_value("12/12/2005")


def test_what_was_typed_stays_when_it_is_wrong(app: Flask, site: Site, context: Contexts) -> None:
    address, page = site(app, "p.anstey"), context().new_page()
    page.goto(f"{address}{CASE}/record/OversightRecorded")
    page.get_by_label("Note (optional)").fill("Discussed with Helen")
    page.get_by_label("Date it happened").fill("31/2/2005")
    page.get_by_role("button", name="Check before recording").click()
    summary = page.locator(".govuk-error-summary")
    expect(summary.get_by_role("link")).to_have_count(2)
    expect(summary).to_contain_text("Select kind.")
    summary.get_by_role("link").first.click()
    expect(page.get_by_label("Date it happened")).to_be_focused()
    expect(page.get_by_label("Note (optional)")).to_have_value("Discussed with Helen")


def test_the_matrix_of_an_area_fits_a_screen(app: Flask, site: Site, context: Contexts) -> None:
    page = context(viewport={"width": 1280, "height": 800}).new_page()
    page.goto(site(app, "c.whitlock") + "/matrix")
    pane = page.get_by_role("region", name="Caseload matrix")
    assert pane.evaluate("pane => pane.scrollWidth - pane.clientWidth") <= 0


@pytest.mark.parametrize("path", ["/desk", "/desk/overdue", "/cases", CASE])
def test_a_page_fits_a_sheet_and_prints_no_address_of_its_links(
    app: Flask, site: Site, context: Contexts, path: str
) -> None:
    page = context(viewport={"width": 794, "height": 1123}).new_page()  # A4 upright, at 96 pixels an inch
    page.goto(site(app, "p.anstey") + path)
    page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.scrollWidth") <= 794
    after = "link => getComputedStyle(link, '::after').content"
    assert {link.evaluate(after) for link in page.locator("main a.govuk-link").all()[:20]} == {"none"}


def test_a_case_says_first_what_the_standards_ask_and_missed_times_together(
    app: Flask, site: Site, context: Contexts
) -> None:
    page = context(java_script_enabled=False).new_page()
    page.goto(site(app, "p.anstey") + f"{CASE}/due?show=late")
    together = page.locator("main > details, main .govuk-details").filter(has_text="18 times not done").first
    expect(together.locator("summary").first).to_contain_text("18 times not done: An appointment arranged")
    expect(together.get_by_text("Missed", exact=True).first).to_be_hidden()
    together.locator("summary").first.click()
    expect(together.get_by_text("Missed", exact=True)).to_have_count(18)
    expect(page.get_by_role("heading", name="Asked by the Effective Supervision Inspection 2003-06")).to_be_visible()
    why = together.locator(".ca-duty__why").first
    why.locator("summary").click()
    why.locator(".ca-entries a").first.click()
    expect(page).to_have_url(re.compile("/timeline.*#entry-"))
    expect(page.locator(".ca-entry:target")).to_be_visible()


def test_the_check_before_recording_has_no_violation(
    app: Flask, site: Site, context: Contexts, axe: Callable[[Page], None]
) -> None:
    address = site(app, "p.anstey")
    page = context(viewport={"width": 320, "height": 800}).new_page()
    page.goto(f"{address}{CASE}/record/AccessLimited")
    page.get_by_label("Excluded").fill("p.anstey")
    page.get_by_label("Reason").fill("a relative")
    page.get_by_role("button", name="Check before recording").click()
    expect(page.get_by_role("alert")).to_contain_text("This closes the case to you")
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_an_error_page_leads_everybody_home(app: Flask, site: Site, context: Contexts) -> None:
    page = context().new_page()
    address = site(app, "i.nkemelu")
    page.goto(address + "/nowhere")
    page.get_by_role("link", name="Go to the start page").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Data")


def test_a_desk_list_prints_without_controls(app: Flask, site: Site, context: Contexts) -> None:
    address, page = site(app, "p.anstey"), context().new_page()
    page.goto(address + "/desk/overdue")
    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="Apply")).to_be_hidden()
    expect(page.get_by_role("button", name="Sign out")).to_be_hidden()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
