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

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence, Set
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import TypeVar

import numpy as np
from dateutil.relativedelta import relativedelta

from projections.arrays.date_numbers import FIRST
from projections.columns.column_schema import Array
from projections.history.history import end_of_day
from projections.history.moment import Moment
from projections.ledger.ledger import Place
from projections.reports.duty_results import PersonMonth
from projections.reports.periods import Period
from projections.reports.proportions import LEVELS

FEW = 5
"""People; nothing is told of fewer (a parameter: no report sets one)."""

BASE = 5
"""Running totals are rounded to the nearest multiple of this."""

BEGINNING = FIRST
"""The day before the first one from which running totals count."""

MUCH = BASE
"""Duties: where fewer than ``FEW`` people have more than this many between them, rounding does not hide enough of it."""

G = TypeVar("G", bound=Hashable)
H = TypeVar("H", bound=Hashable)

Counted = Mapping[PersonMonth, int]
"""How many duties of each person count in each month."""

People = Mapping[Place, Mapping[G, Counted]]
"""For each place what counts there, by group."""

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


def blocks(people: People[G], parts: People[H] | None = None) -> list[Block]:
    """The blocks of places, area by area: each is ``is_enough`` of every group that there is in its area.

    A place that is not is put together with others of the same place above it, the smallest first. An area that is not has
    no block. ``parts``: what is told apart in other tables; none of them may be ``is_thin``.
    """
    found: list[Block] = []
    for _, held in groupby(sorted(people), key=lambda place: place.area):
        places = list(held)
        every = {group for place in places for group in people[place]}
        if _are_enough(places, people, every, parts):
            found += _split(places, 0, people, every, parts)
    return found


def _split(
    places: Sequence[Place], depth: int, people: People[G], every: Set[G], apart: People[H] | None
) -> list[Block]:
    """The blocks of a place that is enough. ``depth``: which of ``LEVELS`` it is."""
    if depth + 1 == len(LEVELS):
        return [frozenset(places)]

    def name(place: Place) -> str:
        return str(getattr(place, LEVELS[depth + 1]))

    parts = [list(part) for _, part in groupby(sorted(places, key=lambda place: (name(place), place)), key=name)]
    enough = {n: _are_enough(part, people, every, apart) for n, part in enumerate(parts)}
    pool = [place for n, part in enumerate(parts) for place in part if not enough[n]]
    ranked = sorted((n for n in enough if enough[n]), key=lambda n: (_size(parts[n], people), parts[n]))
    while pool and ranked and not _are_enough(pool, people, every, apart):
        pool += parts[ranked.pop(0)]
    told = [block for n in ranked for block in _split(parts[n], depth + 1, people, every, apart)]
    return [frozenset(pool), *told] if pool else told


def _size(places: Iterable[Place], people: People[G]) -> int:
    return len({person for place in places for counted in people[place].values() for person, _ in counted})


def _are_enough(places: Sequence[Place], people: People[G], every: Set[G], parts: People[H] | None) -> bool:
    """Whether some places together are enough of each of these groups."""
    if not all(is_enough(people[place][group] for place in places if group in people[place]) for group in every):
        return False
    apart: defaultdict[H, list[Counted]] = defaultdict(list)
    for place in places if parts is not None else ():
        for part, counted in (parts or {}).get(place, {}).items():
            apart[part].append(counted)
    return not any(map(is_thin, apart.values()))


def is_enough(counted: Iterable[Counted]) -> bool:
    """Whether at least ``FEW`` people count, and it is not ``is_thin``."""
    every = list(counted)
    return len({person for some in every for person, _ in some}) >= FEW and not is_thin(every)


def is_thin(counted: Iterable[Counted]) -> bool:
    """Whether there are months in a row in which fewer than ``FEW`` people have much (``MUCH``) between them.

    Where there are not, what lies between two periods of which both are told holds ``FEW`` people, or little enough for
    rounding to hide it.
    """
    months: dict[int, dict[str, int]] = {}
    for some in counted:
        for (person, month), n in some.items():
            of_month = months.setdefault(month, {})
            of_month[person] = of_month.get(person, 0) + n
    ordered = [months[month] for month in sorted(months)]
    first, inside, total = 0, dict[str, int](), 0
    for month_ in ordered:
        for person, n in month_.items():
            inside[person] = inside.get(person, 0) + n
            total += n
        while len(inside) >= FEW:
            for person, n in ordered[first].items():
                inside[person] -= n
                total -= n
                if not inside[person]:
                    del inside[person]
            first += 1
        if total > MUCH:
            return True
    return False


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
