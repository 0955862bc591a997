"""Filters, orders and pages of the desk and the caseload, from the columns: what sorting the snapshots' lines gives."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from domain.accounts.roles import Account
from domain.calendar.london_time import day_of
from domain.entries.case_entries import Entry
from domain.entries.code_lists import RISK_LEVELS
from projections.cases.case_snapshot import CaseSnapshot
from projections.cases.caseload import CaseLine, DutyLine, LateLine
from projections.columns.case_selection import CaseSelection
from projections.history.history import end_of_day
from projections.history.moment import Moment
from projections.lists.case_list import CaseList
from projections.lists.counted_cases import CountedCases, counted_cases
from projections.lists.duty_list import DutyList
from projections.lists.late_entries import LateEntries
from projections.lists.listed_notices import ListedNotices
from projections.lists.open_duties import OpenDuties
from projections.lists.work_lists import LISTS, MONTH
from tests.projections.lists.test_shown_cases import of_histories
from tests.support.columns import columns_of
from tests.support.depth import examples
from tests.support.histories import LONGEST_DAYS, facts_of, histories
from tests.support.lists_by_reading import case_line
from tests.support.lists_by_reading import desk as desk_by_reading
from web.cases.caseload_page import COLUMNS
from web.desk.desk_lists import LATE, NOTICED, OWED
from web.presentation.filters import Filters

Files = Mapping[str, list[Entry]]
Line = DutyLine | LateLine | CaseLine
Key = Callable[[Any], Any]

READER = Account("ann", "Ann", "area_manager", ("Gloucestershire",))

OF_DUTY: Mapping[str, Key] = {
    "due": lambda row: row.obligation.due_on.toordinal(),
    "what": lambda row: row.clause.id,
    "days": lambda row: row.days_left,
    "case": lambda row: row.case.reference,
    "officer": lambda row: row.case.spell.place.officer,
}
OF_LATE: Mapping[str, Key] = {
    "recorded": lambda row: row.recorded.recorded_on.toordinal(),
    "what": lambda row: row.recorded.type,
    "days": lambda row: -row.recorded.working_days,
    "case": lambda row: row.case.reference,
    "officer": lambda row: row.case.spell.place.officer,
}
OF_CASE: Mapping[str, Key] = {
    "case": lambda row: row.case.reference,
    "order": lambda row: row.case.spell.order_type,
    "team": lambda row: row.case.spell.place.team,
    "officer": lambda row: row.case.spell.place.officer,
    "risk": lambda row: None if row.case.spell.risk is None else RISK_LEVELS.index(row.case.spell.risk),
    "overdue": lambda row: row.overdue,
    "missed": lambda row: row.missed,
    "next": lambda row: row.next_due_on,
}
"""The sort keys of lines."""

VALUES: Mapping[str, Key] = {
    "area": lambda row: row.case.spell.place.area,
    "officer": lambda row: row.case.spell.place.officer,
    "order": lambda row: row.case.spell.order_type,
    "tier": lambda row: row.case.spell.tier,
    "risk": lambda row: row.case.spell.risk or "not_assessed",
}
"""What a filter compares of a line."""


@given(st.lists(histories(25, odd=True), min_size=1, max_size=4), st.data())
@examples(160)
def test_every_page_of_every_order_is_what_sorting_lines_gives(
    lines: list[list[dict[str, object]]], data: st.DataObject
) -> None:
    files = {f"X{number:06}/1": facts_of(one) for number, one in enumerate(lines)}
    changed = list(files)[: data.draw(st.integers(0, len(files)))]
    columns = columns_of({name: facts[:3] if name in changed else facts for name, facts in files.items()})
    if changed:
        columns = columns.with_changes(columns_of({name: files[name] for name in changed}))
    on = drawn_day(files, data)
    selection = CaseSelection(columns, Moment(on, data.draw(st.sampled_from((None, end_of_day(on))))))
    limited = data.draw(st.lists(st.sampled_from([*files, "X999999/1"]), unique=True))
    limits = {name: frozenset(data.draw(st.sampled_from((["Ann"], ["ann", "Bo"], ["Bo"])))) for name in limited}
    reached = counted_cases(selection, limits, READER, list)
    cases = [
        case for case in of_histories(files, selection.moment, files)
        if READER.answers_for(case.spell.place) and not READER.is_shut_out(limits.get(case.reference, ()))
    ]  # fmt: skip
    assert {columns.references[at] for at in reached.numbers.tolist()} == {case.reference for case in cases}
    Lists(reached, cases, files, data).compare()


def drawn_day(files: Files, data: st.DataObject) -> date:
    """Any day of supervision, or the first or last day on which a list holds what was recorded on some day."""
    if data.draw(st.booleans()):
        recorded = [day_of(fact.recorded_at) for facts in files.values() for fact in facts]
        return data.draw(st.sampled_from(recorded)) + timedelta(days=data.draw(st.sampled_from((0, MONTH - 1, MONTH))))
    start = data.draw(st.sampled_from([facts[0].occurred_on for facts in files.values()]))
    return start + timedelta(days=data.draw(st.integers(0, LONGEST_DAYS)))


class Lists:
    """The lists of the cases that a reader may open, others closed to it, from the columns and from snapshots."""

    def __init__(self, reached: CountedCases, cases: Sequence[CaseSnapshot], files: Files, data: st.DataObject):
        self.reached, self.cases, self.data = reached, cases, data
        self.entries = {reference: [fact.entry for fact in facts] for reference, facts in files.items()}

    def compare(self) -> None:
        at, counted, read = self.reached.selection, self.reached.open, desk_by_reading(self.cases)
        duties, late = OpenDuties.of(at, counted), LateEntries.of(at, counted, MONTH)
        notices = ListedNotices.of(at, counted)
        for name, listed in LISTS.items():
            if listed.notice is not None:
                self.same_notices(notices.only(notices.of_kind(listed.notice)), read[name])
            elif listed.pick is None:
                self.same_pages(late, LATE, read[name], OF_LATE)
            else:
                self.same_pages(duties.duties.only(listed.pick(duties)), OWED, read[name], OF_DUTY)
        self.same_pages(CaseList(at, self.reached.numbers, duties), COLUMNS, list(map(case_line, self.cases)), OF_CASE)

    def same_notices(self, every: ListedNotices, wanted: Sequence[Any]) -> None:
        """The notices of a kind: those of the snapshots, each in both orders of its first day."""
        which = np.arange(len(every))
        lines = every.lines(which, self.reached.snapshots(every.case[which]), self.entries.__getitem__)
        assert Counter((one.case.reference, one.notice) for one in lines) == Counter(
            (one.case.reference, one.notice) for one in wanted
        )
        for descending in (False, True):
            order = every.in_order(NOTICED["since"](every), 0, len(every), descending=descending)
            days = every.column("begins_on")[order].tolist()
            assert days == sorted(days, reverse=descending)

    def same_pages(
        self, every: Any, keys: Mapping[str, Key], wanted: Sequence[Line], keys_of_lines: Mapping[str, Key]
    ) -> None:
        """A filter, its choices, and all of every order both ways and one page of it."""
        assert len(every) == len(wanted)
        name = self.data.draw(st.sampled_from(sorted(VALUES)))
        there = {str(value) for line in wanted if (value := VALUES[name](line)) is not None}
        value = self.data.draw(st.sampled_from(["", "no such", *sorted(there)]))
        filters = Filters(tuple(VALUES), {name: value})
        choices = filters.choices(every)
        assert {one: set(found) for one, found in choices.items()} == self.choices(wanted, name, value)
        rows = every.only(filters.fit(every))
        fit = [line for line in wanted if not value or str(VALUES[name](line)) == value]
        first, last = sorted(self.data.draw(st.tuples(st.integers(0, len(fit)), st.integers(0, len(fit)))))
        for key, of_line in keys_of_lines.items():
            for descending in (False, True):
                by = [line for line in sorted(fit, key=self.usual) if of_line(line) is not None]
                none = [line for line in sorted(fit, key=self.usual) if of_line(line) is None]
                told = sorted(by, key=of_line, reverse=descending) + none
                for part in ((0, len(fit)), (first, last)):
                    which = rows.in_order(keys[key](rows), *part, descending=descending)
                    shown = self.shown(rows, which)
                    assert list(map(self.facts, shown)) == list(map(self.facts, told[slice(*part)])), (key, descending)

    def shown(self, rows: DutyList | LateEntries | CaseList, which: Any) -> Sequence[Line]:
        snapshots = self.reached.snapshots(np.asarray(rows.case)[which])
        if isinstance(rows, CaseList):
            return rows.lines(which, snapshots)
        return rows.lines(which, snapshots, self.entries.__getitem__)

    @staticmethod
    def choices(lines: Sequence[Line], asked: str, value: str) -> dict[str, set[str]]:
        found = {}
        for name, of_line in VALUES.items():
            there = {str(of_line(line)) for line in lines if of_line(line) is not None}
            chosen = (there | {value} if name == asked else there) - {""}
            found[name] = set() if name == "area" and len(chosen) < 2 and not (name == asked and value) else chosen
        return found

    def usual(self, line: Line) -> tuple[Any, ...]:
        """What puts lines with equal keys in order."""
        if isinstance(line, CaseLine):
            return (line.case.reference,)
        ids = self.entries[line.case.reference]
        if isinstance(line, LateLine):
            late = line.recorded
            return line.case.reference, late.occurred_on, late.recorded_on, ids.index(late.entry)
        duty = line.obligation
        raised = 0 if duty.raised_by is None else ids.index(duty.raised_by) + 1
        return line.case.reference, duty.due_on, duty.arises_on, duty.clause.id, raised

    @staticmethod
    def facts(line: Line) -> tuple[Any, ...]:
        """What a line says."""
        case = line.case.reference, line.case.spell
        if isinstance(line, CaseLine):
            return *case, line.overdue, line.missed, line.next_due_on
        if isinstance(line, LateLine):
            return *case, line.recorded
        return *case, line.obligation, line.state, line.days_left
