"""The handbook: national standards in force on any day, clause by clause, over time, and as the printed matrix."""

from flask import Blueprint, abort, render_template, request
from marshmallow import EXCLUDE, Schema, fields

from domain.standards import Edition, national_standards
from projections import handbook
from projections.catalogue import catalogue
from projections.standing import Standing
from web import book, gate

blueprint = Blueprint("handbook", __name__)


class CompareSchema(Schema):
    """The two editions to lay side by side; the first two that differ when none is named."""

    class Meta:
        unknown = EXCLUDE

    before = fields.String(load_default="2000-revised-2002")
    after = fields.String(load_default="2005")


@blueprint.get("/standards")
@gate.open_to()
def index() -> str:
    """The edition in force on the sample date."""
    day = book.moment().on
    found = national_standards().on(day)
    if found is None:
        return render_template("standards_none.html", first=national_standards().editions[0])
    return _edition(found)


@blueprint.get("/standards/editions/<edition>")
@gate.open_to()
def edition(edition: str) -> str:
    """One edition, by subject."""
    return _edition(_found(edition))


def _counted(clause: str) -> list[Standing]:
    """The cases that the reader counts, with every duty under this clause."""
    numbers = [number for number, known in enumerate(catalogue().clauses) if known.id == clause]
    return book.counted_by(gate.account(), book.moment(), clauses=numbers, kinds=("duties",)).cases


@blueprint.get("/standards/clauses/<clause>")
@gate.open_to()
def clause(clause: str) -> str:
    """One clause: its citation, its values over time, the questions it feeds, the duties it raises here."""
    framework = book.framework()
    found = handbook.entry(clause, framework.clauses, framework)
    if found is None:
        abort(404, f"There is no clause called {clause}.")
    counted = handbook.raised(_counted(clause), clause, framework)
    latest = next(iter(book.inspections()), None)
    return render_template(
        "clause.html",
        entry=found,
        counted=counted,
        who=handbook.who,
        framework=framework,
        day=book.moment().on,
        inspection=latest,
    )


@blueprint.get("/standards/compare")
@gate.open_to()
def compare() -> str:
    """What changed between any two editions."""
    asked = CompareSchema().load({k: v for k, v in request.args.items() if v})
    before, after = _found(asked["before"]), _found(asked["after"])
    return render_template(
        "standards_compare.html",
        before=before,
        after=after,
        differences=handbook.differences(before, after),
        editions=national_standards().editions,
        who=handbook.who,
    )


def _found(name: str) -> Edition:
    found = handbook.edition(national_standards(), name)
    if found is None:
        known = ", ".join(e.id for e in national_standards().editions)
        abort(404, f"There is no edition called {name}; there are {known}.")
    return found


def _edition(edition: Edition) -> str:
    return render_template(
        "standards.html",
        edition=edition,
        subjects=handbook.by_subject(edition.clauses),
        matrix=handbook.contact_matrix(edition),
        editions=national_standards().editions,
        who=handbook.who,
        day=book.moment().on,
        in_force=national_standards().on(book.moment().on),
    )
