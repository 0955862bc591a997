"""Rows of the desk as answers give them."""

from collections.abc import Mapping
from typing import Any

from domain.aggregates.other_file_ids import file_named
from domain.calendar.london_time import day_of
from projections.cases.asked_back import AskedBack
from projections.cases.case_visits import Visit
from projections.cases.caseload import DutyLine, LateLine, NoticeLine
from projections.ledger.ledger import NoticeRow
from projections.lists.todo_lines import TodoBlock, TodoLine
from projections.notices.notice_kinds import NOTICES
from web.api.case_facts import case_facts
from web.api.desk_schemas import BAND
from web.api.given_duties import duty_facts
from web.desk.todo_page import arranged_for
from web.presentation.duty_sentences import duty_sentence
from web.presentation.fact_words import type_title
from web.presentation.outcome_words import outcome_words
from web.services import current_cases
from web.services.asked_of_reader import assessment_of, returned_said
from web.site import access_control

Names = Mapping[str, str]


def own_entry(entry: str | None) -> str | None:
    """The id of an entry of the case's own file; None for one of another file of the person."""
    return None if entry is None or file_named(entry) is not None else entry


def notice_facts(row: NoticeRow) -> dict[str, Any]:
    """The fields of ``NoticeFactsSchema``."""
    kind = NOTICES[row.notice]
    return {"notice": kind.id, "title": kind.title, "says": kind.says, "since": row.begins_on}


def todo_line(line: TodoLine) -> dict[str, Any]:
    """The fields of ``TodoLineSchema``."""
    duty, notice, assessment = line.obligation, line.notice, assessment_of(line.obligation, line.notice)
    raised = duty.raised_by if duty is not None else notice.entry if notice is not None else None
    return {
        "kind": line.kind, "says": _says(line), "due_on": line.due_on, "days_left": line.days_left, "overdue": line.overdue,
        "managers": line.managers, "arranged_on": arranged_for(line),
        "duty": None if duty is None else duty_facts(duty, line.case.day),
        "notice": None if notice is None else notice_facts(notice), "entry": own_entry(raised),
        "returned": returned_said(line.case.reference, assessment) if assessment else "",
    }  # fmt: skip


def _says(line: TodoLine) -> str:
    if line.obligation is None:
        return line.told.says if line.told is not None else ""
    moment = current_cases.moment().as_recorded
    history = current_cases.repository().history(line.case.reference, moment.known_at)
    return duty_sentence(line.obligation, moment.on, history=history, arranged_on=arranged_for(line)).text


def todo_block(part: str, block: TodoBlock, names: Names) -> dict[str, Any]:
    """The fields of ``TodoBlockSchema``."""
    return case_facts(block.case, names[block.case.reference]) | {
        "part": part, "band": BAND[block.band], "band_says": block.band_word, "review_due_on": block.review_due_on,
        "missed": block.missed, "lines": [todo_line(line) for line in block.lines],
    }  # fmt: skip


def list_row(line: DutyLine | NoticeLine | LateLine, names: Names) -> dict[str, Any]:
    """The fields of ``DutyLineSchema``, ``NoticeLineSchema`` or ``RecordedLateSchema``."""
    facts = case_facts(line.case, names[line.case.reference])
    if isinstance(line, DutyLine):
        return facts | {"duty": duty_facts(line.obligation, line.case.day), "days_left": line.days_left}
    if isinstance(line, NoticeLine):
        return facts | {"notice": notice_facts(line.notice), "entry": own_entry(line.notice.entry)}
    late = line.recorded
    return facts | {
        "entry": late.entry, "type": late.type, "title": type_title(late.type), "occurred_on": late.occurred_on,
        "recorded_on": late.recorded_on, "working_days_late": late.working_days,
    }  # fmt: skip


def visit_answer(visit: Visit, names: Names) -> dict[str, Any]:
    """The fields of ``DiaryVisitSchema``."""
    made, known = visit.made, visit.appointment
    return {
        "case": visit.reference, "name": names[visit.reference], "entry": made.entry, "on": made.for_on, "time": made.for_time,
        "contact_type": made.contact_type, "outcome": known.outcome, "acceptable": known.acceptable,
        "known": outcome_words(known.outcome, known.acceptable),
    }  # fmt: skip


def returned_answer(one: AskedBack, names: Names) -> dict[str, Any]:
    """The fields of ``ReturnedSchema``."""
    return {
        "case": one.reference, "name": names[one.reference], "assessment": one.assessment.entry,
        "assessed_on": one.assessment.occurred_on, "returned_on": day_of(one.returned.recorded_at),
        "by": access_control.recorder_name(one.returned.recorded_by) or None, "reason": one.returned.reason,
    }  # fmt: skip
