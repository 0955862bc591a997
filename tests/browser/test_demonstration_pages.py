"""The real pages on the demo data in a real browser: what each shows and where it leads."""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect

from tests.support.people import signed_in
from web.app import create_app
from web.site.reading_date import carried_by

pytestmark = pytest.mark.browser

Contexts = Callable[..., BrowserContext]
Site = Callable[[Flask], str]

FOLLOW_UP = "/inspections/gloucestershire-2005"
CASE = "/cases/A504771/1"


@pytest.fixture(scope="module")
def app(demo_database: Path) -> Flask:
    return create_app(str(demo_database), today=lambda: date(2026, 11, 23), demo=True)


def rows(page: Page) -> dict[str, list[str]]:
    found = {}
    for row in page.locator(".ca-sheet tbody tr").all():
        head = row.locator("th").inner_text()
        name = re.match(r"([ABC]\d)|Score for section ([BC])", head)
        assert name is not None
        cells = row.locator("td").all_inner_texts()[:2]
        found[name[1] or name[2]] = [re.sub(r"(%).*", r"\1", cell, flags=re.DOTALL) for cell in cells]
    return found


@pytest.mark.parametrize("scripts", [True, False])
def test_the_first_page_is_the_reports_sheet_both_columns(
    app: Flask, site: Site, context: Contexts, scripts: bool
) -> None:
    page = context(java_script_enabled=scripts).new_page()
    page.goto(site(app) + "/inspections")
    assert rows(page) == {
        "A1": ["Partly met", "Satisfactorily met"], "A2": ["Partly met", "Satisfactorily met"],
        "A3": ["Partly met", "Partly met"], "A4": ["Satisfactorily met", "Not followed up"],
        "A5": ["Partly met", "Well met"],
        "B1": ["46%", "55%"], "B2": ["79%", "89%"], "B3": ["53%", "48%"], "B4": ["69%", "75%"], "B": ["61%", "66%"],
        "C1": ["79%", "71%"], "C2": ["58%", "50%"], "C3": ["82%", "79%"], "C4": ["45%", "74%"], "C5": ["60%", "47%"],
        "C": ["67%", "63%"],
    }  # fmt: skip
    expect(page.get_by_label("Sample date", exact=True)).to_have_value("3/10/2005")
    wider = page.locator(".ca-sheet td").evaluate_all(
        "cells => cells.filter(one => one.scrollWidth > one.clientWidth + 1).map(one => one.innerText)"
    )
    assert wider == [], "no cell runs into the next"


def test_a_figure_opens_its_questions_and_then_its_cases_and_entries(app: Flask, site: Site, context: Contexts) -> None:
    page = context(java_script_enabled=False).new_page()
    page.goto(site(app) + "/inspections")
    page.get_by_role("link", name="50% for C2, this inspection").click()
    expect(page.get_by_role("heading", name="C2: Delivering appropriate supervision")).to_be_visible()
    page.get_by_role("link", name="Was the plan reviewed when due?").click()
    expect(page.get_by_text("In 12 cases nothing was there at all.")).to_be_visible()
    expect(page.locator(".ca-scores")).to_contain_text("30 of 55")
    assert page.locator(".ca-case").count() == 60
    page.locator(".ca-case a").first.click()
    expect(page.get_by_text("Overdue", exact=True).first).to_be_visible()
    page.get_by_role("navigation", name="This case").get_by_role("link", name="Due").click()
    page.locator(".ca-duty__why summary").first.click()
    page.locator(".ca-entries a").first.click()
    assert "#entry-" in page.url
    expect(page.locator(".ca-entry:target")).to_be_visible()


def test_the_original_column_leads_to_the_original_at_its_own_date(app: Flask, site: Site, context: Contexts) -> None:
    page = context().new_page()
    page.goto(site(app) + "/inspections?as_at=2005-09-01&known=hindsight")
    page.get_by_role("link", name="46% for B1, original").click()
    expect(page.get_by_label("Sample date", exact=True)).to_have_value("4/10/2004")
    expect(page.get_by_label("As the file stood that day")).to_be_checked()


def endpoint_of(app: Flask, link: str) -> str:
    endpoint: str = app.url_map.bind("localhost").match(urlsplit(link).path or "/")[0]
    return endpoint


def test_the_moment_goes_along_every_link(app: Flask, site: Site, context: Contexts) -> None:
    address = site(app)
    page = context().new_page()
    for path in ("/cases", "/desk", "/desk/overdue", "/matrix", FOLLOW_UP, f"{FOLLOW_UP}/criteria/C1", CASE):
        page.goto(f"{address}{path}?as_at=2005-08-01&known=hindsight")
        links = page.locator("main a[href], nav[aria-label=Service] a[href]").evaluate_all(
            "links => links.map(link => link.getAttribute('href'))"
        )
        others = [link for link in links if "gloucestershire-2004" in link or link.startswith("#")]
        others += [
            link for link in links if not carried_by(endpoint_of(app, link))
        ]  # Section A is not read as at a day
        for link in set(links) - set(others):
            assert "as_at=2005-08-01" in link and "known=hindsight" in link, f"{path}: {link}"


def test_hindsight_shows_another_score(app: Flask, site: Site, context: Contexts) -> None:
    page = context().new_page()
    page.goto(site(app) + f"{FOLLOW_UP}/questions/plan-reviewed")
    stood = page.locator(".ca-scores").inner_text()
    page.locator(".ca-date__summary").click()
    page.get_by_label("With hindsight").check()
    page.get_by_role("button", name="Show").click()
    assert page.locator(".ca-scores").inner_text() != stood


def test_the_caseload_is_filtered_sorted_and_paged(app: Flask, site: Site, context: Contexts) -> None:
    page = context(java_script_enabled=False).new_page()
    page.goto(site(app) + "/cases?as_at=2005-10-03")
    expect(page.locator(".ca-scores")).to_contain_text("60")
    page.get_by_label("Risk of harm").select_option("high")
    page.get_by_role("button", name="Apply").click()
    assert 0 < page.locator(".ca-rows > li").count() <= 11
    assert "as_at=2005-10-03" in page.url
    page.get_by_role("link", name="Case", exact=True).click()
    cases = page.locator(".ca-rows > li h2 span").all_inner_texts()
    assert cases == sorted(cases) and cases
    page.goto(site(app) + "/cases?as_at=2005-10-03&page=2")
    assert page.locator(".ca-rows > li").count() == 10


def test_the_handbook_leads_from_the_edition_to_the_clause_and_its_duties(
    app: Flask, site: Site, context: Contexts
) -> None:
    page = context(java_script_enabled=False).new_page()
    page.goto(site(app) + "/standards?as_at=2005-10-03")
    expect(page.get_by_role("heading", name="National Standards 2005")).to_be_visible()
    row = page.locator(".ca-matrix tbody tr", has_text="tier 3 or 4")
    assert re.findall(r"Weekly|Fortnightly|Monthly|weeks? [\d to]+\d", row.inner_text())[:6] == [
        "Weekly", "weeks 1 to 16", "Fortnightly", "weeks 17 to 32", "Monthly", "week 33",
    ]  # fmt: skip
    page.get_by_role("link", name="Plan review", exact=True).click()
    expect(page.get_by_text("16 weeks").first).to_be_visible()
    expect(page.get_by_role("link", name="Was the plan reviewed when due?")).to_be_visible()
    assert page.get_by_text(re.compile(r"^\d+ duties in this database")).count() == 1
    page.goto(site(app) + "/standards?as_at=2004-10-04")
    expect(page.get_by_role("heading", name="National Standards 2000, revised 2002")).to_be_visible()


def test_what_changed_between_two_editions(app: Flask, site: Site, context: Contexts) -> None:
    page = context(java_script_enabled=False).new_page()
    page.goto(site(app) + "/standards/compare")
    expect(page.get_by_role("link", name="Contact frequency", exact=True)).to_be_visible()
    page.get_by_label("To", exact=True).select_option("2000-revised-2002")
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_text("0 clauses differ")).to_be_visible()


def test_judging_by_another_edition_shows_what_changes(app: Flask, site: Site, context: Contexts) -> None:
    page = context(java_script_enabled=False).new_page()
    page.goto(site(app) + "/inspections")
    page.get_by_role("link", name="Judge these files by another edition").click()
    expect(page.get_by_role("heading", name="Judged by National Standards 2007")).to_be_visible()
    assert page.locator(".ca-case").count() > 0
    page.get_by_label("Edition", exact=True).select_option("2005")
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_role("heading", name="0 answers change")).to_be_visible()


def test_before_it_began_a_case_says_so(app: Flask, site: Site, context: Contexts) -> None:
    page = context().new_page()
    page.goto(site(app) + f"{CASE}?as_at=2005-01-01")
    page.get_by_role("link", name="read the file on that day").click()
    expect(page.get_by_role("navigation", name="This case")).to_be_visible()


def test_late_corrected_and_withdrawn_entries_are_marked(app: Flask, site: Site, context: Contexts) -> None:
    address, page = site(app), context().new_page()
    page.goto(f"{address}{CASE}/timeline?as_at=2005-10-03")
    expect(page.get_by_text(re.compile("Recorded \\d+ working days? after it happened")).first).to_be_visible()


def test_what_cannot_be_read_is_answered_in_words(app: Flask) -> None:
    client = signed_in(app, "c.whitlock")
    for path, status, words in (
        ("/cases?as_at=31/2/2005", 400, "Sample date must be a real date"),
        ("/cases?sort=height", 400, "This table can be sorted by"),
        ("/desk/overdue?sort=height", 400, "This table can be sorted by"),
        ("/desk/everything", 404, "There is no list called everything"),
        ("/matrix?months=soon", 400, "Months must be a whole number"),
        ("/matrix?target=0", 400, "The target must be a whole number"),
        (f"{CASE}/replay?step=0", 400, "The step must be a whole number"),
        (f"{CASE}/replay?by=hour", 400, "by entry or by day"),
        (
            "/cases?team=%3Cscript%3E",
            404,
            "No case has been held in a team called &lt;script&gt; that you may see. There are: ",
        ),
        ("/cases?risk=very_high&tier=1", 200, "No cases match"),
        ("/inspections/nowhere", 404, "There is no inspection nowhere that is open to you"),
        (f"{FOLLOW_UP}/criteria/Z9", 404, "There is no criterion called Z9"),
        (f"{FOLLOW_UP}/questions/x", 404, "There is no question called x"),
        ("/cases/X999999/1", 404, "There is no case X999999/1"),
        ("/standards/editions/1812", 404, "There is no edition called 1812"),
        ("/standards/clauses/nothing", 404, "There is no clause called nothing"),
        ("/standards/compare?before=1812", 404, "There is no edition called 1812"),
        (f"{FOLLOW_UP}/standards?standards=1812", 404, "There is no edition called 1812"),
        (f"{CASE}?inspection=nowhere", 404, "There is no inspection nowhere that is open to you"),
        ("/cases/gloucestershire-2005/1", 404, "There is no case"),
        ("/cases?as_at=1990-01-01", 200, "No cases match"),
    ):
        answer = client.get(path)
        assert (answer.status_code, words in answer.text) == (status, True), (path, answer.status_code)


def test_every_page_states_its_moment(app: Flask) -> None:
    readers = [signed_in(app, name) for name in ("c.whitlock", "j.hartnell", "p.anstey")]
    for rule in app.url_map.iter_rules():
        if (
            not carried_by(rule.endpoint)
            or "GET" not in (rule.methods or ())
            or rule.endpoint.endswith((".table", "_table", ".keep"))
            or rule.rule.startswith("/api/")
        ):
            continue
        if rule.endpoint.startswith(
            ("recording.", "keeping.", "countersign.", "begin.", "outcomes.")
        ) or rule.endpoint in (
            "cases.attached",
            "cases.entry",
            "officers.learning",
            "officers.mine",
            "replay.show",
            "publishing.publish",
            "publishing.published",
        ):
            continue  # read at today, or at a day of their own
        names = {"compliance.report": "contact", "compliance.measure": "contact-arranged"}
        unit = {"officers.show": "Helen Sallis"}
        values = {"key": unit.get(rule.endpoint, "Gloucester"), "level": "team",
                  "inspection": "gloucestershire-2005", "criterion": "B1", "question": "plan-reviewed",
                  "crn": "A504771", "number": 1, "edition": "2005", "clause": "plan-review",
                  "name": names.get(rule.endpoint, "overdue")}  # fmt: skip
        figure = {"compliance.duties": "&measure=contact-arranged", "compliance.answered": "&measure=plan-quality"}
        asked = "?as_at=2005-10-03" + figure.get(rule.endpoint, "")
        with app.test_request_context():
            path = app.url_for(rule.endpoint, **{k: v for k, v in values.items() if k in rule.arguments})
        answers = (reader.get(path + asked) for reader in readers)  # the first to whom it is open
        answer = next(one for one in answers if one.status_code not in (403, 404))
        assert "You are reading 3 October 2005, as the file stood that day" in answer.text, rule


def test_an_empty_database_says_what_to_do(tmp_path: Path) -> None:
    client = signed_in(create_app(str(tmp_path / "new.sqlite")))
    assert "There is no inspection on record that is open to you" in client.get("/inspections").text
    assert "No cases match" in client.get("/cases").text
    assert "No cases have been loaded" in client.get("/desk").text
    assert "Nothing of this kind on" in client.get("/desk/overdue").text
    assert "Nothing fell due in that time" in client.get("/matrix").text
