"""The blocks of places of which a figure may be told, and whether few people have much: rule 3 of ``disclosure``, for arrays.

Blocks of many tables (of each clause, say) are made at once, level by level: what is asked of a place is asked of all places of
that level together.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from projections.columns.case_rows import ranges
from projections.columns.column_schema import Array
from projections.ledger.ledger import Place
from projections.reports.counted_people import CountedPeople
from projections.reports.disclosure import FEW, MUCH, Block, groups_told
from projections.reports.proportions import LEVELS


class Cells(NamedTuple):
    """What people have, by key and month, in this order; a row a person. ``keys``: how many keys there are.

    ``person``: of each row. ``begins``: where the rows of each cell (a key and a month) begin, and the end of all. ``key``,
    ``people`` and ``total``: of each cell its key, how many people count and how much they have.
    """

    keys: int
    person: Array
    begins: Array
    key: Array
    people: Array
    total: Array

    @classmethod
    def of(cls, key: Array, people: CountedPeople, keys: int) -> "Cells":
        """``key``: of each row of ``people``, a number below ``keys``."""
        persons, first = int(people.person.max(initial=0)) + 1, int(people.month.min(initial=0))
        months, width = int(people.month.max(initial=0)) - first + 1, int(people.n.max(initial=1)).bit_length()
        code = (key.astype(np.int64) * months + (people.month - first)) * persons + people.person
        sorted_ = np.sort(code << width | people.n)  # one sort of numbers that hold both; 63 bits are room for a nation
        code, n = sorted_ >> width, sorted_ & ((1 << width) - 1)
        rows = np.flatnonzero(np.diff(code, prepend=-1))
        code, n = code[rows], np.add.reduceat(n, rows) if len(rows) else n
        cell = code // persons
        begins = np.flatnonzero(np.diff(cell, prepend=-1))
        total = np.add.reduceat(n, begins) if len(begins) else n
        ends = np.append(begins, len(cell))
        return cls(keys, code % persons, ends, cell[begins] // months, np.diff(ends), total)

    @property
    def few(self) -> Array:
        """For each key whether fewer than ``FEW`` people count."""
        enough = np.zeros(self.keys, bool)
        enough[self.key[self.people >= FEW]] = True
        of = np.repeat(self.key, self.people)
        left = ~enough[of]
        return ~enough & (distinct(of[left], self.person[left], self.keys) < FEW)

    @property
    def thin(self) -> Array:
        """For each key whether there are months in a row in which fewer than ``FEW`` people have much between them.

        From each month on, as few months are looked at as have more than ``MUCH`` together: in more there are no fewer people.
        """
        small = self.people < FEW
        found = np.zeros(self.keys, bool)
        found[self.key[small & (self.total > MUCH)]] = True
        row = np.cumsum((np.diff(self.key, prepend=-1) != 0) | ~small | ~np.append(True, small[:-1]))
        totals = np.cumsum(self.total)
        first = np.flatnonzero(small & ~found[self.key])
        last = np.searchsorted(totals, totals[first] - self.total[first] + MUCH, side="right")
        inside = last < len(totals)
        first, last = first[inside], last[inside]
        inside = row[last] == row[first]
        first, last = first[inside], last[inside]
        begin, end = self.begins[first], self.begins[last + 1]
        window = np.repeat(np.arange(len(first)), end - begin)
        few = distinct(window, self.person[ranges(begin, end)], len(first)) < FEW
        found[self.key[first[few]]] = True
        return found


def distinct(key: Array, person: Array, keys: int) -> Array:
    """For each key how many people have it."""
    persons = int(person.max(initial=0)) + 1
    code = np.sort(key.astype(np.int64) * persons + person)
    counted: Array = np.bincount(code[np.flatnonzero(np.diff(code, prepend=-1))] // persons, minlength=keys)
    return counted


def is_thin(people: CountedPeople) -> bool:
    """Whether there are months in a row in which fewer than ``FEW`` people have much (``MUCH``) between them.

    Where there are not, what lies between two periods of which both are told holds ``FEW`` people, or little enough for
    rounding to hide it.
    """
    return bool(Cells.of(np.zeros(len(people), np.int64), people, 1).thin[0])


def blocks(people: CountedPeople, parts: CountedPeople | None = None) -> list[Block]:
    """The blocks of places, area by area: each has of every value that there is in its area ``FEW`` people, and is not thin in it.

    A place that is not so is put together with others of the same place above it, the smallest first. An area that is not has
    no block. ``parts``: what is told apart in other tables; none of its values may be thin.
    """
    return _Making(people, np.zeros(len(people), np.int64), people.value, len(people.values), parts).blocks().get(0, [])


def blocks_apart(people: CountedPeople) -> dict[Any, list[Block]]:
    """The blocks of each value by itself; a value under which nobody counts is left out."""
    made = _Making(people, people.value, np.zeros(len(people), np.int64), 1, None).blocks()
    return {people.values[n]: made.get(n, []) for n in np.unique(people.value).tolist()}


ToldAs = Mapping[str, Mapping[str, str | None]]
"""For each area what its groups are told as (``groups_told``)."""


def told_by_area(people: CountedPeople) -> ToldAs:
    """What the groups of each area are told as."""
    sizes = dict[str, dict[str, int]]()
    for (area, group), many in people.by_part_and_value(lambda place: place.area).items():
        sizes.setdefault(area, {})[group] = many
    return {area: groups_told(of) for area, of in sizes.items()}


def pooled(people: CountedPeople, told: ToldAs) -> CountedPeople:
    """The people with the groups of each area that are told together as one, which has no name."""
    values = [*people.values, ""]

    def number(place: Place) -> list[int]:
        groups = told.get(place.area, {})
        return [values.index(groups.get(group) or "") for group in people.values]

    table = np.array([*map(number, people.places)], np.int64).reshape(len(people.places), len(people.values))
    return replace(people, values=values, value=table[people.place, people.value])


class _Making:
    """Blocks of several tables. ``table`` and ``group``: of each row of ``people``, numbers; ``groups``: how many there are.

    A *pair* is a table and a place in which anybody counts in it. A *unit* is what is looked at together: in one table the pairs
    of an area, a division, a team, an officer; or several of these that are put together.
    """

    def __init__(
        self, people: CountedPeople, table: Array, group: Array, groups: int, parts: CountedPeople | None
    ):  # fmt: skip
        self.people, self.group, self.groups, self.parts = people, group, groups, parts
        width = len(people.places) or 1
        pairs, self.of_row = np.unique(table.astype(np.int64) * width + people.place, return_inverse=True)
        self.table, self.place = np.divmod(pairs, width)
        self.wanted = np.zeros(len(pairs), np.int64)
        """Of each pair: how many groups its area has."""
        self.levels = _levels(people.places)
        if parts is not None:  # of one table, and of the same places
            number = {place: n for n, place in enumerate(people.places)}
            place = np.array([number.get(one, -1) for one in parts.places], np.int64)[parts.place]
            at = np.minimum(np.searchsorted(pairs, place), max(len(pairs) - 1, 0))
            here = (pairs[at] == place) if len(pairs) else np.zeros(len(place), bool)
            self.parts, self.of_part = parts.only(here), at[here]

    def blocks(self) -> dict[int, list[Block]]:
        """The blocks by table; tables without one are left out."""
        found: dict[int, list[Block]] = {}
        if not len(self.table):
            return found
        unit = self._units_of_level(np.zeros(len(self.table), np.int64), 0)
        self.wanted = self._groups_there(unit)[unit]
        unit = np.where(self._are_enough(unit)[unit], unit, -1)
        for depth in range(1, len(LEVELS)):
            if (unit < 0).all():
                break
            pooled, unit = self._split(unit, depth)
            self._add(found, pooled)
        self._add(found, unit)
        return found

    def _split(self, unit: Array, depth: int) -> tuple[Array, Array]:
        """Two units for each pair (-1: none): the one in which it is put together with others, and that of its own place at the
        next level. ``unit``: of each pair the one to be split.
        """
        part = self._units_of_level(unit, depth)
        parts = int(part.max(initial=-1)) + 1
        inside = part >= 0
        of = np.zeros(parts, np.int64)
        of[part[inside]] = unit[inside]  # of each part the unit that it is of
        alone = self._are_enough(part)
        units, size = int(unit.max(initial=-1)) + 1, self._sizes(part, parts)
        waiting = np.lexsort([np.arange(parts), size, of])
        waiting = waiting[alone[waiting]]  # by unit, the smallest first
        nexts, ends = (np.searchsorted(of[waiting], np.arange(units), side=side) for side in ("left", "right"))
        short = np.unique(of[~alone])
        while len(short):
            pool = np.where(inside & ~alone[part], unit, -1)
            pool = np.where(np.isin(pool, short), pool, -1)
            short = short[~self._are_enough(pool, units)[short] & (nexts[short] < ends[short])]
            alone[waiting[nexts[short]]] = False
            nexts[short] += 1
        return np.where(inside & ~alone[part], unit, -1), np.where(inside & alone[part], part, -1)

    def _units_of_level(self, unit: Array, depth: int) -> Array:
        """For each pair a number for its unit, its table and its place at this level, in order of names; -1: it has no unit."""
        level = self.levels[depth][self.place]
        room = int(level.max(initial=0)) + 1
        code = (np.where(unit >= 0, unit, 0) * (int(self.table.max()) + 1) + self.table) * room + level
        inside = unit >= 0
        found = np.full(len(unit), -1, np.int64)
        found[inside] = np.unique(code[inside], return_inverse=True)[1]
        return found

    def _groups_there(self, unit: Array) -> Array:
        """For each unit how many groups have anybody."""
        found = np.unique(unit[self.of_row] * self.groups + self.group)
        there: Array = np.bincount(found // self.groups)
        return there

    def _are_enough(self, unit: Array, units: int | None = None) -> Array:
        """For each unit whether it is enough of each group that its area has, and no part of it is thin."""
        units = int(unit.max(initial=-1)) + 1 if units is None else units
        of = unit[self.of_row]
        inside = of >= 0
        cells = Cells.of(of[inside] * self.groups + self.group[inside], self.people.only(inside), units * self.groups)
        wanted = np.zeros(units, np.int64)
        wanted[unit[unit >= 0]] = self.wanted[unit >= 0]
        enough: Array = (~(cells.few | cells.thin)).reshape(units, self.groups).sum(axis=1) == wanted
        if self.parts is not None:
            of, apart = unit[self.of_part], len(self.parts.values)
            inside = of >= 0
            some = self.parts.only(inside)
            thin = Cells.of(of[inside] * apart + some.value, some, units * apart).thin
            enough &= ~thin.reshape(units, apart).any(axis=1)
        return enough

    def _sizes(self, unit: Array, units: int) -> Array:
        """For each unit how many people count in it."""
        of = unit[self.of_row]
        inside = of >= 0
        return distinct(of[inside], self.people.person[inside], units)

    def _add(self, found: dict[int, list[Block]], unit: Array) -> None:
        """Add each of these units as a block of its table."""
        order = np.argsort(unit, kind="stable")
        order = order[unit[order] >= 0]
        places = self.people.places
        for at in np.split(order, np.flatnonzero(np.diff(unit[order])) + 1) if len(order) else ():
            found.setdefault(int(self.table[at[0]]), []).append(frozenset(places[n] for n in self.place[at].tolist()))


def _levels(places: Sequence[Place]) -> list[Array]:
    """For each of ``LEVELS`` the number of the place at this level, in order of names."""
    found = []
    for depth in range(len(LEVELS)):
        names = [tuple(getattr(place, level) for level in LEVELS[: depth + 1]) for place in places]
        number: Mapping[Hashable, int] = {name: n for n, name in enumerate(sorted(set(names)))}
        found.append(np.array([number[name] for name in names], np.int64))
    return found
