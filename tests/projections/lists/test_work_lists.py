"""The desk, the caseload, the search and what is owed, from the columns: for any moment what reading case by case gives."""

from collections.abc import Sequence
from datetime import timedelta
from unittest.mock import patch

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from domain.entries.case_entries import Entry
from projections.arrays.date_numbers import working_days_before
from projections.cases.case_snapshot import CaseSnapshot
from projections.cases.caseload import by_due_date
from projections.columns.case_selection import CaseSelection
from projections.columns.column_schema import Array
from projections.history.history import end_of_day
from projections.history.moment import Moment
from projections.lists import open_duties
from projections.lists.case_list import CaseList
from projections.lists.counted_cases import CountedCases
from projections.lists.late_entries import LateEntries
from projections.lists.listed_notices import ListedNotices
from projections.lists.open_duties import OpenDuties, owed_within
from projections.lists.sort_keys import NONE, in_order
from projections.lists.work_lists import LISTS, MONTH, desk
from tests.projections.lists.test_shown_cases import of_histories
from tests.support.columns import columns_of
from tests.support.depth import examples
from tests.support.histories import LONGEST_DAYS, facts_of, histories
from tests.support.lists_by_reading import case_line, due_list
from tests.support.lists_by_reading import desk as desk_by_reading

Files = dict[str, list[Entry]]


@given(st.lists(histories(25, odd=True), min_size=1, max_size=4), st.data())
@examples(15)
def test_every_list_is_what_reading_case_by_case_gives(
    lines: list[list[dict[str, object]]], data: st.DataObject
) -> None:
    files = {f"X{number:06}/1": facts_of(one) for number, one in enumerate(lines)}
    changed = list(files)[: data.draw(st.integers(0, len(files)))]
    columns = columns_of({name: facts[:3] if name in changed else facts for name, facts in files.items()})
    if changed:
        columns = columns.with_changes(columns_of({name: files[name] for name in changed}))
    for _ in range(3):
        start = data.draw(st.sampled_from([facts[0].occurred_on for facts in files.values()]))
        on = start + timedelta(days=data.draw(st.integers(-5, LONGEST_DAYS)))
        selection = CaseSelection(columns, Moment(on, data.draw(st.sampled_from((None, end_of_day(on))))))
        wanted = {name for name in files if data.draw(st.integers(0, 3))}
        chosen = selection.there & np.isin(np.arange(columns.numbers), [columns.number(name) for name in wanted])
        ranges = {"FEW": data.draw(st.sampled_from((1, 64))), "CLOSE": data.draw(st.sampled_from((1, 64)))}
        with patch.multiple(open_duties, **ranges):  # cases read as ranges, or picked out one by one
            same(selection, chosen, of_histories(files, selection.moment, wanted), files)


def same(selection: CaseSelection, chosen: Array, cases: list[CaseSnapshot], files: Files) -> None:
    """All lists of these cases are what their snapshots give."""
    counted = CountedCases(selection, chosen, chosen & False)

    def entries_of(reference: str) -> Sequence[str]:
        return [fact.entry for fact in files[reference]]

    duties, late = OpenDuties.of(selection, chosen), LateEntries.of(selection, chosen, MONTH)
    notices = ListedNotices.of(selection, chosen)
    read = desk_by_reading(cases)
    for name, of_cases in desk(duties, late, notices).items():
        assert len(of_cases) == len(read[name]), name
        pick = LISTS[name].pick
        if LISTS[name].notice is not None:
            noticed = notices.only(notices.of_kind(name))
            which = noticed.in_order(noticed.column("begins_on"), 0, len(noticed))
            told = [
                (n.case.reference, n.notice) for n in noticed.lines(which, counted.snapshots(noticed.case), entries_of)
            ]
            assert sorted(told) == sorted((n.case.reference, n.notice) for n in read[name])  # type: ignore[union-attr]
            assert [notice.begins_on for _, notice in told] == sorted(notice.begins_on for _, notice in told)
            continue
        if pick is None:
            which = late.in_order(late.reference, 0, len(late))
            found = late.lines(which, counted.snapshots(late.case), entries_of)
            assert [(line.case.reference, line.recorded.entry) for line in found] == sorted(
                [(line.case.reference, line.recorded.entry) for line in read[name]],  # type: ignore[union-attr]
                key=lambda one: (one[0], [line.recorded.entry for line in found].index(one[1])),
            )
            continue
        listed = duties.duties.only(pick(duties))
        which = listed.in_order(listed.reference, 0, len(listed))
        lines = listed.lines(which, counted.snapshots(listed.case), entries_of)
        told = [(line.case.reference, line.obligation, line.state, line.days_left) for line in lines]
        wanted = [(line.case.reference, line.obligation, line.state, line.days_left) for line in read[name]]  # type: ignore[union-attr]
        assert sorted(map(repr, told)) == sorted(map(repr, wanted)), name
        assert [one[0] for one in told] == sorted(one[0] for one in told)
    owed = owed_within(selection, chosen, 40)
    lines = by_due_date(owed.lines(np.arange(len(owed)), counted.snapshots(owed.case), entries_of))
    assert sorted(repr((o.case.reference, o.obligation)) for o in lines) == sorted(
        repr((o.case.reference, o.obligation)) for o in due_list(cases, 40)
    )
    of_list = CaseList(selection, np.flatnonzero(chosen), duties)
    which = of_list.in_order(of_list.reference, 0, len(of_list))
    found_lines = of_list.lines(which, counted.snapshots(of_list.case))
    assert [(c.case.reference, c.case.spell, c.overdue, c.missed, c.next_due_on) for c in found_lines] == [
        (c.case.reference, c.case.spell, c.overdue, c.missed, c.next_due_on) for c in map(case_line, cases)
    ]


PERSON = {
    "crn": "X000000", "name": "", "date_of_birth": "1975-02-28", "gender": "female", "ethnicity": "W2", "disability": False,
}  # fmt: skip
LINE: dict[str, object] = {
    "type": "SupervisionStarted", "entry": "s", "occurred_on": "2005-05-03", "recorded_at": "2005-05-03T10:00:00+01:00",
    "order_type": "community_order", "area": "Gloucestershire", "division": "North", "team": "Cheltenham",
    "officer": "Ruth Ablewhite", "officer_grade": "po",
}  # fmt: skip


def test_rows_without_a_value_come_last_and_equal_rows_keep_their_order() -> None:
    key, ties = np.array([3, NONE, 1, 3, 1, NONE]), [np.array([1, 5, 9, 0, 2, 4])]
    assert in_order(key, ties, 0, 6).tolist() == [4, 2, 3, 0, 5, 1]
    assert in_order(key, ties, 0, 6, descending=True).tolist() == [3, 0, 4, 2, 5, 1]
    assert in_order(key, ties, 1, 3).tolist() == [2, 3]


def test_the_table_of_working_days_is_the_calendar() -> None:
    from domain.calendar.workdays import working_days_between
    from projections.arrays.date_numbers import FIRST, date_of

    days = working_days_before()
    for number in range(0, len(days) - 1, 997):
        assert days[number] == working_days_between(FIRST, date_of(number))
