"""Periods of a report: so many months up to a day, the same before it, and the ends of the months of the record."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from dateutil.relativedelta import relativedelta

from projections.history.history import end_of_day
from projections.history.moment import Moment

LONGEST = 60
"""Months of a trend at most; of a longer record the last ones are shown."""


class Period(NamedTuple):
    """Duties that fell due after ``since``, up to the moment's day."""

    moment: Moment
    since: date


def period(moment: Moment, months: int) -> Period:
    return Period(moment, moment.on - relativedelta(months=months))


def before(asked: Period, months: int) -> Period:
    """The months before a period, read at their end as the period is at its own: as the file stood then, or in hindsight."""
    return period(at(asked.moment, asked.since), months)


def at(moment: Moment, day: date) -> Moment:
    """The same state of knowledge on an earlier day: as the file stood on it, with hindsight, or as known at an instant."""
    if moment.known_at is None:
        return Moment(day, None)
    return Moment(day, min(moment.known_at, end_of_day(day)))


def month_ends(first: date | None, day: date) -> Sequence[date]:
    """The last day of each month from that of ``first`` on; the day itself ends the last one."""
    if first is None or first > day:
        return [day]
    ends = [day]
    while len(ends) < LONGEST and (end := ends[-1].replace(day=1) - timedelta(days=1)) >= first:
        ends.append(end)
    return ends[::-1]
