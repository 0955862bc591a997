"""Writing an inspection: its frame and draw, the readings, the ratings of Section A, the findings, the freezing.

The frame of the demonstration holds only the sixty cases, and all of them are drawn. Of Section A the report prints the
rungs; the ratings of the items are chosen so that they give these.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from domain.aggregates.sampling import draw
from domain.entries.inspection_entries import Framed
from web.demo.allocate_findings import Brief
from web.demo.invented_people import AREA, ASSESSORS
from web.demo.published_findings import PublishedSample

LEAD = ASSESSORS[0][0]

SEED = "Gloucestershire"


class _InspectionLines:
    """Writes the lines of an inspection's file."""

    def __init__(self, sample: PublishedSample):
        self.sample = sample
        self.count = 0

    def write(self, entry_type: str, days: int, **fields: Any) -> dict[str, Any]:
        """One entry, this number of days after the sample date."""
        on = self.sample.sample_date + timedelta(days=days)
        hour, minute = divmod(9 * 60 + self.count, 60)
        self.count += 1
        return {
            "inspection": self.sample.inspection,
            "entry": "opened" if self.count == 1 else f"{self.count:04d}",
            "type": entry_type,
            "occurred_on": on.isoformat(),
            "recorded_at": f"{on.isoformat()}T{hour:02d}:{minute:02d}:00+01:00",
            "recorded_by": "information-manager" if self.count == 1 else LEAD,
            **{name: value.isoformat() if isinstance(value, date) else value for name, value in fields.items()},
        }


def write_inspection(sample: PublishedSample, dealt: Sequence[Brief]) -> Iterator[dict[str, Any]]:
    """The file of one inspection, as interchange lines."""
    lines = _InspectionLines(sample)
    write = lines.write
    follows = {"follows": sample.follows} if sample.follows else {}
    yield write(
        "InspectionOpened", 0, title=sample.title, area=AREA, framework="esi-2003",
        cases=[brief.reference for brief in dealt], knowledge="stood",
        evidence="case files and case managers only", **follows,
    )  # fmt: skip
    framed = [
        Framed(
            case=brief.reference,
            stratum="high risk of harm" if brief.high else "not high risk of harm",
            officer=brief.officer.name,
        )
        for brief in dealt
    ]
    yield write(
        "FrameTaken", 0, started_from=sample.starts[0], started_to=sample.starts[1], strata=["risk_of_harm"],
        cases=[{"case": f.case, "stratum": f.stratum, "officer": f.officer} for f in framed],
    )  # fmt: skip
    drawn = draw(framed, len(framed), SEED, method="half_up")
    yield write("SampleDrawn", 0, size=len(framed), seed=SEED, cases=drawn.cases, spares=drawn.spares)
    for name, role in ASSESSORS:
        yield write("AssessorNamed", 0, assessor=name, role=role)
    for brief in dealt:
        yield write("ReadingAllocated", 0, case=brief.reference, assessor=brief.assessor)
        if brief.second_assessor:
            yield write("ReadingAllocated", 0, case=brief.reference, assessor=brief.second_assessor, second=True)
    left_open = {"note": "The paper file was at court all week"} if sample.not_answered else {}
    for brief in dealt:
        waits = sample.not_answered is not None and brief.shows.get(sample.not_answered) is None
        yield write(
            "ReadingCompleted", 5, case=brief.reference, assessor=brief.assessor, **(left_open if waits else {})
        )
        if brief.second_assessor:
            yield write("ReadingCompleted", 5, case=brief.reference, assessor=brief.second_assessor, second=True)
    for criterion, ratings in sample.management.items():
        for item, rating in ratings.items():
            yield write("ManagementRated", 7, criterion=criterion, item=item, rating=rating)
        if not ratings:
            yield write("NotFollowedUp", 7, criterion=criterion, reason="The follow-up left this criterion out")
    for criterion, rung, reason in sample.adjustments:
        yield write("RatingAdjusted", 8, criterion=criterion, to=rung, reason=reason)
    for finding in sample.written:
        yield write("FindingWritten", 14, **finding)
    yield write("InspectionFrozen", 18)
