"""Whether a reader may open every case that a figure counts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

import numpy as np

from projections.arrays.date_numbers import day_number
from projections.columns.case_selection import CaseSelection
from projections.columns.column_schema import Array, known
from projections.columns.column_store import ColumnStore
from projections.ledger.ledger import Place

Holds = Callable[[Place], bool]


class Spells(NamedTuple):
    """Spells in which places held cases: from a day up to, not including, another."""

    place: Array
    begins_on: Array
    ends_before: Array


@dataclass(frozen=True)
class ReaderReach:
    """``mine``: whether the reader answers for a place. ``opened``: for each case of the columns whether no limit closes it.

    Such a case they may open as at each day on which a place of theirs held it, wherever it is held now.
    """

    mine: Holds
    opened: Array
    _known: list[bool] = field(default_factory=list, init=False, repr=False, compare=False)
    _found: dict[int | None, tuple[ColumnStore, "Spells"]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def closed(self, columns: ColumnStore) -> Array:
        """For each case of these columns whether they may not open it."""
        closed: Array = ~self.opened if len(self.opened) == columns.numbers else np.ones(columns.numbers, bool)
        return closed

    def covers(self, selection: CaseSelection, among: Holds, since: date, until: date) -> bool:
        """Whether they answer for all of these places, and may open every case held there after ``since`` up to ``until``.

        Cases of other columns than those of ``opened`` count as closed.
        """
        columns = selection.columns
        if len(self.opened) != columns.numbers:
            return False
        outside = self._outside(selection)
        if not len(outside.place):
            return True
        wanted = np.array([*map(among, columns.words["place"].values)], bool)
        inside = (outside.begins_on <= day_number(until)) & (outside.ends_before > day_number(since))
        return not (inside & wanted[outside.place]).any()

    def _outside(self, selection: CaseSelection) -> "Spells":
        """The spells that they may not open as known at an instant; looked up once for each instant."""
        columns = selection.columns
        of, found = self._found.get(selection.instant, (None, None))
        if found is None or of is not columns:
            theirs = self._theirs(columns.words["place"].values)
            parts = [Spells(*(np.zeros(0, np.int64),) * 3)]
            for rows in columns.spells.parts(selection.instant):
                there = ~(theirs[rows["place"]] & self.opened[rows["case"]])
                then = known(rows, selection.instant)
                there &= True if then is None else then
                there &= True if columns.gone is None else ~columns.gone[rows["case"]]
                parts.append(Spells(*(rows[name][there] for name in Spells._fields)))
            found = Spells(*map(np.concatenate, zip(*parts, strict=True)))
            self._found[selection.instant] = columns, found
        return found

    def _theirs(self, places: Sequence[Place]) -> Array:
        """For each place whether they answer for it. Places are only ever added."""
        while len(self._known) < len(places):
            self._known.append(self.mine(places[len(self._known)]))
        return np.array(self._known[: len(places)], bool)
