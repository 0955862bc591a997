"""The handbook as JSON: editions of the standards, their clauses, what changed, frameworks and rules of practice."""

from collections.abc import Sequence
from typing import Any

from flask import abort

from domain.policy.clauses import Clause, Value
from domain.policy.conditions import When
from domain.policy.frameworks.framework import Criterion, Framework, Question, Section
from domain.policy.frameworks.framework_files import frameworks
from domain.policy.practice import Parameter, practice
from domain.policy.sentence_rules import SentenceRule, sentence_rules
from domain.policy.standards.edition import Edition
from domain.policy.standards.edition_files import national_standards, subjects_laid
from projections.reports import standards_handbook
from projections.reports.clause_in_practice import in_practice
from web.api.handbook_schemas import (
    ClausePageSchema,
    ComparedQuery,
    ComparisonSchema,
    EditionSchema,
    FrameworkSchema,
    ListedEditionSchema,
    ListedFrameworkSchema,
    PracticeRuleSchema,
)
from web.api.paged_lists import reading
from web.api.resources import Resource
from web.handbook.handbook_pages import clause_duties, clause_found, edition_found
from web.services import current_cases

blueprint = Resource(
    "handbook",
    tag="Handbook",
    description="The national standards by edition and clause, the frameworks of inspections, and the rules of practice.",
    purpose="reports",
)


@blueprint.one("/standards", "listEditions", ListedEditionSchema(many=True), read="undated")
def list_editions(_: dict[str, Any]) -> list[dict[str, Any]]:
    """Every edition of the national standards.

    The list is short and given whole: as an array, the earliest first."""
    return [_listed(one) for one in national_standards().editions]


@blueprint.one("/standards/<edition>", "getEdition", EditionSchema, read="undated", path={"edition": "2005"})
def get_edition(_: dict[str, Any], edition: str) -> dict[str, Any]:
    """One edition with its clauses, each value with its citation.

    404 where there is none of this id."""
    found = edition_found(edition)
    laid, not_laid = subjects_laid(found)
    return _listed(found) | {
        "laid": laid, "not_laid_subjects": not_laid, "rows": map(_clause, found.clauses),
        "not_auditable": [{"about": o.says, "why": o.why, "citation": o.citation} for o in found.not_auditable],
        "not_laid": [{"about": o.about, "why": o.why, "citation": o.citation} for o in found.not_laid],
        "matrix": [
            {
                "of": _when(row.value.when), "citation": row.value.citation, "sure": row.value.sure,
                "weeks": [{"first": w.first, "last": w.last, "often": w.often} for w in row.weeks],
            }
            for row in standards_handbook.contact_matrix(found)
        ],
        "dates": map(_sentence_rule, sentence_rules().values() if found.end is None else ()),
    }  # fmt: skip


@blueprint.one("/standards/comparison", "compareEditions", ComparisonSchema, read="undated", query=ComparedQuery)
def compare_editions(query: dict[str, Any]) -> dict[str, Any]:
    """The clauses that differ between two editions: added, dropped, or with other values.

    404 where there is no edition of one of the ids."""
    before, after = edition_found(query["before"]), edition_found(query["after"])
    return {
        "before": before.id, "after": after.id,
        "differences": [
            {"id": one.id, "before": one.before and _clause(one.before), "after": one.after and _clause(one.after)}
            for one in standards_handbook.edition_differences(before, after)
        ],
    }  # fmt: skip


@blueprint.one("/clauses/<clause>", "getClause", ClausePageSchema, path={"clause": "plan-review"})
def get_clause(_: dict[str, Any], clause: str) -> dict[str, Any]:
    """One clause: its values over time, what life does to it, its questions, and your duties under it by state.

    404 where there is none of this id."""
    found, framework = clause_found(clause), current_cases.framework()
    return reading() | {
        "id": found.id, "subject": found.latest.subject, "says": found.latest.says,
        "versions": map(_clause, found.versions),
        "practice": [
            {
                "editions": [one.edition for one in told.versions], "rules": map(_rule, told.rules),
                "effects": [{"title": e.title, "does": e.does} for e in told.effects],
            }
            for told in in_practice(found.versions)
        ],
        "framework": framework.id,
        "questions": [{"id": q.id, "text": q.text, "criterion": framework.criterion_of(q.id).id} for q in found.questions],
        "duties": [{"state": state, "duties": n} for state, n in clause_duties(clause).items()],
    }  # fmt: skip


@blueprint.one("/practice-rules", "listPracticeRules", PracticeRuleSchema(many=True), read="undated")
def list_practice_rules(_: dict[str, Any]) -> list[dict[str, Any]]:
    """Every rule of practice: what the printed standards do not say.

    The list is short and given whole: as an array."""
    return [_rule(one) for one in practice().parameters]


@blueprint.one("/frameworks", "listFrameworks", ListedFrameworkSchema(many=True), read="undated")
def list_frameworks(_: dict[str, Any]) -> list[dict[str, Any]]:
    """Every framework by which inspections are scored.

    The list is short and given whole: as an array."""
    return [_listed_framework(one) for one in frameworks().values()]


@blueprint.one("/frameworks/<framework>", "getFramework", FrameworkSchema, read="undated",
               path={"framework": "esi-2003"})  # fmt: skip
def get_framework(_: dict[str, Any], framework: str) -> dict[str, Any]:
    """One framework: its sections, criteria and questions, and what it expects.

    404 where there is none of this id."""
    found = next((one for one in frameworks().values() if one.id == framework), None)
    if found is None:
        abort(404, f"There is no framework called {framework}; there are {', '.join(frameworks())}.")
    return _listed_framework(found) | {
        "aggregation": found.aggregation, "rounding": found.rounding,
        "management": [f"{one.id}: {one.title}" for one in found.management],
        "bands": [one.title for one in found.bands], "sections": [_section(found, one) for one in found.sections],
        "expectations": map(_clause, found.expectations),
    }  # fmt: skip


def _listed(one: Edition) -> dict[str, Any]:
    return {
        "id": one.id, "title": one.title, "start": one.start, "end": one.end, "clauses": len(one.clauses),
        "citation": one.cite, "sure": one.sure, "remark": one.remark,
    }  # fmt: skip


def _clause(one: Clause) -> dict[str, Any]:
    return {
        "id": one.id, "edition": one.edition, "subject": one.subject, "kind": one.kind, "says": one.says, "start": one.start,
        "end": one.end, "of": _when(one.when), "during": _when(one.during), "values": map(_value, one.values),
    }  # fmt: skip


def _value(one: Value) -> dict[str, Any]:
    return {"of": _when(one.when), "says": one.text, "citation": one.citation, "sure": one.sure, "remark": one.remark}


def _when(when: When) -> Sequence[dict[str, Any]]:
    return [
        {"attribute": name, "values": ["none" if value is None else str(value) for value in values]}
        for name, values in standards_handbook.attributes_of(when)
    ]


def _rule(one: Parameter) -> dict[str, Any]:
    return {
        "id": one.id, "says": one.says, "value": one.value, "unit": one.unit, "touches": one.touches, "citation": one.cite,
        "sure": one.sure, "remark": one.remark,
    }  # fmt: skip


def _sentence_rule(one: SentenceRule) -> dict[str, Any]:
    return {
        "id": one.id, "says": one.says, "number": one.number, "unit": one.unit, "and_days": one.and_days,
        "begins": one.begins, "ends": one.ends, "citation": one.citation, "sure": one.sure, "remark": one.remark,
    }  # fmt: skip


def _listed_framework(one: Framework) -> dict[str, Any]:
    return {
        "id": one.id,
        "version": one.version,
        "title": one.title,
        "citation": one.cite,
        "sure": one.sure,
        "remark": one.remark,
    }


def _section(framework: Framework, one: Section) -> dict[str, Any]:
    return {
        "id": one.id, "title": one.title, "rated_by": one.rated_by, "citation": one.cite, "sure": one.sure,
        "criteria": [_criterion(framework, criterion) for criterion in one.criteria],
    }  # fmt: skip


def _criterion(framework: Framework, one: Criterion) -> dict[str, Any]:
    return {
        "id": one.id, "title": one.title, "weight": one.weight, "description": one.description,
        "questions": [_question(framework, question) for question in one.questions],
    }  # fmt: skip


def _question(framework: Framework, one: Question) -> dict[str, Any]:
    return {
        "id": one.id, "text": one.text, "finding": one.finding, "scored_by": one.scored_by,
        "clauses": one.derive.clauses if one.derive else [], "guidance": one.guidance,
        "prompts": [
            {"id": p.id, "text": p.text, "citation": framework.sources.get(p.cite, p.cite), "sure": p.sure}
            for p in one.prompts
        ],
        "citation": framework.sources.get(one.cite, one.cite), "sure": one.sure, "remark": one.remark,
    }  # fmt: skip
