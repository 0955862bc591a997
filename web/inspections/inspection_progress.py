"""How far an inspection has come, and the page that freezes it."""

from collections import Counter

from flask import render_template, request
from werkzeug.wrappers import Response

from domain.accounts.roles import OPENERS
from domain.aggregates.conflicts import applies
from domain.aggregates.inspection import Inspection
from domain.aggregates.kept_policy import texts_to_keep
from domain.entries.inspection_entries import InspectionFrozen, reader_of
from domain.store.draw_seeds import own_names
from projections.inspections.published_figures import frozen_fields
from web.inspections.draw_words import left_out_of, replaced_said, seed_said
from web.inspections.inspection_form import back_to_progress, blueprint
from web.inspections.reading_allocation import possible_assessors
from web.inspections.sample_pages import closed_in_frame, stratum_sizes
from web.recording.inspection_entry import enter, inspection_to_run, redirect_if_closed, unfinished
from web.services import current_cases, current_inspections
from web.site import access_control


@blueprint.get("/inspections/<inspection>/work")
@access_control.open_to(*OPENERS)
def work(inspection: str) -> str:
    """The progress of the inspection: each step, what is done, what comes next."""
    found = inspection_to_run(inspection)
    assert found.opened is not None
    return render_template(
        "inspections/inspection.html", inspection=inspection, found=found, opened=found.opened,
        read=len(found.finished(second=False)),
        strata=stratum_sizes(found, closed_in_frame(inspection, found)), assessors=readings_by_assessor(found),
        accounts=[(account.username, account.name) for account in possible_assessors()],
        follows=current_inspections.inspections().get(found.opened.follows or ""), managed=len(found.managed),
        leads_as_inspector=access_control.account().inspects,
        conflicts=applies(found), left_out=left_out_of(found.frame), replaced=replaced_said(found), seed_said=_seed_said(found),
    )  # fmt: skip


def _seed_said(found: Inspection) -> str:
    """Where the seed of the draw came from; empty where nothing was drawn."""
    return seed_said(found.drawn, own_names(current_cases.repository().files)) if found.drawn else ""


def readings_by_assessor(found: Inspection) -> list[tuple[str, str, int, int]]:
    """For each assessor: name, role, readings allocated, readings finished."""
    done = Counter(map(reader_of, found.completed.values()))
    named = sorted(found.assessors.items(), key=lambda one: (found.called(one[0]), one[0]))
    return [(found.called(key), role, len(found.tasks_of(key)), done[key]) for key, role in named]


@blueprint.route("/inspections/<inspection>/freeze", methods=["GET", "POST"])
@access_control.open_to(*OPENERS)
def freeze(inspection: str) -> str | Response:
    """Freeze the inspection, so that no reading changes any more, and no rating but by the panel. Shows what is still open."""
    found = inspection_to_run(inspection)
    if (late := redirect_if_closed(inspection, found, InspectionFrozen)) is not None:
        return late
    if not found.sample:
        return back_to_progress(inspection, {"type": "Draw a sample before freezing."}, "", "freeze")
    if request.method == "GET":
        return render_template(
            "inspections/final.html", inspection=inspection, opened=found.opened, title="Freeze the inspection",
            still=unfinished(found),
            words="After freezing, no sample and no reading changes, and no rating"
            f"{' but by the panel' if found.process.panel else ''}; an answer recorded later does not count. "
            "Findings can still be written. It cannot be undone.",
        )  # fmt: skip
    values = {"note": request.form.get("note", "").strip(), **frozen_fields(current_cases.repository(), found)}
    problems = enter(inspection, "InspectionFrozen", values, texts=texts_to_keep(found.framework))
    return back_to_progress(inspection, problems, "The inspection is frozen. Findings can still be written.", "freeze")
