"""Inspections: the scoring sheet as printed, original beside follow-up, each figure opening its questions and cases."""

from flask import Blueprint, abort, render_template, request

from domain.frameworks import Criterion
from domain.standards import national_standards
from projections.answers import VERDICTS
from projections.caseload import high_risk
from projections.findings import exceeds_chance
from projections.scores import printed
from projections.scoring import Scored, changes, score_before, score_inspection
from web import book, gate
from web.reports import report
from web.sheets import names_of

blueprint = Blueprint("inspections", __name__)


@blueprint.get("/inspections")
@gate.open_to(*gate.READERS)
def index() -> str:
    """The latest inspection's scoring sheet; what to do first where there is none."""
    latest = book.front()
    return render_template("welcome.html", opens=_opens()) if latest is None else _sheet(latest)


@blueprint.get("/inspections/<inspection>")
@gate.open_to(*gate.READERS)
def sheet(inspection: str) -> str:
    """One inspection's scoring sheet."""
    book.inspection(inspection)
    return _sheet(inspection)


def _sheet(inspection: str) -> str:
    made = report(book.casebook(), inspection, book.moment())
    return render_template(
        "sheet.html",
        inspection=inspection,
        opened=made.opened,
        scored=made.scored,
        sheet=made.sheet,
        made=made,
        drawn=made.inspection.drawn,
        opens=_opens(),
        others=[(name, other) for name, other in book.inspections().items() if name != inspection],
    )


def _opens() -> bool:
    """Whether the person signed in may open an inspection or an audit of their own."""
    return gate.account().role in gate.OPENERS


@blueprint.get("/inspections/<inspection>/criteria/<criterion>")
@gate.open_to(*gate.READERS)
def criterion(inspection: str, criterion: str) -> str:
    """One criterion: its description, its questions with n and interval, and high risk of harm beside the sample."""
    opened = book.inspection(inspection)
    now, before = _now_and_before(inspection)
    found = _criterion(now, criterion)
    return render_template(
        "criterion.html",
        inspection=inspection,
        opened=opened,
        criterion=found,
        scored=now,
        before=before,
        exceeds_chance=exceeds_chance,
        names=_names(opened.follows) if before else None,
        printed=lambda score: printed(now.framework, score),
    )


@blueprint.get("/inspections/<inspection>/questions/<question>")
@gate.open_to(*gate.READERS)
def question(inspection: str, question: str) -> str:
    """One question: its figure, and every case of the sample with its answer and the reasons."""
    opened = book.inspection(inspection)
    now, before = _now_and_before(inspection)
    asked = now.framework.questions.get(question)
    if asked is None:
        abort(404, f"There is no question called {question} in {now.framework.title}.")
    blind = book.blind(inspection)
    shown = [reading for reading in now.readings if reading.reference not in blind and book.may_read(reading)]
    book.viewed(*(reading.reference for reading in shown))
    cases = sorted(
        ((reading, next(a for a in reading.answers if a.question.id == question)) for reading in shown),
        key=lambda case: ((1, 0, 3, 2)[VERDICTS.index(case[1].answer)], case[0].reference),
    )
    return render_template(
        "question.html",
        inspection=inspection,
        opened=opened,
        question=asked,
        criterion=now.framework.criterion_of(question),
        scored=now,
        before=before,
        cases=cases,
        high_risk={reading.reference for reading in high_risk(now.readings)},
        names=_names(opened.follows) if before else None,
        hidden=len(now.readings) - len(shown) - len(blind),
        blind=len(blind),
        source=now.framework.sources[asked.cite],
        printed=lambda score: printed(now.framework, score),
    )


@blueprint.get("/inspections/<inspection>/standards")
@gate.open_to(*gate.READERS)
def rescore(inspection: str) -> str:
    """The inspection judged by one edition of the standards throughout, with the answers that change and why."""
    opened = book.inspection(inspection)
    name = request.args.get("standards") or national_standards().editions[-1].id
    edition = next((e for e in national_standards().editions if e.id == name), None)
    if edition is None:
        abort(404, f"There is no edition called {name}.")
    before = score_inspection(book.casebook(), inspection, book.moment())
    after = score_inspection(book.casebook(), inspection, book.moment(), edition.id)
    found = changes(before.readings, after.readings)
    shown = {reading.reference for reading in after.readings if book.may_read(reading)}
    listed = [change for change in found if change.reference in shown]
    book.viewed(*dict.fromkeys(change.reference for change in listed))
    return render_template(
        "rescore.html",
        inspection=inspection,
        opened=opened,
        edition=edition,
        editions=national_standards().editions,
        before=before,
        after=after,
        changes=listed,
        changed=len(found),
    )


def _now_and_before(inspection: str) -> tuple[Scored, Scored | None]:
    """The inspection at the moment asked for, and the one it follows at its own."""
    files = book.casebook()
    return score_inspection(files, inspection, book.moment()), score_before(files, inspection)


def _names(follows: str | None) -> tuple[str, str] | None:
    """What the inspection before and the one that follows it are called."""
    return names_of(book.casebook().inspections[follows]) if follows else None


def _criterion(scored: Scored, name: str) -> Criterion:
    found = next((c for c in scored.framework.criteria if c.id == name), None)
    if found is None:
        abort(404, f"There is no criterion called {name} in {scored.framework.title}.")
    return found
