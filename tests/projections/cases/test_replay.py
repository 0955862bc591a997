"""Replay, and then and now: every step says what it changed, and a difference names the entries that made it."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.aggregates.case_file import CaseFile, RecordedEntry, evolve
from domain.aggregates.person_files import PersonFiles
from domain.calendar.london_time import LONDON
from domain.entries.case_entries import Entry
from domain.entries.schemas import load_entry
from domain.policy.frameworks.framework_files import DEFAULT_FRAMEWORK, frameworks
from projections.cases.hindsight import then_and_now
from projections.cases.replay import By, Replay
from projections.history.history import History, end_of_day
from projections.obligations.derive import obligations
from projections.obligations.duty_state import Obligation
from tests.support.depth import examples
from tests.support.histories import CASE, FIRST, PERSON, PLACE, facts_of, histories

FRAMEWORK = frameworks()[DEFAULT_FRAMEWORK]
DAYS = st.dates(FIRST, date(2008, 6, 30))

any_file = examples(25)


def person_of(facts: Iterable[Entry]) -> PersonFiles:
    """A person with one file, which holds these entries, whatever their order."""
    file = CaseFile(CASE)
    for number, fact in enumerate(facts, start=1):
        file = evolve(file, RecordedEntry(CASE, number, fact))
    return PersonFiles(file)


def states(duties: Iterable[Obligation], day: date) -> Counter[tuple[Any, ...]]:
    """How many duties of the standards are in which state on this day; those that have not arisen are not there."""
    found = [(o.clause.id, o.arises_on, o.raised_by, o.state(day)) for o in duties if o.clause.of_standards]
    return Counter(key for key in found if key[-1] is not None)


@any_file
@given(histories(longest=12), st.sampled_from(["entry", "day"]))
def test_the_steps_add_up_to_the_file_and_their_changes_to_its_states(lines: list[dict[str, Any]], by: By) -> None:
    facts = facts_of(lines)
    replay = Replay(person_of(facts), FRAMEWORK)
    steps = [replay.step(by, number) for number in range(1, len(replay.labels(by)) + 1)]
    assert sorted(f.entry for step in steps for f in step.added) == sorted(f.entry for f in facts)
    running: Counter[tuple[Any, ...]] = Counter()
    for step in steps:
        for change in step.duties:
            duty = change.duty
            key = (duty.clause.id, duty.arises_on, duty.raised_by)
            running -= Counter([(*key, change.was_state)] if change.was_state else [])
            running += Counter([(*key, change.now_state)] if change.now_state else [])
        assert running == states(step.after.obligations, step.after.moment.on)
    last = steps[-1].after
    assert states(last.obligations, last.moment.on) == states(
        obligations(History.of(facts), FRAMEWORK.clauses), last.moment.on
    )


@any_file
@given(histories(longest=12))
def test_a_day_replayed_is_the_file_as_it_stood_that_day(lines: list[dict[str, Any]]) -> None:
    facts = facts_of(lines)
    replay = Replay(person_of(facts), FRAMEWORK)
    for number, (day, _) in enumerate(replay.labels("day"), start=1):
        stood = History.of(facts, end_of_day(day))
        assert states(replay.step("day", number).after.obligations, day) == states(
            obligations(stood, FRAMEWORK.clauses), day
        )


@any_file
@given(histories(longest=12), DAYS)
def test_then_is_the_file_as_it_stood_and_each_difference_has_its_entries(
    lines: list[dict[str, Any]], day: date
) -> None:
    facts = facts_of(lines)
    found = then_and_now(person_of(facts), day, FRAMEWORK)
    stood, whole = History.of(facts, end_of_day(day)), History.of(facts)
    assert states(found.then.obligations, day) == states(obligations(stood, FRAMEWORK.clauses), day)
    assert states(found.now.obligations, day) == states(obligations(whole, FRAMEWORK.clauses), day)
    assert all(fact.recorded_at.astimezone(LONDON).date() > day for fact in found.later)
    assert bool(found.duties) == (states(found.then.obligations, day) != states(found.now.obligations, day))
    for difference in (*found.duties, *found.answers):
        assert difference.because and all(fact in found.later for fact in difference.because)


@any_file
@given(histories(longest=12))
def test_when_all_is_recorded_nothing_differs(lines: list[dict[str, Any]]) -> None:
    facts = facts_of(lines)
    day = max(fact.recorded_at for fact in facts).astimezone(LONDON).date()
    found = then_and_now(person_of(facts), day, FRAMEWORK)
    assert (found.later, found.duties, found.answers, found.responsible) == ([], [], [], 0)


def entry(type_: str, name: str, on: str, recorded: str, **fields: Any) -> Entry:
    return load_entry(type_, {"entry": name, "occurred_on": on, "recorded_at": f"{recorded}T12:00:00+00:00", **fields})


START = entry(
    "SupervisionStarted", "start", "2005-05-02", "2005-05-02", person=PERSON, officer="Ruth Ablewhite",
    officer_grade="po", order_type="community_rehabilitation_order", **PLACE,
)  # fmt: skip


def plan(name: str, on: str, recorded: str) -> Entry:
    objectives = [{"text": "stop drinking", "smart": True}]
    return entry("SupervisionPlanMade", name, on, recorded, objectives=objectives, interventions=[])


def test_the_one_late_entry_is_named() -> None:
    late = plan("plan", "2005-05-10", "2005-06-20")
    beside = entry("ContactLogged", "call", "2005-05-11", "2005-06-21", contact_type="telephone")
    found = then_and_now(person_of([START, late, beside]), date(2005, 6, 10), FRAMEWORK)
    assert found.later == [late, beside]
    (made,) = [d for d in found.duties if d.change.duty.clause.id == "initial-supervision-plan"]
    assert (made.change.was_state, made.change.now_state) == ("overdue", "met")
    assert (made.because, made.together) == ([late], False)
    assert found.responsible == 1


def test_two_that_say_the_same_made_it_together() -> None:
    twice = [plan("plan", "2005-05-10", "2005-06-20"), plan("copy", "2005-05-10", "2005-06-21")]
    found = then_and_now(person_of([START, *twice]), date(2005, 6, 10), FRAMEWORK)
    (made,) = [d for d in found.duties if d.change.duty.clause.id == "initial-supervision-plan"]
    assert (made.because, made.together) == (twice, True)


def test_a_file_opened_late_showed_nothing_then() -> None:
    late = entry(
        "SupervisionStarted", "start", "2005-05-02", "2005-08-02", person=PERSON, officer="Ruth Ablewhite",
        officer_grade="po", order_type="community_rehabilitation_order", **PLACE,
    )  # fmt: skip
    found = then_and_now(person_of([late]), date(2005, 6, 10), FRAMEWORK)
    assert found.then.obligations == [] and found.duties
    assert all(d.because == [late] and d.change.was_state is None for d in found.duties)


def test_a_withdrawal_recorded_later_is_what_made_the_difference() -> None:
    made = plan("plan", "2005-05-10", "2005-05-10")
    gone = entry("EntryWithdrawn", "gone", "2005-07-01", "2005-07-01", of="plan", reason="another person's plan")
    found = then_and_now(person_of([START, made, gone]), date(2005, 6, 10), FRAMEWORK)
    (lost,) = [d for d in found.duties if d.change.duty.clause.id == "initial-supervision-plan"]
    assert (lost.change.was_state, lost.change.now_state, lost.because) == ("met", "overdue", [gone])


def test_days_group_entries_and_stop_where_something_went_overdue() -> None:
    entries = [START, plan("plan", "2005-06-20", "2005-06-20"),
               entry("ContactLogged", "call", "2005-06-20", "2005-06-20", contact_type="telephone")]  # fmt: skip
    replay = Replay(person_of(entries), FRAMEWORK)
    days = replay.labels("day")
    assert days[0] == (date(2005, 5, 2), 1) and days[-1] == (date(2005, 6, 20), 3)
    assert [f.entry for f in replay.step("day", len(days)).added] == ["plan", "call"]
    passed = [replay.step("day", n) for n in range(2, len(days))]
    assert passed and all(not step.added and step.duties for step in passed), "a day without entry changed something"
    due = next(
        o for o in obligations(History.of(entries), FRAMEWORK.clauses) if o.clause.id == "initial-supervision-plan"
    )
    assert due.due_on + timedelta(days=1) in [day for day, _ in days]
    (overdue,) = [s for s in passed if s.after.moment.on == due.due_on + timedelta(days=1)]
    assert "initial-supervision-plan" in {o.clause.id for o in overdue.overdue}


def test_there_is_no_step_after_the_last() -> None:
    replay = Replay(person_of([START]), FRAMEWORK)
    assert replay.step("entry", 1).before.obligations == []
    with pytest.raises(IndexError):
        replay.step("entry", 2)
