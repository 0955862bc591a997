"""Case access: which cases an account may open, and on which it may record.

Whoever held a case on the day read may read it as at that day; whoever holds it today may read all of it.
"""

from domain.accounts.roles import Account
from domain.aggregates.inspection import Inspection
from projections.cases.case_reading import Reading
from projections.cases.case_repository import CaseRepository
from projections.history.access_limits import excluded
from projections.history.moment import Moment


def is_closed(repository: CaseRepository, account: Account, reference: str) -> bool:
    """Whether access to the case is limited and this account is excluded."""
    return account.is_shut_out(excluded(repository.history(reference, None)))


def inspected(repository: CaseRepository, account: Account) -> set[str]:
    """The cases of the inspections that the account may read."""
    opened = repository.inspections
    return {case for name in account.inspections if name in opened for case in repository.inspection(name).sample}


def answers_for(repository: CaseRepository, account: Account, reference: str, at: Moment) -> bool:
    """Whether the account answers for the case at a moment: the case is there, and held where the account reaches."""
    history = repository.history(reference, at.known_at)
    return history.started is not None and account.answers_for(history.held_by(at.on))


def given_to_read(repository: CaseRepository, account: Account, reference: str) -> bool:
    """Whether an account has still to read this case for an inspection that an inspector opened."""
    every = (repository.inspection(name) for name in repository.inspections)
    return any(
        found.opened is not None
        and found.opened.opened_as == "hm_inspector"
        and any(case == reference for case, _ in found.to_finish(*account.keys))
        for found in every
    )


def may_open(repository: CaseRepository, account: Account, reading: Reading, today: Reading) -> bool:
    """Whether the account may open this case, read at a moment; ``today`` is the same case as it stands today.

    Whoever has still to read it for an inspection may, its replay included, whatever their area.
    """
    if is_closed(repository, account, reading.reference):
        return False
    if account.inspects:
        return reading.reference in inspected(repository, account)
    if any(account.answers_for(r.holder) for r in (reading, today) if r.history.started is not None):
        return True
    return given_to_read(repository, account, reading.reference)


def may_assess(
    repository: CaseRepository,
    account: Account,
    found: Inspection,
    reading: Reading,
    today: Reading,
    auditor: Account | None,
) -> bool:
    """Whether the account may read this case of an inspection there: one that it may open, or that is given to it to read.

    ``reading``: the case at the inspection's own moment. ``auditor``: the manager whose audit it is, None for an inspection.
    Who opens an audit cannot give anybody a case that they did not answer for themselves on the sample date.
    """
    calibrates = reading.reference in found.calibration.cases
    if is_closed(repository, account, reading.reference) or not (calibrates or reading.reference in found.sample):
        return False
    if may_open(repository, account, reading, today):
        return True
    given = (calibrates and any(map(account.is_named, found.assessors))) or any(
        case == reading.reference and account.is_named(key) for (case, _), key in found.allocated.items()
    )
    return given and reading.has_begun and (auditor is None or auditor.answers_for(reading.holder))


def may_calibrate(repository: CaseRepository, account: Account, reference: str, at: Moment) -> bool:
    """Whether whoever runs an inspection may name this case for calibration: it had begun at the inspection's moment, and is
    not closed to them; a manager answered for it then."""
    history = repository.history(reference, at.known_at)
    begun = history.started is not None and history.started.occurred_on <= at.on
    if not begun or is_closed(repository, account, reference):
        return False
    return account.inspects or answers_for(repository, account, reference, at)


def is_theirs(repository: CaseRepository, account: Account, today: Reading) -> bool:
    """Whether the account answers for this case, read as at today, or inspects it."""
    if account.inspects:
        return today.reference in inspected(repository, account)
    return today.history.started is not None and account.answers_for(today.holder)


def may_record(repository: CaseRepository, account: Account, today: Reading) -> bool:
    """Whether a person may record on this case, read as at today: it is theirs, and their role makes entries."""
    return account.records and is_theirs(repository, account, today)
