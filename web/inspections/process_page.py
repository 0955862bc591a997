"""The process of an inspection, for whoever runs it: lead, area, list, panel, closing, draft, comments, errata."""

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from domain.accounts.roles import OPENERS
from domain.aggregates.inspection import Inspection
from projections.inspections.alerts import alerts
from projections.inspections.published_figures import FigureChange, figure_changes, figures
from projections.inspections.sample_scores import score_inspection
from web.inspections.inspection_form import blueprint, form_page
from web.inspections.process_steps import ABOUT_A_COMMENT, EFFECTS, NAMED_FOR, OUTCOMES, STEPS, may_reopen
from web.presentation.formatting import sentence
from web.recording.inspection_entry import enter, inspection_to_run, read_form
from web.services import current_cases
from web.site import access_control


@blueprint.get("/inspections/<inspection>/process")
@access_control.open_to(*OPENERS)
def process(inspection: str) -> str:
    """Where the inspection stands in its process, and what each step says."""
    found = inspection_to_run(inspection)
    book = current_cases.repository()
    return render_template(
        "inspections/process.html", inspection=inspection, opened=found.opened, found=found, process=found.process,
        lead=lead_name(found),
        named_for=NAMED_FOR, outcomes=OUTCOMES, effects=EFFECTS, may_reopen=lambda comment: may_reopen(found, comment),
        moved=moved_figures(inspection, found), alerts=alerts(book, inspection),
    )  # fmt: skip


def lead_name(found: Inspection) -> str:
    """The name of the lead of an inspection."""
    return found.called(found.lead) if found.lead in found.named else _name_of(found.lead)


def _name_of(username: str | None) -> str:
    found = (one.name for one in access_control.register().accounts() if one.username == username)
    return next(found, username or "not known")


def moved_figures(inspection: str, found: Inspection) -> list[FigureChange]:
    """The figures that comments moved: as they were, and as they are."""
    if not found.process.reopened:
        return []
    book = current_cases.repository()
    before, now = (score_inspection(book, inspection, again=again).score for again in ("none", "closed"))
    return figure_changes(figures(found, before), figures(found, now))


@blueprint.route("/inspections/<inspection>/process/<step>", methods=["GET", "POST"])
@access_control.open_to(*OPENERS)
@access_control.keeps_what_was_typed
def take_step(inspection: str, step: str) -> str | Response:
    """One step of the process. ``?comment=`` names the comment that it is about."""
    if step not in STEPS:
        abort(404, f"The process has no step '{step}'; it has {', '.join(STEPS)}.")
    found, kind, about = inspection_to_run(inspection), STEPS[step], request.args.get("comment", "")
    if step in ABOUT_A_COMMENT and about not in found.process.comments:
        abort(404, "There is no such comment here.")
    fields, said = kind.fields(found, about), kind.said(found, about)
    if request.method == "GET":
        return form_page(kind.title, fields, {}, {}, inspection, said=said, stood=kind.stands(found))
    typed, problems = read_form(fields)
    problems = problems or enter(inspection, kind.entry_type, kind.values(found, about, typed), asked=fields)
    if problems:
        typed_again = request.form.to_dict(flat=False)
        return form_page(kind.title, fields, typed_again, problems, inspection, said=said, stood=kind.stands(found))
    flash(f"{sentence(kind.title)}: done.")
    return redirect(url_for("inspecting.process", inspection=inspection))
