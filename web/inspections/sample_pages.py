"""The pages of the sample: drawing it, showing and downloading the draw, replacing a case."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from domain.accounts.roles import OPENERS
from domain.aggregates.inspection import Inspection
from domain.aggregates.sampling import MOST_PER_OFFICER, SPARE_PER_CENT, CannotDraw, draw, ticket
from domain.entries.inspection_entries import CaseReplaced, SampleDrawn
from web.inspections.inspection_form import blueprint, form_page
from web.inspections.reading_answers import case_read
from web.presentation.downloads import download
from web.presentation.formatting import left_out_said
from web.presentation.phrases import sentence
from web.presentation.table_files import Column, Download
from web.recording.entry_forms import Field
from web.recording.inspection_entry import Problems, enter, inspection_to_run, read_form, redirect_if_closed, token
from web.services import current_inspections
from web.site import access_control


def _draw_fields(size: int) -> list[Field]:
    return [
        Field("size", "number", "Cases in the sample", True, f"The frame holds {size}"),
        Field("per_officer", "number", "At most so many of one officer", False,
              f"HMI Probation's sampler takes {MOST_PER_OFFICER}; empty: no limit"),
        Field("spare_per_cent", "number", "Spare cases, per cent", True, "To take the place of cases that can't be read"),
        Field("seed", "text", "Seed", True, "Any words; the same frame and seed give the same sample again"),
    ]  # fmt: skip


@blueprint.route("/inspections/<inspection>/sample", methods=["GET", "POST"])
@access_control.open_to(*OPENERS)
@access_control.keeps_what_was_typed
def take_sample(inspection: str) -> str | Response:
    """Draw the sample from the frame."""
    found = inspection_to_run(inspection)
    if (late := redirect_if_closed(inspection, found, SampleDrawn)) is not None:
        return late
    if found.frame is None:
        return redirect(url_for("inspecting.take_frame", inspection=inspection))
    fields, title = _draw_fields(len(found.frame.cases)), "Draw the sample"
    if request.method == "GET":
        most = str(min(60, len(found.frame.cases)))
        start = {"size": [most], "spare_per_cent": [str(SPARE_PER_CENT)], "seed": [token()[5:]]}
        return form_page(title, fields, start, {}, inspection)
    values, problems = _draw_typed(fields)
    problems = problems or _draw(inspection, found, values)
    if problems:
        return form_page(title, fields, request.form.to_dict(flat=False), problems, inspection)
    flash("The sample is drawn. Name who reads it next.")
    return redirect(url_for("inspecting.work", inspection=inspection))


def _draw_typed(fields: Sequence[Field]) -> tuple[dict[str, Any], Problems]:
    """The values of the form, and the problems in them: each but the seed must be a whole number."""
    values, problems = read_form(fields)
    for name, value in values.items():
        least = 0 if name == "spare_per_cent" else 1
        if name != "seed" and (not isinstance(value, int) or value < least):
            problems.setdefault(name, "Enter a whole number")
    return values, problems


def _draw(inspection: str, found: Inspection, values: Mapping[str, Any]) -> Problems:
    """Draw the sample and record it. Returns why it cannot be drawn or recorded.

    The words name officers and count their cases, so they are left out where a case of the frame is closed to the reader.
    """
    assert found.frame is not None
    try:
        drawn = draw(
            found.frame.cases, values["size"], values["seed"],
            per_officer=values.get("per_officer"), spare_per_cent=values["spare_per_cent"],
        )  # fmt: skip
    except CannotDraw as error:
        if values["size"] <= len(found.frame.cases) and closed_in_frame(inspection, found):
            return {"size": "No such sample can be drawn: ask for fewer cases, or for more of one officer"}
        return {"size": sentence(str(error))}
    return enter(inspection, "SampleDrawn", {**values, "cases": drawn.cases, "spares": drawn.spares})


@blueprint.get("/inspections/<inspection>/draw")
@access_control.open_to(*OPENERS)
def show_draw(inspection: str) -> str:
    """The draw, so that it can be repeated: the frame with tickets, the cases drawn and the spare cases."""
    found = inspection_to_run(inspection)
    lines = _draw_lines(inspection, found)
    access_control.shown(*(line.case for line in lines if line.ticket))
    return render_template(
        "inspections/draw.html", inspection=inspection, opened=found.opened, found=found, lines=lines,
        strata=stratum_sizes(found, closed_in_frame(inspection, found)),
        left_out=left_out_said(len(found.frame.left_out) if found.frame else 0),
    )  # fmt: skip


@blueprint.get("/inspections/<inspection>/draw/<form>")
@access_control.open_to(*OPENERS)
def keep_draw(inspection: str, form: str) -> Response:
    """The frame with the whole ticket of each case, to repeat the draw with any tool (CSV, XLSX, ODS)."""
    found = inspection_to_run(inspection)
    lines, drawn = _draw_lines(inspection, found), found.drawn
    assert drawn is not None
    columns = [Column(name) for name in ("Case", "Stratum", "Officer", "Ticket", "Drawn")]
    rows = [(line.case, line.stratum, line.officer, line.ticket, line.drawn) for line in lines]
    limit = str(drawn.per_officer or "none")
    file_notes = [("Inspection", inspection), ("Seed", drawn.seed), ("Sample", str(drawn.size)), ("Cases of one officer", limit),
            ("Spare cases, per cent", str(drawn.spare_per_cent))]  # fmt: skip
    cases = [line.case for line in lines if line.ticket]
    return download(Download(f"Draw: {inspection}", columns, rows, file_notes, cases), form, f"{inspection}-draw")


CLOSED = "a case closed to you"
"""What stands in the place of a case of the frame that is closed to the reader."""


class DrawLine(NamedTuple):
    """One case of the frame as drawn. Of a case that is closed to the reader only whether it was drawn."""

    case: str
    stratum: str
    officer: str
    ticket: str
    drawn: str | None
    replaced: str = ""


def closed_in_frame(inspection: str, found: Inspection) -> set[str]:
    """The cases of the frame that are closed to the person signed in."""
    return current_inspections.closed(inspection, (f.case for f in found.frame.cases)) if found.frame else set()


def _draw_lines(inspection: str, found: Inspection) -> list[DrawLine]:
    """The frame by stratum and ticket. Cases that are closed come last: their place would tell their stratum and ticket."""
    if found.frame is None or found.drawn is None:
        abort(404, "No sample has been drawn for this inspection: its cases were chosen elsewhere, or it has none yet.")
    seed, closed = found.drawn.seed, closed_in_frame(inspection, found)
    taken = dict.fromkeys(found.drawn.cases, "drawn") | dict.fromkeys(found.drawn.spares, "spare")
    said = {r.case: f"replaced by {CLOSED if r.by in closed else r.by}: {r.reason}" for r in found.replaced}
    lines = [
        DrawLine(f.case, f.stratum, f.officer, ticket(seed, f.case), taken.get(f.case), said.get(f.case, ""))
        for f in found.frame.cases
        if f.case not in closed
    ]
    lines.sort(key=lambda line: (line.stratum, line.ticket))
    hidden = sorted((taken.get(case) for case in closed), key=lambda state: (state is None, state))
    return [*lines, *(DrawLine(CLOSED, "", "", "", state) for state in hidden)]


def stratum_sizes(found: Inspection, closed: Collection[str]) -> list[tuple[str, int, int, int]]:
    """For each stratum: its name, and its cases in the frame, drawn and spare; cases that are closed stand apart."""
    if found.frame is None:
        return []
    where = {f.case: "closed to you" if f.case in closed else f.stratum for f in found.frame.cases}
    sizes = Counter(where.values())
    drawn = Counter(where[case] for case in found.drawn.cases) if found.drawn else Counter()
    spare = Counter(where[case] for case in found.drawn.spares) if found.drawn else Counter()
    return [(name, size, drawn[name], spare[name]) for name, size in sorted(sizes.items())]


@blueprint.route("/inspections/<inspection>/replace/<crn>/<int:number>", methods=["GET", "POST"])
@access_control.open_to(*OPENERS)
@access_control.keeps_what_was_typed
def replace_case(inspection: str, crn: str, number: int) -> str | Response:
    """Replace a case that cannot be read by the next spare case of the draw."""
    found, case = inspection_to_run(inspection), f"{crn}/{number}"
    if (late := redirect_if_closed(inspection, found, CaseReplaced)) is not None:
        return late
    if case not in found.sample or current_inspections.closed(inspection, [case]):
        abort(404, f"There is no case {case} in the sample that is open to you.")
    spares = found.spares_for(case)
    closed = current_inspections.closed(inspection, spares)
    fields = [
        Field(
            "by",
            "choice",
            "Spare case",
            True,
            f"In the order of the draw. {case} is {found.stratum_of(case)}",
            tuple((c, f"{c}, {found.stratum_of(c)}") for c in spares if c not in closed),
        ),
        Field("reason", "note", "Reason", True, "Such as: transferred out before the sample date"),
    ]
    title = f"Replace {case}"
    access_control.shown(*(c for c in spares if c not in closed))
    case_read(inspection, found, case, second=False, opened=True)  # for the banner
    if request.method == "GET":
        return form_page(title, fields, {"by": [c for c in spares if c not in closed][:1]}, {}, inspection)
    values, problems = read_form(fields)
    problems = problems or enter(inspection, "CaseReplaced", {**values, "case": case})
    if problems:
        return form_page(title, fields, request.form.to_dict(flat=False), problems, inspection)
    flash(f"{values['by']} takes the place of {case}. Give it out to be read.")
    return redirect(url_for("inspecting.allocation", inspection=inspection))
