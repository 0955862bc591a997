"""Every scenario comes true, and every clause has a scenario on both sides of its deadline."""

from collections import Counter, defaultdict
from datetime import date, datetime
from typing import Any

import pytest

from domain.entries.case_entries import Entry, QualityJudged
from domain.policy.frameworks.framework_files import frameworks
from projections.history.history import History, end_of_day
from projections.obligations.derive import obligations
from projections.obligations.duty_state import Obligation
from projections.scoring.answers import answers, judgements_that_count
from tests.scenarios import ONE_DAY, Scenario, all_scenarios

FRAMEWORK = frameworks()["esi-2003"]
CLAUSES = FRAMEWORK.clauses
SCENARIOS = all_scenarios()

SELECTS = ("edition", "raised_by", "arises_on")
"""What picks a duty among those of its clause; ``due_on`` does too when several are left."""


@pytest.mark.parametrize("told", SCENARIOS, ids=str)
def test_the_scenario_comes_true(told: Scenario) -> None:
    facts, others = told.history(), told.others()
    for row in told.expect:
        expect = expect_answer if "question" in row else expect_states if "states" in row else expect_state
        expect(facts, others, **row)


def test_every_clause_has_a_scenario_on_both_sides_of_its_deadline() -> None:
    shown: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for row in (row for told in SCENARIOS for row in told.expect if "due_on" in row and "edition" in row):
        shown[row["edition"], row["clause"]] |= side(**row)
    owed = {(c.edition, c.id): {"met", "passed"} | ({"late"} if c.kind != "frequency" else set()) for c in CLAUSES}
    unshown = {clause: sides - shown[clause] for clause, sides in owed.items()}
    assert {clause: sides for clause, sides in unshown.items() if sides} == {}


def test_no_scenario_is_told_twice() -> None:
    told = Counter(str(s) for s in SCENARIOS)
    assert [name for name, times in told.items() if times > 1] == []


def side(*, on: date, state: str, due_on: date, met_on: date | None = None, **_: Any) -> set[str]:
    """Which side of the deadline a row shows; none when it is not at the deadline itself."""
    if state == "met" and on == met_on == due_on:
        return {"met"}
    if state in ("overdue", "missed") and on == due_on + ONE_DAY:
        return {"passed"}
    return {"late"} if state == "met_late" and on == met_on == due_on + ONE_DAY else set()


def known_at(known: str | date, on: date) -> datetime | None:
    """The moment of knowledge: in hindsight, as the file stood that ``day``, or at the end of another day."""
    if known == "hindsight":
        return None
    return end_of_day(on if known == "day" else date.fromisoformat(str(known)))


def expect_state(
    facts: list[Entry],
    others: list[list[Entry]],
    *,
    on: date,
    clause: str,
    state: str,
    known: str | date = "hindsight",
    **row: Any,
) -> None:
    assert clause in {c.id for c in CLAUSES}, f"there is no clause '{clause}'"
    owed = obligations(History.of(facts, known_at(known, on), others), CLAUSES)
    days_late = row.pop("days_late", None)
    wanted = {name: row.pop(name) for name in SELECTS if name in row}
    found = [o for o in owed if o.clause.id == clause and all(value(o, n) == v for n, v in wanted.items())]
    if len(found) > 1 and "due_on" in row:
        found = [o for o in found if o.due_on == row["due_on"]]
    said = [(str(o.arises_on), str(o.due_on), str(o.met_on), o.state(on)) for o in found]
    if state == "not there":
        assert [o.state(on) for o in found if o.state(on)] == [], f"{on} {clause}: {said}"
        return
    assert len(found) == 1, f"{on} {clause}: one duty expected, {said} found"
    assert {"state": found[0].state(on)} | {name: value(found[0], name) for name in row} == {"state": state} | row, said
    if days_late is not None:
        assert found[0].days_late(on) == days_late


def expect_states(
    facts: list[Entry],
    others: list[list[Entry]],
    *,
    on: date,
    clause: str,
    states: list[str],
    since: date | None = None,
) -> None:
    """Every duty of the clause (that arose on or after ``since``) is in one of these states, and each state occurs."""
    owed = [o for o in obligations(History.of(facts, None, others), CLAUSES) if o.clause.id == clause]
    told = [(o, o.state(on)) for o in owed if o.arises_on >= (since or on.min)]
    found = [(str(o.arises_on), str(o.due_on), state) for o, state in told if state]
    assert {state for *_, state in found} == set(states), f"{on} {clause}: {found}"


def value(duty: Obligation, name: str) -> Any:
    """What a row states about a duty, as YAML would write it."""
    if name == "edition":
        return duty.clause.edition
    return list(duty.met_by) if name == "met_by" else getattr(duty, name)


def expect_answer(
    facts: list[Entry],
    others: list[list[Entry]],
    *,
    on: date,
    question: str,
    answer: str,
    known: str | date = "hindsight",
    inspection: str | None = None,
    **row: Any,
) -> None:
    history = History.of(facts, known_at(known, on), others)
    judged = judgements_that_count(history.all(QualityJudged), History.of(facts).all(QualityJudged), inspection, on)
    every = answers(FRAMEWORK, obligations(history, CLAUSES), judged, on, history.attributes(on))
    given = {a.question.id: a for a in every}[question]
    said = [(reason.words, reason.obligation and reason.obligation.due_on) for reason in given.because]
    assert {"answer": given.answer} | {name: getattr(given, name) for name in row} == {"answer": answer} | row, said
