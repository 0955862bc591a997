"""Why a duty stays due: each cause by its smallest case."""

from datetime import date
from typing import Any

import pytest

from domain.entries.case_entries import Entry
from domain.policy.standards.edition_files import national_standards
from projections.cases.stays_due import stays_due
from projections.obligations.duty_state import Obligation
from tests.domain.aggregates.test_case_file import fact

DAY = date(2005, 6, 20)
OASYS = fact("AssessmentCompleted", "oasys", "2005-06-01", instrument="oasys", stage="initial", assessor="Ann Spo")
MADE = fact("AppointmentMade", "a1", "2005-06-01", for_on="2005-06-15", contact_type="home_visit")


def duty(clause: str, since: date, until: date, raised_by: str = "start", *, window: bool = False) -> Obligation:
    (found,) = (one for one in national_standards().on(DAY).clauses if one.id == clause)  # type: ignore[union-attr]
    return Obligation(found, found.values[0], since, until, None, None, raised_by, (), window)


def signed(**said: Any) -> Entry:
    return fact(
        "AssessmentCountersigned",
        "new",
        "2005-06-20",
        **{"assessment": "oasys", "by": "Ann Spo", "grade": "spo", **said},
    )


COUNTERSIGNED = duty("assessment-countersigned", date(2005, 6, 1), date(2005, 6, 8), "oasys")
CASES = [
    (COUNTERSIGNED, signed(assessment="another"), ("another", "assessment", ())),
    (COUNTERSIGNED, signed(by="ANN SPO"), ("same person", "by", ())),
    (COUNTERSIGNED, signed(by="Bob Other", grade="po"), ("field", "grade", ("senior_practitioner", "spo"))),
    (
        duty("plan-review", date(2005, 6, 10), date(2005, 9, 1)),
        fact("SupervisionPlanReviewed", "new", "2005-06-09", plan="plan"),
        ("early", "occurred_on", ()),
    ),
    (
        duty("drug-testing", date(2005, 6, 16), date(2005, 6, 22), window=True),
        fact("DrugTestTaken", "new", "2005-06-14", result="negative"),
        ("period", "", ()),
    ),
    (
        duty("drug-testing", date(2005, 6, 16), date(2005, 6, 22), window=True),
        fact("DrugTestTaken", "new", "2005-06-17", result="negative"),
        ("not enough", "", ()),
    ),
    (
        duty("high-risk-home-visit", date(2005, 6, 1), date(2005, 8, 1)),
        fact("AppointmentOutcomeRecorded", "new", "2005-06-15", appointment="a1", outcome="unacceptable_absence"),
        ("outcome", "", ("attended_complied", "attended_failed_to_comply")),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("open_duty", "entry", "told"), CASES)
def test_each_cause(open_duty: Obligation, entry: Entry, told: tuple[str, str, tuple[str, ...]]) -> None:
    (found,) = stays_due([open_duty], entry, [OASYS, MADE, entry], DAY)
    assert (found.cause, found.field, found.wanted) == told


def test_what_it_meets_or_could_never_meet_is_not_told() -> None:
    met = Obligation(COUNTERSIGNED.clause, COUNTERSIGNED.value, date(2005, 6, 1), date(2005, 6, 8), date(2005, 6, 20), None,
                     "oasys", ("new",))  # fmt: skip
    assert (
        stays_due([met, duty("plan-review", date(2005, 6, 1), date(2005, 9, 1))], signed(by="Bob Other"), [OASYS], DAY)
        == []
    )
