"""Reach: which cases an account counts, and which of those it may open.

Who held a case on the day read may read it as at that day; who holds it today may read all of it. A case whose access
is limited stays in the counts of those excluded, and shows them nothing else.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from domain.frameworks import Framework
from domain.staff import Account
from projections.casebook import Casebook, Moment, Reading
from projections.caseload import holding
from projections.standing import excluded


@dataclass(frozen=True)
class Reached:
    """The cases that an account counts at a moment; ``closed`` are the references it may not open."""

    readings: list[Reading]
    closed: frozenset[str]

    @property
    def open(self) -> list[Reading]:
        """Those that may be listed and opened."""
        return [reading for reading in self.readings if reading.reference not in self.closed]


def is_closed(book: Casebook, account: Account, reference: str) -> bool:
    """Whether the case's access is limited and this account is excluded."""
    return not excluded(book.history(reference, None)).isdisjoint((account.name, account.username))


def reach(book: Casebook, account: Account, moment: Moment, framework: Framework) -> Reached:
    """The cases that the account answers for on the moment's day; an inspector's are those of the inspections read."""
    if account.role == "inspector":
        wanted: Iterable[str] = inspected(book, account)
        readings = book.read_all(sorted(wanted), moment, framework)
    else:
        readings = [r for r in book.read_all(book.cases, moment, framework) if account.answers_for(holding(r))]
    closed = frozenset(r.reference for r in readings if is_closed(book, account, r.reference))
    return Reached(readings, closed)


def inspected(book: Casebook, account: Account) -> set[str]:
    """The cases of the inspections that the account reads."""
    opened = book.inspections
    return {case for name in account.inspections if name in opened for case in book.inspection(name).sample}


def may_open(book: Casebook, account: Account, reading: Reading, today: Reading) -> bool:
    """Whether the account may open this case, read at a moment; ``today`` is the same case as it stands today."""
    if is_closed(book, account, reading.reference):
        return False
    if account.role == "inspector":
        return reading.reference in inspected(book, account)
    return any(account.answers_for(holding(r)) for r in (reading, today) if r.history.started is not None)
