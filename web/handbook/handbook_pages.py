"""The handbook: the standards in force on any day, each clause over time and in practice, and the printed contact matrix."""

from collections import Counter

from flask import Blueprint, abort, render_template, request
from marshmallow import EXCLUDE, Schema, fields

from domain.policy.practice import practice
from domain.policy.sentence_rules import sentence_rules
from domain.policy.standards.edition import Edition
from domain.policy.standards.edition_files import national_standards, subjects_laid
from projections.reports import standards_handbook
from projections.reports.clause_in_practice import in_practice
from projections.reports.standards_handbook import HandbookClause
from web.services import current_cases, current_inspections
from web.site import access_control

blueprint = Blueprint("handbook", __name__)

BEFORE, AFTER = "2000-revised-2002", "2005"
"""The editions that are compared where none is named: the first two that differ."""


class CompareSchema(Schema):
    """The two editions to compare; by default the first two that differ."""

    class Meta:
        unknown = EXCLUDE

    before = fields.String(load_default=BEFORE)
    after = fields.String(load_default=AFTER)


@blueprint.get("/standards")
@access_control.open_to()
def index() -> str:
    """The edition in force on the sample date."""
    day = current_cases.moment().on
    found = national_standards().on(day)
    if found is None:
        return render_template("handbook/standards_none.html", first=national_standards().editions[0])
    return _edition(found)


@blueprint.get("/standards/editions/<edition>")
@access_control.open_to()
def edition(edition: str) -> str:
    """One edition, its clauses by subject."""
    return _edition(edition_found(edition))


@blueprint.get("/standards/clauses/<clause>")
@access_control.open_to()
def clause(clause: str) -> str:
    """One clause: its citation, its values over time, the questions that depend on it, its duties on this record."""
    framework, found = current_cases.framework(), clause_found(clause)
    latest = next(iter(current_inspections.inspections()), None)
    return render_template(
        "handbook/clause.html",
        entry=found,
        practice=in_practice(found.versions),
        counted=clause_duties(clause),
        who=standards_handbook.attributes_of,
        framework=framework,
        day=current_cases.moment().on,
        inspection=latest if access_control.may_enter(access_control.account(), "inspections.question") else None,
    )


@blueprint.get("/standards/practice")
@access_control.open_to()
def rules() -> str:
    """All rules of practice."""
    return render_template("handbook/rules.html", practice=practice())


@blueprint.get("/standards/compare")
@access_control.open_to()
def compare() -> str:
    """What changed between two editions."""
    asked = CompareSchema().load({k: v for k, v in request.args.items() if v})
    before, after = edition_found(asked["before"]), edition_found(asked["after"])
    return render_template(
        "handbook/standards_compare.html",
        before=before,
        after=after,
        differences=standards_handbook.edition_differences(before, after),
        editions=national_standards().editions,
        who=standards_handbook.attributes_of,
    )


def clause_found(name: str) -> HandbookClause:
    """A clause in all editions, with the questions that it feeds. 404 where there is none of this id."""
    framework = current_cases.framework()
    found = standards_handbook.handbook_clause(name, framework.clauses, framework)
    if found is None:
        abort(404, f"There is no clause called {name}.")
    return found


def clause_duties(name: str) -> Counter[str]:
    """The duties under a clause that had arisen, by state, of the cases that the reader answers for."""
    cases = current_cases.reached()
    return standards_handbook.duty_states(cases.selection, cases.counted, name, current_cases.framework())


def edition_found(name: str) -> Edition:
    """The edition of this id. 404 where there is none."""
    found = standards_handbook.edition(national_standards(), name)
    if found is None:
        known = ", ".join(e.id for e in national_standards().editions)
        abort(404, f"There is no edition called {name}; there are {known}.")
    return found


def _edition(edition: Edition) -> str:
    laid, not_laid = subjects_laid(edition)
    return render_template(
        "handbook/standards.html",
        edition=edition,
        laid=laid,
        not_laid=not_laid,
        subjects=standards_handbook.by_subject(edition.clauses),
        dates=sentence_rules().values() if edition.end is None else (),
        matrix=standards_handbook.contact_matrix(edition),
        editions=national_standards().editions,
        who=standards_handbook.attributes_of,
        day=current_cases.moment().on,
        in_force=national_standards().on(current_cases.moment().on),
    )
