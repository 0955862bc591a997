"""A case snapshot from ledger rows says what one from a history says."""

from collections.abc import Iterable
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.entries.code_lists import RISK_LEVELS, RiskLevel, is_high_risk
from domain.policy.conditions import fits
from domain.policy.frameworks.framework_files import DEFAULT_FRAMEWORK, frameworks
from projections.cases.case_reading import Reading
from projections.cases.case_snapshot import CaseSnapshot
from projections.history.dated_values import value_on
from projections.history.history import History, end_of_day
from projections.history.moment import Moment
from projections.ledger.ledger import ledger
from projections.obligations.duty_state import Obligation
from projections.obligations.triggers import HIGH
from tests.support.depth import examples
from tests.support.histories import CASE, LONGEST_DAYS, Line, facts_of, histories
from tests.support.plain_ledger import as_one_reading


def reading_of(lines: list[Line], on: date, hindsight: bool) -> Reading:
    moment = Moment(on, None if hindsight else end_of_day(on))
    history = History.of(facts_of(lines), moment.known_at)
    return Reading.of(CASE, moment, frameworks()[DEFAULT_FRAMEWORK], history)


def sorted_duties(duties: Iterable[Obligation]) -> list[Obligation]:
    return sorted(duties, key=lambda o: (o.due_on, o.arises_on, o.clause.id, repr(o)))


@examples(60)
@given(histories(), st.integers(-10, LONGEST_DAYS + 60), st.booleans())
def test_its_rows_say_what_its_entries_say(lines: list[Line], days: int, hindsight: bool) -> None:
    on = date.fromisoformat(lines[0]["occurred_on"]) + timedelta(days=days)
    reading = reading_of(lines, on, hindsight)
    history = reading.history
    if not reading.has_begun:
        with pytest.raises(ValueError, match="had not begun"):
            assert reading.snapshot
        return
    case = reading.snapshot
    spell = case.spell
    assert history.started is not None and history.start is not None
    assert spell.place == reading.holder
    person = value_on(history.person, on)
    assert (spell.name, spell.order_type) == (person.name, history.started.order_type)
    assert (spell.risk, spell.tier) == (value_on(history.risk, on), value_on(history.tier, on))
    assert (spell.mappa_level, spell.started_on) == (value_on(history.mappa_level, on), history.start.on)
    assert spell.ended_on == (history.end.on if history.end is not None and history.end.on <= on else None)
    owed = [held.obligation for held in case.duties_under(DEFAULT_FRAMEWORK)]
    assert sorted_duties(owed) == sorted_duties(reading.obligations)
    of_standards = [o for o in reading.obligations if o.clause.of_standards]
    assert sorted_duties(held.obligation for held in case.standards) == sorted_duties(of_standards)
    for held_duty in case.duties_under(DEFAULT_FRAMEWORK):
        due_on = held_duty.obligation.due_on
        assert held_duty.place == (value_on(history.allocation, due_on) or history.allocation[0].value)


@examples(60)
@given(histories(odd=True), st.data())
def test_it_is_the_same_from_a_history_and_from_ledger_rows(lines: list[Line], data: st.DataObject) -> None:
    facts = facts_of(lines)
    known = ledger(facts)
    for known_at in (*data.draw(st.lists(st.sampled_from([f.recorded_at for f in facts]), max_size=3)), None):
        on = facts[0].occurred_on + timedelta(days=data.draw(st.integers(0, LONGEST_DAYS + 60)))
        moment = Moment(on, known_at)
        duties, spells, judgements, lates, notices = (
            [as_one_reading(row.row) for row in data.draw(st.permutations(rows)) if row.at(known_at)]
            for rows in known.kinds
        )
        here = [spell for spell in spells if spell.holds_on(on)]
        from_rows = [
            CaseSnapshot.of_rows(
                CASE,
                moment,
                spell,
                duties=duties,
                lates=lates,
                judgements=judgements,
                notices=notices,
            )
            for spell in here
        ]
        try:
            by_history = [CaseSnapshot.of_history(CASE, moment, History.of(facts, known_at))]
        except ValueError:
            by_history = []
        assert from_rows == by_history
        assert list(map(hash, from_rows)) == list(map(hash, by_history))


@pytest.mark.parametrize("level", [*RISK_LEVELS, None])
def test_high_risk_of_harm_is_one_thing(level: RiskLevel | None) -> None:
    assert is_high_risk(level) == (level in ("high", "very_high"))
    assert is_high_risk(level) == fits(HIGH, {"risk": level})
