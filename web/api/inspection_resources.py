"""Inspections and audits as JSON: the list, their steps, the scoring sheet, criteria, questions with cases and reasons."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from domain.accounts.roles import READERS
from domain.aggregates.inspection import Inspection
from domain.entries.inspection_entries import InspectionOpened
from projections.cases.case_reading import Reading
from projections.inspections.sample_scores import ScoreChange, ScoredSample
from projections.scoring.answers import Answer as CaseAnswer
from projections.scoring.answers import Reason
from projections.scoring.finding_text import exceeds_chance
from projections.scoring.management_ladder import criterion_rungs
from projections.scoring.score_bands import section_bands
from projections.scoring.scores import printed
from web.api.inspection_schemas import (
    CaseAnswerFilters,
    CaseAnswerSchema,
    InspectionCriterionSchema,
    InspectionQuestionSchema,
    InspectionSchema,
    InspectionSheetSchema,
    ListedInspectionSchema,
    OtherFrameworkQuery,
    RescoredQuery,
    RescoredSchema,
    TwoFrameworksSchema,
)
from web.api.paged_lists import Rows, reading
from web.api.resources import Resource
from web.inspections.freeze_words import how_fixed
from web.inspections.inspection_progress import readings_by_assessor
from web.inspections.report_page import by_two_frameworks
from web.inspections.report_seen import report_seen
from web.inspections.scoring_sheet import (
    answer_opened,
    answers_by_unit,
    change_opened,
    criterion_found,
    evidence_is_same,
    now_and_before,
    question_seen,
    rescored,
    rests_on_late,
)
from web.inspections.sheet_data import compared_words
from web.presentation.answer_reasons import because
from web.presentation.json_documents import question_document, score_document, stored_late_document
from web.presentation.policy_words import policy_said
from web.services import current_cases, current_inspections
from web.site import access_control

blueprint = Resource(
    "inspections",
    tag="Inspections",
    description="Inspections and audits that are open to you: published, run by you, or their draft. Without `as_at` each is "
    "read at its own sample date and state of knowledge.",
    purpose="inspection",
)

PATH = {"inspection": "gloucestershire-2005"}


@blueprint.paged(
    "/inspections", "listInspections", ListedInspectionSchema, roles=READERS, read="undated",
    sort={"sample_date": lambda one: one[1].occurred_on, "title": lambda one: one[1].title, "id": lambda one: one[0]},
    default="-sample_date",
)  # fmt: skip
def list_inspections(_: dict[str, Any]) -> Rows[tuple[str, InspectionOpened]]:
    """Every inspection and audit whose sheet is open to you."""
    return Rows(list(current_inspections.inspections().items()), given=lambda one: _listed(*one))


@blueprint.one("/inspections/<inspection>", "getInspection", InspectionSchema, roles=READERS, read="undated", path=PATH)
def get_inspection(_: dict[str, Any], inspection: str) -> dict[str, Any]:
    """One inspection: what it is, how far it is, and for who runs it its steps.

    404 where there is none that is open to you."""
    opened = current_inspections.inspection(inspection)
    found = current_inspections.seen(inspection)
    usable = found.unusable is None
    return _listed(inspection, opened) | {
        "evidence": opened.evidence, "blind": opened.blind, "unusable": found.unusable,
        "units": [unit for unit in found.units if unit in current_inspections.inspections()],
        "frozen_on": found.frozen and found.frozen.occurred_on,
        "published_on": found.published and found.published.occurred_on,
        "fixed": [*how_fixed(found), *policy_said(found), *current_inspections.without_before(inspection)],
        "steps": _steps(found) if usable and current_inspections.runs(inspection) else None,
    }  # fmt: skip


@blueprint.one(
    "/inspections/<inspection>/sheet",
    "getInspectionSheet",
    InspectionSheetSchema,
    roles=READERS,
    read="received",
    path=PATH,
)
def get_sheet(_: dict[str, Any], inspection: str) -> dict[str, Any]:
    """The scoring summary sheet: sections, criteria and questions, and the inspection before beside it.

    404 where there is none that is open to you."""
    current_inspections.inspection(inspection)
    made = report_seen(inspection, current_cases.moment())
    sheet, was = made.sheet, made.before_inspection
    before = made.before and was and score_document(
        made.before, made.opened.follows, criterion_rungs(was), section_bands(was, made.before.score)
    )  # fmt: skip
    changes = [
        {"of": name, "change": sheet.change(*place), "says": sheet.compared(*place)}
        for name, place in _places(made.scored)
    ] + [
        {
            "of": one.criterion.id,
            "change": sheet.rungs_apart(one.criterion.id),
            "says": sheet.rungs_compared(one.criterion.id),
        }
        for one in made.management
    ]
    return {
        "now": score_document(made.scored, inspection, made.management, sheet.bands), "before": before or None,
        "changes": changes if before else [],
        "intervals": [
            {"of": name, "low": round(reach.low, 1), "high": round(reach.high, 1)} for name, reach in sheet.intervals[-1].items()
        ],
        "evidence": sheet.evidence, "same_evidence": sheet.same_evidence, "beside": made.beside,
        "late": stored_late_document(made.late), "unread": made.unread, "own_moment": made.own_moment,
    }  # fmt: skip


@blueprint.one(
    "/inspections/<inspection>/criteria/<criterion>", "getInspectionCriterion", InspectionCriterionSchema, roles=READERS,
    path={**PATH, "criterion": "B1"},
)  # fmt: skip
def get_criterion(_: dict[str, Any], inspection: str, criterion: str) -> dict[str, Any]:
    """One criterion with its questions: n, interval, and the cases at high risk of harm.

    404 where there is no such inspection that is open to you, or its framework has no such criterion."""
    opened = current_inspections.inspection(inspection)
    now, before = now_and_before(inspection)
    found = criterion_found(now, criterion)
    return reading() | {
        "id": found.id, "title": found.title, "description": found.description,
        "questions": [_question(opened, now, before, question.id) for question in found.questions],
    }  # fmt: skip


@blueprint.one(
    "/inspections/<inspection>/questions/<question>", "getInspectionQuestion", InspectionQuestionSchema, roles=READERS,
    path={**PATH, "question": "plan-reviewed"},
)  # fmt: skip
def get_question(_: dict[str, Any], inspection: str, question: str) -> dict[str, Any]:
    """One question with its figures.

    404 where there is no such inspection that is open to you, or its framework has no such question."""
    opened, seen = current_inspections.inspection(inspection), question_seen(inspection, question)
    framework, asked = seen.scored.framework, seen.question
    return reading() | _question(opened, seen.scored, seen.before, question) | {
        "criterion": framework.criterion_of(question).id, "citation": framework.sources[asked.cite], "sure": asked.sure,
        "cases": len(seen.cases), "hidden": seen.hidden, "blind": seen.blind,
    }  # fmt: skip


@blueprint.paged(
    "/inspections/<inspection>/questions/<question>/cases", "listQuestionCases", CaseAnswerSchema, roles=READERS,
    filters=CaseAnswerFilters, path={**PATH, "question": "plan-reviewed"},
    sort={"case": lambda one: one[0].reference, "answer": lambda one: one[1].answer},
)  # fmt: skip
def list_question_cases(query: dict[str, Any], inspection: str, question: str) -> Rows[tuple[Reading, CaseAnswer]]:
    """Every case of the sample with its answer to a question and the reasons, as far as they are open to you.

    404 where there is no such inspection that is open to you, or its framework has no such question."""
    current_inspections.inspection(inspection)
    seen = question_seen(inspection, question)
    cases = [one for one in seen.cases if query.get("answer") in (None, one[1].answer)]
    return Rows(cases, given=lambda one: _case_answer(inspection, seen.scored, *one), case=lambda one: one[0].reference)


@blueprint.one(
    "/inspections/<inspection>/rescored", "getInspectionRescored", RescoredSchema, roles=READERS, query=RescoredQuery, path=PATH,
    dear=True,
)  # fmt: skip
def get_rescored(query: dict[str, Any], inspection: str) -> dict[str, Any]:
    """An inspection judged by one edition of the standards alone, and the answers that change.

    404 where there is no such inspection that is open to you, or no such edition."""
    current_inspections.inspection(inspection)
    found = rescored(inspection, query.get("standards"))
    changes = [change_opened(one) for one in found.shown]
    access_control.shown(*dict.fromkeys(one.reference for one in changes))
    return {
        "edition": found.edition.id, "before": score_document(found.before, inspection),
        "after": score_document(found.after, inspection), "changed": found.changed,
        "changes": [_change(one, found.after) for one in changes],
    }  # fmt: skip


@blueprint.one(
    "/inspections/<inspection>/frameworks", "compareFrameworks", TwoFrameworksSchema, roles=READERS, query=OtherFrameworkQuery,
    path=PATH, dear=True,
)  # fmt: skip
def compare_frameworks(query: dict[str, Any], inspection: str) -> dict[str, Any]:
    """The same cases scored by an inspection's own framework and by another.

    404 where there is no such inspection that is open to you, or no such framework."""
    current_inspections.inspection(inspection)
    found = by_two_frameworks(inspection, query.get("framework"))
    own, other = (
        score_document(scored, inspection, (), bands) for scored, bands in zip(found.scores, found.bands, strict=True)
    )
    return {"own": own, "other": other}


def _listed(name: str, opened: InspectionOpened) -> dict[str, Any]:
    found = current_cases.repository().inspection(name)
    return {
        "id": name, "title": opened.title, "kind": current_inspections.kind_of(name), "area": opened.area,
        "sample_date": opened.occurred_on, "knowledge": opened.knowledge, "framework": opened.framework,
        "state": "published" if found.published else "frozen" if found.frozen else "open",
        "follows": opened.follows if opened.follows in current_inspections.inspections() else None,
        "runs": current_inspections.runs(name),
    }  # fmt: skip


def _steps(found: Inspection) -> dict[str, Any]:
    assessors = [
        {"name": name, "role": role, "given": given, "finished": finished}
        for name, role, given, finished in readings_by_assessor(found)
    ]
    return {
        "frame": None if found.frame is None else len(found.frame.cases), "frames": len(found.frames),
        "draws": len(found.draws), "sample": len(found.sample), "spares": len(found.spares),
        "read": len(found.finished(second=False)), "assessors": assessors, "managed": len(found.managed),
        "management": len(found.framework.management), "findings": len(found.findings),
    }  # fmt: skip


def _places(scored: ScoredSample) -> list[tuple[str, tuple[int, int | None]]]:
    """Each section and criterion, with its place in the sheet."""
    found: list[tuple[str, tuple[int, int | None]]] = []
    for number, section in enumerate(scored.score.sections):
        found.append((section.section.id, (number, None)))
        found += [(one.criterion.id, (number, at)) for at, one in enumerate(section.criteria)]
    return found


def _question(opened: InspectionOpened, now: ScoredSample, before: ScoredSample | None, name: str) -> dict[str, Any]:
    asked, was = now.score.questions[name], before.score.questions.get(name) if before else None
    by_unit = answers_by_unit(now, now.framework.criterion_of(name))
    return {
        "id": name, "text": asked.question.text, "printed": printed(now.framework, asked.score),
        "now": question_document(asked), "high_risk": question_document(now.high_risk.questions[name]),
        "before": was and question_document(was),
        "compared": compared_words(exceeds_chance(was, asked), evidence_is_same(opened)) if was else "",
        "units": [
            {"unit": by_unit["titles"][unit], "sufficient": of.questions[name].sufficient, "n": of.questions[name].n}
            for unit, of in by_unit["units"].items()
        ],
    }  # fmt: skip


def _case_answer(inspection: str, scored: ScoredSample, found: Reading, given: CaseAnswer) -> Mapping[str, Any]:
    _, answer = answer_opened(found, given)
    return {
        "case": found.reference, "unit": found.unit or None, "high_risk": found.snapshot.is_high_risk, "answer": answer.answer,
        "basis": answer.basis, "other": answer.other, "absent": answer.absent,
        "comment": answer.judged.comment if answer.judged else None,
        "because": [reason_given(reason, scored.moment.on) for reason in answer.because],
        "late": rests_on_late(inspection, found, answer, scored),
    }  # fmt: skip


def _change(change: ScoreChange, scored: ScoredSample) -> dict[str, Any]:
    return {
        "case": change.reference, "question": change.now.question.id, "was": change.was.answer, "now": change.now.answer,
        "because": [reason_given(reason, scored.moment.on) for reason in change.now.because],
    }  # fmt: skip


def reason_given(reason: Reason, on: date) -> dict[str, Any]:
    """A reason as ``AnswerReasonSchema`` takes it."""
    duty = reason.obligation
    return {
        "words": because(reason, on), "clause": duty and duty.clause.id, "citation": duty and duty.value.citation,
        "sure": duty and duty.value.sure, "state": duty and duty.state(on), "due_on": duty and duty.due_day,
        "entry": reason.judgement and reason.judgement.entry,
    }  # fmt: skip
