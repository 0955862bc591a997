"""People counted one by one, and blocks of places made with sets: a second statement of what ``people_blocks`` does."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence, Set
from itertools import groupby
from typing import Any, NamedTuple, TypeVar

import numpy as np

from projections.ledger.ledger import Place
from projections.reports.counted_people import CountedPeople, number_in
from projections.reports.disclosure import FEW, MUCH, Block
from projections.reports.proportions import LEVELS

G = TypeVar("G", bound=Hashable)
H = TypeVar("H", bound=Hashable)


class PlaceGroup(NamedTuple):
    """The people of one place with one value of an attribute."""

    place: Place
    value: Any


class PersonMonth(NamedTuple):
    """A person (CRN) in a month (see ``month_numbers``)."""

    person: str
    month: int


Counted = Mapping[PersonMonth, int]
"""How many duties of each person count in each month."""

People = Mapping[Place, Mapping[G, Counted]]
"""For each place what counts there, by group."""


def as_arrays(people: Mapping[PlaceGroup, Counted], every: Iterable[Place] = ()) -> CountedPeople:
    """The same people as ``DutyQueries`` gives them. ``every``: places that are numbered first."""
    places, values, persons = {place: n for n, place in enumerate(every)}, dict[Any, int](), dict[str, int]()
    rows = [
        (number_in(places, place), number_in(values, value), number_in(persons, one.person), one.month, n)
        for (place, value), counted in people.items()
        for one, n in counted.items()
    ]
    return CountedPeople([*places], [*values], *np.array(rows, np.int64).reshape(-1, 5).T)


def by_place(people: Mapping[PlaceGroup, Counted]) -> dict[Place, dict[Any, Counted]]:
    """The people of each place by group."""
    found: dict[Place, dict[Any, Counted]] = {}
    for (place, value), counted in people.items():
        found.setdefault(place, {})[value] = counted
    return found


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
