"""The menu of each role: what stands in it, in which order, and that its first item is the role's first page."""

import re

import pytest
from flask import Flask

from domain.accounts.roles import Role
from tests.support.people import signed_in
from tests.web.site.test_access_control import USERS
from web.site import access_control, links

ITEM = re.compile(r'class="govuk-service-navigation__link" href="([^"]+)"[^>]*>\s*(?:<strong[^>]*>)?([^<]+?)\s*<')


H1 = re.compile(r"<h1[^>]*>(.*?)</h1>", re.DOTALL)

_MANAGER = "Summary · Teams · What changed · Figures · Board pack · Actions · Inspections"
MENUS: dict[Role, str] = {
    "case_manager": "Today · My cases · My page · What changed · Standards",
    "spo": "To do · What changed · Cases · Officers · Figures · Actions · Inspections",
    "divisional_manager": _MANAGER,
    "area_manager": _MANAGER,
    "inspector": "My reading · Inspections · Figures · Standards",
    "information_manager": "Data · Imports · Accounts · Access log · Figures · Standards",
    "auditor": "Access log · Standards",
}


@pytest.mark.parametrize("role", list(USERS))
def test_each_item_has_one_word_that_its_page_says_too(demo_app: Flask, role: Role) -> None:
    """The label of each item stands in the heading of the page that it opens. *Inspections* opens the one there is."""
    client = signed_in(demo_app, USERS[role])
    items = ITEM.findall(client.get(client.get("/").location).get_data(as_text=True))
    assert " · ".join(label for _, label in items) == MENUS[role]
    opened = {
        label: H1.findall(client.get(address, follow_redirects=True).get_data(as_text=True)) for address, label in items
    }
    assert {label: len(headings) for label, headings in opened.items()} == dict.fromkeys(opened, 1)
    assert [label for label, (heading,) in opened.items() if label.lower() not in heading.lower()] == []


@pytest.mark.parametrize("role", list(USERS))
def test_the_menu_of_a_role_has_its_items_in_their_order_and_begins_at_home(demo_app: Flask, role: Role) -> None:
    client = signed_in(demo_app, USERS[role])
    home = client.get("/")
    page = client.get(home.location).get_data(as_text=True)
    shown = [(label, address) for address, label in ITEM.findall(page)]
    with demo_app.test_request_context():
        expected = [
            (label, demo_app.url_for(endpoint))
            for label, endpoint in links.NAVIGATION[role]
            if endpoint in demo_app.view_functions and role in (access_control.opens_to(demo_app, endpoint) or ())
        ]
    assert shown == expected
    nothing_to_read = "/inspections" if role == "inspector" else shown[0][1]
    assert home.location == nothing_to_read and client.get(shown[0][1]).status_code == 200
    assert client.get(shown[-1][1]).status_code == 200


def test_a_page_of_a_case_stands_under_the_cases(demo_app: Flask) -> None:
    page = signed_in(demo_app, "p.anstey").get("/cases/V465889/1").get_data(as_text=True)
    marked = re.findall(r'aria-current="true"[^>]*>\s*<strong[^>]*>([^<]+)', page)
    assert marked == ["Cases"]


def test_every_part_is_one_that_some_menu_has() -> None:
    named = {endpoint for items in links.NAVIGATION.values() for _, endpoint in items}
    assert set(links.PART_OF.values()) <= named
