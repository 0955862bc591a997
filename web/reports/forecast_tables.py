"""The table of the duties to come in the next weeks, beside those done in a week."""

from collections.abc import Sequence
from datetime import timedelta
from math import ceil

from projections.reports.duty_results import BEFORE, WEEKS, DutyLoad
from projections.reports.measure_figures import ReportRequest
from projections.reports.proportions import Scope
from projections.reports.told_counts import ToldLoads
from web.presentation.formatting import short_date
from web.reports.measure_phrases import scope_words
from web.reports.share_columns import WITHHELD_CELL
from web.reports.table_model import Heading, Link, Table, TableRow

LEAST_SPARE_DUTIES = 0.5
"""Duties a week (a parameter). Where fewer than this are done beyond those that fall due, no page gives a number of
weeks in which what is overdue could be done."""


def forecast_table(loads: Sequence[tuple[Scope, DutyLoad | None]], asked: ReportRequest) -> Table:
    """The duties that fall due in each of the next weeks, beside those done in a week so far, and those overdue."""
    day = asked.moment.on
    ends = [day + timedelta(weeks=n + 1) for n in range(WEEKS)]
    headings = [
        Heading("level", "Level", where="file"), Heading("name", "Whose"),
        Heading("due", f"Due in {WEEKS} weeks", "number"), Heading("a_week", "Due a week", "number"),
        Heading("done_a_week", f"Done a week, last {BEFORE} weeks", "number"), Heading("overdue", "Overdue", "number"),
        Heading("says", "In words"),
        *(Heading(f"week_{n}", f"{end.day} {end:%b}", "number") for n, end in enumerate(ends, start=1)),
        Heading("arranged", "Arranged", "number"),
    ]  # fmt: skip
    rows = []
    for place, (scope, load) in enumerate(loads):
        if load is None:
            cells = [scope.level or "all", scope_words(scope), WITHHELD_CELL, *[None] * (len(headings) - 3)]
            rows.append(TableRow(cells, {}, place == 0))
            continue
        due = sum(load.weeks)
        a_week, done = round(due / WEEKS, 1), round(load.done / BEFORE, 1)
        of = {"of": scope.spelled or None}
        opens = {
            f"week_{n}": Link("compliance.coming", {**of, "week": n}) for n, count in enumerate(load.weeks, 1) if count
        }
        if due:
            opens["due"] = Link("compliance.coming", of)
        filters: dict[str, str] = {scope.level: scope.name} if scope.level else {}
        opens["overdue"] = Link("desk.show", {"name": "overdue", "known": "stood", **filters})  # as all of the forecast
        rows.append(
            TableRow(
                [scope.level or "all", scope_words(scope), due, a_week, done, load.overdue,
                 load_said(a_week, done, load.overdue), *load.weeks, load.arranged],
                opens, place == 0,
            )
        )  # fmt: skip
    says = (
        "Duties of the national standards that will fall due, by the week that ends on each day, as the file stood on the "
        "sample date: those that have arisen, "
        "and those that arise by then if nothing changes (the next windows of contact). Arranged: an entry on the file will "
        "meet it. Done: duties met, in time or late."
    )
    return Table("forecast", f"The eight weeks after {short_date(day)}", headings, rows, says, "No case is held here.")


def load_said(a_week: float, done: float, overdue: int) -> str:
    """A sentence: whether more falls due a week than was done a week."""
    if not a_week and not overdue:
        return "nothing ahead"
    if a_week <= done:
        if not overdue:
            return "no more than was done"
        if done - a_week < LEAST_SPARE_DUTIES:
            return f"no more than was done, which leaves no time for the {overdue} overdue"
        return f"no more than was done; the {overdue} overdue take about {ceil(overdue / (done - a_week))} weeks more"
    return f"{a_week - done:.1f} a week more than was done" + (f", and {overdue} overdue" if overdue else "")


def loads_by_place(told: ToldLoads, asked: ReportRequest) -> list[tuple[Scope, DutyLoad | None]]:
    """The loads of the place, of its parts and of the officers of each part. Parts of which they are withheld are left out."""
    own = [place for place in told.places if asked.holds(place)]
    below = asked.scope.parts(own)
    scopes = list(below.scopes) if below is not None else []
    for part in list(scopes):
        deeper = part.parts(own)
        scopes += deeper.scopes if deeper and part.level != "officer" else []

    def load(scope: Scope) -> DutyLoad | None:
        return told.of(lambda place: scope.holds(place) and asked.holds(place))

    every = [(scope, load(scope)) for scope in scopes]
    return [(asked.scope, load(asked.scope)), *(one for one in every if one[1] is not None)]
