"""Periods of a report: some months up to a day, the period before, and the ends of the months of the record."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from dateutil.relativedelta import relativedelta

from projections.history.history import end_of_day
from projections.history.moment import Moment

USUAL_MONTHS = 12
"""The months of a report that names none (a parameter)."""

LONGEST = 60
"""Months of a trend at most: the last ones of a longer record."""


class Period(NamedTuple):
    """The days after ``since`` up to the moment's day, as known at the moment."""

    moment: Moment
    since: date


def period(moment: Moment, months: int) -> Period:
    return Period(moment, moment.on - relativedelta(months=months))


def period_before(asked: Period, months: int) -> Period:
    """The period of the same length before this one, with the moment moved to its end (see ``moment_at``)."""
    return period(moment_at(asked.moment, asked.since), months)


def moment_at(moment: Moment, day: date) -> Moment:
    """The moment moved to an earlier day: with hindsight; or as known at the end of that day, or at the instant if earlier."""
    if moment.known_at is None:
        return Moment(day, None)
    return Moment(day, min(moment.known_at, end_of_day(day)))


def month_ends(first: date | None, day: date) -> Sequence[date]:
    """The last day of each month from the month of ``first`` on; the last one ends on ``day``."""
    if first is None or first > day:
        return [day]
    ends = [day]
    while (end := ends[-1].replace(day=1) - timedelta(days=1)) >= first:
        ends.append(end)
    return ends[::-1]
