"""The kinds of marks and bands of a supervision chart: what each means, and how to tell it without colour."""

from collections.abc import Collection

from projections.cases.chart_lanes import Mark
from projections.obligations.duty_state import Obligation

KINDS = {
    "kept": "Appointment kept",
    "missed": "Appointment missed, not accepted",
    "accepted": "Absence accepted",
    "awaited": "Not recorded or not explained yet",
    "arranged": "Appointment arranged",
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
    "dispensed": "Duty dispensed with",
    "lapsed": "Duty lapsed",
}
"""Kind -> its meaning, in the order of the key."""

RANKS = {"overdue": 0, "missed_window": 0, "other": 2}
"""Kind -> its rank in its lane: drawn above (0) or below (2) the other marks (1)."""

BAR = 22
HEIGHTS = {"not_assessed": 12, "low": 6, "medium": 11, "high": 17, "very_high": BAR, "custody": 14}
"""Kind -> the height of its bar in CSS pixels, by which levels can be told in grey."""


def meaning(kind: str, lanes: Collection[str]) -> str:
    """What a kind means where it is drawn in these lanes: among contacts, a mark without a shape of its own is a contact."""
    return "Other entry" if kind == "other" and set(lanes) != {"Contact"} else KINDS[kind]


def kind_of(mark: Mark) -> str:
    """The kind of shape of a mark. A missed contact window has another shape than a missed appointment."""
    return "missed_window" if mark.kind == "missed" and isinstance(mark.about, Obligation) else mark.kind
