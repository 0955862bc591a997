"""Quarters of a trend: its months put together."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from dateutil.relativedelta import relativedelta

from projections.reports.measure_figures import Point
from projections.reports.proportions import WITHHELD, Proportion, total

QUARTERS = 8
"""Quarters of a chart: two years (a parameter)."""


class Quarter(NamedTuple):
    """The months of a quarter up to ``end``, each as known at its own end. ``part``: the quarter is not over then."""

    end: date
    stood: Proportion
    hindsight: Proportion
    part: bool


def quarters(points: Sequence[Point], day: date) -> list[Quarter]:
    """Months put together into quarters of the year: the last ``QUARTERS`` that end on or before a day, or hold it."""
    found: dict[date, list[Point]] = {}
    for point in points:
        if point.end <= day:
            found.setdefault(quarter_end(point.end), []).append(point)
    every = [
        Quarter(some[-1].end, _sum([p.stood for p in some]), _sum([p.hindsight for p in some]), some[-1].end < end)
        for end, some in sorted(found.items())
    ]
    return every[-QUARTERS:]


def quarter_end(day: date) -> date:
    """The last day of the quarter of the year in which a day lies."""
    first = day.replace(month=3 * ((day.month - 1) // 3) + 1, day=1)
    return first + relativedelta(months=3) - timedelta(days=1)


def _sum(some: Sequence[Proportion]) -> Proportion:
    return WITHHELD if any(one.withheld for one in some) else total(some)
