"""What is hidden while an inspection goes on: the answers of other readers, and from outside all that was recorded for it.

An assessor sees no answer of anybody else about a case until both its readings are finished, on no page and by no total:
neither what was answered, nor how much, nor that there is anything. Of a case of calibration they see none until they have
finished their own. Who does not run an inspection sees nothing that was recorded for it on a case until it is published, so
that nobody learns which cases are in its sample; an assessor sees it on the cases that they read. An audit that a manager
opened is of their own cases and hides nothing so. What somebody told an inspector in an interview stays with those who run the
inspection, also after it is published: it may be the person supervised who said it, of those who work on the case. After the
freeze no reading goes on: among readers nothing is hidden any more.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace

from domain.accounts.roles import Account
from domain.aggregates.case_file import CaseFile
from domain.aggregates.inspection import Inspection
from domain.entries.case_entries import InterviewNoted, about_inspections, is_for_inspection
from domain.entries.entry import Entry
from domain.entries.inspection_entries import reader_of
from projections.cases.case_repository import CaseRepository
from projections.cases.entry_timeline import TimelineEntry


def read_blind(inspection: Inspection, account: Account) -> set[str]:
    """The cases of which an assessor has still to finish the second reading; in a blind inspection, either reading."""
    return {case for case, second in inspection.to_finish(*account.keys) if second or inspection.is_blind}


def to_read(inspection: Inspection, account: Account) -> set[str]:
    """The cases of which an assessor has still to finish a reading, the first or the second or for calibration."""
    return {*(case for case, _ in inspection.to_finish(*account.keys)), *inspection.to_calibrate(*account.keys)}


def reads_blind(repository: CaseRepository, account: Account) -> bool:
    """Whether an assessor has any reading to finish, so that no total of the whole record may be shown to them."""
    return any(to_read(repository.inspection(name), account) for name in repository.inspections)


def not_yet_shown(repository: CaseRepository, account: Account, reference: str) -> set[str]:
    """The inspections for which an assessor has still to finish a reading of this case, the first or the second."""
    return {name for name in repository.inspections if reference in to_read(repository.inspection(name), account)}


def hidden(repository: CaseRepository, account: Account, reference: str) -> set[str]:
    """The inspections of which an account must see nothing yet that others recorded on this case.

    So are those of which an entry cannot be read: nobody can say who has finished what.
    """
    found = {name: repository.inspection(name) for name in repository.inspections}
    hides = {name for name, one in found.items() if _is_hidden(one, name, account, reference)}
    return hides | repository.damaged_inspections.keys()


def _is_hidden(found: Inspection, name: str, account: Account, reference: str) -> bool:
    if found.published is not None or found.opened is None:
        return False
    mine = any(account.is_named(found.allocated.get((reference, second))) for second in (False, True))
    assesses = any(map(account.is_named, found.assessors))
    if not account.runs(name, found.opened.recorded_by):
        theirs = assesses and (mine or reference in found.calibration.cases)
        if found.is_hidden and not theirs:
            return True
        if not assesses:
            return False
    if found.frozen is not None:
        return reference in to_read(found, account)
    if reference in found.to_calibrate(*account.keys):
        return True
    unfinished = any((reference, second) in found.allocated.keys() - found.completed.keys() for second in (False, True))
    return mine and unfinished


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
    read = {
        one: fact
        for one, fact in inspection.calibration.read.items()
        if one[0] not in hidden or account.is_named(one[1])
    }
    return replace(inspection, completed=shown, calibration=replace(inspection.calibration, read=read))


def shown_file(repository: CaseRepository, account: Account, reference: str) -> CaseFile:
    """The file of a case without what is ``hidden`` from an account; ``version`` then counts what is shown."""
    return without_hidden(repository, account, repository.file(reference))


def without_hidden(repository: CaseRepository, account: Account, file: CaseFile) -> CaseFile:
    """A file without what is ``hidden`` from an account, and without interviews that are not theirs to read; ``version`` then
    counts what is shown."""
    inspections = hidden(repository, account, file.reference)

    def is_kept_from_them(fact: Entry, name: str) -> bool:
        theirs = name in inspections or (
            isinstance(fact, InterviewNoted) and _keeps_interviews(repository, account, name)
        )
        return theirs and not account.made(fact)

    left_out = _recorded_for(file, is_kept_from_them)
    if not left_out:
        return file
    shown = {entry: fact for entry, fact in file.entries.items() if entry not in left_out}
    return CaseFile(file.reference, len(shown), shown)


def _keeps_interviews(repository: CaseRepository, account: Account, name: str) -> bool:
    """Whether the interviews of an inspection are kept from an account: one of inspectors, which it does not run."""
    found = repository.inspection(name) if name in repository.inspections else None
    if found is None or found.opened is None:
        return False
    return found.is_inspectors_own and not account.runs(name, found.opened.recorded_by)


def before_assessors(file: CaseFile, items: Iterable[TimelineEntry]) -> list[TimelineEntry]:
    """A timeline without what was recorded for inspections: what an assessor reads."""
    left_out = _recorded_for(file, lambda fact, name: True)
    return [item for item in items if item.fact.entry not in left_out]


def _recorded_for(file: CaseFile, which: Callable[[Entry, str], bool]) -> set[str]:
    """The ids of the entries of a file that name an inspection and for which ``which`` is true, and of entries about them."""
    return about_inspections(
        file.entries.values(), lambda fact: is_for_inspection(fact) and which(fact, getattr(fact, "inspection", ""))
    )
