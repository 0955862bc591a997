"""The pages of a draw: how it was come by, shown and to keep, so that anybody can repeat it."""

import json
from collections import Counter
from collections.abc import Collection
from typing import NamedTuple

from flask import abort, render_template
from werkzeug.wrappers import Response

from domain.accounts.roles import OPENERS
from domain.aggregates.inspection import Inspection
from domain.aggregates.sampling import ticket
from domain.entries.code_lists import label
from domain.entries.inspection_entries import CaseReplaced
from domain.store.draw_seeds import own_names
from web.inspections.draw_words import draw_document, draw_facts
from web.inspections.inspection_form import blueprint
from web.inspections.publication_page import attached
from web.presentation.downloads import download
from web.presentation.table_files import Column, Download
from web.recording.inspection_entry import inspection_to_run
from web.services import current_cases, current_inspections
from web.site import access_control


@blueprint.get("/inspections/<inspection>/draw")
@access_control.open_to(*OPENERS)
def show_draw(inspection: str) -> str:
    """The draw, so that it can be repeated: the frame with tickets, the cases drawn and the spare cases."""
    found = inspection_to_run(inspection)
    lines = draw_lines(inspection, found)
    access_control.shown(*(line.case for line in lines if line.ticket))
    closed, own = closed_in_frame(inspection, found), own_names(current_cases.repository().files)
    by_hand = [one for one in (found.frame.left_out if found.frame else ()) if one.words]
    hidden = current_inspections.closed(inspection, (one.case for one in by_hand))
    return render_template(
        "inspections/draw.html", inspection=inspection, opened=found.opened, found=found, lines=lines, closed=len(closed),
        strata=stratum_sizes(found, closed), facts=draw_facts(found, own), own=own,
        by_hand=[(CLOSED if one.case in hidden else one.case, one.why, one.words) for one in by_hand],
    )  # fmt: skip


@blueprint.get("/inspections/<inspection>/draw/<form>")
@access_control.open_to(*OPENERS)
def keep_draw(inspection: str, form: str) -> Response:
    """The frame with the whole ticket of each case, to repeat the draw with any tool (JSON, CSV, XLSX, ODS)."""
    found = inspection_to_run(inspection)
    lines = draw_lines(inspection, found)
    cases = [line.case for line in lines if line.ticket]
    if form == "json":
        access_control.log("downloaded", *cases, detail=f"{inspection}-draw.json")
        document = draw_document(inspection, found, frozenset(closed_in_frame(inspection, found)))
        return attached(
            json.dumps(document, indent=1, ensure_ascii=False).encode(), "application/json", f"{inspection}-draw.json"
        )
    columns = [Column(name) for name in ("Case", "Stratum", "Unit", "Officer", "Officer id", "Ticket", "Drawn")]
    rows = [
        (line.case, line.stratum, line.unit, line.officer, line.officer_id, line.ticket, line.drawn) for line in lines
    ]
    notes = [("Inspection", inspection), *draw_facts(found, own_names(current_cases.repository().files))]
    return download(Download(f"Draw: {inspection}", columns, rows, notes, cases), form, f"{inspection}-draw")


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
    team: str = ""
    unit: str = ""
    officer_id: str = ""


def closed_in_frame(inspection: str, found: Inspection) -> set[str]:
    """The cases of the frame that are closed to the person signed in."""
    return current_inspections.closed(inspection, (f.case for f in found.frame.cases)) if found.frame else set()


def draw_lines(inspection: str, found: Inspection) -> list[DrawLine]:
    """The frame by stratum and ticket. Cases that are closed come last: their place would tell their stratum and ticket."""
    if found.frame is None or found.drawn is None:
        abort(404, "No sample has been drawn for this inspection: its cases were chosen elsewhere, or it has none yet.")
    seed, closed = found.drawn.seed, closed_in_frame(inspection, found)
    taken = dict.fromkeys(found.drawn.cases, "drawn") | dict.fromkeys(found.drawn.spares, "spare")
    said = {r.case: _replaced(r, closed) for r in found.replaced}
    lines = [
        DrawLine(
            case=f.case, stratum=f.stratum, officer=f.officer, ticket=ticket(seed, f.case), drawn=taken.get(f.case),
            replaced=said.get(f.case, ""), team=f.team or f.unit, unit=f.unit, officer_id=f.officer_id or "",
        )
        for f in found.frame.cases
        if f.case not in closed
    ]  # fmt: skip
    lines.sort(key=lambda line: (line.stratum, line.ticket))
    hidden = sorted((taken.get(case) for case in closed), key=lambda state: (state is None, state))
    return [*lines, *(DrawLine(CLOSED, "", "", "", state) for state in hidden)]


def _replaced(fact: CaseReplaced, closed: Collection[str]) -> str:
    """By which case one was replaced, and why."""
    why = f" ({label(fact.why)})" if fact.why else ""
    return f"replaced by {CLOSED if fact.by in closed else fact.by}: {fact.reason}{why}"


def stratum_sizes(found: Inspection, closed: Collection[str]) -> list[tuple[str, int, int, int]]:
    """For each stratum: its name, and its cases in the frame, drawn and spare; cases that are closed stand apart."""
    if found.frame is None:
        return []
    where = {f.case: "closed to you" if f.case in closed else f.stratum for f in found.frame.cases}
    sizes = Counter(where.values())
    drawn = Counter(where[case] for case in found.drawn.cases) if found.drawn else Counter()
    spare = Counter(where[case] for case in found.drawn.spares) if found.drawn else Counter()
    return [(name, size, drawn[name], spare[name]) for name, size in sorted(sizes.items())]
