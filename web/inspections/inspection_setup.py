"""Running an inspection, or an SPO's audit of a team: sampling frame, draw, assessors, allocation and freezing."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, get_args

from dateutil.relativedelta import relativedelta
from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from domain.accounts.roles import OPENERS, Account
from domain.aggregates.inspection import Inspection
from domain.aggregates.sampling import MOST_PER_OFFICER, SPARE_PER_CENT, CannotDraw, draw, ticket
from domain.entries import code_lists
from domain.entries.inspection_entries import (
    CaseReplaced,
    Framed,
    FrameTaken,
    InspectionFrozen,
    ReadingAllocated,
    SampleDrawn,
)
from domain.policy.frameworks.framework_files import DEFAULT_FRAMEWORK, frameworks
from projections.inspections.published_figures import leaves
from projections.inspections.sample_scores import inspection_moment
from projections.inspections.sampling_frame import sampling_frame
from web.presentation.downloads import download
from web.presentation.formatting import count_noun, numeric_date
from web.presentation.table_files import Column, Download
from web.recording.entry_forms import Field
from web.recording.inspection_entry import Problems, enter, led, open_ends, read_form, still_open, token
from web.services import current_cases, following_read_model
from web.site import access_control, clock

blueprint = Blueprint("inspecting", __name__)

MONTHS_BEFORE = (10, 9)
"""The window of start dates, in months before the sample date: the report's cases began nine or ten months before."""


TAKE_BACK = "-"
"""The value in the form that takes a reading from its assessor."""


def _choices(values: Sequence[str]) -> tuple[tuple[str, str], ...]:
    return tuple((value, code_lists.label(value)[:1].upper() + code_lists.label(value)[1:]) for value in values)


def _opening() -> list[Field]:
    earlier = tuple((name, opened.title) for name, opened in current_cases.inspections().items())
    areas = current_cases.places()["area"]
    none = "" if areas else "No case is on record yet: import cases first, so that there is an area to inspect"
    return [
        Field("title", "text", "Title", True, "For example, Audit of the Gloucester team, December 2005"),
        Field("occurred_on", "date", "Sample date", True, "The day as at which files are read; not after today"),
        Field("area", "choice", "Area", True, none, tuple((a, a) for a in areas)),
        Field("framework", "choice", "Framework", True, "", tuple((n, f.title) for n, f in frameworks().items())),
        Field("knowledge", "choice", "Read the files", True, "", (
            ("stood", "As they stood on the sample date"), ("hindsight", "With everything recorded since"))),
        Field("evidence", "text", "Evidence", False, "What the answers rest on, such as: case files and case managers only"),
        Field("follows", "choice", "Follows", False, "The inspection to print beside this one", (("", "None"), *earlier)),
    ]  # fmt: skip


@blueprint.route("/inspections/new", methods=["GET", "POST"])
@access_control.open_to(*OPENERS)
@access_control.keeps_what_was_typed
def new() -> str | Response:
    """Open an inspection, or an audit."""
    fields = _opening()
    if request.method == "GET":
        start = {"occurred_on": [numeric_date(clock.today())], "framework": [DEFAULT_FRAMEWORK], "knowledge": ["stood"],
                 "follows": [""]}  # fmt: skip
        areas = current_cases.places()["area"]
        return _form("Open an inspection or an audit", fields, start | ({"area": areas} if len(areas) == 1 else {}), {})
    values, problems = read_form(fields)
    name = _free_name(values.get("title", ""))
    problems = problems or enter(name, "InspectionOpened", values)
    if problems:
        return _form("Open an inspection or an audit", fields, request.form.to_dict(flat=False), problems)
    _let_read(access_control.account(), name)
    flash("The inspection is open. Take its frame next.")
    return redirect(url_for("inspecting.work", inspection=name))


@blueprint.get("/inspections/<inspection>/work")
@access_control.open_to(*OPENERS)
def work(inspection: str) -> str:
    """The progress of the inspection: each step, what is done, what comes next."""
    found = led(inspection)
    assert found.opened is not None
    return render_template(
        "inspections/inspection.html", inspection=inspection, found=found, opened=found.opened,
        read=len(found.finished(second=False)),
        strata=_strata(found), assessors=_load(found), accounts=[account.name for account in _may_assess()],
        follows=current_cases.inspections().get(found.opened.follows or ""), managed=len(found.managed),
        leads_as_inspector=access_control.account().inspects,
    )  # fmt: skip


def _framing(found: Inspection) -> list[Field]:
    assert found.opened is not None
    places = _places(found.opened.area)
    return [
        Field("started_from", "date", "Supervision began from", True,
              "The first day of the window. The inspectorate takes cases nine or ten months into supervision"),
        Field("started_to", "date", "to", True, "Its last day"),
        Field("orders", "choices", "Orders and licences", False, "None chosen: all", _choices(get_args(code_lists.OrderType))),
        Field("strata", "choices", "Strata", False, "Each gets its share of the sample",
              _choices(get_args(code_lists.Stratum))),
        Field("division", "choice", "Division", False, "", (("", "All"), *((d, d) for d in places["division"]))),
        Field("team", "choice", "Team", False, "", (("", "All"), *((t, t) for t in places["team"]))),
    ]  # fmt: skip


@blueprint.route("/inspections/<inspection>/frame", methods=["GET", "POST"])
@access_control.open_to(*OPENERS)
@access_control.keeps_what_was_typed
def take_frame(inspection: str) -> str | Response:
    """Take the sampling frame: the cases from which the sample is drawn."""
    found = led(inspection)
    assert found.opened is not None
    if (late := still_open(inspection, found, FrameTaken)) is not None:
        return late
    fields, title = _framing(found), "Take the frame"
    if request.method == "GET":
        window = [found.opened.occurred_on - relativedelta(months=months) for months in MONTHS_BEFORE]
        start = {"started_from": [numeric_date(window[0])], "started_to": [numeric_date(window[1])],
                 "strata": ["risk_of_harm"], "division": [""], "team": [""]}  # fmt: skip
        return _form(title, fields, start, {}, inspection)
    values, problems = read_form(fields)
    cases: list[Framed] = []
    if not problems:
        cases, problems = _frame(found, values)
    listed = [{"case": f.case, "stratum": f.stratum, "officer": f.officer} for f in cases]
    problems = problems or enter(inspection, "FrameTaken", {**values, "cases": listed})
    if problems:
        return _form(title, fields, request.form.to_dict(flat=False), problems, inspection)
    flash(f"The frame is taken: {len(cases)} cases.")
    return redirect(url_for("inspecting.take_sample", inspection=inspection))


def _places(area: str) -> dict[str, list[str]]:
    """The divisions and teams of the area from which the person signed in may take a frame."""
    mine = [
        h
        for h in following_read_model.views().places(current_cases.today())
        if h.area == area and access_control.account().may_frame(h)
    ]
    return {"division": sorted({h.division for h in mine}), "team": sorted({h.team for h in mine})}


def _frame(found: Inspection, values: Mapping[str, Any]) -> tuple[list[Framed], Problems]:
    assert found.opened is not None
    days = {}
    for name in ("started_from", "started_to"):
        try:
            days[name] = date.fromisoformat(values[name])
        except ValueError:
            return [], {name: "Enter a real date, like 3/10/2005"}
    area = following_read_model.views().case_snapshots(
        inspection_moment(found.opened), held=("area", (found.opened.area,)), kinds=()
    )
    within = [case for case in area if access_control.account().may_frame(case.spell.place)]
    place = {name: values.get(name) for name in ("division", "team")}
    cases = sampling_frame(
        within, days["started_from"], days["started_to"], orders=values.get("orders", ()),
        strata=values.get("strata", ()), **place,
    )  # fmt: skip
    return cases, {} if cases else {"started_from": "No case began in this window and place. Widen it"}


def _drawing(size: int) -> list[Field]:
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
    found = led(inspection)
    if (late := still_open(inspection, found, SampleDrawn)) is not None:
        return late
    if found.frame is None:
        return redirect(url_for("inspecting.take_frame", inspection=inspection))
    fields, title = _drawing(len(found.frame.cases)), "Draw the sample"
    if request.method == "GET":
        most = str(min(60, len(found.frame.cases)))
        start = {"size": [most], "spare_per_cent": [str(SPARE_PER_CENT)], "seed": [token()[5:]]}
        return _form(title, fields, start, {}, inspection)
    values, problems = read_form(fields)
    whole = {name: value for name, value in values.items() if name != "seed"}
    for name, value in whole.items():
        if not isinstance(value, int) or value < (0 if name == "spare_per_cent" else 1):
            problems.setdefault(name, "Enter a whole number")
    if not problems:
        try:
            drawn = draw(
                found.frame.cases, values["size"], values["seed"],
                per_officer=values.get("per_officer"), spare_per_cent=values["spare_per_cent"],
            )  # fmt: skip
        except CannotDraw as error:
            problems = {"size": f"{str(error)[:1].upper()}{str(error)[1:]}"}
        else:
            problems = enter(inspection, "SampleDrawn", {**values, "cases": drawn.cases, "spares": drawn.spares})
    if problems:
        return _form(title, fields, request.form.to_dict(flat=False), problems, inspection)
    flash("The sample is drawn. Name who reads it next.")
    return redirect(url_for("inspecting.work", inspection=inspection))


@blueprint.get("/inspections/<inspection>/draw")
@access_control.open_to(*OPENERS)
def show_draw(inspection: str) -> str:
    """The draw, so that it can be repeated: the frame with tickets, the cases drawn and the spare cases."""
    found = led(inspection)
    tickets, taken, hidden = _tickets(found)
    return render_template(
        "inspections/draw.html", inspection=inspection, opened=found.opened, found=found, tickets=tickets, taken=taken,
        hidden=hidden,
        strata=_strata(found), replaced={r.case: r for r in found.replaced},
    )  # fmt: skip


@blueprint.get("/inspections/<inspection>/draw/<form>")
@access_control.open_to(*OPENERS)
def keep_draw(inspection: str, form: str) -> Response:
    """The frame with the whole ticket of each case, to repeat the draw with any tool (CSV, XLSX, ODS)."""
    found = led(inspection)
    tickets, taken, hidden = _tickets(found)
    drawn = found.drawn
    assert drawn is not None
    columns = [Column(name) for name in ("Case", "Stratum", "Officer", "Ticket", "Drawn")]
    rows = [(f.case, f.stratum, f.officer, number, taken.get(f.case)) for f, number in tickets]
    limit = str(drawn.per_officer or "none")
    said = [("Inspection", inspection), ("Seed", drawn.seed), ("Sample", str(drawn.size)), ("Cases of one officer", limit),
            ("Spare cases, per cent", str(drawn.spare_per_cent)), ("Not shown: access is limited", str(hidden))]  # fmt: skip
    return download(Download(f"Draw: {inspection}", columns, rows, said), form, f"{inspection}-draw")


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


@blueprint.post("/inspections/<inspection>/assessors")
@access_control.open_to(*OPENERS)
def name_assessor(inspection: str) -> Response:
    """Name an assessor. The inspector's account of that name may then open the cases of the inspection."""
    led(inspection)
    name = request.form.get("assessor", "").strip()
    accounts = [account for account in _may_assess() if account.name == name]
    if not accounts:
        words = "Choose who reads: somebody with an account that opens cases"
        return _back(inspection, {"assessor": words}, "", "assessors")
    problems = enter(inspection, "AssessorNamed", {"assessor": name, "role": request.form.get("role", "")})
    if not problems:
        for account in accounts:
            if _let_read(account, inspection):
                access_control.log("account changed", detail=f"{account.username}: reads {inspection}")
    return _back(inspection, problems, f"{name} reads for this inspection.", "assessors")


def _may_assess() -> list[Account]:
    """The accounts that may be named as assessors."""
    return [account for account in access_control.register().accounts() if account.may_assess]


def _let_read(account: Account, inspection: str) -> bool:
    """Let the account read an inspection, where it needs that; whether it did."""
    changed = account.reading(inspection)
    if changed != account:
        access_control.register().change(changed)
    return changed != account


@blueprint.route("/inspections/<inspection>/allocation", methods=["GET", "POST"])
@access_control.open_to(*OPENERS)
def allocation(inspection: str) -> str | Response:
    """The allocation: who reads which case, first and second readings."""
    found = led(inspection)
    if (late := still_open(inspection, found, ReadingAllocated)) is not None:
        return late
    if not found.sample or not found.assessors:
        flash("Draw the sample and name assessors before cases are given out.")
        return redirect(url_for("inspecting.work", inspection=inspection))
    if request.method == "GET":
        closed = current_cases.closed(found.sample)
        return render_template(
            "inspections/allocation.html", inspection=inspection, opened=found.opened, found=found, hidden=len(closed),
            sample=[case for case in found.sample if case not in closed],
        )  # fmt: skip
    if request.form.get("step") == "share":
        wanted = found.shared_out()
    else:
        wanted = {
            (case, second): name
            for case in found.sample
            for second, field in ((False, "first"), (True, "second"))
            if (name := request.form.get(f"{field} {case}", ""))
        }
    changed = {task: name for task, name in wanted.items() if found.allocated.get(task, TAKE_BACK) != name}
    problems: Problems = {}
    for (case, second), name in changed.items():
        said = {"case": case, **({"second": True} if second else {})}
        if name == TAKE_BACK:
            refused = enter(inspection, "ReadingTakenBack", said, entry=token())
        else:
            refused = enter(inspection, "ReadingAllocated", {**said, "assessor": name}, entry=token())
        for words in refused.values():
            problems.setdefault(f"{case} {second}", words)
    for words in problems.values():
        flash(words)
    done = len(changed) - len(problems)
    if done or not problems:
        flash(f"{count_noun(done, 'reading')} changed." if changed else "Nothing was changed.")
    return redirect(url_for("inspecting.allocation", inspection=inspection))


@blueprint.route("/inspections/<inspection>/replace/<crn>/<int:number>", methods=["GET", "POST"])
@access_control.open_to(*OPENERS)
@access_control.keeps_what_was_typed
def replace_case(inspection: str, crn: str, number: int) -> str | Response:
    """Replace a case that cannot be read by the next spare case of the draw."""
    found, case = led(inspection), f"{crn}/{number}"
    if (late := still_open(inspection, found, CaseReplaced)) is not None:
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
    if request.method == "GET":
        return _form(title, fields, {"by": found.spares_for(case)[:1]}, {}, inspection)
    values, problems = read_form(fields)
    problems = problems or enter(inspection, "CaseReplaced", {**values, "case": case})
    if problems:
        return _form(title, fields, request.form.to_dict(flat=False), problems, inspection)
    flash(f"{values['by']} takes the place of {case}. Give it out to be read.")
    return redirect(url_for("inspecting.allocation", inspection=inspection))


@blueprint.route("/inspections/<inspection>/freeze", methods=["GET", "POST"])
@access_control.open_to(*OPENERS)
def freeze(inspection: str) -> str | Response:
    """Freeze the inspection, so that no reading or rating changes any more. Shows what is still open."""
    found = led(inspection)
    if (late := still_open(inspection, found, InspectionFrozen)) is not None:
        return late
    if not found.sample:
        return _back(inspection, {"type": "Draw a sample before freezing."}, "", "freeze")
    if request.method == "GET":
        return render_template(
            "inspections/final.html", inspection=inspection, opened=found.opened, title="Freeze the inspection",
            still=open_ends(found),
            words="After freezing, no sample, reading or rating changes, and an answer recorded later does not count. "
            "Findings can still be written. It cannot be undone.",
        )  # fmt: skip
    files = [{"case": leaf.case, "entries": leaf.entries} for leaf in leaves(current_cases.casebook(), found)]
    said = {"note": request.form.get("note", "").strip(), "files": files}
    problems = enter(inspection, "InspectionFrozen", said)
    return _back(inspection, problems, "The inspection is frozen. Findings can still be written.", "freeze")


def _back(inspection: str, problems: Problems, done: str, anchor: str) -> Response:
    for words in problems.values() or [done]:
        flash(words)
    return redirect(url_for("inspecting.work", inspection=inspection, _anchor=anchor))


def _form(
    title: str,
    fields: Sequence[Field],
    typed: Mapping[str, Sequence[str]],
    problems: Problems,
    inspection: str | None = None,
) -> str:
    names = {field.name for field in fields}
    placed = {name if name in names else "entry": words for name, words in problems.items()}
    return render_template(
        "inspections/inspection_form.html", title=title, fields=fields, typed=typed, problems=placed, inspection=inspection,
        entry_id=request.form.get("entry") or token(),
    )  # fmt: skip


def _strata(found: Inspection) -> list[tuple[str, int, int, int]]:
    """For each stratum: its name, and its cases in the frame, drawn and spare."""
    if found.frame is None:
        return []
    sizes = Counter(framed.stratum for framed in found.frame.cases)
    where = {framed.case: framed.stratum for framed in found.frame.cases}
    drawn = Counter(where[case] for case in found.drawn.cases) if found.drawn else Counter()
    spare = Counter(where[case] for case in found.drawn.spares) if found.drawn else Counter()
    return [(name, size, drawn[name], spare[name]) for name, size in sorted(sizes.items())]


def _load(found: Inspection) -> list[tuple[str, str, int, int]]:
    """For each assessor: name, role, readings allocated, readings finished."""
    done = Counter(fact.assessor for fact in found.completed.values())
    return [(name, role, len(found.tasks_of(name)), done[name]) for name, role in sorted(found.assessors.items())]


def _free_name(title: str) -> str:
    """An id from the words of the title that no inspection has yet."""
    plain = "-".join(re.findall(r"[a-z0-9]+", title.lower()))[:60].strip("-") or "inspection"
    taken = {*current_cases.casebook().inspections, "new"}  # /inspections/new is a page
    return next(name for name in (plain, *(f"{plain}-{n}" for n in range(2, 10_000))) if name not in taken)
