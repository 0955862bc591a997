"""The blocks of what is to be done that a page shows: case by case, each item as a line. Nothing is made of the others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from domain.entries.case_entries import AssessmentCompleted
from domain.policy.clauses import Clause
from projections.arrays.date_numbers import date_of
from projections.cases.case_snapshot import CaseSnapshot
from projections.cases.caseload import LineOfCase
from projections.columns.column_rows import EntryIds
from projections.columns.column_schema import Array
from projections.ledger.ledger import NoticeRow
from projections.lists.duty_list import DutyList
from projections.lists.todo_bands import row_word
from projections.lists.todo_items import TodoItems, kinds
from projections.notices.notice import NoticeKind
from projections.notices.notice_kinds import NOTICES
from projections.obligations.clause_catalogue import catalogue
from projections.obligations.duty_state import OPEN, Obligation


@dataclass(frozen=True, slots=True, kw_only=True)
class TodoLine(LineOfCase):
    """One item: a duty (``obligation``) or a ``notice``. ``due_on``: its day; of a notice the day since when it stands.

    ``days_left``: working days from the day read to that day, negative when it has passed. ``managers``: it is a manager's own.
    """

    obligation: Obligation | None
    notice: NoticeRow | None
    kind: str
    band: int
    due_on: date
    days_left: int
    overdue: bool
    managers: bool

    @property
    def told(self) -> NoticeKind | None:
        """The kind of its notice; None where it is a duty."""
        return None if self.notice is None else NOTICES[self.notice.notice]


@dataclass(frozen=True, slots=True, kw_only=True)
class TodoBlock(LineOfCase):
    """What is to be done on one case. ``review_due_on``: since when the assessment of risk is past its review; None: it is not.

    ``missed``: times for contact that closed in the last four weeks with too few appointments in them.
    """

    band: int
    lines: Sequence[TodoLine]
    review_due_on: date | None
    missed: int

    @property
    def band_word(self) -> str:
        """The name of its band, as a row says it."""
        return row_word(self.band, self.case.spell.risk, self.case.spell.mappa_level)


def todo_blocks(
    items: TodoItems, first: int, last: int, missed: Array, snapshots: Mapping[int, CaseSnapshot], entries_of: EntryIds
) -> list[TodoBlock]:
    """The blocks of these items from the place ``first`` up to, not including, ``last``.

    ``missed``: for each case its missed times for contact. ``snapshots``: of the cases of these blocks, by number.
    """
    found = items.blocks
    places = range(first, min(last, len(found)))
    wanted = np.concatenate([found.of(place) for place in places] or [np.zeros(0, np.int64)])
    lines = dict(zip(wanted.tolist(), lines_of(items.only(wanted), snapshots, entries_of), strict=True))
    reviews = reviews_past(items.duties, found.case[first:last])
    return [
        TodoBlock(
            snapshots[case], band=int(found.band[place]), lines=[lines[at] for at in found.of(place).tolist()],
            review_due_on=reviews.get(case), missed=int(missed[case]),
        )
        for place in places for case in (int(found.case[place]),)
    ]  # fmt: skip


def lines_of(items: TodoItems, snapshots: Mapping[int, CaseSnapshot], entries_of: EntryIds) -> list[TodoLine]:
    """All of these items as lines, in their order."""
    duty = items.source < len(items.duties)
    shown = iter(items.duties.shown(items.source[duty], entries_of))
    told = iter(items.notices.read(items.source[~duty] - len(items.duties), entries_of))
    columns = (items.case, items.kind, items.band, items.due_on, items.days_left, items.overdue, items.managers, duty)
    return [
        TodoLine(
            snapshots[case], obligation=next(shown).obligation if is_duty else None,
            notice=None if is_duty else next(told)[1], kind=kinds()[kind], band=band, due_on=date_of(due_on),
            days_left=days_left, overdue=overdue, managers=managers,
        )
        for case, kind, band, due_on, days_left, overdue, managers, is_duty in zip(
            *(column.tolist() for column in columns), strict=True
        )
    ]  # fmt: skip


def reviews_past(duties: DutyList, cases: Array) -> dict[int, date]:
    """Since when the assessment of risk is past its review, for those of these cases (numbers) where it is."""
    clauses = catalogue().clauses
    reviews = np.repeat(np.array([_reviews_risk(clauses[run.clause]) for run in duties.runs], bool), duties.lengths)
    past = np.flatnonzero(reviews & (duties.state == OPEN) & np.isin(duties.case, cases))
    found: dict[int, date] = {}
    for case, due_on in zip(duties.case[past].tolist(), duties.column("due_on")[past].tolist(), strict=True):
        found[case] = min(date_of(due_on), found.get(case, date.max))
    return found


def _reviews_risk(clause: Clause) -> bool:
    """Whether a clause asks that the assessment of risk is reviewed."""
    return clause.subject == "reviews" and all(pattern.type is AssessmentCompleted for pattern in clause.by)
