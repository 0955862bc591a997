"""The rules of disclosure: what a reader is told of figures that count a case which is closed to them.

1. **Month ends.** They are read as at the last month end that is over, and what is known is cut off at a month end.
2. **Rounded running totals.** For each area the counts are added up along its places (and, where people are told apart, along
   the groups) and from the beginning of the record; each of these totals is rounded to the nearest five. Every count that
   is told is made of such rounded totals by adding and subtracting. So lines add up, and sums over lines, tables and dates
   give the rounded totals again and nothing finer.
3. **Blocks.** The places of an area are put into blocks of at least five people each; a figure is told only where it is
   made of whole blocks. So no sum or difference of figures of one period is about one to four people, nor one of several
   periods, unless so little counts that rounding hides it. Groups of people are put together likewise, and a block must
   hold five of each.

What is told depends on the record and the question alone: it is the same for every reader to whom a counted case is closed.
"""

from collections.abc import Mapping, Sequence, Set
from datetime import date, datetime, timedelta
from itertools import groupby

import numpy as np
from dateutil.relativedelta import relativedelta

from projections.arrays.date_numbers import FIRST
from projections.columns.column_schema import Array
from projections.history.history import end_of_day
from projections.history.moment import Moment
from projections.ledger.ledger import Place
from projections.reports.periods import Period

FEW = 5
"""People; nothing is told of fewer (a parameter: no report sets one)."""

BASE = 5
"""Running totals are rounded to the nearest multiple of this."""

BEGINNING = FIRST
"""The day before the first one from which running totals count."""

MUCH = BASE
"""Duties: where fewer than ``FEW`` people have more than this many between them, rounding does not hide enough of it."""

Block = frozenset[Place]


def month_end(day: date) -> date:
    """The last end of a month on or before a day."""
    after = day + timedelta(days=1)
    return after.replace(day=1) - timedelta(days=1)


def months_before(end: date, months: int) -> date:
    """The month end so many months before a month end."""
    return end + relativedelta(months=-months, day=31)


def last_month_end(moment: Moment, today: date) -> Moment:
    """The moment moved back to the last month end that is over; hindsight stays hindsight.

    ``today``: no month that ends on it, or later, is over. Moving it again changes nothing.
    """
    over = month_end(today - timedelta(days=1))
    end = min(month_end(moment.on), over)
    if moment.known_at is None:
        return Moment(end, None)
    return Moment(end, end_of_day(min(over, _last_end_known(moment.known_at))))


def at_month_ends(asked: Period, today: date) -> Period:
    """The period of as many months up to the last month end that is over. Hindsight is what was known by then, too."""
    moment = last_month_end(asked.moment, today)
    if moment.known_at is None:
        moment = Moment(moment.on, end_of_day(month_end(today - timedelta(days=1))))
    on, since = asked.moment.on, asked.since
    return Period(moment, months_before(moment.on, 12 * (on.year - since.year) + on.month - since.month))


def _last_end_known(instant: datetime) -> date:
    """The last month end of which everything was known at an instant."""
    day = month_end(instant.date())
    return day if end_of_day(day) <= instant else month_end(day - timedelta(days=1))


def nearest(totals: Array) -> Array:
    """Each total rounded to the nearest multiple of ``BASE``; an odd base leaves no halves."""
    rounded: Array = (totals + BASE // 2) // BASE * BASE
    return rounded


def from_running_totals(counts: Array, axes: Sequence[int]) -> Array:
    """Counts made of running totals along these axes, each rounded (``nearest``): their sum over a range is off by less than
    ``BASE`` for one axis, and by less than twice as much for each further one.
    """
    totals = counts
    for axis in axes:
        totals = np.cumsum(totals, axis=axis)
    made = nearest(totals)
    for axis in axes:
        made = np.diff(made, axis=axis, prepend=0)
    return made


def by_place(counts: Mapping[Place, Array], axes: Sequence[int] = ()) -> dict[Place, Array]:
    """``from_running_totals`` along the places of each area in order, and along further axes of the arrays of the places."""
    told: dict[Place, Array] = {}
    for _, held in groupby(sorted(counts), key=lambda place: place.area):
        places = list(held)
        made = from_running_totals(np.stack([counts[place] for place in places]), [0, *(axis + 1 for axis in axes)])
        told |= dict(zip(places, made, strict=True))
    return told


def is_whole(block_of: Mapping[Place, Block], places: Set[Place]) -> bool:
    """Whether these places are made of whole blocks, of one at least. ``block_of``: the block that a place is in."""
    return bool(places) and all((block := block_of.get(place)) is not None and block <= places for place in places)


def groups_told(sizes: Mapping[str, int]) -> dict[str, str | None]:
    """What each group of an area is told as: itself, or None: together with others. ``sizes``: how many people it has.

    Groups of fewer than ``FEW`` are put together, and the smallest of the others with them until they are enough. Where
    there are not two left, none is told.
    """
    ranked = sorted(sizes, key=lambda group: (sizes[group], group))
    pool: list[str] = []
    while ranked and (sizes[ranked[0]] < FEW or (pool and sum(sizes[group] for group in pool) < FEW)):
        pool.append(ranked.pop(0))
    told = set(ranked) if len(ranked) + bool(pool) > 1 else set()
    return {group: group if group in told else None for group in sizes}
