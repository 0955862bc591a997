"""What the follow-up report found under each criterion: its figures, in our own words.

Each finding names its criterion and, where there is one, the question whose figure it gives and the direction of change.
"""

from collections.abc import Mapping, Sequence
from typing import Any

WRITTEN: Sequence[Mapping[str, Any]] = [
    {
        "criterion": "A1",
        "conclusion": True,
        "text": (
            "The area did better against this criterion than in 2004. "
            "Work continued on making data about performance easier to obtain."
        ),
    },
    {
        "criterion": "A2",
        "conclusion": True,
        "text": "The area did better against this criterion than in 2004.",
    },
    {
        "criterion": "A3",
        "conclusion": True,
        "text": "The area's strategies were sound. They had not yet led to better work in every case.",
    },
    {
        "criterion": "A5",
        "conclusion": True,
        "text": "The area had clearly improved on every part of this criterion.",
    },
    {
        "criterion": "B1",
        "question": "interventions-fit-risk-of-harm",
        "text": "The interventions planned suited the risk of harm, as assessed, in 80% of cases.",
    },
    {
        "criterion": "B1",
        "question": "manager-involved-in-assessment",
        "direction": "improved",
        "text": "Managers took part in assessments twice as often as in 2004: the best sign of progress.",
    },
    {
        "criterion": "B1",
        "direction": "deteriorated",
        "text": "Taken as a whole, results under this criterion were a little lower than before.",
    },
    {
        "criterion": "B1",
        "conclusion": True,
        "text": (
            "Better management of the area had begun to improve assessment, but not by enough. "
            "Managers should go on giving it attention in supervision and coaching."
        ),
    },
    {
        "criterion": "B2",
        "question": "likelihood-score-present",
        "direction": "improved",
        "text": "Every case had a score for the likelihood of reoffending, which is better than in 2004.",
    },
    {
        "criterion": "B2",
        "conclusion": True,
        "text": "The area did better against this criterion than in 2004.",
    },
    {
        "criterion": "B3",
        "question": "objectives-smart",
        "direction": "deteriorated",
        "text": (
            "Fewer plans than in 2004 had SMART objectives. "
            "We had not expected this. It was so in all cases, and in those at high risk of harm."
        ),
    },
    {
        "criterion": "B4",
        "question": "record-well-organised",
        "direction": "improved",
        "text": "In 76% of cases the record was complete and in good order; in 2004 the figure was 60%.",
    },
    {
        "criterion": "C1",
        "question": "appointments-sufficiently-frequent",
        "direction": "deteriorated",
        "text": (
            "Appointments were made often enough in 71% of cases. "
            "At high risk of harm the share was lower still, at 55%."
        ),
    },
    {
        "criterion": "C2",
        "question": "plan-reviewed",
        "text": "In 12 cases the plan had never been reviewed.",
    },
    {
        "criterion": "C3",
        "question": "literacy-needs-addressed",
        "direction": "improved",
        "text": "Needs that arise from poor literacy or dyslexia were met markedly better than in 2004.",
    },
    {
        "criterion": "C4",
        "question": "pre-release-work",
        "direction": "improved",
        "text": (
            "Work before release, above all, was much better than in 2004. "
            "In 11 of 15 cases it was satisfactory, which is 73%."
        ),
    },
    {
        "criterion": "C5",
        "question": "sufficient-management-oversight",
        "text": "Managers gave sufficient oversight in no more than 36% of the cases at high risk of harm.",
    },
]
