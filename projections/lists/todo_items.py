"""What is to be done on the cases of a list, as arrays: open duties and notices side by side, each with its band and kind.

An item is a duty that is overdue, that falls due within a week or that waits for a manager's decision; or a notice that asks
somebody to act. What cannot be made good any more (a time for contact that has passed) is no item: it is counted.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import cache, cached_property
from typing import Final, NamedTuple

import numpy as np

from domain.accounts.roles import ENTERED_BY
from domain.policy.clauses import Clause
from projections.arrays.date_numbers import working_days_before
from projections.columns.case_selection import CaseSelection
from projections.columns.column_schema import Array, CodedValues
from projections.lists.duty_list import DutyList
from projections.lists.listed_notices import ListedNotices
from projections.lists.open_duties import OpenDuties
from projections.lists.reference_ranks import reference_ranks
from projections.lists.todo_bands import BANDS, SOON, bands, standing
from projections.lists.todo_blocks import Blocks, blocks
from projections.lists.work_lists import WEEK
from projections.obligations.clause_catalogue import catalogue
from projections.obligations.duty_state import DUE, OPEN

YEAR = 365
"""Days after which what is overdue is folded away, unless it is in band a (**P**, a parameter of ours)."""

COUNTERSIGNING, OVERSIGHT, DECISIONS, POSTS = "countersigning", "oversight", "decisions on absence", "nobody in post"

DECIDED_BY_MANAGERS: Final[Mapping[str, str]] = {"absence-decision": DECISIONS}
"""Clauses that a case manager may meet too, and that a manager decides: id of the clause -> its kind."""

WAITING: Final = frozenset((COUNTERSIGNING, DECISIONS))
"""The kinds that wait for a manager from the day on which they arise: they are listed however far off their day is."""


class NoticeItem(NamedTuple):
    """How a kind of notice stands among the items: its kind, whose it is, and whether it is a clock or for the record only."""

    kind: str
    managers: bool = False
    clock: bool = False
    recording: bool = False


NOTICE_ITEMS: Final[Mapping[str, NoticeItem]] = {
    "not-countersigned-since": NoticeItem(COUNTERSIGNING, managers=True),
    "signed-by-someone-not-entitled": NoticeItem(COUNTERSIGNING, managers=True),
    "no-officer": NoticeItem(POSTS, managers=True),
    "whereabouts-no-action": NoticeItem("enforcement", clock=True),
    "breach-undecided": NoticeItem("enforcement"),
    "appointment-without-naming": NoticeItem("recording", recording=True),
    "custody-without-end": NoticeItem("recording", recording=True),
    "released-after-end": NoticeItem("recording", recording=True),
}
"""The notices that are items. The others (never assessed, past its end) are counted as gaps."""


def kind_of(clause: Clause) -> str:
    """The kind of a duty: the subject of its clause, or what a manager does."""
    if clause.id in DECIDED_BY_MANAGERS:
        return DECIDED_BY_MANAGERS[clause.id]
    return COUNTERSIGNING if clause.subject == OVERSIGHT and clause.kind == "within" else clause.subject


def is_managers(clause: Clause) -> bool:
    """Whether a duty is a manager's own: no case manager makes the entries that meet it, or a manager decides."""
    met_by = {pattern.type.__name__ for pattern in clause.entries}
    return clause.id in DECIDED_BY_MANAGERS or not met_by & ENTERED_BY["case_manager"]


@cache
def kinds() -> list[str]:
    """Every kind of item, in order."""
    of_clauses = {kind_of(clause) for clause in catalogue().clauses if clause.of_standards}
    return sorted(of_clauses | {notice.kind for notice in NOTICE_ITEMS.values()})


@dataclass(frozen=True)
class TodoItems:
    """Items as arrays. ``source``: the index of its duty, or of its notice after all duties (see ``duties``, ``notices``).

    ``kind``: the number in ``kinds()``. ``days_left``: working days to its day (for a notice, the day since when it stands),
    negative when that has passed. ``arranged``: an appointment that would meet it in time is booked, for a day to come.
    ``ended``: of a case whose supervision has ended.
    """

    selection: CaseSelection
    duties: DutyList
    notices: ListedNotices
    source: Array
    case: Array
    kind: Array
    band: Array
    due_on: Array
    days_left: Array
    overdue: Array
    managers: Array
    clock: Array
    arranged: Array
    ended: Array

    @classmethod
    def of(cls, open_duties: OpenDuties, notices: ListedNotices) -> "TodoItems":
        """The items of some cases, from their open duties and the notices on them."""
        selection, duties = open_duties.selection, open_duties.duties
        chosen = np.flatnonzero(_listed(open_duties))
        told = np.flatnonzero(_told(notices, open_duties))
        case = np.concatenate((duties.case[chosen], notices.case[told]))
        due_on = np.concatenate((open_duties.due_on[chosen], notices.column("begins_on")[told]))
        days = working_days_before()
        days_left = days[due_on] - days[selection.day]
        of_notice = [NOTICE_ITEMS.get(name, NoticeItem("")) for name in selection.columns.words["notice"].values]
        which = notices.column("notice")[told]

        def joined(of_duty: Callable[[Clause], object], of_told: Callable[[NoticeItem], object]) -> Array:
            table = np.array([of_told(item) for item in of_notice] or [0])
            return np.concatenate((_of_clause(duties, of_duty)[chosen], table[which]))

        kind_number = {name: number for number, name in enumerate([*kinds(), ""])}
        clock = joined(lambda c: c.subject == "enforcement", lambda n: n.clock).astype(bool)
        recording = joined(lambda c: c.subject == "recording", lambda n: n.recording).astype(bool)
        overdue = np.concatenate((duties.state[chosen] == OPEN, np.ones(len(told), bool)))
        grave, high = (of[case] for of in standing(selection))
        return cls(
            selection, duties, notices,
            source=np.concatenate((chosen, len(duties) + told)), case=case,
            kind=joined(lambda c: kind_number[kind_of(c)], lambda n: kind_number[n.kind]),
            band=bands(grave, high, overdue, days_left, clock, recording),
            due_on=due_on, days_left=days_left, overdue=overdue, clock=clock,
            managers=joined(is_managers, lambda n: n.managers).astype(bool),
            arranged=np.concatenate((_arranged(duties)[chosen], np.zeros(len(told), bool))),
            ended=selection.over[case],
        )  # fmt: skip

    def __len__(self) -> int:
        return len(self.case)

    def only(self, which: Array) -> "TodoItems":
        """The items for which ``which`` is true, or those at these indices, in their order."""
        same = ("selection", "duties", "notices")
        own = {one.name: getattr(self, one.name) for one in fields(self)}
        return TodoItems(**{name: value if name in same else value[which] for name, value in own.items()})

    def coded(self, name: str) -> CodedValues:
        """``kind``, ``band`` (of its block) or an attribute of its case: the values, and for each item the number of its value."""
        if name == "kind":
            return CodedValues(kinds(), self.kind)
        if name == "band":
            return CodedValues(list(BANDS), self.block_band)
        values, numbers = self.selection.coded(name)
        return CodedValues(values, numbers[self.case])

    @cached_property
    def block_band(self) -> Array:
        """The band of the block of each item: the first that any item of its case is in."""
        first = np.full(self.selection.columns.numbers, len(BANDS), np.int64)
        np.minimum.at(first, self.case, self.band)
        found: Array = first[self.case]
        return found

    @cached_property
    def old(self) -> Array:
        """Whether its day is more than a year back, and it is not in band a."""
        found: Array = (self.due_on.astype(np.int64) < int(self.selection.day) - YEAR) & (self.band > 0)
        return found

    @property
    def waits(self) -> Array:
        """Whether it waits for a manager's decision, however far off its day is."""
        found: Array = self.of_kinds(WAITING) & self.managers
        return found

    @property
    def pressing(self) -> Array:
        """Whether it is overdue, or a clock that ends soon."""
        found: Array = self.overdue | (self.clock & (self.days_left <= SOON))
        return found

    @property
    def soon(self) -> Array:
        """Whether it falls due within a week, the day read included."""
        found: Array = ~self.overdue & (self.due_on <= int(self.selection.day) + WEEK)
        return found

    def of_kinds(self, wanted: frozenset[str]) -> Array:
        """Whether it is of one of these kinds."""
        return np.array([*(name in wanted for name in kinds()), False], bool)[self.kind]

    @cached_property
    def blocks(self) -> Blocks:
        """The items case by case, in the order of the bands."""
        references = self.selection.columns.references
        cases, at = np.unique(self.case, return_inverse=True)
        return blocks(self.case, self.band, self.days_left, self.due_on, reference_ranks(references, cases)[at])


def _listed(duties: OpenDuties) -> Array:
    """Which open duties are items: overdue; due within a week; or waiting for a manager."""
    waiting = _of_clause(duties.duties, lambda c: is_managers(c) and kind_of(c) in WAITING).astype(bool)
    soon = duties.due_on <= int(duties.selection.day) + WEEK
    listed: Array = duties.overdue | (duties.due & (waiting | soon))
    return listed


def _told(notices: ListedNotices, duties: OpenDuties) -> Array:
    """Which notices are items: none on an assessment that a duty to countersign is open about, so that nothing is said twice."""
    names = notices.selection.columns.words["notice"].values
    told = np.array([*(name in NOTICE_ITEMS for name in names), False], bool)[notices.column("notice")]
    owed = np.flatnonzero(_of_clause(duties.duties, lambda clause: kind_of(clause) == COUNTERSIGNING))
    said = _about(duties.duties.case[owed], duties.duties.column("raised_by")[owed])
    found: Array = told & ~np.isin(_about(notices.case, notices.column("entry")), said)
    return found


def _about(case: Array, entry: Array) -> Array:
    """A number for each pair of a case and one of its entries."""
    return (case.astype(np.int64) << 33) + entry


def _arranged(duties: DutyList) -> Array:
    """Whether the file, as known, has already what meets it in time on a day to come: appointments that are booked."""
    met_on = duties.column("met_on")
    if (
        duties.selection.moment.known_at is None
    ):  # with hindsight, a later day says what was done, not what was arranged
        return np.zeros(len(met_on), bool)
    found: Array = (duties.state == DUE) & (met_on > duties.selection.day) & (met_on <= duties.column("due_on"))
    return found


def _of_clause(duties: DutyList, of: Callable[[Clause], object]) -> Array:
    """For each duty what its clause gives."""
    clauses = catalogue().clauses
    return np.repeat(np.array([of(clauses[run.clause]) for run in duties.runs] or [0]), duties.lengths or [0])


def for_manager(items: TodoItems) -> Array:
    """Which items a manager's list shows: what presses, and a manager's own that wait or fall due within a week."""
    found: Array = _shown(items) & (items.pressing | (items.managers & (items.waits | items.soon)))
    return found


def for_officer(items: TodoItems) -> Array:
    """Which items an officer's own list shows: theirs that are overdue or fall due within a week."""
    found: Array = _shown(items) & ~items.managers & (items.overdue | items.soon)
    return found


def _shown(items: TodoItems) -> Array:
    """Which items are not folded away, and not arranged already."""
    shown: Array = ~items.ended & ~items.old & ~items.arranged
    return shown
