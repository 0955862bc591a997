"""What the pages of the desk read: open duties, notices and late entries of the cases that an account may open."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from flask import g

from projections.columns.column_schema import Array
from projections.lists.counted_cases import CountedCases
from projections.lists.late_entries import LateEntries
from projections.lists.listed_notices import ListedNotices
from projections.lists.open_duties import OpenDuties
from projections.lists.picked_numbers import counted, how_many
from projections.lists.todo_items import TodoItems, for_manager
from projections.lists.work_lists import LISTS, MONTH, ListCount, desk, missed_lately
from web.desk.diary_visits import booked_visits
from web.desk.hidden_rows import hidden_rows
from web.desk.returned_assessments import with_officer
from web.services import current_cases


@dataclass(frozen=True)
class DeskReading:
    """All that the desk shows of some cases, each worked out when it is first asked for."""

    counted: CountedCases

    @cached_property
    def open_duties(self) -> OpenDuties:
        return OpenDuties.of(self.counted.selection, self.counted.open)

    @cached_property
    def late(self) -> LateEntries:
        """The entries recorded late in the last four weeks."""
        return LateEntries.of(self.counted.selection, self.counted.open, MONTH)

    @cached_property
    def notices(self) -> ListedNotices:
        return ListedNotices.of(self.counted.selection, self.counted.open)

    @cached_property
    def lists(self) -> Mapping[str, ListCount]:
        """How long each list of the desk is."""
        cases = desk(self.open_duties, self.late, self.notices)
        return {name: ListCount.of(cases[name], self.counted.selection.over) for name in LISTS}

    @cached_property
    def every_item(self) -> TodoItems:
        """Everything that is to be done, what the reader has hidden too."""
        items = TodoItems.of(self.open_duties, self.notices)
        return replace(items, arranged=items.arranged | booked_visits(items, self.counted))

    @cached_property
    def _hidden(self) -> Array:
        return hidden_rows(self.every_item, self.counted)

    @cached_property
    def items(self) -> TodoItems:
        """What is to be done, without what the reader has hidden."""
        return self.every_item.only(~self._hidden)

    @cached_property
    def managers_own(self) -> Array:
        """Which ``items`` a manager's list shows as the manager's to do: none of an assessment that waits for its officer."""
        items = self.items
        own: Array = for_manager(items) & items.managers & ~with_officer(items, self.counted)
        return own

    @cached_property
    def hidden_items(self) -> TodoItems:
        """What the reader has hidden for a while."""
        return self.every_item.only(self._hidden)

    @cached_property
    def missed(self) -> Array:
        """For each case how many times for contact closed in the last four weeks with too few appointments in them."""
        lately = self.open_duties.duties.case[missed_lately(self.open_duties)]
        return counted(lately, self.counted.selection.columns.numbers)

    @property
    def high(self) -> int:
        """How many of the current cases are at high risk of harm."""
        return how_many(self.counted.selection.high_risk[self.counted.current])


def desk_reading() -> DeskReading:
    """What the person signed in answers for, at the page's moment. Worked out once a request."""
    if "desk_reading" not in g:
        g.desk_reading = DeskReading(current_cases.reached())
    found: DeskReading = g.desk_reading
    return found
