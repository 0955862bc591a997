"""What a manager reads before countersigning an assessment: all of it, what changed since the one before, risk and plan."""

import json
from collections.abc import Sequence
from hashlib import sha256
from operator import attrgetter
from typing import NamedTuple

from domain.entries import case_entries
from domain.entries.case_entries import AssessmentCompleted, AssessmentCountersigned, AssessmentReturned, Entry
from domain.entries.schemas import dump_entry
from projections.history.dated_values import Change
from projections.history.history import History
from projections.notices.risk_notices import entitled
from web.recording.entry_check import FieldChange, side_by_side

PLANS = (
    case_entries.SupervisionPlanMade, case_entries.SupervisionPlanReviewed, case_entries.RiskManagementPlanMade,
    case_entries.RiskManagementPlanReviewed,
)  # fmt: skip
"""The entries that say what is planned, of which the last of each type is shown."""


class AssessmentReading(NamedTuple):
    """An assessment as it reads now, with what is read beside it. ``before``: the assessment by the same instrument before it.

    ``signed``: who countersigned it and was entitled to. ``later``: a later assessment by the same instrument.
    """

    assessment: AssessmentCompleted
    before: AssessmentCompleted | None
    changed: Sequence[FieldChange]
    risk: Sequence[Change]
    plans: Sequence[Entry]
    returned: Sequence[AssessmentReturned]
    signed: Sequence[AssessmentCountersigned]
    later: AssessmentCompleted | None


def assessment_reading(history: History, entry: str) -> AssessmentReading | None:
    """The assessment of this id, with the texts that the history has; None where it is not there, or is withdrawn."""
    made = [fact for fact in history.entries if isinstance(fact, AssessmentCompleted)]
    found = next((fact for fact in made if fact.entry == entry), None)
    if found is None:
        return None
    same = [fact for fact in made if fact.instrument == found.instrument]
    at = same.index(found)
    before = same[at - 1] if at else None
    return AssessmentReading(
        found,
        before,
        [row for row in side_by_side(before, found) if row.changed] if before is not None else [],
        history.risk,
        [last for kind in PLANS if (last := max(history.all(kind), key=_BY_DAY, default=None)) is not None],
        sorted((f for f in history.all(AssessmentReturned) if f.assessment == entry), key=attrgetter("recorded_at")),
        signatures(history, found),
        same[-1] if same[-1] is not found else None,
    )


def signatures(history: History, found: AssessmentCompleted) -> list[AssessmentCountersigned]:
    """The countersignatures of an assessment by somebody who may give one."""
    signed = history.all(AssessmentCountersigned)
    return [one for one in signed if one.assessment == found.entry and entitled(one, found)]


def digest_of(fact: Entry) -> str:
    """Tells an entry, as it reads, from any other reading of it; a text is told by its digest where it is sealed."""
    return sha256(json.dumps(dump_entry(fact), sort_keys=True).encode()).hexdigest()[:16]


_BY_DAY = attrgetter("occurred_on", "recorded_at")
