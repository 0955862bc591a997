"""Then and now for a whole caseload: the verdicts of a day as the file stood, and as known at the moment of the page."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from flask import render_template, request
from werkzeug.wrappers import Response

from domain.accounts.roles import WORKERS
from domain.calendar.london_time import day_of
from projections.changes.changed_cases import ChangedCases
from projections.changes.past_verdicts import PastVerdicts, Verdict, VerdictChange
from projections.changes.since_seen import AT_FIRST, days_back
from web.desk import changed_lately, changes_panel
from web.desk.changes_page import UnreadableDay, blueprint, first_day
from web.presentation.downloads import download
from web.presentation.fact_words import type_title
from web.presentation.filters import Filters
from web.presentation.formatting import long_date
from web.presentation.pagination import read_page
from web.presentation.table_files import Column, Download, notes
from web.services import asked_names, current_cases
from web.site import access_control
from web.site.access_control import open_to

VERDICTS: Mapping[Verdict, str] = {True: "in time", False: "late", None: "none"}
"""What a verdict is called; *late* is late or missing."""

FILTERS = ("division", "team", "officer")


class Asked(NamedTuple):
    """The day compared with, the verdicts that differ, and those of them that the filters let through."""

    first: date
    filters: Filters
    every: PastVerdicts
    found: PastVerdicts
    cases: ChangedCases

    @property
    def ways(self) -> Sequence[tuple[str, int]]:
        """What became what, in words, and how many; the most frequent first."""
        found = Counter[str]()
        for way, count in self.found.ways.items():
            found[way_words(*way)] += count
        return sorted(found.items(), key=lambda one: (-one[1], one[0]))


def way_words(was: Verdict, now: Verdict) -> str:
    """``late → in time``; ``new, in time``; ``not asked any more``."""
    if was is None:
        return f"new, {VERDICTS[now]}"
    return "not asked any more" if now is None else f"{VERDICTS[was]} → {VERDICTS[now]}"


@blueprint.get("/changed/verdicts")
@open_to(*WORKERS)
def verdicts() -> str | tuple[str, int]:
    """The verdicts that differ, in pages."""
    try:
        asked = _asked()
    except UnreadableDay as error:
        return render_template("desk/changed_day.html", problem=str(error), typed=request.args["since"]), 400
    page = read_page(request.args, len(asked.found))
    lines = verdict_lines(asked, *page.places)
    return render_template(
        "desk/verdicts.html", asked=asked, page=page, lines=lines, on=current_cases.moment(),
        names=current_cases.names(line.reference for line in lines), choices=asked.filters.choices(asked.cases),
        says=VERDICTS,
    )  # fmt: skip


@blueprint.get("/changed/verdicts/download/<form>")
@open_to(*WORKERS)
def verdicts_table(form: str) -> Response | tuple[str, int]:
    """The same as a file to download: CSV, XLSX or ODS."""
    try:
        asked = _asked()
    except UnreadableDay as error:
        return render_template("desk/changed_day.html", problem=str(error), typed=request.args["since"]), 400
    lines = verdict_lines(asked, 0, len(asked.found))
    names = current_cases.names(line.reference for line in lines)
    columns = [
        *map(Column, ("Case", "Name", "Clause", "Duty")), Column("Due by", "date"), Column("Then"), Column("Now"),
        Column("Entry"), Column("What"), Column("Dated", "date"), Column("Recorded", "date"),
        Column("Working days after", "number"),
    ]  # fmt: skip
    rows = [_cells(line, names[line.reference]) for line in lines]
    file_notes = notes(
        current_cases.moment(), ("Then", f"{long_date(asked.first)}, as the file stood"),
        ("Verdicts then", str(asked.found.stood)), ("Filter", asked.filters.words()),
    )  # fmt: skip
    made = Download("Then and now", columns, rows, file_notes, [line.reference for line in lines])
    return download(made, form, f"then-and-now-{asked.first}-{current_cases.moment().on}")


def _cells(line: VerdictChange, name: str) -> tuple[object, ...]:
    duty, fact = line.obligation, next(iter(line.because), None)
    entry: tuple[object, ...] = ("", "", None, None)
    if fact is not None:
        entry = (fact.entry, type_title(type(fact).__name__), fact.occurred_on, day_of(fact.recorded_at))
    said = (VERDICTS[line.was], VERDICTS[line.now])
    return (line.reference, name, duty.clause.id, duty.clause.says, duty.due_on, *said, *entry, line.days_after)


def _asked() -> Asked:
    return asked_verdicts(first_day(current_cases.moment().on), asked_names.filters(FILTERS))


def asked_verdicts(first: date | None, filters: Filters) -> Asked:
    """The verdicts of the person signed in that differ from those of a day (None: five working days back)."""
    first = first or days_back(current_cases.moment().on, AT_FIRST)
    every = changed_lately.between(first).every_verdict
    cases = ChangedCases(current_cases.reached().selection, every.case)
    return Asked(first, filters, every, every.only_where(filters.fit(cases)), cases)


def verdict_lines(asked: Asked, begin: int, end: int) -> list[VerdictChange]:
    """The lines from the place ``begin`` up to, not including, ``end``. Their cases stand in the access log."""
    lines = asked.found.lines(asked.found.in_order[begin:end], current_cases.entries_of, changes_panel.facts_of)
    access_control.shown(*(line.reference for line in lines))
    return lines
