"""A case at a moment from its rows says what a reading of its entries says."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.policy.frameworks import DEFAULT_FRAMEWORK, frameworks
from projections.cases.case_repository import Moment, Reading
from projections.cases.case_snapshot import CaseSnapshot, excluded
from projections.cases.caseload import holding
from projections.history.history import History, end_of_day, value_on
from projections.obligations.derive import Obligation, obligations
from tests.support.histories import CASE, FIRST, LONGEST_DAYS, facts_of, histories


def reading_of(lines: list[dict[str, Any]], on: date, hindsight: bool) -> Reading:
    moment = Moment(on, None if hindsight else end_of_day(on))
    history = History.of(facts_of(lines), moment.known_at)
    return Reading(CASE, moment, history, obligations(history, frameworks()[DEFAULT_FRAMEWORK].clauses), ())


def sorted_duties(duties: list[Obligation]) -> list[Obligation]:
    return sorted(duties, key=lambda o: (o.due_on, o.arises_on, o.clause.id, repr(o)))


@settings(max_examples=60)
@given(histories(), st.integers(-10, LONGEST_DAYS + 60), st.booleans())
def test_its_rows_say_what_its_entries_say(lines: list[dict[str, Any]], days: int, hindsight: bool) -> None:
    on = date.fromisoformat(lines[0]["occurred_on"]) + timedelta(days=days)
    reading = reading_of(lines, on, hindsight)
    history = reading.history
    if history.start is None or history.start.on > on:
        with pytest.raises(ValueError, match="had not begun"):
            CaseSnapshot.of(reading)
        return
    standing = CaseSnapshot.of(reading)
    spell = standing.spell
    assert history.started is not None
    assert spell.place == holding(reading)
    assert (spell.name, spell.order_type) == (history.started.person.name, history.started.order_type)
    assert (spell.risk, spell.tier) == (value_on(history.risk, on), value_on(history.tier, on))
    assert (spell.mappa_level, spell.started_on) == (value_on(history.mappa_level, on), history.start.on)
    assert spell.ended_on == (history.end.on if history.end is not None and history.end.on <= on else None)
    owed = [held.obligation for held in standing.owed(DEFAULT_FRAMEWORK)]
    assert sorted_duties(owed) == sorted_duties(list(reading.obligations))
    of_standards = [o for o in reading.obligations if o.clause.of_standards]
    assert sorted_duties([held.obligation for held in standing.standards]) == sorted_duties(of_standards)
    for held_duty in standing.owed(DEFAULT_FRAMEWORK):
        due_on = held_duty.obligation.due_on
        assert held_duty.place == (value_on(history.allocation, due_on) or history.allocation[0].value)


def test_who_may_not_open_it_goes_by_what_is_known_today() -> None:
    start = {
        "case": CASE, "entry": "s", "type": "SupervisionStarted", "occurred_on": FIRST.isoformat(),
        "recorded_at": f"{FIRST}T10:00:00+00:00",
        "person": {"crn": "X123456", "name": "A", "date_of_birth": "1975-02-28", "gender": "female", "ethnicity": "W1",
                   "disability": False},
        "order_type": "community_order", "area": "A", "division": "N", "team": "T", "officer": "O",
        "officer_grade": "po",
    }  # fmt: skip
    limit = {
        "case": CASE, "entry": "l", "type": "AccessLimited", "occurred_on": "2003-06-01",
        "recorded_at": "2003-06-01T10:00:00+00:00", "excluded": ["Bo Kin"], "reason": "kin",
    }  # fmt: skip
    before, to_date = reading_of([start, limit], FIRST, False), History.of(facts_of([start, limit]))
    assert excluded(before.history) == frozenset()
    assert CaseSnapshot.of(before, to_date).excluded == {"Bo Kin"}
