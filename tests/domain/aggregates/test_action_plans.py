"""Plans of agreed actions: what holds as at a day, and what a plan refuses."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from domain.aggregates.action_plans import Plan, as_at, plan_of, refusals
from domain.entries.action_entries import (
    ActionAgreed,
    ActionAnswered,
    ActionChanged,
    ActionClosed,
    PlanEntry,
    SupervisionHeld,
    WorkingTimeSet,
)

TODAY = date(2005, 12, 22)
AGREED = date(2005, 11, 3)


def at(day: date, hour: int = 12) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def agreed(**said: Any) -> ActionAgreed:
    usual: dict[str, Any] = {
        "at": at(AGREED), "action": "a", "what": "Home visits on all at high risk", "owner": "Helen Sallis",
        "agreed_on": AGREED, "by_when": date(2005, 12, 30), "agreed_by": "p.anstey",
    }  # fmt: skip
    return ActionAgreed(**usual | said)


def changed(**said: Any) -> ActionChanged:
    return ActionChanged(**{"at": at(TODAY), "action": "a", "reason": "leave", "changed_by": "p.anstey"} | said)


def closed(**said: Any) -> ActionClosed:
    usual = {"at": at(TODAY), "action": "a", "outcome": "done", "closed_on": TODAY, "closed_by": "p.anstey"}
    return ActionClosed(**usual | said)


def test_a_plan_holds_what_was_agreed_changed_answered_and_closed() -> None:
    answer = ActionAnswered(at=at(TODAY), action="a", answer="Two are in custody", answered_by="h.sallis")
    plan = plan_of([agreed(), changed(by_when=date(2006, 1, 31)), answer, closed(outcome="not_done")])
    (action,) = plan.actions.values()
    assert action.agreed.by_when == date(2006, 1, 31) and action.agreed.what == "Home visits on all at high risk"
    assert action.closed is not None and action.closed.outcome == "not_done"
    assert [one.answer for one in action.answers] == ["Two are in custody"]


def test_what_makes_no_sense_changes_nothing() -> None:
    """Applying never refuses: an id twice, a change of nothing."""
    plan = plan_of([changed(action="b", what="Other"), agreed(), agreed(what="Again"), closed(action="b")])
    assert [one.agreed.what for one in plan.actions.values()] == ["Home visits on all at high risk"]


def test_an_action_is_overdue_from_the_day_after_until_it_is_closed() -> None:
    entries = [agreed(by_when=date(2005, 12, 1)), closed(closed_on=date(2005, 12, 20), at=at(date(2005, 12, 20)))]
    said = {}
    for day in (date(2005, 12, 1), date(2005, 12, 2), date(2005, 12, 20)):
        (action,) = plan_of(as_at(entries, day, at(day, 23))).actions.values()
        said[day.day] = action.is_overdue(day)
    assert said == {1: False, 2: True, 20: False}


def test_a_day_in_the_past_is_read_as_it_stood_or_with_hindsight() -> None:
    """Entered three days after it was agreed: as it stood then, nobody knew; with hindsight it was there."""
    entries = [agreed(at=at(AGREED + timedelta(days=3)))]
    assert not as_at(entries, AGREED, at(AGREED, 23))
    assert as_at(entries, AGREED, None) == entries
    assert not as_at(entries, AGREED - timedelta(days=1), None)


def test_the_last_supervision_and_the_working_time_are_those_of_the_day() -> None:
    held = [SupervisionHeld(at=at(TODAY), held_on=day, held_by="x") for day in (AGREED, date(2005, 10, 6))]
    times = [
        WorkingTimeSet(at=at(TODAY), per_cent=n, since=day, set_by="x")
        for n, day in ((60, AGREED), (100, date(2005, 1, 1)))
    ]
    plan = plan_of([*held, *times])
    assert plan.last_held == AGREED
    assert (plan.per_cent(TODAY), plan.per_cent(date(2005, 6, 1)), plan.per_cent(date(2004, 1, 1))) == (60, 100, None)
    assert Plan().last_held is None


@pytest.mark.parametrize(
    ("fact", "fields"),
    [
        (agreed(agreed_on=TODAY), []),
        (agreed(agreed_on=TODAY, by_when=TODAY), []),
        (agreed(agreed_on=TODAY, by_when=TODAY - timedelta(days=1)), ["by_when"]),
        (agreed(agreed_on=TODAY, by_when=date(2008, 1, 1)), ["by_when"]),
        (agreed(agreed_on=TODAY, by_when=date(1950, 1, 1)), ["by_when"]),
        (agreed(agreed_on=TODAY + timedelta(days=1)), ["agreed_on"]),
        (agreed(agreed_on=TODAY - timedelta(days=40)), ["agreed_on"]),
        (agreed(agreed_on=TODAY, owner="somebody"), ["owner"]),
        (agreed(agreed_on=TODAY, shows="measure:nothing"), ["shows"]),
        (agreed(agreed_on=TODAY, what="Ring V465889 weekly"), ["what"]),
        (ActionAnswered(at=at(TODAY), answer="V465889/1 is in custody", answered_by="x"), ["answer"]),
        (SupervisionHeld(at=at(TODAY), held_on=TODAY, held_by="x"), []),
        (SupervisionHeld(at=at(TODAY), held_on=TODAY + timedelta(days=1), held_by="x"), ["held_on"]),
        (WorkingTimeSet(at=at(TODAY), per_cent=50, since=date(1990, 1, 1), set_by="x"), ["since"]),
    ],
)  # fmt: skip
def test_a_plan_refuses_what_cannot_be(fact: PlanEntry, fields: list[str]) -> None:
    found = refusals(Plan(), fact, TODAY, {"Helen Sallis"}, {"measure:contact-arranged"})
    assert list(found) == fields
    assert all(words.endswith(".") for words in found.values())


def test_a_closed_action_takes_answers_alone() -> None:
    plan = plan_of([agreed(), closed()])
    said = [
        list(refusals(plan, fact, TODAY, {"Helen Sallis"}, set()))
        for fact in (closed(), changed(), ActionAnswered(at=at(TODAY), action="a", answer="Thanks", answered_by="x"),
                     closed(action="b"), agreed(agreed_on=TODAY))
    ]  # fmt: skip
    assert said == [["action"], ["action"], [], ["action"], ["action"]]
