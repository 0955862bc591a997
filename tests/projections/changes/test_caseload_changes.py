"""What changed on a caseload: cases by hand in a table, and random ones against their files read one by one."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.entries.case_entries import Entry
from projections.arrays.date_numbers import date_of
from projections.cases.caseload import listed_when_over
from projections.changes.caseload_changes import KINDS, CaseloadChanges
from projections.changes.change_lines import ChangeLine, change_lines
from projections.changes.compared_duties import Duties
from projections.changes.reading_then import Earlier, ReadingThen
from projections.changes.record_tail import RecordTail
from projections.columns.case_selection import CaseSelection
from projections.columns.column_store import ColumnStore
from projections.history.history import History, end_of_day
from projections.history.moment import Moment
from projections.ledger.ledger import Place, ledger
from projections.obligations.clause_catalogue import catalogue
from projections.obligations.derive import obligations
from tests.support.depth import examples
from tests.support.histories import CASE, Line, facts_of, histories
from tests.support.plain_entries import ELSEWHERE, PLACE, Pages, as_fact
from tests.support.taken import TakenRecord

TODAY = date(2005, 12, 22)
THEN = date(2005, 12, 15)
LATER = datetime(2005, 12, 20, 10, tzinfo=UTC)
"""When what is new was recorded."""

Facts = Sequence[Entry]


def here(place: Place) -> bool:
    return place.team == "Cheltenham"


def changes(
    facts: Facts, day: date = TODAY, then: date = THEN, position: int | None = None, known: date | None = None
) -> CaseloadChanges:
    """What changed on one case. ``position``: how many of its entries had been taken in; None: by time of recording."""
    record = TakenRecord([(CASE, fact) for fact in facts])
    columns = ColumnStore.of([(CASE, ledger(facts), facts)], position=len(facts))
    now = CaseSelection(columns, Moment(day, end_of_day(known or day)))
    every, tail = np.ones(columns.numbers, bool), RecordTail(record.as_reader())
    earlier = [Earlier(then, end_of_day(then), position)]
    return CaseloadChanges.of(
        now,
        ReadingThen.of(columns, every, earlier, np.zeros(columns.numbers, int), record.as_reader(), tail),
        every,
        here,
    )


def line(facts: Facts, **how: Any) -> ChangeLine | None:
    found = changes(facts, **how)
    order = found.in_order()
    ids = [fact.entry for fact in facts]
    lines = change_lines(found, order.cases, lambda _: ids, lambda _: facts)
    return lines[0] if lines else None


def a_case() -> Pages:
    """A case of medium risk whose plan was reviewed in time all along."""
    pages = Pages()
    pages.start("2005-04-13")
    pages.assess("2005-04-20", "medium")
    pages.plan("2005-04-22")
    return pages


def facts(pages: Pages) -> Facts:
    return [as_fact(entry) for entry in pages.entries]


def raised(pages: Pages) -> None:
    pages.risk("2005-12-19", "high", recorded=LATER)


def raised_and_lowered(pages: Pages) -> None:
    pages.risk("2005-12-19", "high", recorded=LATER)
    pages.add(
        "RiskLevelChanged", "2005-12-20", LATER + timedelta(hours=1), **{"from": "high", "to": "medium", "reason": "r"}
    )


def absent(pages: Pages) -> None:
    pages.appointment("2005-12-19", "awaiting_explanation")


def absent_and_decided(pages: Pages) -> None:
    pages.judge("2005-12-20", pages.appointment("2005-12-19", "awaiting_explanation"), acceptable=True)


def moved_in(pages: Pages) -> None:
    pages.entries[0] |= ELSEWHERE
    pages.add("CaseAllocated", "2005-12-19", LATER, **PLACE)


def moved_in_and_out(pages: Pages) -> None:
    moved_in(pages)
    pages.add("CaseAllocated", "2005-12-20", LATER + timedelta(hours=2), **ELSEWHERE)


def renamed_within(pages: Pages) -> None:
    pages.add("CaseAllocated", "2005-12-19", LATER, **(PLACE | {"officer": "Al"}))


def to_mappa(pages: Pages) -> None:
    pages.add("MappaSet", "2005-12-19", LATER, level=2, category=2)


def nothing(pages: Pages) -> None:
    """Nothing happened."""


TABLE = [
    (nothing, set()),
    (raised, {"harm"}),
    (raised_and_lowered, set()),
    (absent, {"absences"}),
    (absent_and_decided, set()),
    (moved_in, {"transfers"}),
    (moved_in_and_out, set()),
    (renamed_within, set()),
    (to_mappa, {"harm"}),
]


@pytest.mark.parametrize(("write", "kinds"), TABLE, ids=lambda value: getattr(value, "__name__", ""))
@pytest.mark.parametrize("by_position", [False, True])
def test_each_kind_of_change_and_its_reversal(write: Any, kinds: set[str], by_position: bool) -> None:
    pages = a_case()
    stood = len(pages.entries)
    write(pages)
    found = line(facts(pages), position=stood if by_position else None)
    assert (set(found.kinds) - {"overdue"} if found else set()) == kinds


def test_what_is_newly_overdue_leaves_when_it_is_done() -> None:
    pages, on, before = a_case(), date(2005, 8, 17), date(2005, 8, 1)
    found = line(facts(pages), day=on, then=before)
    assert found is not None and found.kinds == ["overdue"]
    (review,) = [one for one in found.overdue if one.clause.id == "plan-review"]
    assert found.day == max(one.obligation.due_on for one in found.overdue) + timedelta(days=1)
    again = line(facts(pages), day=on, then=review.obligation.due_on + timedelta(days=1))
    assert again is None or "plan-review" not in [one.clause.id for one in again.overdue]
    pages.add("SupervisionPlanReviewed", "2005-08-16", plan="003")
    done = line(facts(pages), day=on, then=before)
    assert done is None or "plan-review" not in [one.clause.id for one in done.overdue]


def test_a_late_entry_that_turns_a_past_verdict_says_what_it_was_and_is() -> None:
    pages = Pages()
    pages.start("2005-04-13")
    pages.assess("2005-04-20", "medium")
    plan = pages.plan("2005-04-22", recorded=LATER)
    found = line(facts(pages))
    assert found is not None and found.kinds == ["past"]
    (turned,) = [one for one in found.past if one.obligation.clause.id == "initial-supervision-plan"]
    assert (turned.was, turned.now) == (False, True)
    assert [fact.entry for fact in turned.because] == [plan]
    assert turned.days_after == 169  # 172 weekdays less three bank holidays
    assert found.day == LATER.date()


def test_a_withdrawn_entry_makes_a_verdict_worse() -> None:
    pages = a_case()
    pages.add("EntryWithdrawn", "2005-12-20", LATER, of="003", reason="on the wrong file")
    found = line(facts(pages))
    assert found is not None
    by_clause = {one.obligation.clause.id: one for one in found.past}
    assert "initial-supervision-plan" not in by_clause, "it is overdue again: one line, not two"
    assert "initial-supervision-plan" in [one.clause.id for one in found.overdue]


def test_changes_of_long_ago_are_folded_but_for_those_that_stay() -> None:
    pages = a_case()
    pages.appointment("2005-12-19", "awaiting_explanation")
    every = facts(pages)
    later = date(2006, 2, 20)
    found = changes(every, day=later)
    assert found.having("absences").sum() == 1
    order = found.in_order()
    assert (len(order.cases), len(order.old)) == (0, 1)
    assert len(found.in_order(fold=False).cases) == 1
    pages.risk("2005-12-19", "very_high")
    assert len(changes(facts(pages), day=later).in_order().cases) == 1


@pytest.mark.parametrize("position", [None, 3])
def test_what_was_taken_in_after_the_mark_is_new_whenever_it_was_recorded(position: int | None) -> None:
    pages = a_case()
    pages.risk("2005-12-12", "high", recorded=datetime(2005, 12, 12, 9, tzinfo=UTC))
    found = line(facts(pages), position=position)
    assert (found is not None and "harm" in found.kinds) == (position == 3)


def test_what_was_there_at_the_mark_is_not_new_though_something_older_came_in_since() -> None:
    """An extract brings an entry of long ago: no instant separates it from what was there, so the file itself is read."""
    pages = a_case()
    pages.risk("2005-12-12", "high", recorded=datetime(2005, 12, 12, 9, tzinfo=UTC))
    pages.appointment("2005-11-01", "attended_complied")
    found = line(facts(pages), position=4)
    assert found is None or "harm" not in found.kinds


def test_a_moment_compared_with_itself_has_no_changes() -> None:
    pages = a_case()
    raised(pages)
    absent(pages)
    for position in (None, len(pages.entries)):
        found = changes(facts(pages), then=TODAY, position=position)
        assert not len(found.in_order(fold=False).cases)
        assert not len(found.duties.verdicts.now) and not len(found.duties.verdicts.gone)


def identities(duties: Duties) -> Counter[tuple[Any, ...]]:
    columns = [duties.column(name).tolist() for name in ("arises_on", "due_on")]
    clauses = [catalogue().clauses[piece.clause].id for piece in duties.pieces for _ in piece.case]
    return Counter(
        (clause, date_of(arises), date_of(due)) for clause, arises, due in zip(clauses, *columns, strict=True)
    )


def overdue_by_reading(known: History, day: date) -> Counter[tuple[Any, ...]]:
    over = known.end is not None and known.end.on <= day
    return Counter(
        (duty.clause.id, duty.arises_on, duty.due_on)
        for duty in obligations(known, [catalogue().clauses[number] for number in catalogue().standards])
        if duty.state(day) == "overdue"
        and (not over or listed_when_over(duty.clause))
        and duty.clause.id != "absence-decision"
    )


@examples(60)
@given(histories(odd=True), st.data())
def test_newly_overdue_is_what_reading_the_file_twice_gives(lines: list[Line], data: st.DataObject) -> None:
    every = facts_of(lines)
    stood = data.draw(st.integers(1, len(every)))
    last = max(fact.recorded_at for fact in every).date() + timedelta(days=2)
    then = data.draw(st.dates(date(2003, 1, 1), last))
    found = changes(every, day=last, then=then, position=stood)
    if found.arrived.any() or not found.selection.there.any():
        return
    was = overdue_by_reading(History.of(every[:stood]), then)
    now = overdue_by_reading(History.of(every, end_of_day(last)), last)
    assert identities(found.duties.overdue) <= now
    assert set(now - was) <= set(identities(found.duties.overdue)) | set(was)
    assert not set(identities(found.duties.overdue)) & set(was & now)


@examples(40)
@given(histories(odd=True), st.data())
def test_two_comparisons_one_after_the_other_make_the_whole(lines: list[Line], data: st.DataObject) -> None:
    every = facts_of(lines)
    last = max(fact.recorded_at for fact in every).date() + timedelta(days=2)
    days = sorted(data.draw(st.lists(st.dates(date(2003, 1, 1), last), min_size=2, max_size=2)))
    first, second = days
    whole = changes(every, day=last, then=first, known=last)
    one, two = changes(every, day=second, then=first), changes(every, day=last, then=second, known=last)
    if any(found.arrived.any() or not found.selection.there.any() for found in (whole, one, two)):
        return
    before = {key[0:2] for key in overdue_by_reading(History.of(every, end_of_day(first)), first)}
    keys = [{key[0:2] for key in identities(found.duties.overdue)} for found in (whole, one, two)]
    assert keys[0] <= keys[1] | keys[2]
    assert keys[2] - before <= keys[0]
    (was, mid), (same, now) = one.spells.risk, two.spells.risk
    assert mid.tolist() == same.tolist()
    assert (
        whole.spells.risk_raised.tolist()
        == ((now > was) & ((was >= 0) | (now >= 2)) & (whole.spells.was["place"] >= 0)).tolist()
    )


def test_the_kinds_are_all_in_the_table() -> None:
    assert {kind for _, kinds in TABLE for kind in kinds} | {"overdue", "past"} == set(KINDS)
