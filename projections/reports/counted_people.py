"""The people behind counts, as arrays: at which place, in which group, and how much of each in each month."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from projections.columns.column_schema import Array
from projections.ledger.ledger import Place

EVERYBODY = ""
"""The group of people who are not told apart."""


@dataclass(frozen=True)
class CountedPeople:
    """How many duties (``n``) of a person fell due in a month, at a place, under a value that they are told apart by.

    Rows of the same add up. ``place`` and ``value`` are indices of ``places`` and ``values``; ``person`` is a number, from 0.
    """

    places: Sequence[Place]
    values: Sequence[Any]
    place: Array
    value: Array
    person: Array
    month: Array
    n: Array

    @classmethod
    def once(cls, places: Sequence[Place], place: Array, person: Array) -> "CountedPeople":
        """People who count once each, not told apart."""
        zeros = np.zeros(len(place), np.int64)
        return cls(places, (EVERYBODY,), place, zeros, person, zeros, np.ones(len(place), np.int64))

    def __len__(self) -> int:
        return len(self.place)

    def only(self, which: Array) -> "CountedPeople":
        """The rows for which ``which`` is true."""
        columns = (self.place, self.value, self.person, self.month, self.n)
        return CountedPeople(self.places, self.values, *(column[which] for column in columns))

    def named(self, name: Callable[[Any], Hashable]) -> "CountedPeople":
        """The same by the name of each value."""
        names = [name(value) for value in self.values]
        values = list(dict.fromkeys(names))
        number = np.array([values.index(one) for one in names], np.int64)
        return replace(self, values=values, value=number[self.value] if len(self) else self.value)

    def under(self, value: Any) -> "CountedPeople":
        """The rows under one value."""
        return self.only(self.value == self.values.index(value)) if value in self.values else NOBODY

    def together(self) -> "CountedPeople":
        """The same, not told apart."""
        return replace(self, values=(EVERYBODY,), value=np.zeros(len(self), np.int64))

    def by_month(self) -> "CountedPeople":
        """The same by month, in place of the values."""
        months, number = np.unique(self.month, return_inverse=True)
        return replace(self, values=months.tolist(), value=number)

    @cached_property
    def held(self) -> Sequence[Place]:
        """The places at which anybody counts."""
        return [self.places[n] for n in np.unique(self.place).tolist()]

    @cached_property
    def held_by_value(self) -> Mapping[Any, Sequence[Place]]:
        """The same for each value; a value under which nobody counts is left out."""
        found: dict[Any, list[Place]] = {}
        for value, place in _pairs(self.value, self.place, len(self.places)):
            found.setdefault(self.values[value], []).append(self.places[place])
        return found

    def in_values(self) -> dict[Any, int]:
        """How many people have each value."""
        return {self.values[n]: many for n, many in enumerate(self._persons(self.value, len(self.values))) if many}

    def at(self, holds: Callable[[Place], bool]) -> "CountedPeople":
        """The rows of the places for which something holds."""
        return self.only(np.array([*map(holds, self.places), False], bool)[self.place])

    @property
    def number(self) -> int:
        """How many people count."""
        return len(np.unique(self.person))

    def by_part(self, part: Callable[[Place], Hashable]) -> dict[Any, int]:
        """How many people count in each part that places belong to."""
        parts = dict[Hashable, int]()
        number = np.array([number_in(parts, part(place)) for place in self.places], np.int64)
        many = self._persons(number[self.place] if len(self) else self.place, len(parts))
        return {one: n for one, n in zip(parts, many, strict=True) if n}

    def by_part_and_value(self, part: Callable[[Place], Hashable]) -> dict[tuple[Any, Any], int]:
        """The same for each part and value."""
        parts, width = dict[Hashable, int](), max(len(self.values), 1)
        number = np.array([number_in(parts, part(place)) for place in self.places], np.int64)
        many = self._persons(number[self.place] * width + self.value, len(parts) * width) if len(self) else []
        keys = [(one, value) for one in parts for value in self.values]
        return {key: n for key, n in zip(keys, many, strict=True) if n} if many else {}

    def _persons(self, key: Array, room: int) -> list[int]:
        """For each key (a number below ``room``) how many people have it."""
        persons = int(self.person.max(initial=-1)) + 1
        found: list[int] = np.bincount(
            np.unique(key * persons + self.person) // max(persons, 1), minlength=room
        ).tolist()
        return found


NOBODY = CountedPeople((), (), *(np.zeros(0, np.int64),) * 5)


def several(parts: Iterable[CountedPeople]) -> CountedPeople:
    """Rows of the same places, one after the other; no value is in two of them."""
    every = [one for one in parts if len(one)]
    if not every:
        return NOBODY
    values = [value for one in every for value in one.values]
    before = np.cumsum([0, *(len(one.values) for one in every[:-1])])
    moved = [replace(one, value=one.value + first) for one, first in zip(every, before.tolist(), strict=True)]
    columns = ([getattr(one, name) for one in moved] for name in ("place", "value", "person", "month", "n"))
    return CountedPeople(every[0].places, values, *map(np.concatenate, columns))


def number_in(numbers: dict[Any, int], value: Hashable) -> int:
    """The number of a value; a new one gets the next."""
    return numbers.setdefault(value, len(numbers))


def _pairs(first: Array, second: Array, room: int) -> Iterable[tuple[int, int]]:
    """Each pair of numbers that occurs. ``room``: the second one is smaller."""
    found = np.unique(first.astype(np.int64) * max(room, 1) + second)
    return zip((found // max(room, 1)).tolist(), (found % max(room, 1)).tolist(), strict=True)
