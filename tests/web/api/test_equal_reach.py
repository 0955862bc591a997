"""A machine is told what a person of the same reach is told: the rules ask how far an account reaches, not who it is."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from domain.accounts.roles import LEVELS, Account, PlaceLevel, Role
from tests.support.depth import deep
from tests.support.machine_clients import opened
from tests.support.people import signed_in
from tests.web.site.test_access_control import pages
from web.app import create_app
from web.site import access_control, machines

OF_THE_ACCOUNT = {"api_changes.list_changes", "api_access_log.get_own_access_log"}
"""What is of the account itself: positions sealed for it, and its own lines of the log."""

MANAGERS = {"team": "p.anstey", "division": "a.rao", "area": "c.whitlock"}


@pytest.mark.parametrize("level", list(MANAGERS) if deep() else ["team"])
def test_a_machine_is_answered_as_the_manager_of_its_level(own_database: Path, level: PlaceLevel) -> None:
    app = create_app(str(own_database), today=lambda: date(2005, 12, 22), demo=True)
    app.extensions["machine limits"] = machines.Limits(calls=10_000)
    with app.app_context():
        manager = access_control.register().account(MANAGERS[level])
    role: Role = manager.role
    assert LEVELS[role] == level
    person = signed_in(app, manager.username)
    feed = opened(
        app, Account("feed", "Feed", "machine", manager.places, rights=("read", "reports"), place_level=level)
    )
    of_units = [
        f"/api/v1/{what}/{of}/{key}"
        for of, key in (("team", "Gloucester"), ("division", manager.places[0]), ("area", "Gloucestershire"))
        for what in ("actions", "learning")
    ]
    with app.test_request_context():
        both = [
            address
            for endpoint, address in pages(app)
            if hasattr(app.view_functions[endpoint], "opens_to_machines")
            and role in (access_control.opens_to(app, endpoint) or ())
            and feed_may(app, endpoint)
        ]
    for address in (*both, *of_units):
        asked, given = person.get(address), feed.get(address)
        assert (given.status_code, said(given)) == (asked.status_code, said(asked)), address
    assert len(both) > 50


def feed_may(app: Any, endpoint: str) -> bool:
    return endpoint not in OF_THE_ACCOUNT and app.view_functions[endpoint].opens_to_machines in (
        "read",
        "reports",
        None,
    )


def said(answer: Any) -> Any:
    """What an answer says, but for the number of its request."""
    if not answer.is_json and "json" not in answer.content_type:
        return None
    found = answer.json
    return {name: value for name, value in found.items() if name != "request_id"} if isinstance(found, dict) else found
