"""Fields of many entries as arrays, read only from the entries that have them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from itertools import chain, pairwise
from operator import attrgetter
from typing import Any, NamedTuple

import numpy as np

from domain.entries.case_entries import Entry
from projections.compiled.calendar import NEVER
from projections.compiled.compiling import Array
from projections.compiled.law import TYPES


class ByType:
    """Some entries, sorted by type; the types by number."""

    def __init__(self, entries: Sequence[Entry]):
        types = np.fromiter(map(TYPES.__getitem__, map(type, entries)), np.int8, len(entries))
        order = np.argsort(types, kind="stable")
        ordered = list(map(entries.__getitem__, order.tolist()))
        ends = np.searchsorted(types[order], np.arange(len(TYPES) + 1)).tolist()
        self.size = len(entries)
        self.of: Mapping[type[Entry], tuple[Array, list[Any]]] = {
            t: (order[a:b], ordered[a:b]) for t, a, b in zip(TYPES, ends, ends[1:], strict=False) if a < b
        }
        """For each type present, the places of its entries and themselves."""

    def some(self, *types: type[Entry]) -> Iterator[tuple[Array, list[Any]]]:
        """The places of the entries of some types, and themselves, type by type."""
        return (self.of[fact_type] for fact_type in types if fact_type in self.of)

    def field(self, wanted: Mapping[type[Entry], str]) -> Iterator[tuple[Array, Iterator[Any]]]:
        """A field of each of some types: the places of its entries, and their values."""
        for fact_type, name in wanted.items():
            if fact_type in self.of:
                places, entries = self.of[fact_type]
                yield places, map(attrgetter(name), entries)

    def dates(self, wanted: Mapping[type[Entry], str]) -> Array:
        """Days by place; ``NEVER`` for entries of other types, and where the field says none."""
        found = np.full(self.size, NEVER, np.int64)
        for places, values in self.field(wanted):
            found[places] = [NEVER if day is None else day.toordinal() for day in values]
        return found

    def lists(self, wanted: Mapping[type[Entry], str], numbers: "Numbers") -> "Lists":
        """Numbers for the values of fields that hold one or several; one below nought is left out."""
        at: list[int] = []
        found: list[int] = []
        for places, values in self.field(wanted):
            here, every = places.tolist(), list(values)
            if isinstance(every[0], list):
                here = [place for place, several in zip(here, every, strict=True) for _ in several]
                every = list(chain.from_iterable(every))
            at += here
            found += numbers(here, every)
        at_, found_ = np.array(at, np.int64), np.array(found, np.int64)
        at_, found_ = at_[found_ >= 0], found_[found_ >= 0]
        begins = np.concatenate([[0], np.cumsum(np.bincount(at_, minlength=self.size))])
        return Lists(begins, found_[np.argsort(at_, kind="stable")])


Numbers = Callable[[list[int], list[Any]], list[int]]
"""Numbers for some values, given with the places of the entries that hold them."""


class Lists(NamedTuple):
    """Some numbers for each entry, those of entry n from ``at[n]`` up to ``at[n + 1]``."""

    at: Array
    numbers: Array


def days(entries: Sequence[Entry]) -> Array:
    """The day of each entry."""
    return np.fromiter(map(date.toordinal, map(attrgetter("occurred_on"), entries)), np.int64, len(entries))


def ranks(instants: Array, case: Array, cases: int) -> tuple[Array, Array, list[list[int]]]:
    """The rank of each instant among those of its case, how many each case has, and for each the places of the first.

    Instants in microseconds since 1970; there are at most ``coded.AT_ONCE`` cases.
    """
    key = (case << 53) + (instants + (1 << 52))
    order = np.argsort(key, kind="stable")
    ordered = key[order]
    new = np.ones(len(order), np.bool_)
    new[1:] = ordered[1:] != ordered[:-1]
    number = np.cumsum(new) - 1
    first = order[new]
    begins = np.searchsorted(case[first], np.arange(cases + 1))
    rank = np.empty(len(order), np.int64)
    rank[order] = number - begins[case[order]]
    return rank, np.diff(begins).astype(np.int64), [first[a:b].tolist() for a, b in pairwise(begins.tolist())]


def firsts(ids: Sequence[str], begin: int) -> list[int]:
    """For ids in order: the place of the first of each, where they begin at ``begin``."""
    found: list[int] = []
    for at, name in enumerate(ids):
        found.append(found[-1] if at and name == ids[at - 1] else begin + at)
    return found
