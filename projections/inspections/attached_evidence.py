"""The files attached to the readings of a case."""

from domain.aggregates.amendments import withdrawn
from domain.aggregates.case_file import CaseFile
from domain.entries.case_entries import EvidenceAttached


def attached_to(inspection: str, file: CaseFile) -> list[EvidenceAttached]:
    """The files attached for an inspection, as far as ``file`` shows their entries; those that were withdrawn are left out."""
    gone = withdrawn(file.entries.values())
    return [
        fact
        for fact in file.entries.values()
        if isinstance(fact, EvidenceAttached) and fact.inspection == inspection and fact.entry not in gone
    ]
