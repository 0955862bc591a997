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
from web.api.answer_fields import day, many, part, said, share, texts, whole
from web.api.api_query import Answer, Query, text
from web.api.paged_lists import ReadSchema, reading
from web.api.resources import Resource
from web.handbook.handbook_pages import AFTER, BEFORE, clause_duties, clause_found, edition_found
from web.services import current_cases

blueprint = Resource(
    "handbook",
    tag="Handbook",
    description="The national standards by edition and clause, the frameworks of inspections, and the rules of practice.",
    purpose="reports",
)

SURE = "How sure it is: `F` found, `R` recalled, `U` unsure, `P` ours."


class ListedEditionSchema(Answer):
    """An edition of the national standards in the list of all."""

    id = said("Its id.", example="2005")
    title = said("Its title.")
    start = day("Duties that arise from this day on are judged by it.")
    end = day("And before this day; null: it is in force.", null=True)
    clauses = whole("How many clauses it has.")
    citation = said("Where it is printed.")
    sure = said(SURE, example="F")
    remark = said("What is to be said of that.", null=True)


class AttributeSchema(Answer):
    """An attribute of a case, and the values of it that count."""

    attribute = said("Its name.", example="risk")
    values = texts("Any of these; `none`: none on file.")


class ClauseValueSchema(Answer):
    """A row of a clause: for which cases, what it asks, where that is printed."""

    of = many(AttributeSchema, "The cases that it is for, which have all of these; none: all other cases.")
    says = said("The value in words.", example="15 working days")
    citation = said("Where it is printed.")
    sure = said(SURE, example="F")
    remark = said("What is to be said of that.", null=True)


class StandardClauseSchema(Answer):
    """A clause as one edition, or a framework, has it."""

    id = said("Its id.", example="plan-review")
    edition = said("The edition; of an expectation of a framework, that framework.", example="2005")
    subject = said("What it is about.")
    kind = said("How it asks: `within`, `every`, `frequency`, `response` or `while`.", example="every")
    says = said("What it asks, as a sentence.")
    start = day("Its first day.", null=True)
    end = day("The day before which it is in force; null: open.", null=True)
    of = many(AttributeSchema, "The cases that it is for; none: all.")
    during = many(AttributeSchema, "What must hold all the while; none: nothing.")
    values = many(ClauseValueSchema, "Its rows, the first that fits counts.")


class NotAuditableSchema(Answer):
    """A requirement that a case record cannot show, or on which no duty is laid."""

    about = said("What it asks.")
    why = said("Why no duty is laid.")
    citation = said("Where it is printed.")


class SentenceRuleSchema(Answer):
    """A cited number from which dates of a sentence are worked out."""

    id = said("Its id.", example="final-third")
    says = said("What it says.")
    number = whole("Its number; null: it is in words alone.", null=True)
    unit = said("The unit of the number.", null=True)
    and_days = whole("So many days more.")
    begins = day("For events from this day on; null: all.", null=True)
    ends = day("To this day; null: open.", null=True)
    citation = said("Where it is printed.")
    sure = said(SURE)
    remark = said("What is to be said of that.", null=True)


class ContactWeeksSchema(Answer):
    """A phase of a contact matrix."""

    first = whole("Its first week.", example=1)
    last = whole("Its last week; null: to the end.", null=True)
    often = said("How often contact is to be.", example="weekly")


class ContactRowSchema(Answer):
    """A row of the contact matrix of an edition."""

    of = many(AttributeSchema, "The cases that it is for; none: all other cases.")
    weeks = many(ContactWeeksSchema, "Its phases in order.")
    citation = said("Where it is printed.")
    sure = said(SURE)


class EditionSchema(ListedEditionSchema):
    """An edition of the national standards with its clauses."""

    laid = texts("The subjects on which it lays duties.")
    not_laid_subjects = texts("The subjects on which only the fullest edition does.")
    rows = many(StandardClauseSchema, "Its clauses, as printed.")
    not_auditable = many(NotAuditableSchema, "What it asks that no case record shows.")
    not_laid = many(NotAuditableSchema, "What it asks on which no duty is laid.")
    matrix = many(ContactRowSchema, "Contact by order, tier and risk, week by week.")
    dates = many(SentenceRuleSchema, "Cited numbers for dates of a sentence, of the edition in force alone.")


class PracticeRuleSchema(Answer):
    """A rule of practice: what the printed standards do not say."""

    id = said("Its id.")
    says = said("What it says.")
    value = share("Its number; null: it is in words alone.", null=True)
    unit = said("The unit of the number.", null=True)
    touches = texts("What it concerns.")
    citation = said("Where it stands.")
    sure = said(SURE, example="P")
    remark = said("What is to be said of that.", null=True)


class EffectSchema(Answer):
    """What something in a case does to a duty."""

    title = said("What happens.")
    does = said("What it does.")


class ClauseInPracticeSchema(Answer):
    """Versions of a clause that life touches alike."""

    editions = texts("The editions of these versions.")
    effects = many(EffectSchema, "What life does to a duty under it.")
    rules = many(PracticeRuleSchema, "The rules of practice that this rests on.")


class FeedsSchema(Answer):
    """A question that a clause feeds."""

    id = said("Its id.", example="plan-reviewed")
    text = said("The question.")
    criterion = said("Its criterion.", example="B1")


class StateCountSchema(Answer):
    """Duties in a state."""

    state = said("The state.", example="met")
    duties = whole("How many.")


class ClausePageSchema(ReadSchema):
    """A clause over time and in practice."""

    id = said("Its id.", example="plan-review")
    subject = said("What it is about.")
    says = said("What it asks now, as a sentence.")
    versions = many(StandardClauseSchema, "The clause in every edition that has it, the earliest first.")
    practice = many(ClauseInPracticeSchema, "Where life interrupts it.")
    framework = said("The framework of the questions.")
    questions = many(FeedsSchema, "The questions that it feeds.")
    duties = many(StateCountSchema, "Duties under it that had arisen, of the cases that you answer for, by state.")


class ClauseChangeSchema(Answer):
    """A clause that differs between two editions."""

    id = said("Its id.", example="plan-review")
    before = part(StandardClauseSchema, "As the one has it; null: it has not.", null=True)
    after = part(StandardClauseSchema, "As the other has it; null: it has not.", null=True)


class ComparisonSchema(Answer):
    """What differs between two editions."""

    before = said("The one edition.", example="2000-revised-2002")
    after = said("The other.", example="2005")
    differences = many(ClauseChangeSchema, "The clauses that differ.")


class ComparedQuery(Query):
    """Which editions."""

    before = text("The one edition.", example=BEFORE, load_default=BEFORE)
    after = text("The other.", example=AFTER, load_default=AFTER)


class ListedFrameworkSchema(Answer):
    """A framework in the list of all."""

    id = said("Its id.")
    version = said("Its version.")
    title = said("Its title.")
    citation = said("Where it is printed.")
    sure = said(SURE, example="F")
    remark = said("What is to be said of that.", null=True)


class PromptSchema(Answer):
    """A prompt under a key question."""

    id = said("Its id.", example="a")
    text = said("What it asks.")
    citation = said("Where it is printed.")
    sure = said(SURE)


class FrameworkQuestionSchema(Answer):
    """A question of a framework."""

    id = said("Its id.", example="plan-reviewed")
    text = said("What it asks.")
    finding = said("How a finding on it begins.")
    scored_by = said("Whether it is `derived` from the entries or `judged`.")
    clauses = texts("The clauses from which its answer is derived.")
    guidance = said("What helps to answer it.", null=True)
    prompts = many(PromptSchema, "Its prompts.")
    citation = said("Where it is printed.")
    sure = said(SURE)
    remark = said("What is to be said of that.", null=True)


class FrameworkCriterionSchema(Answer):
    """A criterion of a framework."""

    id = said("Its id.", example="B1")
    title = said("Its title.")
    weight = said("How much it counts.")
    description = said("What it is about.")
    questions = many(FrameworkQuestionSchema, "Its questions.")


class FrameworkSectionSchema(Answer):
    """A section of a framework."""

    id = said("Its id.", example="B")
    title = said("Its title.")
    rated_by = said("What it is rated by.", example="cases")
    citation = said("Where it is printed.")
    sure = said(SURE)
    criteria = many(FrameworkCriterionSchema, "Its criteria.")


class FrameworkSchema(ListedFrameworkSchema):
    """A framework with its sections, criteria and questions."""

    aggregation = said("How answers become a score.")
    rounding = said("How scores are rounded.")
    management = texts("Its criteria of management, which are rated and not scored.")
    bands = texts("Its bands, the highest first; none: it rates by figures alone.")
    sections = many(FrameworkSectionSchema, "Its sections.")
    expectations = many(StandardClauseSchema, "What it expects beside the standards.")


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
