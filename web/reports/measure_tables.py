"""The tables of a report on measures: the place, its parts, waiting times, entries recorded late."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

from projections.reports.duty_results import LateFigure
from projections.reports.measure_figures import PlaceLine, RecordedIn, ReportRequest, WaitLines
from projections.reports.told_counts import WaitFigure
from web.presentation.apart_words import apart_said
from web.presentation.comparison_words import AGAINST, HOW_CHANGED, HOW_COMPARED
from web.presentation.formatting import percent
from web.reports.measure_phrases import beside_said, change_said, period_words, scope_words
from web.reports.share_columns import (
    SHARE_COLUMNS,
    WITHHELD_CELL,
    apart_cells,
    apart_headings,
    measure_link,
    moment_values,
    share_cells,
    short_cells,
)
from web.reports.table_model import Heading, Link, Table, TableRow, Where


def summary_table(lines: Sequence[PlaceLine], asked: ReportRequest) -> Table:
    """One measure a row, for one place. A page does not compare an area with itself; a file always has all columns."""
    area: Where = "file" if asked.scope.level == "area" else "both"
    headings = [
        Heading("measure", "Measure"), Heading("measure_id", "Measure id", where="file"), *SHARE_COLUMNS,
        Heading("before_share", "Before", "percent"), Heading("before_held", "Before: met", "number", "file"),
        Heading("before_n", "Before: of", "number", "file"), Heading("change", "Change"),
        Heading("area_share", "Area", "percent", area), Heading("area_held", "Area: met", "number", "file"),
        Heading("area_n", "Area: of", "number", "file"), Heading("against_area", "Against the area", where=area),
        *apart_headings(line.apart for line in lines),
    ]  # fmt: skip
    if asked.beside is not None:
        name = scope_words(asked.beside)
        headings += [
            Heading("beside_share", name, "percent"), Heading("beside_held", f"{name}: met", "number", "file"),
            Heading("beside_n", f"{name}: of", "number", "file"), Heading("against_beside", f"Against {name}"),
        ]  # fmt: skip
    rows = []
    for line in lines:
        cells = [
            line.measure.title, line.measure.id, *share_cells(line.now), *short_cells(line.before),
            change_said(line.before, line.now, line.changed), *short_cells(line.area), AGAINST[line.against],
            *apart_cells(line.apart),
        ]  # fmt: skip
        opens = {
            "measure": Link("compliance.measure", {"name": line.measure.id, "of": asked.scope.spelled or None}),
            "share": measure_link(line.measure, line.scope, asked.period),
            "before_share": measure_link(line.measure, line.scope, asked.before),
        }
        if asked.beside is not None and line.beside is not None:
            cells += [*short_cells(line.beside), beside_said(line.now, line.beside, line.against_beside)]
            opens["beside_share"] = measure_link(line.measure, asked.beside, asked.period)
        rows.append(TableRow(cells, opens))
    says = f"Duties that fell due {period_words(asked.period)}; before: {period_words(asked.before)}. {HOW_CHANGED} {HOW_COMPARED}"
    return Table("summary", scope_words(asked.scope), headings, rows, says)


def parts_tables(lines: Sequence[Sequence[PlaceLine]], asked: ReportRequest) -> list[Table]:
    """The parts of the place: a table with a column for each measure, for pages; and one row a figure, for files."""
    scopes = list(dict.fromkeys(line.scope for group in lines for line in group))
    measures = [group[0].measure for group in lines if group]
    found = {(line.scope, line.measure.id): line for group in lines for line in group}
    across, down = [], []
    for scope in scopes:
        cells: list[Any] = [scope.name]
        opens: dict[str, Link] = {}
        for measure in measures:
            line = found.get((scope, measure.id))
            if line is None or not line.now.n:
                cells.append(WITHHELD_CELL if line is None or line.now.withheld else None)
                continue
            against = AGAINST[line.against]
            cells.append(
                f"{percent(line.now.score)}, {line.now.held} of {line.now.n}"
                + (f", {against}" if against else "")
                + apart_said(line.apart)
            )
            opens[measure.id] = measure_link(measure, scope, asked.period)
            down.append(
                TableRow(
                    [scope.level, scope.name, measure.title, measure.id, *share_cells(line.now),
                     *short_cells(line.before), change_said(line.before, line.now, line.changed), against,
                     *apart_cells(line.apart)],
                )
            )  # fmt: skip
        across.append(TableRow(cells, {"name": Link("compliance.report", {"of": scope.spelled}), **opens}))
    level = scopes[0].level if scopes else "officer"
    title = f"By {level}"
    headings = [Heading("name", str(level).capitalize()), *(Heading(m.id, m.title) for m in measures)]
    long = [
        Heading("level", "Level"), Heading("name", "Name"), Heading("measure", "Measure"),
        Heading("measure_id", "Measure id"), *SHARE_COLUMNS, Heading("before_share", "Before", "percent"),
        Heading("before_held", "Before: met", "number"), Heading("before_n", "Before: of", "number"),
        Heading("change", "Change"), Heading("against_area", "Against the area"),
        *apart_headings(()),
    ]  # fmt: skip
    return [
        Table("across", title, headings, across, where="page"),
        Table("parts", f"{title}, line by line", long, down, where="file"),
    ]


def waits_table(lines: Iterable[WaitLines], asked: ReportRequest) -> Table:
    """Waiting times in working days, one measure after the other: the place, then its parts."""
    headings = [
        Heading("measure", "From and to"), Heading("level", "Level", where="file"), Heading("name", "Whose"),
        Heading("n", "Counted", "number"), Heading("waiting", "Not done by the day", "number"),
        Heading("median", "Median", "number"), Heading("ninetieth", "90th percentile", "number"),
        Heading("before_n", "Before: counted", "number", "file"), Heading("before_median", "Before: median", "number"),
        Heading("area_median", "Area: median", "number"),
    ]  # fmt: skip
    rows = []
    for of in lines:
        for line in (of.whole, *of.parts):
            if line is not of.whole and not (line.now.n or line.before.n):
                continue
            name = scope_words(asked.scope) if line is of.whole else line.scope.name
            rows.append(
                TableRow(
                    [line.measure.title, line.scope.level or "all", name, _told(line.now, line.now.n),
                     None if line.now.withheld else line.now.waiting, days_reached(line.now, line.now.median),
                     days_reached(line.now, line.now.ninetieth), _told(line.before, line.before.n),
                     days_reached(line.before, line.before.median), days_reached(line.area, line.area.median)],
                    {"n": measure_link(line.measure, line.scope, asked.period),
                     "before_median": measure_link(line.measure, line.scope, asked.before)},
                    line is of.whole,
                )
            )  # fmt: skip
    says = (
        "Working days. What was not done by the day counts as longer than any that was: “not reached” where so many were not "
        "done that no number of days can be given."
    )
    return Table("waits", "Waiting times, in working days", headings, rows, says)


def _told(of: WaitFigure, count: int) -> Any:
    return WITHHELD_CELL if of.withheld else count


def days_reached(of: WaitFigure, days: int | None) -> Any:
    """A number of working days, or ``not reached`` where too few of the waits have ended."""
    if of.withheld:
        return WITHHELD_CELL
    return days if days is not None or not of.n else "not reached"


def lates_table(found: Sequence[RecordedIn], asked: ReportRequest) -> Table:
    """Entries recorded in the period, those of them recorded late, and their delays in working days."""
    headings = [
        Heading("level", "Level", where="file"), Heading("name", "Whose case it is"),
        Heading("entries", "Entries recorded", "number"), Heading("late", "Recorded late", "number"),
        Heading("share", "Share late", "percent"), Heading("median", "Median delay of those", "number"),
        Heading("ninetieth", "90th percentile", "number"), Heading("longest", "Longest", "number"),
    ]  # fmt: skip
    rows = [
        TableRow(
            [scope.level or "all", scope_words(scope), *_late_cells(counted)],
            {"late": Link("compliance.late", {"of": scope.spelled or None, **moment_values(asked.period)})},
            place == 0,
        )
        for place, (scope, counted) in enumerate(found)
    ]
    says = f"Recorded {period_words(asked.period)} more than one working day after the day they are dated; delays in working days."
    return Table("lates", "Entries recorded late", headings, rows, says, "Nothing was recorded in that time.")


def _late_cells(counted: LateFigure | None) -> tuple[Any, ...]:
    if counted is None:
        return (WITHHELD_CELL, None, None, None, None, None)
    entries, late, *days = counted
    return (entries, late, Fraction(min(late, entries), entries) if entries else None, *days)
