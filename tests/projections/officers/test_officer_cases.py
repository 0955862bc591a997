"""An officer's cases, what is theirs of what is overdue, the cases to talk about, and what the record shows of an action."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pytest

from domain.aggregates.action_plans import Action
from domain.entries.action_entries import ActionAgreed, ActionClosed
from domain.entries.case_entries import Entry
from domain.entries.schemas import load_entry
from domain.policy.frameworks.framework_files import DEFAULT_FRAMEWORK, frameworks
from projections.columns.case_selection import CaseSelection
from projections.columns.column_store import ColumnStore
from projections.history.moment import Moment
from projections.ledger.ledger import Place
from projections.lists.shown_cases import shown_cases
from projections.officers.action_progress import Progress, Progresses, what_may_show
from projections.officers.cases_to_discuss import cases_to_discuss
from projections.officers.officer_cases import OfficerCases
from projections.officers.unit_lines import unit_lines
from projections.reports.duty_queries import DutyQueries
from projections.reports.proportions import Proportion
from projections.reports.told_figures import ToldFigures
from tests.support.columns import columns_of
from tests.support.histories import PERSON, PLACE

DAY = date(2005, 10, 3)
Line = tuple[str, str, Mapping[str, Any]]


def facts_of(*lines: Line) -> list[Entry]:
    return [
        load_entry(name, {"entry": f"e{n}", "occurred_on": on, "recorded_at": f"{on}T12:00:00+00:00", **said})
        for n, (name, on, said) in enumerate(lines)
    ]


def started(on: str, officer: str = "Ruth") -> Line:
    return ("SupervisionStarted", on, {
        "person": PERSON, "order_type": "community_order", **PLACE, "officer": officer, "officer_grade": "po"})  # fmt: skip


def moved(on: str, officer: str = "Ruth") -> Line:
    return "CaseAllocated", on, {**PLACE, "officer": officer, "officer_grade": "po"}


HIGH: Line = ("RiskOfHarmAssessed", "2005-05-04", {
    "kind": "initial", "level_children": "high", "level_public": "high", "level_known_adult": "low", "level_staff": "low",
    "level_prisoners": "low"})  # fmt: skip


def of_ruth(place: Place) -> bool:
    return place.officer == "Ruth"


def selection(cases: Mapping[str, list[Entry]], day: date = DAY) -> CaseSelection:
    return CaseSelection(columns_of(cases), Moment(day, None))


def officer_cases(found: CaseSelection) -> OfficerCases:
    opened = np.ones(found.columns.numbers, bool)
    return OfficerCases(found, of_ruth, opened, lambda moment: CaseSelection(found.columns, moment))


def test_a_case_that_came_in_ninety_days_is_inherited_and_one_that_began_is_new() -> None:
    cases = officer_cases(selection({
        "A100001/1": facts_of(started("2005-05-03")),
        "A100002/1": facts_of(started("2005-05-03", "Dai"), moved("2005-09-01")),
        "A100003/1": facts_of(started("2005-05-03", "Dai"), moved("2005-06-01")),
        "A100004/1": facts_of(started("2005-09-05")),
        "A100005/1": facts_of(started("2005-05-03"), moved("2005-09-01", "Dai")),
        "A100006/1": facts_of(started("2005-05-03"), ("SupervisionEnded", "2005-09-30", {"reason": "completed"})),
    }))  # fmt: skip
    references = cases.selection.columns.references
    assert sorted(references[n] for n in cases.numbers.tolist()) == [f"A10000{n}/1" for n in (1, 2, 3, 4)]
    assert [references[n] for n in cases.inherited.tolist()] == ["A100002/1"]
    assert cases.new == 2


def test_what_was_due_before_they_took_the_case_is_not_theirs_nor_what_a_manager_does() -> None:
    inherited = officer_cases(selection({"A100001/1": facts_of(started("2005-05-03", "Dai"), moved("2005-09-01"))}))
    own = officer_cases(selection({"A100001/1": facts_of(started("2005-05-03"))}))
    assert len(own.overdue) == len(inherited.overdue) + inherited.overdue_before and inherited.overdue_before > 0
    assert own.overdue_before == 0
    for place in inherited.overdue.shown(inherited.overdue.every):
        assert place.place.officer == "Ruth"
    (line,) = unit_lines(inherited.selection, inherited.opened, [of_ruth], inherited.at, of_officers=True)
    assert (line.cases, line.overdue, line.new) == (1, len(inherited.overdue), 1)


def snapshots(cases: Mapping[str, list[Entry]]) -> list[Any]:
    found = selection(cases)
    return shown_cases(found, np.flatnonzero(found.there), lambda reference: [fact.entry for fact in cases[reference]])


def test_no_case_is_given_twice_and_none_of_an_officer_without() -> None:
    (one,) = cases_to_discuss(snapshots({"A100001/1": facts_of(started("2005-05-03"))}))
    assert (one.rule.id, one.case.reference) == ("gravest", "A100001/1")  # never assessed
    assert one.picked.number > 1 and one.picked.duty is not None
    assert cases_to_discuss([]) == []


def test_the_rules_are_tried_in_order_and_what_came_in_last() -> None:
    never = facts_of(started("2005-05-03"))
    later = facts_of(started("2005-06-06"))
    fresh = facts_of(started("2005-10-01"))
    found = cases_to_discuss(snapshots({"A100002/1": later, "A100001/1": never, "A100003/1": fresh}), ["A100003/1"])
    assert [(one.rule.id, one.case.reference) for one in found] == [
        ("gravest", "A100001/1"), ("inherited", "A100003/1"), ("most-overdue", "A100002/1"),
    ]  # fmt: skip


def agreed(shows: str, by_when: date = date(2005, 9, 30)) -> Action:
    said = ActionAgreed(
        at=datetime(2005, 5, 20, 12, tzinfo=UTC), action="a", what="x", owner="Ruth", agreed_on=date(2005, 5, 20),
        by_when=by_when, shows=shows, agreed_by="spo",
    )  # fmt: skip
    return Action(said)


def progress_of(action: Action, columns: ColumnStore, day: date = DAY) -> Progress | None:
    queries = DutyQueries(columns, frameworks()[DEFAULT_FRAMEWORK])
    told = ToldFigures(queries, None, DAY)
    found = CaseSelection(columns, Moment(day, None))
    return Progresses(told, found, np.ones(columns.numbers, bool), of_ruth).of(action)


PLAN: Mapping[str, Any] = {"objectives": [], "interventions": []}


@pytest.fixture(scope="module")
def planned() -> ColumnStore:
    """Plans due on 24 May: one made before the action was agreed, one late, one never, one with somebody else; one due later."""
    return columns_of({
        "A100001/1": facts_of(started("2005-05-03"), ("SupervisionPlanMade", "2005-05-10", PLAN)),
        "A100002/1": facts_of(started("2005-05-03"), ("SupervisionPlanMade", "2005-06-20", PLAN)),
        "A100003/1": facts_of(started("2005-05-03")),
        "A100004/1": facts_of(started("2005-05-03", "Dai")),
        "A100005/1": facts_of(started("2005-07-04"), ("SupervisionPlanMade", "2005-07-11", PLAN)),
        "A100006/1": facts_of(started("2005-09-27")),
    })  # fmt: skip


def test_duties_are_counted_one_by_one_from_the_day_agreed_to_the_day_due(planned: ColumnStore) -> None:
    """Open on 20 May: two; arisen since and due by 30 September: one more. The one made before is nobody's merit."""
    action = agreed("duties:initial-supervision-plan")
    said = {day.month: progress_of(action, planned, day) for day in (date(2005, 5, 31), date(2005, 6, 30), DAY)}
    assert {month: one.now if one else None for month, one in said.items()} == {
        5: Proportion(0, 2), 6: Proportion(1, 2), 10: Proportion(2, 3),
    }  # fmt: skip
    assert progress_of(agreed("high:initial-supervision-plan"), planned) == Progress(Proportion(0, 0))


def test_what_arose_after_an_action_was_closed_does_not_count(planned: ColumnStore) -> None:
    over = ActionClosed(
        at=datetime(2005, 6, 30, tzinfo=UTC), action="a", outcome="done", closed_on=date(2005, 6, 30), closed_by="spo"
    )
    closed = Action(agreed("duties:initial-supervision-plan").agreed, closed=over)
    assert progress_of(closed, planned) == Progress(Proportion(1, 2))


def test_a_measure_is_counted_since_and_before(planned: ColumnStore) -> None:
    assert progress_of(agreed("measure:plan-in-time"), planned) == Progress(Proportion(2, 4), Proportion(0, 0))
    assert progress_of(agreed(""), planned) is None
    assert {"measure:plan-in-time", "duties:initial-supervision-plan", "high:plan-review"} <= what_may_show()
    assert "measure:decision-wait" not in what_may_show()
