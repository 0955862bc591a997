"""What those who work on a case say to how it was read: their replies, and what is to be learned."""

from collections.abc import Sequence
from typing import NamedTuple

from domain.aggregates.case_file import CaseFile
from domain.entries.case_entries import EvidenceAttached, LearningPointNoted, ReadingReplied
from domain.entries.inspection_entries import InspectionOpened
from domain.policy.frameworks.framework import Framework
from projections.cases.case_repository import CaseRepository
from projections.inspections.attached_evidence import attached_to
from projections.inspections.inspection_access import kind_of


class OpenReading(NamedTuple):
    """A reading of a case that those who work on it may see: of which inspection, and what was said to it.

    ``framework``: None where its policy cannot be used.
    """

    name: str
    opened: InspectionOpened
    framework: Framework | None
    replies: Sequence[ReadingReplied]
    points: Sequence[LearningPointNoted]
    attached: Sequence[EvidenceAttached]


def open_readings(book: CaseRepository, file: CaseFile) -> list[OpenReading]:
    """The readings of a case that may be replied to, the latest first: of published inspections, and of audits once finished.

    ``file``: the case as far as its reader may see it, with its texts.
    """
    found = []
    for name, opened in book.inspections.items():
        one = book.inspection(name)
        finished = (
            kind_of(opened) == "audit"
            and opened.opened_as != "hm_inspector"
            and (file.reference, False) in one.completed
        )
        if file.reference in one.sample and (one.published is not None or finished):
            named = [fact for fact in file.entries.values() if getattr(fact, "inspection", None) == name]
            replies = [fact for fact in named if isinstance(fact, ReadingReplied)]
            points = [fact for fact in named if isinstance(fact, LearningPointNoted)]
            found.append(
                OpenReading(
                    name,
                    opened,
                    one.framework if one.unusable is None else None,
                    replies,
                    points,
                    attached_to(name, file),
                )
            )
    return found
