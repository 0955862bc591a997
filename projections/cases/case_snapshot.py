"""The case snapshot: one case at a moment. It is the same whether made from a history or from ledger rows.

Lists, counts and figures read snapshots, and need nothing else of a case.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

from domain.entries import code_lists
from domain.policy.frameworks.framework_files import DEFAULT_FRAMEWORK
from projections.history.history import History
from projections.history.moment import Moment
from projections.ledger.ledger import (
    DutyRow,
    JudgementRow,
    LateRow,
    NoticeRow,
    Place,
    SpellRow,
    duty_rows,
    judgement_rows,
    late_rows,
    notice_rows,
    obligation_of,
    spell_rows,
)
from projections.notices.notice_kinds import NOTICES
from projections.obligations.clause_catalogue import catalogue
from projections.obligations.duty_state import Obligation

R = TypeVar("R")


class HeldDuty(NamedTuple):
    """A duty, and the place that held the case on the day it was due."""

    place: Place
    obligation: Obligation


@dataclass(frozen=True, slots=True)
class CaseSnapshot:
    """One case that had begun by the moment's day, as known at the moment.

    ``spell``: the attributes of the case on the day. ``duties``: those of all frameworks, by due date. ``lates`` and
    ``judgements``: in the order of their days; ``notices``: kind by kind; days after the moment's are included.

    A snapshot from the read model holds only the rows that were fetched (see ``ReadModel.case_snapshots``).
    """

    reference: str
    moment: Moment
    spell: SpellRow
    duties: Sequence[DutyRow]
    lates: Sequence[LateRow]
    judgements: Sequence[JudgementRow]
    notices: Sequence[NoticeRow]

    @classmethod
    def of_history(cls, reference: str, moment: Moment, history: History) -> "CaseSnapshot":
        """The snapshot of a history, as known at the moment. Its rows are derived when they are first read.

        ``ValueError``: supervision had not begun by the day.
        """
        day = moment.on
        spell = next((s for s in spell_rows(history) if s.holds_on(day)), None)
        if spell is None:
            raise ValueError(f"{reference}: supervision had not begun by {day}")
        return cls(
            reference, moment, spell,
            duties=_LazyRows(lambda: _by_due_day(duty_rows(history))),
            lates=_LazyRows(lambda: _by_day(late_rows(history))),
            judgements=_LazyRows(lambda: _as_given(judgement_rows(history))),
            notices=_LazyRows(lambda: _by_kind(notice_rows(history))),
        )  # fmt: skip

    @classmethod
    def of_rows(
        cls,
        reference: str,
        moment: Moment,
        spell: SpellRow,
        *,
        duties: Sequence[DutyRow],
        lates: Sequence[LateRow],
        judgements: Sequence[JudgementRow],
        notices: Sequence[NoticeRow],
    ) -> "CaseSnapshot":
        """The snapshot from the rows known at the moment, in any order. ``spell``: the one that contains the day."""
        return cls(
            reference, moment, spell, _by_due_day(duties), _by_day(lates), _as_given(judgements), _by_kind(notices)
        )  # fmt: skip

    def __hash__(self) -> int:
        return hash((self.reference, self.moment))

    @property
    def day(self) -> date:
        return self.moment.on

    @property
    def is_high_risk(self) -> bool:
        """Whether the person is assessed as high risk of harm on the day."""
        return code_lists.is_high_risk(self.spell.risk)

    @property
    def has_ended(self) -> bool:
        """Whether supervision had ended by the day."""
        return self.spell.ended_on is not None

    @property
    def noticed(self) -> list[NoticeRow]:
        """The notices that stand on the day."""
        return [row for row in self.notices if row.holds_on(self.day)]

    @property
    def standards(self) -> list[HeldDuty]:
        """The duties of the national standards, by due date."""
        clauses = catalogue().clauses
        return [
            HeldDuty(row.place, obligation_of(row, DEFAULT_FRAMEWORK))
            for row in self.duties
            if clauses[row.clause].of_standards
        ]

    def duties_under(self, framework: str) -> list[HeldDuty]:
        """The duties of a framework (its id): the national standards' and its own expectations', by due date."""
        own = catalogue().of_framework[framework]
        return [HeldDuty(row.place, obligation_of(row, framework)) for row in self.duties if row.clause in own]


class _LazyRows(Sequence[R]):
    """Rows that are derived when they are first read."""

    def __init__(self, derive: Callable[[], Sequence[R]]):
        self._derive = derive

    @cached_property
    def _rows(self) -> Sequence[R]:
        return self._derive()

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, at: Any) -> Any:
        return self._rows[at]

    def __eq__(self, other: object) -> bool:
        return self._rows == other

    __hash__ = None  # type: ignore[assignment]


def _by_due_day(rows: Sequence[DutyRow]) -> list[DutyRow]:
    """Sort by due date, then by all other columns, so that the order depends on the rows alone."""
    clauses = catalogue().clauses
    return sorted(
        rows,
        key=lambda r: (
            r.due_on, r.arises_on, clauses[r.clause].id, r.raised_by or "", r.clause, r.value, str(r.met_on),
            str(r.ended_on), r.met_by, r.place,
        ),
    )  # fmt: skip


def _by_day(rows: Sequence[LateRow]) -> list[LateRow]:
    return sorted(rows, key=lambda r: (r.occurred_on, r.recorded_on, r.entry))


def _as_given(rows: Sequence[JudgementRow]) -> list[JudgementRow]:
    """Sort by day, then by recording: of two on one question, the later one counts."""
    return sorted(rows, key=lambda r: (r.judged_on, r.recorded_at, r.entry))


def _by_kind(rows: Sequence[NoticeRow]) -> list[NoticeRow]:
    """Sort in the order of the kinds, then by day and entry."""
    kinds = list(NOTICES)
    return sorted(rows, key=lambda r: (kinds.index(r.notice), r.begins_on, r.entry or "", str(r.ends_before)))
