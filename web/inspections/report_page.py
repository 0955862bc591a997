"""The pages of an inspection's report: sheet, criteria with findings, downloads, publication."""

import json
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from domain.accounts.roles import OPENERS, READERS
from domain.aggregates.inspection_rules import closed_to
from domain.entries.inspection_entries import FindingWritten
from domain.policy.frameworks.framework import Framework
from domain.policy.frameworks.framework_files import frameworks
from projections.inspections.published_figures import published_fields
from web.inspections.pdf_report import as_pdf
from web.inspections.report_data import InspectionReport
from web.inspections.report_proof import report_document
from web.inspections.report_seen import report_seen
from web.presentation.downloads import download
from web.presentation.formatting import long_date
from web.presentation.table_files import Column, Download, notes
from web.recording.entry_forms import Field
from web.recording.inspection_entry import Problems, enter, inspection_to_run, read_form, token, unfinished
from web.services import current_cases, current_inspections
from web.site import access_control

blueprint = Blueprint("reporting", __name__)

WENT = (("improved", "Improved"), ("deteriorated", "Deteriorated"), ("unchanged", "Unchanged"))


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
            values, problems = read_form([
                Field("criterion", "text", "Criterion", True), Field("text", "note", "Finding", True),
                Field("question", "text", "Question", False), Field("direction", "choice", "Direction", False, "", WENT),
            ])  # fmt: skip
        conclusion = {"conclusion": True} if request.form.get("conclusion") == "yes" else {}
        problems = problems or enter(inspection, "FindingWritten", {**values, **conclusion})
        if not problems:
            flash("The finding is written.")
            anchor = f"criterion-{values['criterion']}"
            return redirect(url_for("reporting.show", inspection=inspection, _anchor=anchor))
    made = report_seen(inspection, current_cases.moment())
    return render_template(
        "inspections/report.html", inspection=inspection, opened=made.opened, made=made, problems=problems, typed=request.form,
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


@blueprint.route("/inspections/<inspection>/publish", methods=["GET", "POST"])
@access_control.open_to(*OPENERS)
def publish(inspection: str) -> str | Response:
    """Publish: record the figures as printed. Shows first what is still open."""
    found = inspection_to_run(inspection)
    if found.frozen is None:
        flash("Freeze the inspection before it is published.")
        return redirect(url_for("inspecting.work", inspection=inspection))
    if found.published is not None:
        flash(f"This inspection was published on {long_date(found.published.occurred_on)}.")
        return redirect(url_for("reporting.show", inspection=inspection))
    if request.method == "GET":
        return render_template(
            "inspections/final.html", inspection=inspection, opened=found.opened, title="Publish the sheet",
            still=unfinished(found),
            words="The figures are put on record as printed, with how far the record went. Nothing of the inspection "
            "changes after that; another one may follow it. It cannot be undone. The figures of the whole sample become open "
            "to all readers exactly as they are, however few cases they count, also to those to whom a case in it is closed.",
        )  # fmt: skip
    problems = enter(
        inspection, "InspectionPublished", published_fields(current_cases.repository(), inspection), entry=token()
    )
    for words in problems.values() or ["The sheet is published."]:
        flash(words)
    return redirect(url_for("reporting.show" if not problems else "inspecting.work", inspection=inspection))


@blueprint.get("/inspections/<inspection>/report/<form>")
@access_control.open_to(*READERS)
def keep(inspection: str, form: str) -> Response:
    """The report as PDF or JSON, or all answers as a table (CSV, XLSX, ODS), with the state of the record."""
    current_inspections.inspection(inspection)
    made = report_seen(inspection, current_cases.moment())
    if form in ("pdf", "json"):
        access_control.log("downloaded", detail=f"{inspection}.{form}")
        if form == "pdf":
            answer = Response(as_pdf(made), content_type="application/pdf")
        else:
            words = json.dumps(report_document(made), ensure_ascii=False, indent=1)
            answer = Response(words, content_type="application/json")
        answer.headers["Content-Disposition"] = f'attachment; filename="{inspection}.{form}"'
        return answer
    columns = [Column("Case"), Column("Criterion"), Column("Question"), Column("Text"), Column("Answer"),
               Column("Basis"), Column("Nothing there"), Column("Other basis"),
               *(Column(name) for name, _ in made.stamp.pairs())]  # fmt: skip
    stamp = [value for _, value in made.stamp.pairs()]
    framework = made.scored.framework
    shown = current_inspections.shown(inspection, made.scored.readings)
    rows = [
        (r.reference, framework.criterion_of(a.question.id).id, a.question.id, a.question.text, a.answer, a.basis,
         a.absent, a.other, *stamp)
        for r in shown
        for a in r.answers
    ]  # fmt: skip
    file_notes = notes(made.scored.moment, *made.stamp.pairs())
    table = Download(made.opened.title, columns, rows, file_notes, [r.reference for r in shown])
    return download(table, form, f"{inspection}-answers")


@blueprint.get("/inspections/<inspection>/frameworks")
@access_control.open_to(*READERS)
def side_by_side(inspection: str) -> str:
    """The same cases scored under two frameworks, side by side."""
    opened = current_inspections.inspection(inspection)
    own = current_cases.repository().inspection(inspection).framework
    other = _framework(request.args.get("framework"), own)
    scores = [current_inspections.scored(inspection, current_cases.moment(), by=f) for f in (own, other)]
    return render_template(
        "inspections/frameworks.html", inspection=inspection, opened=opened, scores=scores, other=other,
        choices=[(f.id, f.title) for f in frameworks().values() if f.id != own.id],
    )  # fmt: skip


def _framework(name: str | None, own: Framework) -> Framework:
    found = {f.id: f for f in frameworks().values() if f.id != own.id}
    if not found:
        abort(404, "There is no other framework to score by.")
    if name and name not in found:
        abort(404, f"There is no other framework called {name}.")
    return found[name] if name else next(iter(found.values()))
