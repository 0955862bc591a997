"""The strip chart of the case page in a real browser: readable by everyone, at any width, without scripts and on paper."""

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
Site = Callable[[Flask], str]
Look = Callable[[Flask, str], Page]

PATHS = [
    "/cases/A504771/1?as_at=2005-10-03",
    "/cases/A504771/1?as_at=2005-04-20",
    "/cases/T933126/1?as_at=2005-10-03",
    "/cases/D824184/1?as_at=2005-10-03&known=hindsight",
    "/cases/W391888/1?as_at=2026-11-23",
]
"""In breach; begun two days ago; long ended; recalled; with a record that stopped twenty years ago."""


@pytest.fixture(scope="module")
def app(demo_database: Path) -> Flask:
    return create_app(str(demo_database), today=lambda: date(2026, 11, 23))


@pytest.mark.parametrize("path", PATHS)
def test_everyone_can_use_it_and_only_its_own_pane_scrolls(
    app: Flask, look: Look, usable: Callable[..., None], path: str
) -> None:
    page = look(app, path)
    page.locator(".ca-strip summary").click()
    expect(page.locator(".ca-strip__table")).to_be_visible()
    usable(page, ".ca-strip")


def test_a_phone_opens_at_the_last_weeks_the_pane_scrolls_by_keyboard_and_the_names_stay(
    app: Flask, site: Site, context: Contexts
) -> None:
    page = context(viewport={"width": 320, "height": 800}).new_page()
    page.goto(site(app) + PATHS[0])
    pane = page.locator(".ca-strip .ca-scroll").first
    pane.focus()
    last, seen = page.locator(".ca-strip__end").last.bounding_box(), pane.bounding_box()
    assert last is not None and seen is not None and seen["x"] < last["x"] < seen["x"] + seen["width"]
    page.keyboard.press("ArrowLeft")
    page.wait_for_function("document.querySelector('.ca-strip .ca-scroll').scrollLeft < 0")
    names, shown = page.locator(".ca-strip__names").bounding_box(), pane.bounding_box()
    assert names is not None and shown is not None and names["x"] == shown["x"]


@pytest.mark.parametrize("path", PATHS)
def test_the_table_has_a_row_for_every_mark_and_leads_to_entries_without_scripts(
    app: Flask, site: Site, context: Contexts, path: str
) -> None:
    page = context(java_script_enabled=False).new_page()
    page.goto(site(app) + path)
    page.locator(".ca-strip summary").click()
    rows = page.locator(".ca-strip__table tbody tr")
    marks = page.locator(".ca-strip__chart .ca-strip__mark > title")
    said = rows.locator("td:nth-child(3)").all_text_contents()
    assert rows.count() > 4 and sorted(said) == sorted(marks.all_text_contents())
    links = rows.locator("a")
    for link in range(0, links.count(), 10):
        target = links.nth(link).get_attribute("href")
        assert target is not None and "/entries/" in target
    links.first.click()
    expect(page.locator(".ca-entry:target")).to_be_visible()


def test_it_says_in_words_what_it_draws(
    app: Flask, site: Site, context: Contexts, complaints: Callable[[Page], list[str]]
) -> None:
    page = context().new_page()
    heard = complaints(page)
    page.goto(site(app) + PATHS[0])
    chart = page.locator("svg.ca-strip__chart")
    expect(chart).to_have_role("group")
    expect(chart).to_have_accessible_description(page.locator(".ca-strip figcaption").inner_text())
    expect(page.locator(".ca-strip figcaption")).to_contain_text("16 appointments kept, 2 missed")
    assert heard == []


def test_the_same_day_with_hindsight_shows_what_was_recorded_later(app: Flask, site: Site, context: Contexts) -> None:
    page = context().new_page()
    address = site(app)
    counts = []
    for known in ("stood", "hindsight"):
        page.goto(f"{address}/cases/D824184/1?as_at=2005-10-03&known={known}")
        counts.append(page.locator(".ca-strip__chart .ca-mark--awaited").count())
    assert counts[0] > counts[1]


def test_every_kind_drawn_is_in_the_key_and_has_a_shape_and_a_colour(app: Flask, site: Site, context: Contexts) -> None:
    page = context().new_page()
    page.goto(site(app) + "/cases/D824184/1?as_at=2005-10-03")
    drawn = page.locator(".ca-strip__chart .ca-strip__mark").evaluate_all(
        "marks => [...new Set(marks.map(mark => mark.classList[1]))]"
    )
    keyed = page.locator(".ca-strip__key svg").evaluate_all("marks => marks.map(mark => mark.classList[0])")
    assert sorted(drawn) == sorted(keyed)
    empty = page.locator(".ca-strip__chart use").evaluate_all(
        "uses => uses.filter(use => use.getBBox().width < 4).length"
    )
    assert empty == 0


def test_on_paper_the_whole_chart_is_there(app: Flask, site: Site, context: Contexts) -> None:
    page = context(viewport={"width": 700, "height": 1000}).new_page()
    page.emulate_media(media="print")
    page.goto(site(app) + PATHS[2])
    box = page.locator(".ca-strip__chart").bounding_box()
    assert box is not None and box["width"] <= 700 and box["height"] <= 345, "a third of a page"
    colours = page.locator(".ca-strip__mark").evaluate_all(
        "all => [...new Set(all.map(m => getComputedStyle(m).color))]"
    )
    assert colours == ["rgb(0, 0, 0)"]
    expect(page.locator(".ca-strip__names")).to_be_hidden()


def test_a_lane_is_one_tab_stop_and_every_mark_a_link_without_scripts(
    app: Flask, site: Site, context: Contexts
) -> None:
    address = site(app) + PATHS[0]
    plain = context(java_script_enabled=False).new_page()
    plain.goto(address)
    links = plain.locator("[data-lane] a").count()
    assert links > 20 and plain.locator('[data-lane] a[tabindex="-1"]').count() == 0
    page = context().new_page()
    page.goto(address)
    lanes = page.locator("[data-lane]:has(a)").count()
    expect(page.locator('[data-lane] a[tabindex="0"]')).to_have_count(lanes)
    page.locator('[data-lane] a[tabindex="0"]').first.focus()
    before = page.evaluate("document.activeElement.getAttribute('aria-label')")
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") != before
    sizes = page.locator(".ca-strip__hit").evaluate_all(
        "all => all.map(r => [r.width.baseVal.value, r.height.baseVal.value])"
    )
    assert sizes and all(size == [24, 24] for size in sizes)


def test_forced_colours_keep_open_marks_open(app: Flask, site: Site, context: Contexts) -> None:
    page = context(forced_colors="active").new_page()
    page.goto(site(app) + PATHS[0])
    fill, stroke = page.locator("#shape-missed circle").evaluate(
        "mark => [getComputedStyle(mark).fill, getComputedStyle(mark).color]"
    )
    assert fill != stroke


def test_a_replay_moves_by_its_range_and_keys_work_only_there(app: Flask, site: Site, context: Contexts) -> None:
    page = context().new_page()
    page.goto(site(app) + "/cases/A504771/1/replay")
    expect(page.get_by_role("heading", level=1)).to_contain_text("entry 1 of")
    page.locator("body").press("ArrowRight")
    steps = page.get_by_role("slider", name="Step")
    expect(steps).to_have_value("1")
    steps.press("ArrowRight")
    page.wait_for_url("**step=2**")
    expect(steps).to_be_focused()
    expect(steps).to_have_attribute("aria-valuetext", re.compile("Entry 2 of"))
    page.get_by_role("link", name="Next").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("entry 3 of")


def test_an_old_link_to_an_entry_leads_to_the_timeline(app: Flask, site: Site, context: Contexts) -> None:
    page = context().new_page()
    address = site(app)
    page.goto(f"{address}/cases/A504771/1/timeline?as_at=2005-10-03")
    entry = page.locator(".ca-entry").first.get_attribute("id")
    page.goto(f"{address}/cases/A504771/1?as_at=2005-10-03#{entry}")
    page.wait_for_url(f"**/timeline**#{entry}")
