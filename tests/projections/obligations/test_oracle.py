"""The engine against the oracle: every clause kind, on random histories, on every day that could tell them apart."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.entries.case_entries import Entry
from domain.entries.schemas import load_entry
from domain.policy.frameworks import frameworks
from projections.history.history import History
from projections.obligations.derive import Obligation, obligations
from tests.support.depth import deep, examples
from tests.support.oracle import Life

CLAUSES = {
    "risk-of-harm-assessment": "within",
    "initial-supervision-plan": "within",
    "risk-management-plan": "within",
    "absence-decision": "within",
    "plan-review": "every",
    "contact-frequency": "frequency",
    "breach-second-unacceptable-failure": "response",
    "breach-or-recall-third-failure": "response",
    "assessment-countersigned": "while",
    "mappa-review-set": "while",
}

PERSON = {
    "crn": "X123456", "name": "A Person", "date_of_birth": "1970-01-01", "gender": "female", "ethnicity": "W1",
    "disability": False,
}  # fmt: skip
NOT_HARMED = dict.fromkeys(("public", "known_adult", "children", "staff", "prisoners"), "low")


@st.composite
def lives(draw: st.DrawFn) -> list[dict[str, Any]]:
    """A case history as plain entries, in the order in which they happened."""
    start = draw(st.dates(date(2004, 6, 1), date(2005, 8, 1)))
    order = draw(st.sampled_from(["community_rehabilitation_order", "licence", "community_order"]))
    length = draw(st.integers(60, 400))
    entries: list[dict[str, Any]] = []

    def add(kind: str, day: date, **fields: Any) -> str:
        entry = f"{len(entries) + 1:03d}"
        entries.append({"type": kind, "entry": entry, "occurred_on": day, **fields})
        return entry

    tier = draw(st.sampled_from([None, None, 1, 2, 3, 4]))
    add("SupervisionStarted", start, person=PERSON, order_type=order, area="A", division="D", team="T", officer="O",
        officer_grade="po", ends_on=start + timedelta(days=length), **({"tier": tier} if tier else {}))  # fmt: skip
    offsets = st.integers(0, length)

    def day() -> date:
        return start + timedelta(days=draw(offsets))

    level = st.sampled_from(["low", "medium", "high", "very_high"])
    for _ in range(draw(st.integers(0, 2))):
        risk = draw(level)
        on = start + timedelta(days=draw(st.integers(-10, 80)))
        assessed = add("AssessmentCompleted", on, instrument="oasys", stage="initial", assessor="O",
                       overall_risk_of_harm=risk, risk_of_harm={**NOT_HARMED, "public": risk})  # fmt: skip
        if draw(st.booleans()):
            add("AssessmentCountersigned", on + timedelta(days=draw(st.integers(0, 20))), assessment=assessed, by="M",
                grade="spo")  # fmt: skip
    for _ in range(draw(st.integers(0, 2))):
        before, after = draw(level), draw(level)
        add("RiskLevelChanged", day(), **{"from": before, "to": after, "reason": "r"})
    if draw(st.booleans()):
        add("TierSet", day(), tier=draw(st.integers(1, 4)))
    for _ in range(draw(st.integers(0, 2))):
        add("RiskManagementPlanMade", day())
    plan = None
    for _ in range(draw(st.integers(0, 1))):
        plan = add(
            "SupervisionPlanMade", start + timedelta(days=draw(st.integers(-5, 60))), objectives=[], interventions=[]
        )
    if plan:
        for _ in range(draw(st.integers(0, 4))):
            add("SupervisionPlanReviewed", day(), plan=plan)
    for _ in range(draw(st.integers(0, 2))):
        add("MappaSet", day(), category=1, level=draw(st.integers(1, 3)))
    for _ in range(draw(st.integers(0, 4))):
        set_on = day()
        add("MappaReviewSet", set_on, for_on=set_on + timedelta(days=draw(st.integers(0, 60))))
    outcomes = st.sampled_from([
        "attended_complied", "attended_complied", "unacceptable_absence", "awaiting_explanation", "acceptable_absence",
        "attended_failed_to_comply", "rescheduled",
    ])  # fmt: skip
    for _ in range(draw(st.integers(0, 14))):
        for_on = day()
        made_on = for_on - timedelta(days=draw(st.integers(-2, 10)))
        appointment = add("AppointmentMade", made_on, for_on=for_on, contact_type="office",
                          national_standards=draw(st.sampled_from([True, True, True, False])))  # fmt: skip
        if draw(st.integers(0, 9)):
            outcome = draw(outcomes)
            add("AppointmentOutcomeRecorded", for_on, appointment=appointment, outcome=outcome)
            if outcome not in ("attended_complied", "rescheduled") and draw(st.booleans()):
                judged_on = for_on + timedelta(days=draw(st.integers(0, 25)))
                add("AbsenceJudged", judged_on, appointment=appointment, acceptable=draw(st.booleans()), reason="r")
    made = [e["entry"] for e in entries if e["type"] == "AppointmentMade"]
    for _ in range(draw(st.integers(0, 2)) if made else 0):
        if order == "licence" and draw(st.booleans()):
            add("RecallRequested", day(), reason="r")
        else:
            add("BreachInitiated", day(), appointments=made[:1])
    if draw(st.booleans()):
        add("SupervisionEnded", day(), reason="revoked")
    return sorted(entries, key=lambda e: (e["occurred_on"], e["entry"]))


def as_fact(entry: dict[str, Any]) -> Entry:
    fields = {k: v.isoformat() if isinstance(v, date) else v for k, v in entry.items() if k != "type"}
    noon = datetime.combine(entry["occurred_on"], time(12), UTC)
    return load_entry(entry["type"], {**fields, "recorded_at": noon.isoformat()})


def asked(entries: list[dict[str, Any]], owed: list[Obligation]) -> list[date]:
    """The days on which engine and oracle are compared: each day of a life if the run is deep, else a part of them.

    The part: a date of an entry or of an obligation, the day before and the day after, the last day of all, and a handful
    of others. Where the two disagree about a date, they differ from the earlier of the two dates to the day before the
    later. One of the two is the engine's, so one of those days is among these; a duty that only one of them knows is seen
    on the last day.
    """
    first, last = entries[0]["occurred_on"], max(e["occurred_on"] for e in entries) + timedelta(days=59)
    every = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    if deep():
        return every
    dates = {e["occurred_on"] for e in entries} | {e["for_on"] for e in entries if "for_on" in e}
    dates |= {d for o in owed for d in (o.arises_on, o.due_on, o.met_on, o.ended_on) if d is not None}
    near = {d + timedelta(days=n) for d in dates for n in (-1, 0, 1)} | {last}
    return sorted(near.intersection(every) | set(Random(len(every)).sample(every, 5)))


@examples(2000)
@given(lives())
def test_engine_and_oracle_agree_on_every_day(entries: list[dict[str, Any]]) -> None:
    history = History.of([as_fact(entry) for entry in entries])
    owed = [o for o in obligations(history, frameworks()["esi-2003"].clauses) if o.clause.id in CLAUSES]
    life = Life(entries)
    for day in asked(entries, owed):
        lived = life.live_until(day)
        expected = Counter(
            {(clause, *said): n for clause in CLAUSES for said, n in lived.get(clause, Counter()).items()}
        )
        found = Counter((o.clause.id, o.due_on, state) for o in owed if (state := o.state(day)))
        assert found == expected, day


def test_every_kind_of_clause_is_judged_by_the_oracle() -> None:
    kinds = {c.id: c.kind for c in frameworks()["esi-2003"].clauses}
    assert {kinds[clause] for clause in CLAUSES} == set(kinds.values())
    assert all(kinds[clause] == kind for clause, kind in CLAUSES.items())


@pytest.mark.parametrize("days", [0, 1, 5, 15])
def test_the_oracle_counts_working_days_by_walking(days: int) -> None:
    from domain.calendar.workdays import add_working_days
    from tests.support.oracle import working_days_after

    for number in range(1400):
        day = date(2003, 6, 1) + timedelta(days=number)
        assert working_days_after(day, days) == add_working_days(day, days)
