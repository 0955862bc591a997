"""Who reads, runs and assesses which inspection.

What is not published is for those who run it, and its draft, from the day set, for the people of the area who are named for
that. Who assesses it and does not run it, a local assessor say, has their own readings alone until then. Published, an
inspection's sheet and report are for all readers; an audit's, which a manager opened, are for those who answer for every case
in it.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Literal, NamedTuple, get_args

from domain.accounts.roles import Account
from domain.aggregates.inspection import Inspection, Task
from domain.entries.code_lists import NamedFor
from domain.entries.inspection_entries import InspectionOpened
from projections.cases import case_access
from projections.cases.case_repository import CaseRepository
from projections.inspections.sample_scores import inspection_moment

AccountOf = Callable[[str], Account | None]
"""User name -> the account, open or closed; None where there is none."""


def readable_inspections(
    repository: CaseRepository, account: Account, account_of: AccountOf, day: date
) -> dict[str, InspectionOpened]:
    """The inspections whose sheets an account may read on a day, the latest sample date first."""
    every = repository.inspections
    return {
        name: opened for name, opened in every.items() if may_read_sheet(repository, account, name, account_of, day)
    }


def may_read_sheet(repository: CaseRepository, account: Account, name: str, account_of: AccountOf, day: date) -> bool:
    """Whether an account may read the sheet and report of an inspection, which is there, on a day."""
    found, opened = repository.inspection(name), repository.inspections[name]
    if account.runs(name, opened.recorded_by) or sees_draft(found, account, day):
        return True
    if is_assessor(found, account) and not found.is_hidden:
        return True
    if found.published is None:
        return False
    return auditor(opened, account_of) is None or _answers_for_all(repository, account, found, opened)


def sees_list(found: Inspection, account: Account, day: date) -> bool:
    """Whether an account is named for the list of cases, and its day has come."""
    return found.process.list_open(day) and found.process.named_for("list", account.keys)


def sees_draft(found: Inspection, account: Account, day: date) -> bool:
    """Whether an account is named for the draft, and its day has come."""
    return found.process.draft_open(day) and found.process.named_for("draft", account.keys)


def answers_alerts(found: Inspection, account: Account) -> bool:
    """Whether an account is named to answer alerts."""
    return named(found, "alerts", account)


def named(found: Inspection, purpose: NamedFor, account: Account) -> bool:
    """Whether an account is named for this purpose as a person of the area, whatever its day."""
    return found.process.named_for(purpose, account.keys)


def is_named(found: Inspection, account: Account) -> bool:
    """Whether an account is named for anything as a person of the area."""
    return any(named(found, purpose, account) for purpose in get_args(NamedFor))


def kind_of(opened: InspectionOpened) -> Literal["inspection", "audit"]:
    """What it is called: an inspection, or an audit, which a manager opened or which the area's own installation holds.

    What came from elsewhere, or is of before this was put on record, keeps the name of an inspection.
    """
    if opened.opened_as not in (None, "hm_inspector") or opened.held_by == "area":
        return "audit"
    return "inspection"


def auditor(opened: InspectionOpened, account_of: AccountOf) -> Account | None:
    """The manager whose audit it is; None for an inspection, which an inspector opened or which was held elsewhere."""
    opener = account_of(opened.recorded_by or "")
    if opened.opened_as is None:  # opened before this was put on record
        return None if opener is None or opener.inspects else opener
    if opened.opened_as == "hm_inspector":
        return None
    return opener or NOBODY


NOBODY = Account("", "", "spo", disabled=True)
"""The manager of an audit whose account is not here: answers for no case."""


def _answers_for_all(repository: CaseRepository, account: Account, found: Inspection, opened: InspectionOpened) -> bool:
    """Whether they answered for every case of it on the sample date, and none is closed to them."""
    at = inspection_moment(opened)
    return bool(found.sample) and all(
        case_access.answers_for(repository, account, case, at) and not case_access.is_closed(repository, account, case)
        for case in found.sample
    )


def runs(repository: CaseRepository, account: Account, name: str) -> bool:
    """Whether an account runs this inspection."""
    return account.runs(name, repository.inspections[name].recorded_by)


def assesses(repository: CaseRepository, account: Account, name: str) -> bool:
    """Whether an account runs this inspection, or is named as one of its assessors."""
    return runs(repository, account, name) or is_assessor(repository.inspection(name), account)


def is_assessor(found: Inspection, account: Account) -> bool:
    """Whether an account is named as an assessor: by its user name or a staff key, never by a printed name."""
    return any(map(account.is_named, found.assessors))


def latest_inspection(repository: CaseRepository, mine: Mapping[str, InspectionOpened]) -> str | None:
    """Of the inspections that somebody may read, the one to show first: the latest that is frozen; else the latest.

    One whose policy cannot be used comes only where there is no other.
    """
    usable = [name for name in mine if repository.inspection(name).unusable is None]
    frozen = (name for name in usable if repository.inspection(name).frozen)
    return next(frozen, next(iter(usable), next(iter(mine), None)))


class AllocatedReading(NamedTuple):
    """A reading of a case, the first or the second, and the staff key of whom it is allocated to."""

    task: Task
    reader: str


def readings_listed(found: Inspection, account: Account, *, leads: bool) -> list[AllocatedReading]:
    """The allocated readings that an account may see, with their readers; its own first.

    An account that ``leads`` the inspection sees all; an assessor sees their own.
    """
    given = [
        AllocatedReading(task, reader) for task, reader in found.allocated.items() if leads or account.is_named(reader)
    ]
    return sorted(given, key=lambda one: (not account.is_named(one.reader), found.called(one.reader), one.task))
