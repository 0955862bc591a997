"""Duties that are arranged: an appointment is booked that would meet them, and its day is still to come."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from domain.policy.frameworks.framework_files import frameworks
from projections.history.history import History
from projections.obligations.arranged import arranged_on, leaves_list
from projections.obligations.derive import obligations
from projections.obligations.duty_state import Obligation
from tests.support.depth import examples
from tests.support.histories import PERSON, PLACE, Line, facts_of, histories

CLAUSES = frameworks()["esi-2003"].clauses
START = date(2005, 10, 3)


def line(entry: str, type_: str, on: date, **fields: Any) -> Line:
    recorded = f"{on.isoformat()}T09:00:00+00:00"
    return {"entry": entry, "type": type_, "occurred_on": on.isoformat(), "recorded_at": recorded, **fields}


def order(level: str = "high") -> list[Line]:
    """A community order that begins on a Monday, at this risk of harm."""
    started = line(
        "start", "SupervisionStarted", START, person=PERSON, order_type="community_order", **PLACE,
        officer="Ruth Ablewhite", officer_grade="po", tier=3, requirements=["supervision"],
    )  # fmt: skip
    assessed = line(
        "oasys", "AssessmentCompleted", START, instrument="oasys", stage="initial", assessor="Ruth Ablewhite",
        overall_risk_of_harm=level,
    )  # fmt: skip
    return [started, assessed]


def visit(for_on: date, made_on: date, entry: str = "visit", kind: str = "home_visit") -> Line:
    return line(entry, "AppointmentMade", made_on, for_on=for_on.isoformat(), contact_type=kind)


def arranged(lines: Sequence[Line], clause: str, day: date) -> list[tuple[Obligation, date | None]]:
    """Each duty of a clause, and the day for which it is arranged as at a day."""
    history = History.of(facts_of(list(lines)))
    found = [duty for duty in obligations(history, CLAUSES) if duty.clause.id == clause]
    return [(duty, arranged_on(duty, history, day)) for duty in found]


def test_a_visit_that_is_booked_is_arranged_until_its_day() -> None:
    booked, for_on = date(2005, 12, 20), date(2005, 12, 23)
    lines = [*order(), visit(for_on, booked)]
    days = {day: arranged(lines, "high-risk-home-visit", day)[0][1] for day in (booked, for_on)}
    assert days == {booked: for_on, for_on: for_on}
    assert arranged(lines, "high-risk-home-visit", booked - timedelta(days=1))[0][1] is None
    assert arranged(lines, "high-risk-home-visit", for_on + timedelta(days=1))[0][1] is None


def test_another_kind_of_appointment_does_not_arrange_a_home_visit() -> None:
    lines = [*order(), visit(date(2005, 12, 23), date(2005, 12, 20), kind="office")]
    assert arranged(lines, "high-risk-home-visit", date(2005, 12, 20))[0][1] is None


def test_a_visit_that_was_put_off_is_no_longer_arranged_from_the_day_on_which_that_was_known() -> None:
    off = line("off", "AppointmentOutcomeRecorded", date(2005, 12, 21), appointment="visit", outcome="rescheduled")
    lines = [*order(), visit(date(2005, 12, 23), date(2005, 12, 19)), off]
    assert arranged(lines, "high-risk-home-visit", date(2005, 12, 20))[0][1] == date(2005, 12, 23)
    assert arranged(lines, "high-risk-home-visit", date(2005, 12, 21))[0][1] is None


def test_the_first_of_two_visits_counts() -> None:
    lines = [*order(), visit(date(2005, 12, 23), date(2005, 12, 1)), visit(date(2005, 12, 12), date(2005, 12, 1), "b")]
    assert arranged(lines, "high-risk-home-visit", date(2005, 12, 5))[0][1] == date(2005, 12, 12)


def test_a_visit_after_the_last_day_is_arranged_and_stays_on_the_list() -> None:
    ((duty, day),) = arranged([*order(), visit(date(2006, 1, 9), START)], "high-risk-home-visit", date(2006, 1, 2))
    assert duty.state(date(2006, 1, 2)) == "overdue"
    assert day == date(2006, 1, 9)
    assert not leaves_list(duty, day)
    assert not leaves_list(duty, None)
    assert leaves_list(duty, duty.due_on)


def test_a_week_of_contact_is_arranged_by_the_appointment_in_it() -> None:
    lines = [*order("low"), visit(date(2005, 10, 12), date(2005, 10, 5), kind="office")]
    weeks = arranged(lines, "contact-frequency", date(2005, 10, 10))
    assert [(duty.arises_on, day) for duty, day in weeks if day] == [(date(2005, 10, 10), date(2005, 10, 12))]
    assert not [day for _, day in arranged(lines, "contact-frequency", date(2005, 10, 4)) if day]


def test_what_is_done_is_not_arranged() -> None:
    came = line("came", "AppointmentOutcomeRecorded", date(2005, 12, 5), appointment="v", outcome="attended_complied")
    lines = [*order(), visit(date(2005, 12, 5), START, "v"), came, visit(date(2005, 12, 23), START)]
    assert arranged(lines, "high-risk-home-visit", date(2005, 12, 6))[0][1] is None


AHEAD = st.lists(st.tuples(st.integers(0, 40), st.sampled_from(("office", "home_visit", "prison_visit"))), max_size=4)


@examples(160)
@given(histories(), st.integers(0, 200), AHEAD)
def test_what_is_arranged_is_met_if_it_is_kept(lines: list[Line], after: int, ahead: list[tuple[int, str]]) -> None:
    """As known on the day: where every appointment still to come is kept, an arranged duty is met by its day."""
    day = date.fromisoformat(lines[0]["occurred_on"]) + timedelta(days=after)
    known = [one for one in lines if date.fromisoformat(one["recorded_at"][:10]) <= day]
    if not any(one["type"] == "SupervisionStarted" for one in known):
        return
    booked = [visit(day + timedelta(days=n), day, f"ahead-{at}", kind) for at, (n, kind) in enumerate(ahead)]
    facts = facts_of([*known, *booked])
    history = History.of(facts)
    kept = History.of([*facts, *facts_of([_kept(name, on) for name, on in _to_come(history, day)])])
    after_all = {(duty.clause, duty.arises_on, duty.raised_by): duty for duty in obligations(kept, CLAUSES)}
    for duty in obligations(history, CLAUSES):
        for_on = arranged_on(duty, history, day)
        if for_on is not None:
            met_on = after_all[duty.clause, duty.arises_on, duty.raised_by].met_on
            assert for_on >= day
            assert met_on is not None
            assert met_on <= for_on


def _to_come(history: History, day: date) -> list[tuple[str, date]]:
    booked = history.appointments.values()
    return [(a.entry, a.for_on) for a in booked if a.for_on >= day and a.outcome is None and a.acceptable is None]


def _kept(appointment: str, on: date) -> Line:
    name = f"{appointment}-kept"
    return line(name, "AppointmentOutcomeRecorded", on, appointment=appointment, outcome="attended_complied")
