"""What the follow-up report says under each criterion, word for word but for a sentence left out here and there.

Each with the question whose figure it speaks of and the direction that it names, where there is one.
"""

from collections.abc import Mapping, Sequence
from typing import Any

WRITTEN: Sequence[Mapping[str, Any]] = [
    {
        "criterion": "A1",
        "conclusion": True,
        "text": (
            "We assessed the area as demonstrating improved performance in relation to the criterion. "
            "Further work was underway to improve access to performance monitoring data."
        ),
    },
    {
        "criterion": "A2",
        "conclusion": True,
        "text": "We assessed the area as demonstrating improved performance in relation to the criterion.",
    },
    {
        "criterion": "A3",
        "conclusion": True,
        "text": (
            "We assessed that the area had appropriate strategies in place, but that these had yet to follow "
            "through and impact on performance in all cases."
        ),
    },
    {
        "criterion": "A5",
        "conclusion": True,
        "text": "We assessed that the area had made good progress against all aspects of the criterion.",
    },
    {
        "criterion": "B1",
        "question": "interventions-fit-risk-of-harm",
        "text": (
            "There was a close fit between the interventions planned and the assessed level of risk of harm "
            "in 80% of cases."
        ),
    },
    {
        "criterion": "B1",
        "question": "manager-involved-in-assessment",
        "direction": "improved",
        "text": (
            "Most encouraging was the increased level of manager involvement in assessment; this was now "
            "evident in twice as many cases as before."
        ),
    },
    {
        "criterion": "B1",
        "direction": "deteriorated",
        "text": "Performance had deteriorated slightly in relation to the whole criterion.",
    },
    {
        "criterion": "B1",
        "conclusion": True,
        "text": (
            "The progress evidenced in all aspects of the management of the area had had some positive "
            "impact on performance but, as yet, not sufficient. The focus on assessment in coaching and "
            "supervision needed to continue."
        ),
    },
    {
        "criterion": "B2",
        "question": "likelihood-score-present",
        "direction": "improved",
        "text": "There was a likelihood of reoffending score in all cases. This was a positive improvement.",
    },
    {
        "criterion": "B2",
        "conclusion": True,
        "text": "We assessed the area as demonstrating improved performance in relation to the criterion.",
    },
    {
        "criterion": "B3",
        "question": "objectives-smart",
        "direction": "deteriorated",
        "text": (
            "Surprisingly, objectives in plans were less likely to be SMART than previously in both the "
            "overall sample and the high risk of harm cases."
        ),
    },
    {
        "criterion": "B4",
        "question": "record-well-organised",
        "direction": "improved",
        "text": (
            "Case records were well organised and complete in 76% of cases, an improvement on the figure of "
            "60% in the original inspection."
        ),
    },
    {
        "criterion": "C1",
        "question": "appointments-sufficiently-frequent",
        "direction": "deteriorated",
        "text": (
            "Appointments made were sufficiently frequent in 71% of cases, and an even lower figure of 55% "
            "was achieved with high risk of harm cases."
        ),
    },
    {
        "criterion": "C2",
        "question": "plan-reviewed",
        "text": "There were no reviews at all in 12 cases.",
    },
    {
        "criterion": "C3",
        "question": "literacy-needs-addressed",
        "direction": "improved",
        "text": (
            "There had been a particular improvement in offenders' literacy and dyslexia needs being "
            "properly addressed."
        ),
    },
    {
        "criterion": "C4",
        "question": "pre-release-work",
        "direction": "improved",
        "text": (
            "The quality of pre-release work in particular had much improved. On this occasion it was "
            "assessed as satisfactory in 73% (11 of the 15 cases inspected)."
        ),
    },
    {
        "criterion": "C5",
        "question": "sufficient-management-oversight",
        "text": (
            "There was sufficient management oversight of the supervision of the offender in only 36% of the "
            "high risk of harm cases."
        ),
    },
]
