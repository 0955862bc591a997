"""Blind reading: the answers of others about a case are hidden from an assessor until their reading of it is finished.

A second reader learns nothing of the first reader's answers until the second reading is finished, on no page and by no
total: neither what they were, nor how many, nor that there are any. A first reader learns nothing of the second one's.
After the freeze no reading goes on, so nothing is hidden any more.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace

from domain.accounts.roles import Account
from domain.aggregates.case_file import CaseFile
from domain.aggregates.inspection import Inspection
from domain.entries.case_entries import EntryCorrected, EntryWithdrawn, QualityJudged
from domain.entries.inspection_entries import reader_of
from projections.cases.case_repository import CaseRepository
from projections.cases.entry_timeline import TimelineEntry


def read_blind(inspection: Inspection, account: Account) -> set[str]:
    """The cases of which an assessor has still to finish the second reading."""
    return {case for case, second in inspection.to_finish(*account.keys) if second}


def to_read(inspection: Inspection, account: Account) -> set[str]:
    """The cases of which an assessor has still to finish a reading, the first or the second."""
    return {case for case, _ in inspection.to_finish(*account.keys)}


def reads_blind(repository: CaseRepository, account: Account) -> bool:
    """Whether an assessor has any reading to finish, so that no total of the whole record may be shown to them."""
    return any(to_read(repository.inspection(name), account) for name in repository.inspections)


def not_yet_shown(repository: CaseRepository, account: Account, reference: str) -> set[str]:
    """The inspections for which an assessor has still to finish a reading of this case, the first or the second."""
    return {name for name in repository.inspections if reference in to_read(repository.inspection(name), account)}


def as_seen(inspection: Inspection, account: Account) -> Inspection:
    """The inspection without the finished readings of others on cases that this assessor has still to read."""
    hidden = to_read(inspection, account)
    if not hidden:
        return inspection
    shown = {
        task: fact
        for task, fact in inspection.completed.items()
        if task[0] not in hidden or account.is_named(reader_of(fact))
    }
    return replace(inspection, completed=shown)


def shown_file(repository: CaseRepository, account: Account, reference: str) -> CaseFile:
    """The file of a case without the answers of others for the inspections that are not yet shown to this assessor.

    ``version`` then counts what is shown.
    """
    file, inspections = repository.file(reference), not_yet_shown(repository, account, reference)
    if not inspections:
        return file
    hidden = _answers(file, lambda answer: answer.inspection in inspections and not account.made(answer))
    shown = {entry: fact for entry, fact in file.entries.items() if entry not in hidden}
    return CaseFile(reference, len(shown), shown)


def before_assessors(file: CaseFile, items: Iterable[TimelineEntry]) -> list[TimelineEntry]:
    """A timeline without the answers given for inspections: what an assessor reads."""
    answers = _answers(file, lambda answer: answer.inspection is not None)
    return [item for item in items if item.fact.entry not in answers]


def _answers(file: CaseFile, which: Callable[[QualityJudged], bool]) -> set[str]:
    """The ids of the answers on a file for which ``which`` is true, and of their corrections and withdrawals."""
    found: set[str] = set()
    for entry, fact in file.entries.items():
        about = fact.of if isinstance(fact, EntryCorrected | EntryWithdrawn) else None
        if about in found or (isinstance(fact, QualityJudged) and which(fact)):
            found.add(entry)
    return found
