"""What changed since it was seen: a mark for each team, cases that are held or were opened, imports in one line."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

import numpy as np

from domain.entries.case_entries import Entry
from domain.working.seen_marks import SeenCase, SeenMark
from domain.working.seen_places import SeenUpTo
from projections.changes.import_runs import import_runs
from projections.changes.record_tail import RecordTail
from projections.changes.since_seen import Seen, SinceSeen, at_first
from projections.columns.case_selection import CaseSelection
from projections.columns.column_store import ColumnStore
from projections.history.history import end_of_day
from projections.history.moment import Moment
from projections.ledger.ledger import ledger
from tests.support.plain_entries import Pages, as_fact
from tests.support.taken import TakenRecord

TODAY = date(2005, 12, 22)
LATER = datetime(2005, 12, 20, 10, tzinfo=UTC)
OURS, THEIRS = "X123456/1", "X123456/2"
"""A case of Cheltenham, and one of Bath."""


def at(position: int, day: date = TODAY) -> SeenUpTo:
    return SeenUpTo(position, f"{position:064x}", day, end_of_day(day))


def a_case(team: str, *, planned: datetime | None = None) -> list[Entry]:
    """A case of medium risk, whose risk became high on 19 December. ``planned``: when its plan of April was recorded."""
    pages = Pages()
    pages.start("2005-04-13", team=team)
    pages.assess("2005-04-20", "medium")
    pages.plan("2005-04-22", recorded=planned)
    if planned is None:
        pages.risk("2005-12-19", "high", recorded=LATER)
    return [as_fact(entry) for entry in pages.entries]


def since(
    cases: Mapping[str, list[Entry]], seen: Seen, imported: set[int] | None = None
) -> tuple[SinceSeen, RecordTail]:
    """Read with these marks. The entries of the cases were taken in one after the other, case by case."""
    taken = [(reference, fact) for reference, facts in cases.items() for fact in facts]
    record = TakenRecord(taken, imported or ())
    columns = ColumnStore.of([(reference, ledger(facts), facts) for reference, facts in cases.items()], len(taken))
    now, tail = CaseSelection(columns, Moment(TODAY, end_of_day(TODAY))), RecordTail(record.as_reader())
    every = np.ones(columns.numbers, bool)
    return SinceSeen.of(now, every, lambda place: True, seen, record.as_reader(), tail), tail


def changed(found: SinceSeen) -> set[str]:
    """The cases with a risk that was raised."""
    references = found.found.selection.columns.references
    return {references[int(case)] for case in np.flatnonzero(found.found.having("harm"))}


def seen(marks: Mapping[str, SeenUpTo], cases: Mapping[str, SeenCase] | None = None) -> Seen:
    return Seen({team: SeenMark(upto, LATER) for team, upto in marks.items()}, cases or {}, at_first(TODAY))


BOTH = {OURS: a_case("Cheltenham"), THEIRS: a_case("Bath")}


def test_who_has_no_mark_reads_from_five_working_days_back() -> None:
    found, _ = since(BOTH, seen({}))
    assert found.seen.first.day == date(2005, 12, 15) and found.teams == ["Bath", "Cheltenham"]
    assert changed(found) == {OURS, THEIRS}


def test_each_team_has_a_mark_of_its_own() -> None:
    assert changed(since(BOTH, seen({"Cheltenham": at(8)}))[0]) == {THEIRS}
    assert changed(since(BOTH, seen({"Cheltenham": at(3)}))[0]) == {OURS, THEIRS}


def test_a_case_that_was_opened_is_seen_and_one_that_is_held_is_not() -> None:
    marks = {"Cheltenham": at(8), "Bath": at(8)}
    assert changed(since(BOTH, seen(marks))[0]) == set()
    held, _ = since(BOTH, seen(marks, {OURS: SeenCase(at(3), None)}))
    assert changed(held) == {OURS} and held.held("Cheltenham") == {OURS: at(3)} and not held.held("Bath")
    assert held.held_already(np.flatnonzero(held.found.stays)) == 1
    assert changed(since(BOTH, seen({}, {OURS: SeenCase(None, at(8))}))[0]) == {THEIRS}


def test_a_mark_in_a_record_that_is_another_one_now_is_read_by_time_of_recording() -> None:
    restored = SeenUpTo(4, "another", TODAY, LATER - timedelta(hours=1))
    assert changed(since(BOTH, seen({"Cheltenham": restored, "Bath": at(8)}))[0]) == {OURS}


def test_past_verdicts_that_an_import_changed_are_counted_with_it() -> None:
    late = {OURS: a_case("Cheltenham", planned=LATER), THEIRS: a_case("Bath", planned=LATER)}
    found, tail = since(late, seen({"Cheltenham": at(2), "Bath": at(5)}), imported={3})
    assert found.found.having("past").all()
    (run,) = imports = found.imports(tail, ())
    assert (run.entries, len(run.cases)) == (1, 1)
    listed = found.listed(imports)
    references = found.found.selection.columns.references
    assert {references[int(case)] for case in np.flatnonzero(listed)} == {THEIRS}, "somebody recorded that by hand"
    assert not since(late, seen({}), imported={3})[0].imports(tail, ())


def test_imports_with_a_pause_between_are_two() -> None:
    facts = a_case("Cheltenham")
    record = TakenRecord([(OURS, fact) for fact in facts * 12], range(1, 49))
    columns = ColumnStore.of([(OURS, ledger(facts), facts)], 48)
    taken = RecordTail(record.as_reader()).between(0, 48)
    assert taken is not None
    gap = (taken.position < 10) | (taken.position > 45)
    runs = import_runs(columns, taken.only(gap), np.ones(1, bool), lambda case: 0, ())
    assert [run.entries for run in runs] == [3, 9]
    assert import_runs(columns, taken, np.zeros(1, bool), lambda case: 0, ()) == []
