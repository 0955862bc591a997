"""What the inspectors found in each sample: for each question (sufficient, relevant), in all and at high risk of harm.

Figures that the report (HM Inspectorate of Probation, 2006) prints are the report's. The others are chosen so that the
criteria get their printed scores and the report's comparisons hold ("twice as many", "slightly worse").
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from web.demo.report_texts import WRITTEN


@dataclass(frozen=True)
class Finding:
    sufficient: int
    relevant: int
    high_sufficient: int
    high_relevant: int


@dataclass(frozen=True)
class PublishedSample:
    """One inspection's sample: 60 cases, of which ``high`` are at high risk of harm on the sample date."""

    inspection: str
    title: str
    sample_date: date
    starts: tuple[date, date]
    until: date
    """The file is written up to this day. Orders that last longer stay open."""
    days: tuple[int, ...]
    """The possible lengths of an order or licence, in days."""
    follows: str | None
    orders: dict[str, int]
    high: int
    without_assessment: int
    without_likelihood: int
    without_plan: int
    without_review: int
    not_answered: str | None
    findings: dict[str, Finding]
    management: Mapping[str, Mapping[str, str]]
    """Section A: criterion -> item -> rating. A criterion without ratings was not followed up."""
    adjustments: Sequence[tuple[str, str, str]] = ()
    """Adjustments of Section A: (criterion, rung, reason)."""
    written: Sequence[Mapping[str, Any]] = ()
    """The report's findings in our own words, as in ``FindingWritten``."""


def _findings(table: str) -> dict[str, Finding]:
    rows = (line.split() for line in table.strip().splitlines())
    return {question: Finding(*map(int, counts)) for question, *counts in rows}


# question                                sufficient  relevant  and at high risk of harm
_FOLLOW_UP = """
risk-of-harm-assessed-at-start            56 60  10 11
risk-of-harm-assessed-on-time             33 60   5 11
risk-of-harm-assessment-quality           40 60   6 11
risk-of-harm-sources                      26 60   4 11
specialist-tool-used                       5 20   1  6
interventions-fit-risk-of-harm            48 60   8 11
manager-involved-in-assessment            22 60   4 11
risk-of-harm-reviewed                     26 60   6 11
likelihood-score-present                  60 60  11 11
likelihood-score-on-time                  47 60   8 11
initial-plan-on-time                      36 60   7 11
initial-plan-satisfactory                 31 60   7 11
objectives-smart                          17 60   3 11
appropriate-interventions-planned         36 60   8 11
plan-sensitive-to-diversity               25 60   6 11
plan-takes-account                        28 60   5 11
record-well-organised                     45 59   8 11
documents-present                         44 60   8 11
appointments-sufficiently-frequent        39 55   6 11
absences-judged-appropriately             26 34   5  7
absences-followed-up                      29 34   6  7
breach-or-recall-on-time                  13 25   3  6
plan-reviewed                             30 55   6 11
review-content-sufficient                 27 55   5 11
liaison-with-others                       18 30   5  8
interventions-delivered                   29 60   5 11
victim-issues-addressed                   22 44   5 10
work-prioritised                          27 60   5 11
contacts-recorded                         30 60   5 11
programme-started                          6 14   1  3
literacy-needs-addressed                  14 16   2  3
diversity-arrangements                    17 24   3  4
methods-considered                        45 60   8 11
pre-release-work                          11 15   3  4
child-protection-involvement               8 12   3  6
interventions-appropriate-to-risk         44 60   7 11
change-in-risk-dealt-with                  3 10   1  5
risk-management-plan-on-time               6 11   6 11
risk-management-plan-executed              4 11   4 11
risk-management-plan-reviewed              3  8   3  8
mappa-reviews-kept                         4  9   3  8
sufficient-management-oversight            4 11   4 11
"""

_ORIGINAL = """
risk-of-harm-assessed-at-start            54 60  11 12
risk-of-harm-assessed-on-time             27 60   5 12
risk-of-harm-assessment-quality           34 60   6 12
risk-of-harm-sources                      20 60   4 12
specialist-tool-used                       4 20   1  6
interventions-fit-risk-of-harm            44 60   8 12
manager-involved-in-assessment            11 60   6 12
risk-of-harm-reviewed                     20 60   4 12
likelihood-score-present                  54 60  11 12
likelihood-score-on-time                  41 60   8 12
initial-plan-on-time                      35 60   6 12
initial-plan-satisfactory                 30 60   4 12
objectives-smart                          21 60   4 12
appropriate-interventions-planned         40 60   5 12
plan-sensitive-to-diversity               30 60   4 12
plan-takes-account                        35 60   6 12
record-well-organised                     36 60   7 12
documents-present                         47 60   9 12
appointments-sufficiently-frequent        43 55   7 12
absences-judged-appropriately             26 30   6  7
absences-followed-up                      26 30   6  7
breach-or-recall-on-time                  13 20   3  5
plan-reviewed                             26 55   5 12
review-content-sufficient                 22 55   4 12
liaison-with-others                       15 30   4  8
interventions-delivered                   42 60   8 12
victim-issues-addressed                   23 44   5 10
work-prioritised                          42 60   8 12
contacts-recorded                         41 60   8 12
programme-started                          8 12   2  3
literacy-needs-addressed                  12 16   2  3
diversity-arrangements                    24 27   4  5
methods-considered                        48 60   9 12
pre-release-work                           1 10   0  3
child-protection-involvement               9 12   4  6
interventions-appropriate-to-risk         49 60   9 12
change-in-risk-dealt-with                  5 10   2  5
risk-management-plan-on-time               7 12   7 12
risk-management-plan-executed              6 12   6 12
risk-management-plan-reviewed              4  8   4  8
mappa-reviews-kept                         5  8   4  7
sufficient-management-oversight            6 12   6 12
"""

ORIGINAL = PublishedSample(
    inspection="gloucestershire-2004",
    title="Effective Supervision Inspection of Gloucestershire, October 2004",
    sample_date=date(2004, 10, 4),
    starts=(date(2003, 12, 4), date(2004, 1, 5)),
    until=date(2005, 2, 28),
    days=(365, 372, 396, 410),
    follows=None,
    orders={
        "licence": 10,
        "community_punishment_order": 5,
        "community_punishment_and_rehabilitation_order": 9,
        "community_rehabilitation_order": 36,
    },
    high=12,
    without_assessment=6,
    without_likelihood=6,
    without_plan=3,
    without_review=16,
    not_answered=None,
    findings=_findings(_ORIGINAL),
    management={
        "A1": {"targets": "good", "policies": "satisfactory", "commitment": "satisfactory"},
        "A2": {"strategy": "satisfactory", "performance": "good", "value-for-money": "satisfactory"},
        "A3": {"planning": "good", "delivery": "satisfactory"},
        "A4": {"partnership": "strong", "contracting": "strong"},
        "A5": {"quality": "good", "proactive": "satisfactory", "reports": "satisfactory"},
    },
    adjustments=[
        (
            "A4",
            "Satisfactorily met",
            "Two items are too few for a majority beside others; the rung is the report's own",
        ),
    ],
)

FOLLOW_UP = PublishedSample(
    inspection="gloucestershire-2005",
    title="Follow-up inspection of Gloucestershire, October 2005",
    sample_date=date(2005, 10, 3),
    starts=(date(2005, 4, 4), date(2005, 5, 3)),
    until=date(2005, 12, 23),
    days=(365, 456, 547, 730),
    follows="gloucestershire-2004",
    orders={
        "licence": 15,
        "community_punishment_order": 5,
        "community_punishment_and_rehabilitation_order": 8,
        "community_order": 6,
        "suspended_sentence_order": 2,
        "community_rehabilitation_order": 24,
    },
    high=11,
    without_assessment=4,
    without_likelihood=0,
    without_plan=2,
    without_review=12,
    not_answered="record-well-organised",
    findings=_findings(_FOLLOW_UP),
    management={
        "A1": {"targets": "strong", "policies": "good", "commitment": "strong"},
        "A2": {"strategy": "strong", "performance": "strong", "value-for-money": "satisfactory"},
        "A3": {"planning": "good", "delivery": "satisfactory"},
        "A4": {},
        "A5": {"quality": "strong", "proactive": "strong", "reports": "very_strong"},
    },
    written=WRITTEN,
)
