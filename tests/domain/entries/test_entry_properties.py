"""What an entry says by its fields together: whether it is a contact, the level of risk, the hours offered."""

import pytest

from domain.entries.case_entries import AppointmentMade, AssessmentCompleted, UnpaidWorkSession
from tests.domain.aggregates.test_case_file import fact

LOW = dict.fromkeys(("public", "known_adult", "children", "staff", "prisoners"), "low")


@pytest.mark.parametrize(
    ("contact_type", "said", "contact"),
    [
        ("office", None, True), ("home_visit", None, True), ("unpaid_work", None, True), ("other", None, True),
        ("telephone", None, False), ("letter", None, False), ("text", None, False),
        ("telephone", True, True), ("text", True, True), ("office", False, False),
    ],
)  # fmt: skip
def test_whether_an_appointment_is_a_contact_is_as_the_source_says(
    contact_type: str, said: bool | None, contact: bool
) -> None:
    made = fact("AppointmentMade", for_on="2005-06-08", contact_type=contact_type, national_standards=said)
    assert isinstance(made, AppointmentMade) and made.is_contact is contact


@pytest.mark.parametrize(
    ("fields", "level"),
    [
        ({}, None),
        ({"overall_risk_of_harm": "medium"}, "medium"),
        ({"risk_of_harm": LOW}, "low"),
        ({"risk_of_harm": {**LOW, "children": "very_high", "staff": "high"}}, "very_high"),
        ({"risk_of_harm": {**LOW, "children": "high"}, "overall_risk_of_harm": "medium"}, "medium"),
    ],
)
def test_the_level_is_the_overall_one_or_else_the_highest(fields: dict[str, object], level: str | None) -> None:
    done = fact("AssessmentCompleted", instrument="oasys", stage="initial", assessor="R", **fields)
    assert isinstance(done, AssessmentCompleted) and done.level == level


@pytest.mark.parametrize(("fields", "offered"), [({}, 3.5), ({"hours_offered": 7}, 7), ({"hours_offered": 0}, 0)])
def test_hours_are_offered_as_said_or_else_as_worked(fields: dict[str, object], offered: float) -> None:
    session = fact("UnpaidWorkSession", hours=3.5, outcome="attended_complied", **fields)
    assert isinstance(session, UnpaidWorkSession) and session.offered == offered
