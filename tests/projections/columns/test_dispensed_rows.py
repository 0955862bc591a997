"""What is dispensed with reads the same in columns as on the case, on any day and as known at any moment."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace

import numpy as np
import pytest

from domain.entries.case_entries import Entry
from projections.arrays.date_numbers import day_read
from projections.columns import duty_states
from projections.columns.case_selection import CaseSelection
from projections.columns.column_store import ColumnStore
from projections.columns.duty_scan import scan_duties
from projections.columns.duty_states import dispensed_on
from projections.history.history import History, end_of_day
from projections.history.moment import Moment
from projections.ledger.ledger import ledger
from projections.obligations.clause_catalogue import catalogue
from projections.obligations.derive import obligations
from projections.obligations.duty_state import DISPENSED, DISPENSED_EARLY, FELL_DUE, state_in
from tests.support.histories import facts_of
from tests.support.plain_entries import Pages, as_fact
from tests.support.plain_ledger import plain_ledger

REFERENCE = "X123456/1"


def entries() -> list[Entry]:
    """A plan and weeks of contact dispensed with: early, again after a gap, called off, recorded late."""
    pages = Pages()
    pages.start("2005-06-06", tier=3)
    for clause, on, first, last in (
        ("contact-frequency", "2005-06-15", "2005-06-15", "2005-06-21"),
        ("contact-frequency", "2005-07-20", "2005-07-25", "2005-08-14"),
        ("initial-supervision-plan", "2005-06-20", "2005-06-20", "2005-06-29"),
        ("initial-supervision-plan", "2005-07-04", "2005-07-06", "2005-07-20"),
    ):
        said = {"from_on": date.fromisoformat(first), "to_on": date.fromisoformat(last), "reason": "r", "by": "M"}
        late = end_of_day(date(2005, 7, 2)) if on == "2005-06-20" else None
        given = pages.add("DispensationGiven", on, recorded=late, clause=clause, **said)
    pages.add("DispensationEnded", "2005-07-15", dispensation=given)
    pages.plan("2005-08-01")
    return [as_fact(entry) for entry in pages.entries]


@pytest.fixture(scope="module")
def store() -> ColumnStore:
    return ColumnStore.of([(REFERENCE, ledger(entries()), entries())])


def in_columns(store: ColumnStore, moment: Moment) -> Iterator[tuple[str, int]]:
    """The id of its clause and the state of each duty that is dispensed with."""
    for number, clause in enumerate(catalogue().clauses):
        for run in scan_duties(CaseSelection(store, moment), number):
            yield from ((clause.id, state) for state in run.state.tolist() if state in (DISPENSED, DISPENSED_EARLY))


@pytest.mark.parametrize("hindsight", [True, False])
def test_columns_and_cases_say_the_same_on_every_day(store: ColumnStore, hindsight: bool) -> None:
    seen: Counter[bool] = Counter()
    for number in range(0, 90, 3 if hindsight else 7):
        day = date(2005, 6, 6) + timedelta(days=number)
        moment = Moment(day, None if hindsight else end_of_day(day))
        owed = obligations(History.of(entries(), moment.known_at), catalogue().clauses)
        dispensed = [o for o in owed if o.state(day) == "dispensed"]
        expected = Counter((o.clause.id, DISPENSED if o.fell_due(day) else DISPENSED_EARLY) for o in dispensed)
        assert Counter(in_columns(store, moment)) == expected, day
        seen.update(o.fell_due(day) for o in dispensed)
    assert seen[True] and seen[False]


def test_both_axes_say_the_same_as_deriving_anew() -> None:
    made, plain = ledger(entries()), plain_ledger(entries())
    assert Counter(made.duties) == Counter(plain.duties)
    assert any(known.row.dispensed.count("/") == 2 for known in made.duties)


def test_a_clause_may_leave_what_is_dispensed_with_out_of_figures(
    store: ColumnStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = Moment(date(2005, 6, 28), None)
    number = next(n for n, clause in enumerate(catalogue().clauses) if clause.id == "initial-supervision-plan")
    in_force = [c for c in catalogue().clauses if c.id == "initial-supervision-plan" and c.in_force(day.on)]
    number = catalogue().clauses.index(in_force[0])

    def fell_due() -> int:
        return sum(int(state_in(r.state, FELL_DUE).sum()) for r in scan_duties(CaseSelection(store, day), number))

    assert fell_due() == 1
    clauses = [replace(clause, when_dispensed="left_out") for clause in catalogue().clauses]
    monkeypatch.setattr(duty_states, "catalogue", lambda: SimpleNamespace(clauses=clauses))
    assert fell_due() == 0


def test_each_duty_is_read_on_its_own_day() -> None:
    words = ["", "2005-06-15/2005-06-22", "2005-07-01/2005-07-03 2005-07-10/.."]
    codes = np.array([0, 1, 1, 2, 2, 2, 2], np.int16)
    days = ("2005-06-20", "2005-06-21", "2005-06-22", "2005-07-02", "2005-07-03", "2005-07-10", "2010-01-01")
    found = dispensed_on(words, codes, np.array([day_read(date.fromisoformat(day)) for day in days]))
    assert found is not None
    assert found.tolist() == [False, True, False, True, False, True, True]
    assert dispensed_on(words, codes[:1], day_read(date(2005, 6, 20))) is None


def test_a_contact_recorded_after_the_day_it_was_due_is_told_late() -> None:
    pages = Pages()
    pages.start("2005-06-06", tier=3)
    late = end_of_day(date(2005, 6, 21))
    pages.add("AppointmentMade", "2005-06-07", for_on=date(2005, 6, 8), contact_type="office")
    pages.add("AppointmentMade", "2005-06-14", recorded=late, for_on=date(2005, 6, 15), contact_type="office")
    moved = pages.add("AppointmentMade", "2005-06-24", for_on=date(2005, 6, 27), contact_type="office")
    facts = [as_fact(entry) for entry in pages.entries]
    (correction,) = facts_of([
        {"type": "EntryCorrected", "entry": "c", "occurred_on": "2005-07-01", "recorded_at": "2005-07-01T12:00:00Z",
         "of": moved, "fields": {"for_on": "2005-06-24"}},
    ])  # fmt: skip
    rows = [known.row for known in ledger([*facts, correction]).duties if known.until is None]
    weeks = {
        row.arises_on: (row.met_on is not None, row.told_late)
        for row in rows
        if catalogue().clauses[row.clause].id == "contact-frequency" and row.arises_on < date(2005, 7, 4)
    }
    assert weeks == {
        date(2005, 6, 6): (True, False),  # recorded before
        date(2005, 6, 13): (True, True),  # recorded late
        date(2005, 6, 20): (True, True),  # corrected afterwards to a day in the week
        date(2005, 6, 27): (False, False),
    }
