"""A case as it stands at a moment, from its rows alone: what lists, counts and figures need, without its entries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from domain.entries.case_entries import AccessLimited, AccessLimitLifted
from domain.entries.code_lists import HIGH_RISK
from domain.policy.frameworks import DEFAULT_FRAMEWORK
from projections.cases.case_repository import Moment, Reading
from projections.history.history import History
from projections.ledger.ledger import (
    DutyRow,
    JudgementRow,
    LateRow,
    Place,
    SpellRow,
    duty_rows,
    judgement_rows,
    late_rows,
    obligation_of,
    spell_rows,
)
from projections.obligations.clause_catalogue import catalogue
from projections.obligations.derive import Obligation


class Held(NamedTuple):
    """A duty, and who held the case on the day it was due."""

    place: Place
    obligation: Obligation


@dataclass(frozen=True, slots=True)
class CaseSnapshot:
    """One case that had begun by the moment's day, in the rows known at the moment.

    ``spell`` is the one in which the day lies. ``duties`` are those of every framework, by the day they are due;
    whoever asked for some of them only (see ``view_reader``) finds no others here. ``lates`` and ``judgements``
    are in the order of their days, whatever the moment's. ``excluded`` are the staff (names or user names) who may not
    open the case, by all that is known today.
    """

    reference: str
    moment: Moment
    spell: SpellRow
    duties: Sequence[DutyRow]
    lates: Sequence[LateRow]
    judgements: Sequence[JudgementRow]
    excluded: frozenset[str] = frozenset()

    @classmethod
    def of(cls, reading: Reading, to_date: History | None = None) -> "CaseSnapshot":
        """By replay of a reading's history. ``to_date``: the case as known today, for who may not open it.

        ``ValueError``: supervision had not begun by the day.
        """
        history, day = reading.history, reading.moment.on
        spell = next((s for s in spell_rows(history) if s.on <= day and (s.off is None or day < s.off)), None)
        if spell is None:
            raise ValueError(f"{reading.reference}: supervision had not begun by {day}")
        return cls(
            reading.reference, reading.moment, spell, in_order_of_due(duty_rows(history)),
            in_order_of_day(late_rows(history)), judgements_in_order(judgement_rows(history)),
            excluded(to_date or history),
        )  # fmt: skip

    @property
    def day(self) -> date:
        return self.moment.on

    @property
    def is_high_risk(self) -> bool:
        """Whether the person is assessed as high risk of harm (high or very high) on the day."""
        return self.spell.risk in HIGH_RISK

    @property
    def standards(self) -> list[Held]:
        """The duties of the national standards, by the day they are due."""
        clauses = catalogue().clauses
        return [
            Held(row.place, obligation_of(row, DEFAULT_FRAMEWORK))
            for row in self.duties
            if clauses[row.clause].of_standards
        ]

    def owed(self, framework: str) -> list[Held]:
        """The duties of a framework (its id): the national standards' and its own expectations, by the day they are due."""
        own = catalogue().of_framework[framework]
        return [Held(row.place, obligation_of(row, framework)) for row in self.duties if row.clause in own]


def in_order_of_due(rows: Sequence[DutyRow]) -> list[DutyRow]:
    """Duties in one order, whatever they were read from."""
    clauses = catalogue().clauses
    return sorted(
        rows,
        key=lambda r: (
            r.due_on, r.arises_on, clauses[r.clause].id, r.raised_by or "", r.clause, r.value, str(r.met_on),
            str(r.ended_on), r.met_by, r.place,
        ),
    )  # fmt: skip


def in_order_of_day(rows: Sequence[LateRow]) -> list[LateRow]:
    return sorted(rows, key=lambda r: (r.occurred_on, r.recorded_on, r.entry))


def judgements_in_order(rows: Sequence[JudgementRow]) -> list[JudgementRow]:
    """A later one stands before an earlier one."""
    return sorted(rows, key=lambda r: (r.on, r.recorded_at, r.entry))


def excluded(history: History) -> frozenset[str]:
    """The staff (names or user names) who may not open this case, by what this history knows."""
    lifted = {fact.limit for fact in history.all(AccessLimitLifted)}
    return frozenset(name for fact in history.all(AccessLimited) if fact.entry not in lifted for name in fact.excluded)
