"""The table of a measure's trend: one month a row, as the file stood and with hindsight."""

from collections.abc import Sequence

from domain.policy.measures.measure import Measure
from projections.history.history import end_of_day
from projections.history.moment import Moment
from projections.reports.measure_figures import Point
from projections.reports.periods import Period
from projections.reports.proportions import WITHHELD, Proportion, Scope
from web.presentation.formatting import percent, short_date
from web.reports.measure_phrases import change_said
from web.reports.share_columns import measure_link, share_cells
from web.reports.table_model import Heading, Table, TableRow

MONTHS_LEFT_OUT = "Months in which nothing fell due, or of which nothing is told, are left out."


def trend_table(measure: Measure, points: Sequence[Point], scope: Scope) -> Table:
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
        against_before = (
            change_said(points[at - 1].stood, point.stood) if at and points[at - 1].stood.n and point.stood.n else None
        )
        if not point.stood.n and not point.hindsight.n:
            continue
        stood, hindsight = (Period(Moment(point.end, known), point.since) for known in (end_of_day(point.end), None))
        rows.append(
            TableRow(
                [point.end, *share_cells(point.stood), *share_cells(point.hindsight), against_before],
                {
                    "stood_share": measure_link(measure, scope, stood),
                    "hindsight_share": measure_link(measure, scope, hindsight),
                },
            )
        )  # fmt: skip
    return Table("trend", f"{measure.title}, month by month", headings, rows, f"{trend_said(points)} {MONTHS_LEFT_OUT}")


def trend_said(points: Sequence[Point]) -> str:
    """The trend in a sentence or two: the last six months compared with the six months before."""
    with_any = [point for point in points if point.stood.n]
    if not with_any:
        return "Nothing fell due."
    last = with_any[-1]
    words = (
        f"In the month up to {short_date(last.end)}: {percent(last.stood.score)}, {last.stood.held} of {last.stood.n}. "
    )
    now, was = _together(points[-6:]), _together(points[-12:-6])
    if was.score is None or now.score is None:
        return words + "There is too little before the last six months to compare them with."
    return words + (
        f"The last six months together: {percent(now.score)} ({now.held} of {now.n}), the six before: "
        f"{percent(was.score)} ({was.held} of {was.n}): {change_said(was, now)}."
    )


def _together(points: Sequence[Point]) -> Proportion:
    if any(point.stood.withheld for point in points):
        return WITHHELD
    return Proportion(sum(p.stood.held for p in points), sum(p.stood.n for p in points))
