"""The demonstration on a morning on which each role finds something to do."""

from datetime import date
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from domain.store.application import Files
from tests.support.histories import facts_of
from tests.support.people import opens, post, signed_in
from web.app import create_app

CASE = "P114066/1"
"""Held by Tunde Adeyemi, of the Gloucester team."""

MORNING = [
    {"type": "AppointmentMade", "entry": f"made-{at}", "occurred_on": "2005-12-12", "recorded_at": "2005-12-12T10:00:00+00:00",
     "contact_type": "office", "for_on": on} for at, on in enumerate(("2005-12-22", "2005-12-22", "2005-12-28"))
] + [
    {"type": "AssessmentReturned", "entry": "returned", "occurred_on": "2005-12-21", "recorded_at": "2005-12-21T10:00:00+00:00",
     "assessment": "0002", "by": "Peter Anstey", "reason": "no victim's view"},
    {"type": "RiskLevelChanged", "entry": "raised", "occurred_on": "2005-12-22", "recorded_at": "2005-12-22T09:00:00+00:00",
     "from": "high", "to": "very_high", "reason": "a new charge"},
]  # fmt: skip
"""Entries on the case: three appointments, an assessment that was given back, a risk that was raised."""


AUDIT = "/inspections/november-audit"


def audit_given_out(lead: FlaskClient) -> None:
    """An audit of two cases, which its lead is to read."""
    opened = {"title": "November audit", "occurred_on": "3/10/2005", "area": "Gloucestershire", "framework": "esi-2003"}
    opens(lead, knowledge="stood", **opened)
    post(lead, f"{AUDIT}/frame", started_from="1/4/2005", started_to="31/5/2005")
    post(
        lead,
        f"{AUDIT}/sample",
        size="2",
        spare_per_cent="100",
        seed="words",
        method="half_up",
        repeats="The same morning",
    )
    post(lead, f"{AUDIT}/assessors", f"{AUDIT}/work", assessor="j.hartnell", role="hm_inspector")
    post(lead, f"{AUDIT}/allocation", step="share")


def morning(database: Path) -> Flask:
    """The site over a copy of the demonstration, with these entries and an audit that its lead is to read."""
    files = Files.open(str(database))
    files.record(CASE, facts_of(MORNING), actor="test")
    files.close()
    app = create_app(str(database), today=lambda: date(2005, 12, 22), demo=True)
    audit_given_out(signed_in(app, "j.hartnell"))
    return app
