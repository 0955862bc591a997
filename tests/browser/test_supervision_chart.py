"""The strip chart of the case page in a real browser: readable by everyone, at any width, without scripts and on paper."""

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


def test_the_pane_scrolls_by_keyboard_and_the_names_stay(app: Flask, site: Site, context: Contexts) -> None:
    page = context(bypass_csp=True, viewport={"width": 320, "height": 800}).new_page()
    page.goto(site(app) + PATHS[0])
    pane = page.locator(".ca-strip .ca-scroll").first
    pane.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.querySelector('.ca-strip .ca-scroll').scrollLeft > 0")
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
        assert target is not None and target.startswith("#entry-")
        assert page.locator(f"[id='{target[1:]}']").count() == 1
    links.first.click()
    expect(page.locator(".ca-entry:target")).to_be_visible()


def test_it_says_in_words_what_it_draws(
    app: Flask, site: Site, context: Contexts, complaints: Callable[[Page], list[str]]
) -> None:
    page = context().new_page()
    heard = complaints(page)
    page.goto(site(app) + PATHS[0])
    chart = page.get_by_role("img", name="Supervision of")
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
    assert box is not None and box["width"] <= 700
    expect(page.locator(".ca-strip__names")).to_be_hidden()
