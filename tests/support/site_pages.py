"""Every page of the site, from its routes: an address with example values for each, and who opens it first."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from flask import Flask
from werkzeug.routing import Rule

from domain.accounts.roles import Role
from domain.policy.measures.measure_files import reports
from projections.lists.work_lists import LISTS
from web.site import access_control

STAFF: Mapping[str, Role] = {
    "p.anstey": "spo", "t.adeyemi": "case_manager", "c.whitlock": "area_manager", "j.hartnell": "inspector",
    "i.nkemelu": "information_manager", "s.brandt": "auditor", "a.rao": "divisional_manager",
}  # fmt: skip
"""Accounts of the demonstration, one a role. A page is walked as the first of them who may enter it."""

BY_ANOTHER = {
    "access": "s.brandt", "assessing": "j.hartnell", "compliance": "c.whitlock", "inspecting": "j.hartnell",
    "matrix": "c.whitlock", "process": "c.whitlock", "policy": "j.hartnell",
}  # fmt: skip
"""Blueprints whose pages say most to another reader."""

FILES = (
    "<form>",
    "/download/",
    "/rejected/",
    ".ics",
    "/api/",
    "/assets/",
    "/healthz",
    "/info",
    "/livez",
    "/metrics",
    "/readyz",
    "/imports/mappings/",
    "/attached/",
    "/policy/texts/",
)
"""What the routes of files have in their addresses."""

NO_PAGE_OF_THEIR_OWN: Mapping[str, str] = {
    "home.index": "leads to the home page of the reader",
    "cases.entry": "leads to the entry on the timeline",
    "languages.choose": "leads back",
    "openid.index": "leads to another site",
    "openid.back": "leads from another site",
    "publishing.publish": "of a frozen inspection; its template is that of freezing",
    "area.show": "of an inspection whose area has named people: tests/browser/test_area_page.py",
    "assessing.settle": "of two readers who answered differently: tests/browser/test_settle_page.py",
    "invitations.show": "of an installation with another sign-in",
    "factors.index": "of accounts with a second factor: tests/browser/test_passkeys.py",
    "factors.ask": "of accounts with a second factor: tests/browser/test_passkeys.py",
    "factors.enrol": "of accounts with a second factor: tests/browser/test_passkeys.py",
}
"""Endpoints that show no page at an address that can be written down here, and why."""

VALUES: Mapping[str, object] = {
    "crn": "V465889", "number": 1, "inspection": "gloucestershire-2005", "criterion": "B1", "question": "plan-reviewed",
    "edition": "2005", "clause": "plan-review", "level": "team", "username": "p.anstey", "entry": "0004", "entry_id": "0014",
    "key": "Gloucester", "mark": "x",
}  # fmt: skip
OF: Mapping[str, Mapping[str, object]] = {
    "officers.show": {"key": "Helen Sallis"},
    "compliance.measure": {"name": "contact-arranged"},
    "compliance.duties": {"measure": "plan-in-time", "since": "2004-12-22"},
    "compliance.answered": {"measure": "plan-quality", "since": "2004-12-22"},
    "inspecting.take_frame": {"inspection": "audit-without-a-frame"},
    "inspecting.take_sample": {"inspection": "audit-without-a-sample"},
    "inspecting.allocation": {"inspection": "november-audit"},
    "inspecting.freeze": {"inspection": "november-audit"},
    "inspecting.work": {"inspection": "november-audit"},
    "inspecting.process": {"inspection": "november-audit"},
    "inspecting.take_step": {"inspection": "november-audit", "step": "lead"},
    "inspecting.interests": {"inspection": "november-audit"},
    "inspecting.declare_interest": {"inspection": "november-audit"},
    "inspecting.write_part": {"inspection": "november-audit", "part": "recommendation"},
}
"""Values of the arguments of routes: of all, and of some, with what they are asked for besides."""

SEVERAL: Mapping[str, tuple[str, tuple[str, ...], int]] = {
    "compliance.report": ("name", ("forecast", *(n for n in reports().reports if n != "forecast")), 3),
    "desk.show": ("name", tuple(LISTS), 1),
    "recording.entry": ("type_", ("AssessmentCompleted", "QualityJudged", "WarningGiven", "SupervisionPlanMade"), 1),
}
"""Routes whose pages differ much by an argument: its values, and how many of them a quick run walks."""


class SitePage(NamedTuple):
    """A page: its endpoint, its address, and the accounts that may enter it, who says most first; none where anybody may."""

    endpoint: str
    address: str
    users: tuple[str, ...]


def site_pages(app: Flask, given: Mapping[str, Mapping[str, object]], *, every_value: bool = False) -> list[SitePage]:
    """Every page that is asked for with GET. ``given``: more values by endpoint. A route without values is a KeyError."""
    with app.test_request_context():
        rules = [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()) and _is_page(rule)]
        return [
            SitePage(rule.endpoint, app.url_for(rule.endpoint, **values), _users(app, rule.endpoint))
            for rule in rules
            for values in _values(rule, given.get(rule.endpoint, {}), every_value)
        ]


def _is_page(rule: Rule) -> bool:
    return rule.endpoint not in NO_PAGE_OF_THEIR_OWN and not any(part in rule.rule for part in FILES)


def _values(rule: Rule, given: Mapping[str, object], every_value: bool) -> Iterator[dict[str, object]]:
    """What stands in the addresses of a route and is asked for besides."""
    name, several, most = SEVERAL.get(rule.endpoint, ("", ("",), 1))
    for value in several if every_value else several[:most]:
        own = {**OF.get(rule.endpoint, {}), **given, **({name: value} if name else {})}
        yield {**{argument: VALUES[argument] for argument in rule.arguments if argument not in own}, **own}


def _users(app: Flask, endpoint: str) -> tuple[str, ...]:
    roles = access_control.opens_to(app, endpoint)
    if not roles:
        return ()
    first = BY_ANOTHER.get(endpoint.partition(".")[0])
    return tuple(sorted((user for user, role in STAFF.items() if role in roles), key=lambda user: user != first))
