"""The tables of a report on measures: the place, its parts, waiting times, the trend, entries recorded late."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

from domain.policy.measures import Measure
from projections.history.history import end_of_day
from projections.history.moment import Moment
from projections.reports.measure_figures import Asked, PlaceLine, Point, RecordedIn, WaitLines
from projections.reports.periods import Period
from projections.reports.proportions import Figure, Scope, Waits, change
from web.presentation.formatting import percent, short_date
from web.reports.measure_phrases import (
    area_said,
    beside_said,
    bounds,
    change_said,
    interval_said,
    period_words,
    scope_words,
)
from web.reports.table_model import Heading, Link, Table, TableRow, Where

LEFT_OUT = "Months in which nothing fell due are left out."

SHARE = (
    Heading("share", "Share", "percent"), Heading("held", "Met", "number"), Heading("n", "Of", "number"),
    Heading("interval", "95% interval", where="page"),
    Heading("low", "95% low", "percent", "file"), Heading("high", "95% high", "percent", "file"),
)  # fmt: skip


def share_cells(figure: Figure) -> tuple[Any, ...]:
    return (figure.share, figure.held, figure.n, interval_said(figure), *bounds(figure))


def link(measure: Measure, scope: Scope, asked: Period, **more: Any) -> Link:
    """The link to the duties behind a figure, or to the cases behind a question, at the moment of the period."""
    values = {"measure": measure.id, "of": scope.spelled or None, **_moment(asked), **more}
    return Link("compliance.duties" if measure.counts != "answer" else "compliance.answered", values)


def _moment(asked: Period) -> dict[str, Any]:
    return {
        "since": asked.since.isoformat(), "as_at": asked.moment.on.isoformat(),
        "known": "hindsight" if asked.moment.known_at is None else "stood",
    }  # fmt: skip


def summary(lines: Sequence[PlaceLine], asked: Asked) -> Table:
    """One measure a row, for one place. A page does not compare an area with itself; a file always has all columns."""
    area: Where = "file" if asked.scope.level == "area" else "both"
    headings = [
        Heading("measure", "Measure"), Heading("measure_id", "Measure id", where="file"), *SHARE,
        Heading("before_share", "Before", "percent"), Heading("before_held", "Before: met", "number", "file"),
        Heading("before_n", "Before: of", "number", "file"), Heading("change", "Change"),
        Heading("area_share", "Area", "percent", area), Heading("area_held", "Area: met", "number", "file"),
        Heading("area_n", "Area: of", "number", "file"), Heading("against_area", "Against the area", where=area),
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
            line.measure.title, line.measure.id, *share_cells(line.now), line.before.share, line.before.held,
            line.before.n, change_said(line.before, line.now), line.area.share, line.area.held, line.area.n,
            area_said(line.now, line.area),
        ]  # fmt: skip
        opens = {
            "measure": Link("compliance.measure", {"name": line.measure.id, "of": asked.scope.spelled or None}),
            "share": link(line.measure, line.scope, asked.period),
            "before_share": link(line.measure, line.scope, asked.before),
        }
        if asked.beside is not None and line.beside is not None:
            cells += [line.beside.share, *line.beside, beside_said(line.now, line.beside)]
            opens["beside_share"] = link(line.measure, asked.beside, asked.period)
        rows.append(TableRow(cells, opens))
    says = (
        f"Duties that fell due {period_words(asked.period)}; before: {period_words(asked.before)}. More than chance: the 95% "
        "interval of the difference leaves out nought. Above or below area: the two 95% intervals do not touch."
    )
    return Table("summary", scope_words(asked.scope), headings, rows, says)


def parts(lines: Sequence[Sequence[PlaceLine]], asked: Asked) -> list[Table]:
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
                cells.append(None)
                continue
            against = area_said(line.now, line.area)
            cells.append(
                f"{percent(line.now.score)}, {line.now.held} of {line.now.n}" + (f", {against}" if against else "")
            )
            opens[measure.id] = link(measure, scope, asked.period)
            down.append(
                TableRow(
                    [scope.level, scope.name, measure.title, measure.id, *share_cells(line.now), line.before.share,
                     *line.before, change_said(line.before, line.now), against],
                )
            )  # fmt: skip
        across.append(TableRow(cells, {"name": Link("compliance.report", {"of": scope.spelled}), **opens}))
    level = scopes[0].level if scopes else "officer"
    title = f"By {level}"
    headings = [Heading("name", str(level).capitalize()), *(Heading(m.id, m.title) for m in measures)]
    long = [
        Heading("level", "Level"), Heading("name", "Name"), Heading("measure", "Measure"),
        Heading("measure_id", "Measure id"), *SHARE, Heading("before_share", "Before", "percent"),
        Heading("before_held", "Before: met", "number"), Heading("before_n", "Before: of", "number"),
        Heading("change", "Change"), Heading("against_area", "Against the area"),
    ]  # fmt: skip
    return [
        Table("across", title, headings, across, where="page"),
        Table("parts", f"{title}, line by line", long, down, where="file"),
    ]


def waits(lines: Iterable[WaitLines], asked: Asked) -> Table:
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
            if not line.now.n and not line.before.n and line is not of.whole:
                continue
            name = scope_words(asked.scope) if line is of.whole else line.scope.name
            rows.append(
                TableRow(
                    [line.measure.title, line.scope.level or "all", name, line.now.n, line.now.waiting,
                     quantile(line.now, line.now.median), quantile(line.now, line.now.ninetieth), line.before.n,
                     quantile(line.before, line.before.median), quantile(line.area, line.area.median)],
                    {"n": link(line.measure, line.scope, asked.period),
                     "before_median": link(line.measure, line.scope, asked.before)},
                    line is of.whole,
                )
            )  # fmt: skip
    says = (
        "Working days. What was not done by the day counts as longer than any that was: “not reached” where so many were not "
        "done that no number of days can be given."
    )
    return Table("waits", "Waiting times, in working days", headings, rows, says)


def quantile(of: Waits, days: int | None) -> Any:
    return days if days is not None or not of.n else "not reached"


def trend(measure: Measure, points: Sequence[Point], scope: Scope) -> Table:
    """The figures by month: as the file stood at the end of each month, and with hindsight."""
    headings = [
        Heading("month", "Month up to", "date"), Heading("stood_share", "As it stood", "percent"),
        Heading("stood_held", "Met", "number"), Heading("stood_n", "Of", "number"),
        Heading("stood_interval", "95% interval", where="page"), Heading("stood_low", "95% low", "percent", "file"),
        Heading("stood_high", "95% high", "percent", "file"), Heading("hindsight_share", "With hindsight", "percent"),
        Heading("hindsight_held", "Met", "number"), Heading("hindsight_n", "Of", "number"),
        Heading("hindsight_interval", "95% interval", where="page"),
        Heading("hindsight_low", "95% low", "percent", "file"), Heading("hindsight_high", "95% high", "percent", "file"),
        Heading("change", "Against the month before"),
    ]  # fmt: skip
    rows = []
    for at, point in enumerate(points):
        said = (
            change_said(points[at - 1].stood, point.stood) if at and points[at - 1].stood.n and point.stood.n else None
        )
        if not point.stood.n and not point.hindsight.n:
            continue
        stood, hindsight = (Period(Moment(point.end, known), point.since) for known in (end_of_day(point.end), None))
        rows.append(
            TableRow(
                [point.end, *share_cells(point.stood), *share_cells(point.hindsight), said],
                {
                    "stood_share": link(measure, scope, stood),
                    "hindsight_share": link(measure, scope, hindsight),
                },
            )
        )  # fmt: skip
    return Table("trend", f"{measure.title}, month by month", headings, rows, f"{trend_said(points)} {LEFT_OUT}")


def trend_said(points: Sequence[Point]) -> str:
    """The trend in a sentence or two: the last six months compared with the six months before."""
    with_any = [point for point in points if point.stood.n]
    if not with_any:
        return "Nothing fell due."
    last = with_any[-1]
    said = (
        f"In the month up to {short_date(last.end)}: {percent(last.stood.score)}, {last.stood.held} of {last.stood.n}. "
    )
    now, was = _together(points[-6:]), _together(points[-12:-6])
    found = change(was, now)
    if found is None:
        return said + "There is too little before the last six months to compare them with."
    how = "more than chance" if found.beyond_chance else "no more than chance gives"
    return said + (
        f"The last six months together: {percent(now.score)} ({now.held} of {now.n}), the six before: "
        f"{percent(was.score)} ({was.held} of {was.n}): {change_said(was, now).split(',')[0]}, {how}."
    )


def _together(points: Sequence[Point]) -> Figure:
    return Figure(sum(p.stood.held for p in points), sum(p.stood.n for p in points))


def lates(found: Sequence[RecordedIn], asked: Asked) -> Table:
    """Entries recorded in the period, those of them recorded late, and their delays in working days."""
    headings = [
        Heading("level", "Level", where="file"), Heading("name", "Whose case it is"),
        Heading("entries", "Entries recorded", "number"), Heading("late", "Recorded late", "number"),
        Heading("share", "Share late", "percent"), Heading("median", "Median delay of those", "number"),
        Heading("ninetieth", "90th percentile", "number"), Heading("longest", "Longest", "number"),
    ]  # fmt: skip
    rows = []
    for place, (scope, counted) in enumerate(found):
        days = Waits.of(dict(counted.late.items()))
        rows.append(
            TableRow(
                [scope.level or "all", scope_words(scope), counted.entries, days.n,
                 Fraction(days.n, counted.entries) if counted.entries else None, days.median, days.ninetieth,
                 days.longest],
                {"late": Link("compliance.late", {"of": scope.spelled or None, **_moment(asked.period)})},
                place == 0,
            )
        )  # fmt: skip
    says = f"Recorded {period_words(asked.period)} more than one working day after the day they are dated; delays in working days."
    return Table("lates", "Entries recorded late", headings, rows, says, "Nothing was recorded in that time.")
