"""The kinds of marks and bands of a strip chart: what each means, and how it stands out without colour."""

from projections.cases.chart_lanes import Mark
from projections.obligations.derive import Obligation

KINDS = {
    "kept": "Appointment kept",
    "missed": "Appointment missed, not accepted",
    "accepted": "Absence accepted",
    "awaited": "Not recorded or not explained yet",
    "rescheduled": "Rescheduled",
    "other": "Other contact",
    "not_assessed": "Not assessed",
    "low": "Low risk",
    "medium": "Medium risk",
    "high": "High risk",
    "very_high": "Very high risk",
    "assessment": "Assessment",
    "plan": "Plan made",
    "review": "Plan reviewed",
    "risk_plan": "Risk management plan made",
    "risk_review": "Risk management plan reviewed",
    "judged": "Decision on an absence",
    "warning": "Warning",
    "breach": "Breach action",
    "recall": "Recall requested",
    "decided": "Decision of court or on recall",
    "custody": "In custody",
    "countersigned": "Countersigned",
    "oversight": "Oversight recorded",
    "met": "Duty met",
    "met_late": "Duty met late",
    "overdue": "Duty overdue",
    "missed_window": "Duty missed: too few in its time",
    "due": "Duty due",
    "lapsed": "Duty lapsed",
}
"""What each shape means, in the order of the key."""

RANKS = {"overdue": 0, "missed_window": 0, "other": 2}
"""What stands above (0) and below (2) the other marks of its lane (1)."""

BAR = 22
HEIGHTS = {"not_assessed": 12, "low": 6, "medium": 11, "high": 17, "very_high": BAR, "custody": 14}
"""A level is told by its height too: it reads in grey."""


def kind_of(mark: Mark) -> str:
    """Which shape the mark has: a window that was missed is not an appointment that was."""
    return "missed_window" if mark.kind == "missed" and isinstance(mark.about, Obligation) else mark.kind
