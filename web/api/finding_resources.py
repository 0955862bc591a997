"""What an inspection finds, as JSON: Section A, the report, all answers, the policy kept, its process, the area's part."""

from collections.abc import Mapping
from typing import Any

from domain.accounts.roles import OPENERS, READERS
from domain.aggregates.inspection import Inspection
from domain.entries.process_entries import CommentMade
from domain.policy.kept_texts import KeptText
from projections.cases.case_reading import Reading
from projections.inspections import inspection_access
from projections.inspections.alerts import Alert, alerts
from projections.inspections.published_figures import FigureChange
from projections.inspections.reader_conflicts import held_on
from projections.scoring.answers import Answer as CaseAnswer
from projections.scoring.management_ladder import CriterionRung, criterion_rungs
from projections.scoring.score_bands import section_bands
from web.api.finding_schemas import (
    ForTheAreaSchema,
    InspectionAnswerSchema,
    ManagementSchema,
    PolicySchema,
    ProcessSchema,
)
from web.api.inspection_report_schemas import InspectionReportSchema
from web.api.inspection_resources import PATH
from web.api.paged_lists import Rows
from web.api.resources import Resource
from web.inspections.answers_table import prompts_words
from web.inspections.area_pages import area_alerts, listed, named_here
from web.inspections.how_made_words import made_facts
from web.inspections.policy_page import kept_texts
from web.inspections.process_page import lead_name, moved_figures
from web.inspections.report_document import report_document
from web.inspections.report_page import answers_seen
from web.inspections.report_seen import report_seen
from web.presentation.policy_words import policy_said
from web.presentation.rating_json import rating_document
from web.recording.inspection_entry import inspection_to_run
from web.services import current_cases, current_inspections
from web.site import access_control, clock

blueprint = Resource(
    "findings",
    tag="Findings",
    description="What an inspection finds, and how it is closed: management, report, answers, the policy kept with it, its "
    "process, and what of it is open to the inspected area.",
    purpose="inspection",
)


@blueprint.one(
    "/inspections/<inspection>/management", "getManagement", ManagementSchema, roles=READERS, read="undated", path=PATH
)
def get_management(_: dict[str, Any], inspection: str) -> dict[str, Any]:
    """Section A: each item with its rating, evidence and sources, and the rung that follows; the bands where there are any.

    404 where there is no such inspection that is open to you."""
    current_inspections.inspection(inspection)
    found = current_inspections.seen(inspection)
    bands = section_bands(found, current_inspections.scored(inspection).score)
    return {
        "criteria": [_managed(found, one) for one in criterion_rungs(found)],
        "rungs": found.framework.rungs if found.framework.management else [],
        "rating": rating_document(found.framework, bands) if bands else None,
    }  # fmt: skip


@blueprint.one(
    "/inspections/<inspection>/report",
    "getInspectionReport",
    InspectionReportSchema,
    roles=READERS,
    path=PATH,
    dear=True,
)
def get_report(_: dict[str, Any], inspection: str) -> dict[str, Any]:
    """The report: figures, findings beside them, recommendations, and what proves it. It names no case.

    404 where there is no such inspection that is open to you."""
    current_inspections.inspection(inspection)
    made = report_seen(inspection, current_cases.moment())
    document, out = report_document(made), made.inspection.published
    written = {checked.finding.question for checked in made.findings}
    return document | {
        "sampling": dict(made.sampling), "how_made": dict(made_facts(made.how_made)),
        "drafts": [
            {
                "question": name, "criterion": made.scored.framework.criterion_of(name).id,
                "text": draft.sentence(made.earlier), "direction": draft.direction,
            }
            for name, draft in made.drafts.items()
            if name not in written
        ],
        "departed": [_moved(one) for one in made.departed], "errata": _errata(made.inspection),
        "published_files": {one.name: one.sha256 for one in out.published_files} if out else {},
    }  # fmt: skip


@blueprint.paged(
    "/inspections/<inspection>/answers", "listInspectionAnswers", InspectionAnswerSchema, roles=READERS, path=PATH
)
def list_answers(_: dict[str, Any], inspection: str) -> Rows[tuple[Reading, CaseAnswer]]:
    """Every answer on every case of the sample that is open to you, by case and question.

    404 where there is no such inspection that is open to you; 403 where you read its draft alone, which shows no case."""
    made, shown = answers_seen(inspection)
    framework = made.scored.framework
    rows = [(one, answer) for one in shown for answer in one.answers]
    return Rows(
        rows, case=lambda row: row[0].reference,
        given=lambda row: {
            "case": row[0].reference, "unit": row[0].unit or None,
            "criterion": framework.criterion_of(row[1].question.id).id, "question": row[1].question.id,
            "answer": row[1].answer, "basis": row[1].basis, "absent": row[1].absent, "other": row[1].other,
            "prompts": prompts_words(row[1]),
        },
    )  # fmt: skip


@blueprint.one(
    "/inspections/<inspection>/policy", "getInspectionPolicy", PolicySchema, roles=READERS, read="undated", path=PATH
)
def get_policy(_: dict[str, Any], inspection: str) -> dict[str, Any]:
    """The texts of policy that were kept when the inspection was frozen, and which are in force today.

    404 where there is no such inspection that is open to you."""
    current_inspections.inspection(inspection)
    found = current_cases.repository().inspection(inspection)
    return {
        "said": policy_said(found), "unusable": found.unusable,
        "texts": [_text(one, superseded=superseded) for one, superseded in kept_texts(found)],
    }  # fmt: skip


@blueprint.one(
    "/inspections/<inspection>/process",
    "getProcess",
    ProcessSchema,
    roles=OPENERS,
    read="undated",
    path=PATH,
    persons=True,
)
def get_process(_: dict[str, Any], inspection: str) -> dict[str, Any]:
    """Where the inspection stands in its process, for who runs it.

    404 where there is no such inspection; 403 where somebody else runs it."""
    found = inspection_to_run(inspection)
    process, raised = found.process, alerts(current_cases.repository(), inspection)
    closed = current_inspections.closed(inspection, (one.case for one in raised))
    commented = [one.case for one in process.comments.values() if one.case]
    access_control.shown(*(one.case for one in raised if one.case not in closed), *commented)
    return {
        "lead": lead_name(found), "area": [{"name": p.person, "named_for": p.named_for} for p in process.area.values()],
        "list_opens_on": process.list_day and process.list_day.opens_on,
        "panel": [one.name for one in process.panel.members] if process.panel else [],
        "closing_confirmed_by": process.confirmed and process.confirmed.by,
        "draft_opens_on": process.draft and process.draft.opens_on,
        "comments_until": process.draft and process.draft.comments_until,
        "comments": [_comment(found, name, one) for name, one in process.comments.items()],
        "moved": [_moved(one) for one in moved_figures(inspection, found)],
        "errata": _errata(found),
        "alerts": [_alert(one, closed=one.case in closed) for one in raised],
    }  # fmt: skip


@blueprint.one(
    "/inspections/<inspection>/for-the-area",
    "getForTheArea",
    ForTheAreaSchema,
    roles=READERS,
    read="undated",
    path=PATH,
    persons=True,
)
def get_for_the_area(_: dict[str, Any], inspection: str) -> dict[str, Any]:
    """What of an inspection is open to you as a person of the area who is named for it: list, comments and alerts.

    404 where you are not named, nothing is open to you yet, or there is no such inspection."""
    found, who = named_here(inspection), access_control.account()
    book, cases, raised = current_cases.repository(), listed(found), area_alerts(inspection, found, opened=True)
    access_control.shown(*cases, *(one.case for one in raised))
    held = [(case, held_on(book, found, case)) for case in cases]
    return {
        "inspection": inspection, "title": found.opened.title if found.opened else "",
        "draft": inspection_access.sees_draft(found, who, clock.today()),
        "cases": [{"case": case, "officer": at and at.officer, "team": at and at.team} for case, at in held],
        "comments": [
            _comment(found, name, one) for name, one in found.process.comments.items() if who.is_named(one.by_id)
        ],
        "alerts": [
            {
                **_alert(one), "danger": one.raised.danger, "by": one.raised.by,
                "answer": one.answered and one.answered.answer,
            }
            for one in raised
        ],
    }  # fmt: skip


def _managed(found: Inspection, one: CriterionRung) -> dict[str, Any]:
    items = []
    for item in one.criterion.rated:
        made = found.ratings.get((one.criterion.id, item.id))
        items.append({
            "id": item.id, "text": item.text, "rating": made and made.rating, "evidence": made and made.evidence,
            "sources": {source.kind: source.count for source in made.sources} if made else {},
            "citation": found.framework.sources.get(item.cite, item.cite), "sure": item.sure,
        })  # fmt: skip
    return {
        "id": one.criterion.id, "title": one.criterion.title, "items": items, "proposed": one.proposed, "why": one.why,
        "printed": one.printed, "followed_up": not one.not_followed_up, "adjusted_to": one.adjusted and one.adjusted.to,
        "adjusted_for": one.adjusted and one.adjusted.reason, "agreed_by": one.agreed,
    }  # fmt: skip


def _moved(change: FigureChange) -> Mapping[str, str | None]:
    return {"of": change.of, "was": change.printed, "now": change.now}


def _errata(found: Inspection) -> list[dict[str, Any]]:
    return [
        {"about": e.about, "on": e.occurred_on, "printed": e.printed, "right": e.right, "reason": e.reason}
        for e in found.process.errata
    ]


def _text(one: KeptText, *, superseded: bool) -> dict[str, Any]:
    return {"kind": one.kind, "id": one.id, "sha256": one.digest, "in_force": not superseded, "text": one.text}


def _comment(found: Inspection, name: str, one: CommentMade) -> dict[str, Any]:
    answer = found.process.answered.get(name)
    return {
        "id": name, "by": one.by, "on": one.occurred_on, "late": found.process.is_late(one), "about": one.about,
        "case": one.case, "says": one.says, "evidence": one.evidence, "evidence_on": one.evidence_on,
        "outcome": answer and answer.outcome, "reason": answer and answer.reason, "effects": answer.effects if answer else [],
    }  # fmt: skip


def _alert(one: Alert, *, closed: bool = False) -> dict[str, Any]:
    return {
        "case": None if closed else one.case, "raised_at": one.raised.recorded_at, "answer_by": one.raised.answer_by,
        "answered_at": one.answered and one.answered.recorded_at, "in_time": one.in_time,
    }  # fmt: skip
