"""The pages of an inspection's report: sheet, criteria with findings, downloads as the record gives them today."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from domain.accounts.roles import OPENERS, READERS
from domain.aggregates.inspection_rules import closed_to
from domain.entries.inspection_entries import FindingWritten
from domain.policy.frameworks.framework import Framework
from domain.policy.frameworks.framework_files import frameworks
from projections.cases.case_reading import Reading
from projections.inspections.sample_scores import ScoredSample
from projections.lists.known_names import offered
from projections.scoring.score_bands import SectionBand, Total, section_bands, total
from web.inspections.answers_table import answers_table
from web.inspections.freeze_words import how_fixed
from web.inspections.how_made_words import made_facts
from web.inspections.printed_report import few
from web.inspections.publication import FORMS
from web.inspections.publication_page import attached, published_files
from web.inspections.report_data import InspectionReport
from web.inspections.report_parts_page import PROGRESS_WORDS
from web.inspections.report_seen import report_seen
from web.presentation.downloads import download
from web.presentation.pdf_writer import NoPdf
from web.presentation.policy_words import policy_said
from web.recording.entry_forms import Field
from web.recording.inspection_entry import Problems, enter, inspection_to_run, read_form, token
from web.services import current_cases, current_inspections
from web.site import access_control

blueprint = Blueprint("reporting", __name__)

WENT = (("improved", "Improved"), ("deteriorated", "Deteriorated"), ("unchanged", "Unchanged"))

FINDING = (
    Field("criterion", "text", "Criterion", True), Field("text", "note", "Finding", True),
    Field("question", "text", "Question", False), Field("direction", "choice", "Direction", False, "", WENT),
    Field("stands_because", "note", "Why it stands", False),
)  # fmt: skip
"""What the form of a finding asks."""


@blueprint.route("/inspections/<inspection>/report", methods=["GET", "POST"])
@access_control.open_to(*READERS)
@access_control.keeps_what_was_typed
def show(inspection: str) -> str | Response:
    """The report: written findings beside their figures, and drafts from the answers where none is written."""
    current_inspections.inspection(inspection)
    problems: Problems = {}
    if request.method == "POST":
        inspection_to_run(inspection)
        if "draft" in request.form:
            values = _taken_up(report_seen(inspection), request.form["draft"])
        else:
            values, problems = read_form(FINDING)
        ticked = {name: True for name in ("conclusion", "key") if request.form.get(name) == "yes"}
        problems = problems or enter(inspection, "FindingWritten", {**values, **ticked}, asked=FINDING)
        if not problems:
            flash("The finding is written.")
            anchor = f"criterion-{values['criterion']}"
            return redirect(url_for("reporting.show", inspection=inspection, _anchor=anchor))
    made = report_seen(inspection, current_cases.moment())
    out = made.inspection.published
    return render_template(
        "inspections/report.html", inspection=inspection, opened=made.opened, made=made, problems=problems, typed=request.form,
        fixed=[
            *how_fixed(made.inspection), *policy_said(made.inspection), *current_inspections.without_before(inspection),
        ], published_files=published_files(inspection, out),
        digests=[(one.name, one.sha256) for one in out.published_files] if out else [],
        progress_words=PROGRESS_WORDS, how_made=[*made.sampling, *made_facts(made.how_made)], few=few,
        went=WENT, entry_id=request.form.get("entry") or token(),
        writes=current_inspections.runs(inspection) and closed_to(made.inspection, FindingWritten) is None,
    )  # fmt: skip


def _taken_up(made: InspectionReport, question: str) -> dict[str, Any]:
    """The fields of a finding made from the draft of one question."""
    draft = made.drafts.get(question)
    if draft is None:
        abort(404, f"There is no draft for {question}: it is no question of this framework, or has no figure yet.")
    criterion = made.scored.framework.criterion_of(question).id
    words = draft.sentence(made.earlier)
    return {"criterion": criterion, "text": words, "question": question, "direction": draft.direction}


@blueprint.post("/inspections/<inspection>/findings/<entry>/withdraw")
@access_control.open_to(*OPENERS)
def withdraw_finding(inspection: str, entry: str) -> Response:
    """Withdraw a finding. What was written stays on the file of the inspection."""
    inspection_to_run(inspection)
    for words in enter(inspection, "FindingWithdrawn", {"finding": entry}, entry=token()).values() or [
        "The finding is withdrawn."
    ]:
        flash(words)
    return redirect(url_for("reporting.show", inspection=inspection))


@blueprint.get("/inspections/<inspection>/report/<form>")
@access_control.open_to(*READERS)
def keep(inspection: str, form: str) -> Response:
    """The report as PDF, OpenDocument text or JSON, or all answers as a table (CSV, XLSX, ODS), with the state of the record."""
    current_inspections.inspection(inspection)
    if form in ("pdf", "odt", "json"):
        ending, kind, make = FORMS[form]
        try:
            content = make(report_seen(inspection, current_cases.moment()))
        except NoPdf as error:
            flash(str(error))
            return redirect(url_for("reporting.show", inspection=inspection))
        access_control.log("downloaded", detail=f"{inspection}.{form}")
        return attached(content, kind, f"{inspection}{ending}")
    return download(answers_table(*answers_seen(inspection)), form, f"{inspection}-answers")


@blueprint.get("/inspections/<inspection>/frameworks")
@access_control.open_to(*READERS)
def side_by_side(inspection: str) -> str:
    """The same cases scored under two frameworks, side by side."""
    opened = current_inspections.inspection(inspection)
    found = by_two_frameworks(inspection, request.args.get("framework"))
    return render_template(
        "inspections/frameworks.html", inspection=inspection, opened=opened, scores=found.scores, other=found.other,
        bands=found.bands, totals=found.totals,
        choices=[(f.id, f.title) for f in frameworks().values() if f.id != found.own.id],
    )  # fmt: skip


@dataclass(frozen=True)
class TwoFrameworks:
    """The same cases under an inspection's own framework and another, in this order."""

    own: Framework
    other: Framework
    scores: list[ScoredSample]
    bands: list[list[SectionBand]]

    @property
    def totals(self) -> list[Total | None]:
        return [total(scored.framework, bands) for scored, bands in zip(self.scores, self.bands, strict=True)]


def by_two_frameworks(inspection: str, name: str | None) -> TwoFrameworks:
    """An inspection scored by its own framework and by another (None: the first). 404 where there is none of this id."""
    own = current_cases.repository().inspection(inspection).framework
    other = _framework(name, own)
    scores = [current_inspections.scored(inspection, current_cases.moment(), by=f) for f in (own, other)]
    found = current_inspections.seen(inspection)
    return TwoFrameworks(own, other, scores, [section_bands(found, scored.score) for scored in scores])


def answers_seen(inspection: str) -> tuple[InspectionReport, list[Reading]]:
    """The report, and the readings whose answers its reader may see. 403 for who reads a draft alone."""
    current_inspections.inspection(inspection)
    if current_inspections.is_draft_reader(inspection):
        abort(403, "A draft shows no case: the answers are open once the inspection is published.")
    made = report_seen(inspection, current_cases.moment())
    return made, current_inspections.shown(inspection, made.scored.readings)


def _framework(name: str | None, own: Framework) -> Framework:
    found = {f.id: f for f in frameworks().values() if f.id != own.id}
    if not found:
        abort(404, "There is no other framework to score by.")
    if name and name not in found:
        abort(404, f"There is no other framework called {name}. {offered(name, found)}")
    return found[name] if name else next(iter(found.values()))
