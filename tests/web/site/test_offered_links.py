"""Every link that a page offers leads somewhere: the pages of a role are walked from its home.

That no page offers what the reader's role may not enter is asked of all pages in ``test_access_control``.
"""

from collections import Counter, deque

import pytest
from flask import Flask

from domain.accounts.roles import Role
from tests.support.depth import deep
from tests.support.offered_links import offered
from tests.support.people import signed_in
from tests.web.site.test_access_control import USERS

EACH = 3 if deep() else 1
"""How many pages of one kind are opened."""


@pytest.mark.parametrize("role", list(USERS) if deep() else ["case_manager", "information_manager"])
def test_every_link_from_home_on_leads_to_a_page(demo_app: Flask, role: Role) -> None:
    client, nowhere = signed_in(demo_app, USERS[role]), list[str]()
    seen, opened = set[str](), Counter[str]()
    waiting = deque([("", "/")])
    while waiting:
        page, link = waiting.popleft()
        answer = client.get(link, follow_redirects=True)
        if answer.status_code >= 400:
            nowhere.append(f"{page} -> {link}: {answer.status_code}")
        for one in offered(demo_app, answer):
            if one.path not in seen and not one.is_file and opened[one.endpoint] < EACH:
                opened[one.endpoint] += 1
                waiting.append((link, one.path))
            seen.add(one.path)
    assert not nowhere
    assert len(opened) > 10
