"""What is to be done on a case, told from its snapshot, rule by rule: the columns must say the same."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import NamedTuple

from domain.calendar.workdays import working_days_between
from projections.cases.case_snapshot import CaseSnapshot
from projections.cases.caseload import outstanding

MANAGERS = ("assessment-countersigned", "management-oversight", "absence-decision")
"""The clauses whose duties are a manager's own."""

NOTICES = {
    "not-countersigned-since": "yours", "signed-by-someone-not-entitled": "yours", "no-officer": "yours",
    "whereabouts-no-action": "clock", "breach-undecided": "", "appointment-without-naming": "recording",
    "custody-without-end": "recording", "released-after-end": "recording",
}  # fmt: skip


class Told(NamedTuple):
    """An item of a case: the id of its clause or notice, its day, its band, whose it is, and who sees it on their list."""

    reference: str
    what: str
    due_on: date
    band: str
    managers: bool
    for_manager: bool
    for_officer: bool


def told(cases: Iterable[CaseSnapshot]) -> list[Told]:
    """Every item of these cases, in no order."""
    return [item for case in cases for item in (*_duties(case), *_notices(case))]


def _duties(case: CaseSnapshot) -> Iterator[Told]:
    for line in outstanding(case):
        duty, day = line.obligation, case.day
        overdue, soon = line.state == "overdue", duty.due_on <= day + timedelta(days=7)
        mine = duty.clause.id in MANAGERS
        waits = duty.clause.id in ("assessment-countersigned", "absence-decision")
        if not (overdue or soon or waits):
            continue
        arranged = (
            not overdue and duty.met_on is not None and case.moment.known_at is not None and duty.met_on <= duty.due_on
        )
        clock = duty.clause.subject == "enforcement"
        yield _item(
            case, duty.clause.id, duty.due_on, overdue=overdue, left=line.days_left, mine=mine, clock=clock,
            recording=duty.clause.subject == "recording", waits=waits, soon=soon, arranged=arranged,
        )  # fmt: skip


def _notices(case: CaseSnapshot) -> Iterator[Told]:
    owed = {one.obligation.raised_by for one in outstanding(case) if one.clause.id == "assessment-countersigned"}
    for notice in case.noticed:
        kind = NOTICES.get(notice.notice)
        if kind is None or (kind == "yours" and notice.entry is not None and notice.entry in owed):
            continue
        left = working_days_between(case.day, notice.begins_on)
        yield _item(
            case, notice.notice, notice.begins_on, overdue=True, left=left, mine=kind == "yours", clock=kind == "clock",
            recording=kind == "recording", waits=False, soon=False, arranged=False,
        )  # fmt: skip


def _item(
    case: CaseSnapshot, what: str, due_on: date, *, overdue: bool, left: int, mine: bool, clock: bool, recording: bool,
    waits: bool, soon: bool, arranged: bool,
) -> Told:  # fmt: skip
    band = _band(case, overdue=overdue, left=left, clock=clock, recording=recording)
    folded = case.has_ended or arranged or (band != "a" and (case.day - due_on).days > 365)
    pressing = overdue or (clock and left <= 2)
    return Told(
        case.reference, what, due_on, band, mine, not folded and (pressing or (mine and (waits or soon))),
        not folded and not mine and (overdue or soon),
    )  # fmt: skip


def _band(case: CaseSnapshot, *, overdue: bool, left: int, clock: bool, recording: bool) -> str:
    risk, mappa = case.spell.risk, case.spell.mappa_level or 0
    if overdue and (risk in (None, "very_high") or mappa == 3):
        return "a"
    if clock and (overdue or left <= 2):
        return "b"
    if recording:
        return "e"
    return "c" if risk in ("high", "very_high") or mappa >= 2 else "d"
