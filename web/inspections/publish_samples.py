"""Publishing the inspections of the samples once they are in a record: their sheets are then open to all readers.

A publication says how far the record went, so it cannot stand in the files of the samples.
"""

from datetime import datetime, timedelta

from domain.store.application import Files
from projections.cases.case_repository import CaseRepository
from projections.inspections.sample_scores import score_before
from web.demo.demo_mark import ACTOR
from web.demo.inspection_file import LEAD
from web.demo.published_findings import FOLLOW_UP, ORIGINAL
from web.inspections.publication import publish


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
