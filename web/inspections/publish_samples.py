"""Publishing the inspections of the samples once they are in a record: their sheets are then open to all readers.

A publication says how far the record went, so it cannot stand in the files of the samples.
"""

from datetime import UTC, datetime, time, timedelta

from domain.entries.schemas import load_entry
from domain.store.application import Files
from projections.cases.case_repository import CaseRepository
from projections.inspections.sample_scores import score_before
from web.demo.demo_mark import ACTOR
from web.demo.inspection_file import LEAD
from web.demo.published_findings import FOLLOW_UP, ORIGINAL
from web.demo.unit_2024 import unit_inspection
from web.demo.unit_2024.unit_people import LEAD as LEADS_UNIT
from web.inspections.publication import publish


def publish_unit(files: Files, now: datetime) -> None:
    """Publish the inspection of the second demonstration on its day, and issue its erratum; nothing where both are there."""
    found = CaseRepository(files).inspection(unit_inspection.NAME)
    if found.published is None:
        at = datetime.combine(unit_inspection.PUBLISHED, time(11), UTC)
        lead = LEADS_UNIT.id
        publish(
            CaseRepository(files), unit_inspection.NAME, None, entry="published", by=lead, actor=ACTOR, at=at, now=now
        )
    files.record(
        unit_inspection.NAME, [load_entry("ErratumIssued", unit_inspection.ERRATUM_ISSUED)], actor=ACTOR, now=now
    )


def publish_samples(files: Files, now: datetime) -> int:
    """Publish the inspections of the samples, an hour after they were frozen; return how many were not published yet."""
    book, published = CaseRepository(files), 0
    for sample in (ORIGINAL, FOLLOW_UP):
        found = book.inspection(sample.inspection)
        if found.published is not None or found.frozen is None:
            continue
        out = publish(
            book, sample.inspection, score_before(book, sample.inspection), entry="published", by=LEAD, actor=ACTOR,
            at=found.frozen.recorded_at + timedelta(hours=1), now=now,
        )  # fmt: skip
        published += out is not None
    return published
