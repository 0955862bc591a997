"""Which groups of a period would be given away beside other periods up to the same day.

A reader can ask for 7 months and for 8, and take one from the other. So what lies between two periods that are both shown
must hold nobody, or no small number of people. Periods are decided in one order, the usual one first: so that every page,
file and list decides alike, whatever was asked for before.
"""

from collections.abc import Iterable, Sequence
from datetime import date

import numpy as np

from projections.arrays.date_numbers import day_number
from projections.columns.column_schema import Array
from projections.history.moment import Moment
from projections.reports.periods import Period, period

USUAL_MONTHS = 12
"""The months of a report that names none (a parameter). Its groups are decided first."""

MOST_MONTHS = 120
"""The longest period that a report can be asked for."""


def decided_before(asked: Period) -> Sequence[date]:
    """The beginnings of the periods up to the same day that are decided before this one: by months, the usual one first.

    A period that is no whole number of months is decided after all of these.
    """
    order = [USUAL_MONTHS, *(n for n in range(1, MOST_MONTHS + 1) if n != USUAL_MONTHS)]
    starts = [_start(asked.moment, months) for months in order]
    return starts[: starts.index(asked.since)] if asked.since in starts else starts


def is_whole_months(asked: Period) -> bool:
    """Whether a report can be asked for this period."""
    return asked.since in {_start(asked.moment, months) for months in range(1, MOST_MONTHS + 1)}


def _start(moment: Moment, months: int) -> date:
    return period(moment, months).since


def is_given_away(cases: Array, days: Array, asked: Period, before: Sequence[date], few: int) -> bool:
    """Whether this period, or what lies between it and another that is shown, holds a person but fewer than ``few``.

    ``cases``, ``days``: for each duty of the group, whose it is and the day it fell due (a number).
    """
    last, shown = day_number(asked.moment.on), list[int]()
    if _people(cases, days, day_number(asked.since), last) < few:
        return True
    for since in before:
        if _is_safe(cases, days, day_number(since), last, shown, few):
            shown.append(day_number(since))
    return not _is_safe(cases, days, day_number(asked.since), last, shown, few)


def _is_safe(cases: Array, days: Array, since: int, last: int, shown: Iterable[int], few: int) -> bool:
    """Whether the period after ``since`` can be shown beside those shown."""
    shorter = min((other for other in shown if other > since), default=last)
    longer = max((other for other in shown if other < since), default=since)
    return _people(cases, days, since, last) >= few and all(
        not 0 < _people(cases, days, first, end) < few for first, end in ((since, shorter), (longer, since))
    )


def _people(cases: Array, days: Array, first: int, last: int) -> int:
    """How many people have a duty that fell due after ``first`` up to ``last``."""
    return len(np.unique(cases[(days > first) & (days <= last)]))
