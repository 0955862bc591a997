"""Blind reading: the answers of others about a case are hidden from an assessor until their reading of it is finished.

A second reader sees none of the first reader's answers, on any page, until the second reading is finished.
"""

from collections.abc import Callable, Iterable

from domain.aggregates.case_file import CaseFile
from domain.aggregates.inspection import Inspection
from domain.entries.case_entries import Entry, EntryCorrected, EntryWithdrawn, QualityJudged
from projections.cases.case_repository import CaseRepository
from projections.cases.entry_timeline import TimelineEntry


def read_blind(inspection: Inspection, assessor: str) -> set[str]:
    """The cases of which an assessor has still to finish the second reading."""
    return {case for case, second in inspection.to_finish(assessor) if second}


def not_yet_shown(repository: CaseRepository, assessor: str, reference: str) -> set[str]:
    """The inspections for which an assessor has still to finish a reading of this case, the first or the second."""
    found = {name: repository.inspection(name) for name in repository.inspections}
    return {name for name, one in found.items() if any(case == reference for case, _ in one.to_finish(assessor))}


def shown_file(repository: CaseRepository, assessor: str, reference: str) -> CaseFile:
    """The file of a case without the answers of others for the inspections that are not yet shown to this assessor."""
    file, inspections = repository.file(reference), not_yet_shown(repository, assessor, reference)
    if not inspections:
        return file
    hidden = _answers(file, lambda answer: answer.inspection in inspections and answer.by != assessor)
    return CaseFile(
        reference, file.version, {entry: fact for entry, fact in file.entries.items() if entry not in hidden}
    )


def before_assessors(file: CaseFile, items: Iterable[TimelineEntry]) -> list[TimelineEntry]:
    """A timeline without the answers given for inspections: what an assessor reads."""
    answers = _answers(file, lambda answer: answer.inspection is not None)
    return [item for item in items if item.fact.entry not in answers]


def recorded_meanwhile(file: CaseFile, seen: int, shown: Iterable[str]) -> list[Entry]:
    """The entries stored after the first ``seen``, of those ``shown``: the entries that the reader of a form has not seen."""
    visible = set(shown)
    return [fact for fact in file.since(seen) if fact.entry in visible]


def _answers(file: CaseFile, which: Callable[[QualityJudged], bool]) -> set[str]:
    """The ids of the answers on a file for which ``which`` is true, and of their corrections and withdrawals."""
    found: set[str] = set()
    for entry, fact in file.entries.items():
        about = fact.of if isinstance(fact, EntryCorrected | EntryWithdrawn) else None
        if about in found or (isinstance(fact, QualityJudged) and which(fact)):
            found.add(entry)
    return found
