"""What a manager reads before countersigning an assessment: all of it, what changed since the one before, risk and plan."""

import json
from collections.abc import Sequence
from hashlib import sha256
from operator import attrgetter
from typing import Any, NamedTuple

from domain.entries.case_entries import AssessmentCompleted, AssessmentCountersigned, AssessmentReturned, Entry
from domain.entries.entry_words import field_titles
from domain.entries.references import reference_fields
from domain.entries.schemas import dump_entry
from projections.cases.last_plans import last_plans
from projections.history.dated_values import Change
from projections.history.history import History
from projections.notices.risk_notices import entitled
from web.presentation.fact_words import COMMON_FIELDS, cell_words, value_words
from web.recording.entry_check import FieldChange, side_by_side


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
        [row for row in side_by_side(before, found)[1:] if row.changed],
        history.risk,
        last_plans(history),
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


def rows_of(fact: Entry) -> list[tuple[str, str]]:
    """An entry in rows of a field and its value: each part of a group by itself, each objective in its words, no ids."""
    titles, named = field_titles(type(fact)), reference_fields(type(fact))
    unsaid = {*COMMON_FIELDS, *(name for name, _, _ in named), *(name for name in titles if name.endswith("_id"))}
    values = ((name, value) for name, value in dump_entry(fact).items() if name not in unsaid)
    return [row for name, value in values for row in _rows(titles[name], value)]


def _rows(title: str, value: Any) -> list[tuple[str, str]]:
    if isinstance(value, dict):
        return [(f"{title}: {name.replace('_', ' ')}", cell_words(part)) for name, part in value.items()]
    if isinstance(value, list) and value and isinstance(value[0], dict):
        one = title.removesuffix("s")
        return [(f"{one} {number}", _objective(part)) for number, part in enumerate(value, 1)]
    return [(title, cell_words(value))]


def _objective(part: dict[str, Any]) -> str:
    said = [str(part.get("text", "")), "SMART" if part.get("smart") else "not SMART"]
    return "; ".join([*said, *([f"for {value_words(part['factor'])}"] if part.get("factor") else [])])
