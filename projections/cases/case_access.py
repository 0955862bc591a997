"""Case access: which cases an account counts, and which of them it may open.

Whoever held a case on the day read may read it as at that day; whoever holds it today may read all of it. A case whose
access is limited stays in the counts of the staff excluded, and shows them nothing else.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from domain.accounts.roles import Account
from projections.cases.case_reading import Reading
from projections.cases.case_repository import CaseRepository
from projections.cases.case_snapshot import CaseSnapshot
from projections.history.access_limits import excluded


@dataclass(frozen=True)
class CountedCases:
    """The cases that an account counts at a moment; ``closed`` are the references it may not open."""

    cases: list[CaseSnapshot]
    closed: frozenset[str]

    @property
    def open(self) -> list[CaseSnapshot]:
        """The cases that may be listed and opened."""
        return [case for case in self.cases if case.reference not in self.closed]


def counted_cases(cases: Iterable[CaseSnapshot], account: Account) -> CountedCases:
    """The cases that an account counts, and those of them that it may not open."""
    counted = list(cases)
    return CountedCases(counted, frozenset(c.reference for c in counted if account.is_named(c.excluded)))


def counted_query(repository: CaseRepository, account: Account) -> dict[str, Any] | None:
    """The arguments of ``ReadModel.case_snapshots`` for the cases that an account counts; None: it counts none.

    An inspector counts the cases of its inspections. Others count the cases held on the day in the places they answer for.
    """
    if account.inspects:
        return {"references": inspected(repository, account)}
    return None if account.scope is None else {"held": account.scope}


def is_closed(repository: CaseRepository, account: Account, reference: str) -> bool:
    """Whether access to the case is limited and this account is excluded."""
    return account.is_named(excluded(repository.history(reference, None)))


def inspected(repository: CaseRepository, account: Account) -> set[str]:
    """The cases of the inspections that the account may read."""
    opened = repository.inspections
    return {case for name in account.inspections if name in opened for case in repository.inspection(name).sample}


def may_open(repository: CaseRepository, account: Account, reading: Reading, today: Reading) -> bool:
    """Whether the account may open this case, read at a moment; ``today`` is the same case as it stands today."""
    if is_closed(repository, account, reading.reference):
        return False
    if account.inspects:
        return reading.reference in inspected(repository, account)
    return any(account.answers_for(r.holder) for r in (reading, today) if r.history.started is not None)


def may_record(repository: CaseRepository, account: Account, today: Reading) -> bool:
    """Whether the account may record on this case, read as at today: it answers for the case now, or inspects it."""
    if account.inspects:
        return today.reference in inspected(repository, account)
    return account.records and today.history.started is not None and account.answers_for(today.holder)
