"""The menu of each role: what stands in it, in which order, that it begins at the role's first page, and what its pages say."""

import re

import pytest
from flask import Flask

from domain.accounts.roles import Role
from tests.support.people import signed_in
from tests.web.site.test_access_control import USERS
from web.site import links

ITEM = re.compile(r'class="govuk-service-navigation__link" href="([^"]+)"[^>]*>\s*(?:<strong[^>]*>)?([^<]+?)\s*<')


H1 = re.compile(r"<h1[^>]*>(.*?)</h1>", re.DOTALL)

_MANAGER = "Summary · Teams · What changed · Figures · Board pack · Actions · Inspections"
MENUS: dict[Role, str] = {
    "case_manager": "Today · My cases · My page · What changed · Standards",
    "spo": "To do · What changed · Cases · Officers · Figures · Actions · Inspections",
    "divisional_manager": _MANAGER,
    "area_manager": _MANAGER,
    "inspector": "My reading · Inspections · Standards",
    "information_manager": "Data · Imports · Accounts · Access log · Standards",
    "auditor": "Access log · Standards",
}


@pytest.mark.parametrize("role", list(USERS))
def test_the_menu_of_a_role_begins_at_home_and_each_item_says_what_its_page_says(demo_app: Flask, role: Role) -> None:
    """The label of each item stands in the one heading of its page, and no item is kept that the role may not enter."""
    client = signed_in(demo_app, USERS[role])
    home = client.get("/").location
    items = ITEM.findall(client.get(home).get_data(as_text=True))
    assert (
        " · ".join(label for _, label in items)
        == MENUS[role]
        == " · ".join(label for label, _ in links.NAVIGATION[role])
    )
    with demo_app.test_request_context():
        assert [address for address, _ in items] == [
            demo_app.url_for(endpoint) for _, endpoint in links.NAVIGATION[role]
        ]
    assert home == ("/inspections" if role == "inspector" else items[0][0]), (
        "an inspector of the demonstration has nothing to read"
    )
    pages = {label: client.get(address, follow_redirects=True) for address, label in items}
    assert {page.status_code for page in pages.values()} == {200}
    headings = {label: H1.findall(page.get_data(as_text=True)) for label, page in pages.items()}
    assert {
        label: found for label, found in headings.items() if len(found) != 1 or label.lower() not in found[0].lower()
    } == {}


def test_a_page_of_a_case_stands_under_the_cases(demo_app: Flask) -> None:
    page = signed_in(demo_app, "p.anstey").get("/cases/V465889/1").get_data(as_text=True)
    marked = re.findall(r'aria-current="true"[^>]*>\s*<strong[^>]*>([^<]+)', page)
    assert marked == ["Cases"]


def test_every_part_is_one_that_some_menu_has() -> None:
    named = {endpoint for items in links.NAVIGATION.values() for _, endpoint in items}
    assert set(links.PART_OF.values()) <= named
