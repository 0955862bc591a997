"""The cases under supervision as at a moment, with the attributes to select and group them by."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from domain.entries import code_lists
from projections.arrays.date_numbers import NEVER, day_read, instant_number
from projections.columns.column_schema import WORDS, Array, CodedValues, Rows, known
from projections.columns.column_store import ColumnStore
from projections.columns.keyed_counts import Key, sortable
from projections.history.moment import Moment
from projections.ledger.ledger import Place

PLACE = Place._fields
ATTRIBUTES = (*PLACE, "order_type", "gender", "ethnicity", "disability", "tier", "risk", "mappa_level")
"""The attributes by which cases are selected and grouped: their place and their attributes on the day read."""

By = Sequence[str]


class Groups(NamedTuple):
    """``keys``: the groups in order. ``of``: for each case or row the number of its group (-1: in none)."""

    keys: list[Key]
    of: Array


@dataclass(frozen=True)
class CaseSelection:
    """The cases of a column store as at a moment. Cases whose supervision had not begun, as known then, are left out."""

    columns: ColumnStore
    moment: Moment

    @cached_property
    def day(self) -> np.uint16:
        return day_read(self.moment.on)

    def check_day(self) -> None:
        """``ValueError`` where the day is not one that columns hold (1900 to 2079)."""
        day_read(self.moment.on)

    @cached_property
    def instant(self) -> int | None:
        """The instant of knowledge as a number; None is hindsight, or an instant after all that is recorded."""
        known_at = None if self.moment.known_at is None else instant_number(self.moment.known_at)
        return None if known_at is None or known_at > self.columns.last_instant else known_at

    @cached_property
    def there(self) -> Array:
        """For each case, whether its supervision had begun by the day, as known at the moment."""
        begun = self.place >= 0
        return begun if self.columns.gone is None else begun & ~self.columns.gone

    @cached_property
    def high_risk(self) -> Array:
        """For each case, whether it is assessed as high risk of harm on the day."""
        return self._holds("risk", code_lists.is_high_risk)

    @cached_property
    def over(self) -> Array:
        """For each case that had begun, whether supervision had ended by the day."""
        over: Array = self.there & (self.spell_column("ended_on") != NEVER)
        return over

    @cached_property
    def place(self) -> Array:
        """For each case the number of the place that holds it on the day; -1: supervision had not begun."""
        return self.spell_column("place")

    @property
    def places(self) -> list[Place]:
        """The places that hold cases on the day, in order."""
        values = self.columns.words["place"].values
        return sorted(values[number] for number in np.unique(self.place[self.there]).tolist())

    def select(self, **wanted: Any) -> Array:
        """For each case, whether it had begun and has these attributes: ``area``, ``team``, ``officer``, ``risk`` ...

        A value, or several to choose from (list, tuple or set).
        """
        chosen = self.there.copy()
        for name, value in wanted.items():
            values = value if isinstance(value, list | tuple | set | frozenset) else (value,)
            chosen &= self._holds(name, lambda held, values=values: held in values)  # type: ignore[misc]
        return chosen

    def held_where(self, fits: Callable[[Place], bool]) -> Array:
        """For each case whether it had begun and the place that holds it on the day fits."""
        table = np.array([*map(fits, self.columns.words["place"].values), False], bool)
        held: Array = table[self.place] & self.there
        return held

    def groups(self, by: By) -> Groups:
        """The cases grouped by attributes. Cases that had not begun are in no group."""
        coded = [self.coded(name) for name in by]
        return grouped(coded, self.there)

    def coded(self, name: str) -> CodedValues:
        """An attribute: its values, and for each case the number of its value (-1: not begun). ``KeyError``: no such attribute."""
        words = self.columns.words
        if name in PLACE:
            values, of_place = places(self.columns, name)
            return CodedValues(values, of_place[self.place])
        if name not in ATTRIBUTES:
            raise KeyError(f"{name} is not one of {', '.join(ATTRIBUTES)}")
        return CodedValues(tuple(words[WORDS[name]].values), self.spell_column(name))

    def spell_column(self, name: str) -> Array:
        """For each case a column of the spell that contains the day; -1: supervision had not begun."""
        found = np.full(self.columns.numbers, -1, np.int32)
        for rows, at, case in self.spells:
            found[case] = rows[name][at]
        return found

    @cached_property
    def references(self) -> list[str]:
        """The references of the cases that had begun, in order."""
        return sorted(self.columns.references[at] for at in np.flatnonzero(self.there).tolist())

    @cached_property
    def spells(self) -> list[tuple[Rows, Array, Array]]:
        """The spells that contain the day: rows, the indices of these spells in them, and the case of each."""
        found = []
        for rows in self.columns.spells.parts(self.instant):
            holds = (rows["begins_on"] <= self.day) & (self.day < rows["ends_before"])
            then = known(rows, self.instant)
            at = np.flatnonzero(holds if then is None else holds & then)
            found.append((rows, at, rows["case"][at]))
        return found

    def _holds(self, name: str, fits: Callable[[Any], bool]) -> Array:
        values, of = self.coded(name)
        table = np.array([*(fits(value) for value in values), False], bool)
        return table[of]


def places(columns: ColumnStore, name: str) -> CodedValues:
    """One level of places (area, team, officer ...): its values, and for each place the number of its value (-1: no place)."""
    found, every = columns.levels.get(name), columns.words["place"].values
    if found is None or len(found.numbers) <= len(every):  # places have been added since
        at = PLACE.index(name)
        level = [place[at] for place in every]
        values = sorted(set(level))
        number = {value: n for n, value in enumerate(values)}
        found = CodedValues(values, np.array([*(number[value] for value in level), -1], np.int32))
        columns.levels[name] = found
    return found


def grouped(coded: Iterable[CodedValues], among: Array) -> Groups:
    """Groups by numbered attributes. ``among``: which of the cases or rows to group."""
    coded = list(coded)
    whole, room = np.zeros(len(among), np.int64), 1
    for values, of in coded:
        whole = whole * max(len(values), 1) + of
        room *= max(len(values), 1)
    whole = np.where(among, whole, room)
    seen = np.flatnonzero(np.bincount(whole, minlength=room + 1)[:room]) if room < 1 << 20 else np.unique(whole[among])
    keys = [_key(int(code), coded) for code in seen]
    order = sorted(range(len(keys)), key=lambda n: sortable(keys[n]))
    place = np.empty(len(order) + 1, np.int32)
    place[order] = np.arange(len(order))
    place[-1] = -1
    found = np.where(among, np.searchsorted(seen, whole), len(order))
    return Groups([keys[n] for n in order], place[found])


def _key(code: int, coded: Sequence[CodedValues]) -> Key:
    values = []
    for words, _ in reversed(coded):
        code, at = divmod(code, max(len(words), 1))
        values.append(words[at])
    return tuple(reversed(values))
