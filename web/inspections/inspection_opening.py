"""The page that opens an inspection, or an SPO's audit of a team."""

import re

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from domain.accounts.roles import OPENERS
from domain.policy.frameworks.framework_files import DEFAULT_FRAMEWORK, frameworks
from web.inspections.inspection_form import blueprint, form_page
from web.inspections.reading_allocation import let_read
from web.presentation.formatting import numeric_date
from web.recording.entry_forms import Field
from web.recording.inspection_entry import enter, read_form
from web.services import current_cases, current_inspections, following_read_model
from web.site import access_control, clock, installation


def _opening_fields() -> list[Field]:
    earlier = tuple((name, opened.title) for name, opened in current_inspections.inspections().items())
    areas = _areas()
    none = "" if areas else "No case is on record where you may inspect: import cases first, so that there is an area"
    return [
        Field("title", "text", "Title", True, "For example, Audit of the Gloucester team, December 2005"),
        Field("occurred_on", "date", "Sample date", True, "The day as at which files are read; not after today"),
        Field("area", "choice", "Area", True, none, tuple((a, a) for a in areas)),
        Field("framework", "choice", "Framework", True, "", tuple((n, f.title) for n, f in frameworks().items())),
        Field("knowledge", "choice", "Read the files", True, "", (
            ("stood", "As they stood on the sample date"), ("hindsight", "With everything recorded since"))),
        Field("blind", "yes_no", "Hide what the entries answer until the reader has", False, "Readers judge before they see it"),
        Field("evidence", "text", "Evidence", False, "What the answers rest on, such as: case files and case managers only"),
        Field("follows", "choice", "Follows", False, "The inspection to print beside this one", (("", "None"), *earlier)),
    ]  # fmt: skip


@blueprint.route("/inspections/new", methods=["GET", "POST"])
@access_control.open_to(*OPENERS)
@access_control.keeps_what_was_typed
def new() -> str | Response:
    """Open an inspection, or an audit."""
    fields = _opening_fields()
    if request.method == "GET":
        start = {"occurred_on": [numeric_date(clock.today())], "framework": [DEFAULT_FRAMEWORK], "knowledge": ["stood"],
                 "follows": [""]}  # fmt: skip
        areas = _areas()
        return form_page(
            "Open an inspection or an audit", fields, start | ({"area": areas} if len(areas) == 1 else {}), {}
        )
    values, problems = read_form(fields)
    name = _free_name(values.get("title", ""))
    opened_as = {"opened_as": access_control.account().judges_as, "held_by": installation.held_by()}
    problems = problems or enter(name, "InspectionOpened", values | opened_as, asked=fields)
    if problems:
        return form_page("Open an inspection or an audit", fields, request.form.to_dict(flat=False), problems)
    waits = let_read(access_control.account(), name)
    reader = access_control.register().account(access_control.account().username)
    confirmed = not reader.inspects or name in reader.inspections
    flash(f"The inspection is {'open' if confirmed else 'asked for'}. {waits or 'Take its frame next.'}")
    return redirect(url_for("inspecting.work", inspection=name) if confirmed else url_for("requests.index"))


def _areas() -> list[str]:
    """The areas in which the person signed in may take a frame today."""
    held = following_read_model.as_at(current_cases.today()).places
    return sorted({place.area for place in held if access_control.account().may_frame(place)})


def _free_name(title: str) -> str:
    """An id from the words of the title that no inspection has yet."""
    plain = "-".join(re.findall(r"[a-z0-9]+", title.lower()))[:60].strip("-") or "inspection"
    taken = {*current_cases.repository().inspections, "new"}  # /inspections/new is a page
    return next(name for name in (plain, *(f"{plain}-{n}" for n in range(2, 10_000))) if name not in taken)
