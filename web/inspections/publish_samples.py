"""Publishing the inspections of the samples once they are in a record: their sheets are then open to all readers.

A publication says how far the record went, so it cannot stand in the files of the samples.
"""

from datetime import UTC, datetime, time, timedelta

from domain.entries.inspection_entries import InspectionPublished
from domain.entries.schemas import load_entry
from domain.store.application import Files
from projections.cases.case_repository import CaseRepository
from projections.inspections.sample_scores import score_before
from web.demo.demo_mark import ACTOR
from web.demo.inspection_file import LEAD
from web.demo.published_findings import FOLLOW_UP, ORIGINAL
from web.demo.unit_2024 import unit_inspection
from web.demo.unit_2024.unit_people import LEAD as LEADS_UNIT
from web.inspections.publication import NotMade, publish
from web.presentation.pdf_writer import NoPdf


def publish_unit(files: Files, now: datetime) -> None:
    """Publish the inspection of the second demonstration on its day, and issue its erratum; nothing where both are there."""
    found = CaseRepository(files).inspection(unit_inspection.NAME)
    if found.published is None:
        at = datetime.combine(unit_inspection.PUBLISHED, time(11), UTC)
        _publish(CaseRepository(files), unit_inspection.NAME, at, now, by=LEADS_UNIT.id)
    files.record(
        unit_inspection.NAME, [load_entry("ErratumIssued", unit_inspection.ERRATUM_ISSUED)], actor=ACTOR, now=now
    )


def publish_samples(files: Files, now: datetime) -> int:
    """Publish the inspections of the samples, an hour after they were frozen; return how many were not published yet.

    Where this machine can make no PDF, they are published without.
    """
    book, published = CaseRepository(files), 0
    for sample in (ORIGINAL, FOLLOW_UP):
        found = book.inspection(sample.inspection)
        if found.published is not None or found.frozen is None:
            continue
        at = found.frozen.recorded_at + timedelta(hours=1)
        published += _publish(book, sample.inspection, at, now, by=LEAD) is not None
    return published


def _publish(book: CaseRepository, name: str, at: datetime, now: datetime, *, by: str) -> InspectionPublished | None:
    def publish_without(forms: tuple[str, ...]) -> InspectionPublished | None:
        return publish(
            book, name, score_before(book, name), entry="published", by=by, actor=ACTOR, at=at, now=now, leaving_out=forms
        )  # fmt: skip

    try:
        return publish_without(())
    except NotMade as error:
        if not isinstance(error.__cause__, NoPdf):
            raise
        return publish_without((error.form,))
