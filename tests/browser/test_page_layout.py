"""What every page has: the bar, the marks of the design system, no complaint from browser or axe."""

import re
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from flask import Blueprint, Flask, render_template_string, request
from playwright.sync_api import BrowserContext, Page, expect

from tests.support.people import signed_in
from web.app import create_app
from web.presentation.pagination import read_page
from web.presentation.sorting import Order, read_order
from web.site.access_control import open_to_anyone
from web.site.site_assets import FOLDER

pytestmark = pytest.mark.browser

Contexts = Callable[..., BrowserContext]
Site = Callable[[Flask], str]

PATHS = ["/desk", "/toy/macros?page=5&sort=score&dir=desc"]

MACROS = """{% extends "site/base.html" %}
{% from "presentation/macros/badge.html" import badge %}
{% from "presentation/macros/pages.html" import pagination %}
{% from "presentation/macros/state.html" import state_tag %}
{% from "presentation/macros/summary.html" import summary %}
{% from "presentation/macros/table.html" import heading, percent_cell, scroll, sort_heading %}
{% from "presentation/macros/timeline.html" import timeline, timeline_item %}
{% block title %}Macros{% endblock %}
{% block page %}
<h1 class="govuk-heading-l">Macros {{ badge("High risk", "red") }}</h1>
{{ summary([("Officer", "PO 7"), ("Left out", none), ("Order", "Community order")]) }}
{% call scroll("By officer") %}
<table class="govuk-table">
  <caption class="govuk-table__caption govuk-table__caption--m">By officer</caption>
  <thead class="govuk-table__head"><tr class="govuk-table__row">
    {{ sort_heading("Officer", "officer", order) }}{{ heading("State") }}
    {{ sort_heading("Score", "score", order, numeric=True) }}</tr></thead>
  <tbody class="govuk-table__body">
  {% for state in ("due", "met", "met_late", "overdue", "missed", "dispensed", "lapsed") %}
  <tr class="govuk-table__row"><th scope="row" class="govuk-table__header">PO {{ loop.index }}</th>
    <td class="govuk-table__cell">{{ state_tag(state) }}</td>{{ percent_cell(62.5, n=loop.index) }}</tr>
  {% endfor %}
  </tbody>
</table>
{% endcall %}
{{ pagination(page) }}
{% call timeline() %}
  {% call timeline_item("Plan reviewed", day, byline="PO 7", date_note="recorded 5 Oct 2005") %}
    <p class="govuk-body">Entry 12</p>{% endcall %}
{% endcall %}
{% endblock %}"""


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    app = create_app(str(tmp_path / "empty.sqlite"), today=lambda: date(2026, 11, 23))
    app.config["FOOTER_NOTE"] = lambda: "Last recorded: entry 4,210"
    toy = Blueprint("toy", __name__, url_prefix="/toy")

    @toy.get("/macros")
    @open_to_anyone
    def macros() -> str:
        order = read_order(request.args, ("officer", "score"), Order("officer"))
        page = read_page(request.args, total=1000)
        return render_template_string(MACROS, order=order, page=page, day=date(2005, 10, 3))

    app.register_blueprint(toy)
    return app


def change_the_date(page: Page) -> None:
    """Unfold the form of the date line."""
    page.locator(".ca-date__summary").click()


def opened(contexts: Contexts, address: str, **options: object) -> Page:
    page = contexts(**options).new_page()
    page.goto(address)
    return page


@pytest.mark.parametrize("path", PATHS)
def test_no_violation_and_no_sideways_scroll(
    app: Flask, site: Site, context: Contexts, usable: Callable[[Page], None], path: str
) -> None:
    usable(opened(context, site(app) + path))


def test_the_browser_has_nothing_to_complain_of(
    app: Flask, site: Site, context: Contexts, complaints: Callable[[Page], list[str]]
) -> None:
    address = site(app)
    page = context().new_page()
    heard = complaints(page)
    for path in ("/desk", "/toy/macros"):
        page.goto(address + path)
        expect(page.locator("body.govuk-frontend-supported")).to_have_count(1)  # the hashed inline script ran
        # the date picker started too, under the strict policy
        change_the_date(page)
        page.get_by_role("button", name="Choose date").click()
        expect(page.get_by_role("dialog")).to_be_visible()
        page.keyboard.press("Escape")
    assert heard == []


@pytest.mark.parametrize("path", ["/desk", "/desk?as_at=x"])
def test_the_calendar_fits_the_narrowest_screen(app: Flask, site: Site, context: Contexts, path: str) -> None:
    page = opened(context, site(app) + path, viewport={"width": 320, "height": 800})
    if "x" not in path:  # a date that cannot be read leaves the form open
        change_the_date(page)
    page.get_by_role("button", name="Choose date").click()
    box = page.get_by_role("dialog").bounding_box()
    assert box and box["x"] >= 0 and box["x"] + box["width"] <= 320
    page.get_by_role("button", name="Close").click()
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_the_policy_does_stop_a_foreign_script(
    app: Flask, site: Site, context: Contexts, complaints: Callable[[Page], list[str]]
) -> None:
    page = context().new_page()
    heard = complaints(page)
    page.goto(site(app))
    page.evaluate("document.body.append(Object.assign(document.createElement('script'), {text: 'x = 1'}))")
    assert page.evaluate("window.x") is None
    assert any("Content Security Policy" in said for said in heard)


@pytest.mark.parametrize("scripts", [True, False])
def test_the_bar_shows_another_day(app: Flask, site: Site, context: Contexts, scripts: bool) -> None:
    page = opened(context, site(app) + "/toy/macros?sort=score&dir=desc", java_script_enabled=scripts)
    change_the_date(page)
    page.get_by_label("Sample date", exact=True).fill("3/10/2005")
    page.get_by_label("With hindsight").check()
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("You are reading 3 October 2005, with hindsight")).to_be_visible()
    assert page.get_by_role("columnheader", name="Score").get_attribute("aria-sort") == "descending"
    page.get_by_role("link", name="Officer").click()
    page.get_by_role("link", name="Summary", exact=True).click()
    expect(page.get_by_label("Sample date", exact=True)).to_have_value("3/10/2005")
    expect(page.get_by_label("With hindsight")).to_be_checked()
    assert page.url.endswith("/desk?as_at=2005-10-03&known=hindsight")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_date_that_is_none_is_kept(app: Flask, site: Site, context: Contexts, scripts: bool) -> None:
    page = opened(context, site(app) + "/desk", java_script_enabled=scripts)
    change_the_date(page)
    field = page.get_by_label("Sample date", exact=True)
    field.fill("31/2/2005")
    page.get_by_role("button", name="Show").click()
    summary = page.locator(".govuk-error-summary")
    expect(summary).to_contain_text("Sample date must be a real date, like 3 October 2005")
    expect(field).to_have_value("31/2/2005")
    summary.get_by_role("link").click()
    expect(field).to_be_focused()


def test_the_part_of_the_site_being_read_is_marked(app: Flask, site: Site, context: Contexts) -> None:
    page = opened(context, site(app) + "/reports?as_at=2005-10-03")
    navigation = page.get_by_role("navigation", name="Service")
    first, *others = navigation.get_by_role("link").all_inner_texts()
    assert first == "Summary" and "Figures" in others
    expect(navigation.locator("[aria-current=page]")).to_have_text("Figures")
    assert navigation.get_by_role("link", name="Summary").get_attribute("href") == "/desk?as_at=2005-10-03"


def test_no_crown_and_a_footer_of_our_own(app: Flask, site: Site, context: Contexts) -> None:
    page = opened(context, site(app))
    ours = re.compile(r"caseaudit [\d.]+\s+Last recorded: entry 4,210")
    expect(page.get_by_role("contentinfo")).to_contain_text(ours)
    assert page.locator("[class*=crown], [class*=crest]").count() == 0


def test_on_paper_the_moment_is_a_sentence(app: Flask, site: Site, context: Contexts) -> None:
    page = opened(context, site(app) + "/desk?as_at=2005-10-03")
    page.emulate_media(media="print")
    expect(page.get_by_label("Sample date", exact=True)).to_be_hidden()
    expect(page.get_by_text("You are reading 3 October 2005, as the file stood")).to_be_visible()
    for frame in (page.get_by_text("Back to today"), page.get_by_role("search"), page.get_by_role("contentinfo")):
        expect(frame).to_be_hidden()


def test_every_image_that_the_styles_name_is_there() -> None:
    for sheet in FOLDER.rglob("*.css"):
        for name in re.findall(r"url\(([^)]*)\)", sheet.read_text()):
            assert (Path(sheet).parent / name).is_file(), f"{sheet.name} names {name}"
        assert "GDS Transport" not in sheet.read_text()


def test_errors_are_pages_in_plain_words_and_nothing_is_kept(app: Flask) -> None:
    app.add_url_rule("/broken", "broken", open_to_anyone(lambda: str(1 // 0)))
    client = signed_in(app)
    for path, method, status, words in (
        ("/nowhere", "GET", 404, "Page not found"),
        ("/desk", "DELETE", 405, "cannot be used in that way"),
        ("/toy/macros?sort=age", "GET", 400, "This table can be sorted by: officer, score"),
        ("/toy/macros?page=0", "GET", 400, "The page number must be a whole number from 1."),
        ("/broken", "GET", 500, "there is a problem with the service"),
    ):
        with closing(client.open(path, method=method)) as answer:
            assert (answer.status_code, words in answer.text) == (status, True), path
            assert answer.headers["Cache-Control"] == "no-store"
            assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; ")
            assert ("Allow" in answer.headers) == (status == 405)
            assert "ZeroDivision" not in answer.text
    said = client.get("/healthz").json
    assert said is not None and said["status"] == "ok"
