"""The page of entries stored late: by team and officer, by case, and each entry to download."""

from typing import NamedTuple

from flask import render_template, request
from werkzeug.wrappers import Response

from domain.accounts.roles import WORKERS
from projections.lists.late_cases import LateCase, duties_on_late, entries_listed
from web.desk.desk_home import HOME_WORDS, blueprint
from web.presentation.downloads import download
from web.presentation.fact_words import type_title
from web.presentation.pagination import read_page
from web.presentation.table_files import Column, Download, notes
from web.services import asked_names, current_cases
from web.services.late_counts import late_cases
from web.site import access_control

SAYS = "Entries that came here longer after they were recorded than is normal for their source. They moved figures of the past."


class LateCaseLine(NamedTuple):
    """A line of the list: a case, and how many of its duties rest on entries stored late."""

    case: LateCase
    duties: int


@blueprint.get("/stored-late")
@access_control.open_to(*WORKERS)
def stored_late() -> str:
    """The cases with entries stored late, and their numbers by team and officer."""
    cases = late_cases()
    officer = request.args.get("officer", "")
    asked_names.check({"officer": officer})
    chosen = cases.within(lambda place: place.officer == officer) if officer else cases
    page = read_page(request.args, len(chosen.cases))
    book, framework = current_cases.repository(), current_cases.framework()
    lines = [
        LateCaseLine(one, duties_on_late(book, one.reference, cases.moment, framework)) for one in page.of(chosen.cases)
    ]
    access_control.shown(*(line.case.reference for line in lines))
    return render_template(
        "desk/stored_late.html", home=HOME_WORDS[access_control.account().role], says=SAYS,
         cases=cases, chosen=chosen, officer=officer, lines=lines, page=page,
        day=cases.moment.on,
    )  # fmt: skip


@blueprint.get("/stored-late/download/<form>")
@access_control.open_to(*WORKERS)
def stored_late_table(form: str) -> Response:
    """Each entry stored late as a file to download: CSV, XLSX or ODS."""
    cases = late_cases()
    columns = [*map(Column, ("Case", "Officer", "Team", "Entry", "What")), Column("Dated", "date"),
               Column("Recorded"), Column("Stored"), Column("Days", "number"), Column("Source"), Column("Stored by")]  # fmt: skip
    rows = [
        (case.reference, case.place.officer, case.place.team, fact.entry, type_title(type(fact).__name__), fact.occurred_on,
         fact.recorded_at.isoformat(), stored.at.isoformat(timespec="seconds"), stored.days, stored.by.source, stored.by.who)
        for case, fact, stored in entries_listed(current_cases.repository(), cases)
    ]  # fmt: skip
    file_notes = notes(cases.moment, ("List", "Stored late"), ("Definition", SAYS))
    return download(
        Download("Stored late", columns, rows, file_notes, [one.reference for one in cases.cases]),
        form,
        f"stored-late-{cases.moment.on}",
    )
