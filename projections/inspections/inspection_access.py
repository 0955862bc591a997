"""Who reads, runs and assesses which inspection."""

from collections.abc import Collection
from typing import NamedTuple

from domain.accounts.roles import Account
from domain.aggregates.inspection import Inspection, Task
from domain.entries.inspection_entries import InspectionOpened
from projections.cases.case_repository import CaseRepository


def readable_inspections(repository: CaseRepository, account: Account) -> dict[str, InspectionOpened]:
    """The inspections whose sheets an account may read, the latest sample date first."""
    return {name: opened for name, opened in repository.inspections.items() if account.reads(name)}


def runs(repository: CaseRepository, account: Account, name: str) -> bool:
    """Whether an account runs this inspection."""
    return account.runs(name, repository.inspections[name].recorded_by)


def assesses(repository: CaseRepository, account: Account, name: str) -> bool:
    """Whether an account runs this inspection, or is named as one of its assessors."""
    return runs(repository, account, name) or account.name in repository.inspection(name).assessors


def latest_inspection(repository: CaseRepository, account: Account) -> str | None:
    """The inspection to show first: the latest that is frozen or published; the latest of all where none is."""
    mine = readable_inspections(repository, account)
    return next((name for name in mine if repository.inspection(name).frozen), next(iter(mine), None))


class AllocatedReading(NamedTuple):
    """A reading of a case, the first or the second, and the account that it is allocated to."""

    task: Task
    reader: str


def readings_listed(
    found: Inspection, account: Account, *, leads: bool, closed: Collection[str] = ()
) -> list[AllocatedReading]:
    """The allocated readings that an account may see, with their readers; its own first.

    An account that ``leads`` the inspection sees all; an assessor sees their own. Cases ``closed`` to the account are left
    out.
    """
    given = [
        AllocatedReading(task, name)
        for task, name in found.allocated.items()
        if task[0] not in closed and (leads or name == account.name)
    ]
    return sorted(given, key=lambda one: (one.reader != account.name, one.reader, one.task))
