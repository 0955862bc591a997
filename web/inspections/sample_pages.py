"""The pages of the sample: drawing it, showing and downloading the draw, replacing a case."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from domain.accounts.roles import OPENERS
from domain.aggregates.inspection import Inspection
from domain.aggregates.sampling import MOST_PER_OFFICER, SPARE_PER_CENT, CannotDraw, draw, ticket
from domain.entries.inspection_entries import CaseReplaced, Framed, SampleDrawn
from web.inspections.inspection_form import blueprint, form_page
from web.presentation.downloads import download
from web.presentation.formatting import left_out_said
from web.presentation.table_files import Column, Download
from web.recording.entry_forms import Field
from web.recording.inspection_entry import Problems, enter, inspection_to_run, read_form, redirect_if_closed, token
from web.services import current_cases
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
    problems = problems or _draw(inspection, found.frame.cases, values)
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


def _draw(inspection: str, cases: Sequence[Framed], values: Mapping[str, Any]) -> Problems:
    """Draw the sample and record it. Returns why it cannot be drawn or recorded."""
    try:
        drawn = draw(
            cases, values["size"], values["seed"],
            per_officer=values.get("per_officer"), spare_per_cent=values["spare_per_cent"],
        )  # fmt: skip
    except CannotDraw as error:
        return {"size": f"{str(error)[:1].upper()}{str(error)[1:]}"}
    return enter(inspection, "SampleDrawn", {**values, "cases": drawn.cases, "spares": drawn.spares})


@blueprint.get("/inspections/<inspection>/draw")
@access_control.open_to(*OPENERS)
def show_draw(inspection: str) -> str:
    """The draw, so that it can be repeated: the frame with tickets, the cases drawn and the spare cases."""
    found = inspection_to_run(inspection)
    tickets, taken, hidden = _tickets(found)
    access_control.shown(*(framed.case for framed, _ in tickets))
    return render_template(
        "inspections/draw.html", inspection=inspection, opened=found.opened, found=found, tickets=tickets, taken=taken,
        hidden=hidden, strata=stratum_sizes(found), replaced={r.case: r for r in found.replaced},
        left_out=left_out_said(len(found.frame.left_out) if found.frame else 0),
    )  # fmt: skip


@blueprint.get("/inspections/<inspection>/draw/<form>")
@access_control.open_to(*OPENERS)
def keep_draw(inspection: str, form: str) -> Response:
    """The frame with the whole ticket of each case, to repeat the draw with any tool (CSV, XLSX, ODS)."""
    found = inspection_to_run(inspection)
    tickets, taken, hidden = _tickets(found)
    drawn = found.drawn
    assert drawn is not None
    columns = [Column(name) for name in ("Case", "Stratum", "Officer", "Ticket", "Drawn")]
    rows = [(f.case, f.stratum, f.officer, number, taken.get(f.case)) for f, number in tickets]
    limit = str(drawn.per_officer or "none")
    file_notes = [("Inspection", inspection), ("Seed", drawn.seed), ("Sample", str(drawn.size)), ("Cases of one officer", limit),
            ("Spare cases, per cent", str(drawn.spare_per_cent)), ("Not shown: access is limited", str(hidden))]  # fmt: skip
    cases = [row[0] for row in rows]
    return download(Download(f"Draw: {inspection}", columns, rows, file_notes, cases), form, f"{inspection}-draw")


def _tickets(found: Inspection) -> tuple[list[tuple[Framed, str]], dict[str, str], int]:
    """The frame by stratum and ticket; case -> drawn or spare; the number of cases that are not shown."""
    if found.frame is None or found.drawn is None:
        abort(404, "No sample has been drawn for this inspection: its cases were chosen elsewhere, or it has none yet.")
    seed = found.drawn.seed
    closed = current_cases.closed(framed.case for framed in found.frame.cases)
    shown = [framed for framed in found.frame.cases if framed.case not in closed]
    tickets = sorted(((f, ticket(seed, f.case)) for f in shown), key=lambda pair: (pair[0].stratum, pair[1]))
    taken = dict.fromkeys(found.drawn.cases, "drawn") | dict.fromkeys(found.drawn.spares, "spare")
    return tickets, taken, len(closed)


def stratum_sizes(found: Inspection) -> list[tuple[str, int, int, int]]:
    """For each stratum: its name, and its cases in the frame, drawn and spare."""
    if found.frame is None:
        return []
    sizes = Counter(framed.stratum for framed in found.frame.cases)
    where = {framed.case: framed.stratum for framed in found.frame.cases}
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
    if case not in found.sample:
        abort(404, f"{case} is not in the sample.")
    fields = [
        Field(
            "by",
            "choice",
            "Spare case",
            True,
            f"In the order of the draw. {case} is {found.stratum_of(case)}",
            tuple((c, f"{c}, {found.stratum_of(c)}") for c in found.spares_for(case)),
        ),
        Field("reason", "note", "Reason", True, "Such as: transferred out before the sample date"),
    ]
    title = f"Replace {case}"
    access_control.shown(*found.spares_for(case))
    if request.method == "GET":
        return form_page(title, fields, {"by": found.spares_for(case)[:1]}, {}, inspection)
    values, problems = read_form(fields)
    problems = problems or enter(inspection, "CaseReplaced", {**values, "case": case})
    if problems:
        return form_page(title, fields, request.form.to_dict(flat=False), problems, inspection)
    flash(f"{values['by']} takes the place of {case}. Give it out to be read.")
    return redirect(url_for("inspecting.allocation", inspection=inspection))
