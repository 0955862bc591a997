"""Publishing the inspections of the samples once they are in a record: their sheets are then open to all readers.

A publication says how far the record went, so it cannot stand in the files of the samples.
"""

from datetime import timedelta

from domain.entries.schemas import load_entry
from domain.store.application import Files
from projections.cases.case_repository import CaseRepository
from projections.inspections.published_figures import published_fields
from web.demo.demo_mark import ACTOR
from web.demo.inspection_file import LEAD
from web.demo.published_findings import FOLLOW_UP, ORIGINAL


def publish_samples(files: Files) -> int:
    """Publish the inspections of the samples, an hour after they were frozen; return how many were not published yet."""
    book, published = CaseRepository(files), 0
    for sample in (ORIGINAL, FOLLOW_UP):
        found = book.inspection(sample.inspection)
        if found.published is not None or found.frozen is None:
            continue
        at = found.frozen.recorded_at + timedelta(hours=1)
        said = {
            "entry": "published",
            "occurred_on": at.date().isoformat(),
            "recorded_at": at.isoformat(),
            "recorded_by": LEAD,
        }
        fact = load_entry("InspectionPublished", {**said, **published_fields(book, sample.inspection)})
        published += len(files.record(sample.inspection, [fact], actor=ACTOR))
    return published
