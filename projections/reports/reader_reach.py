"""Whether a reader may open every case that a figure counts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from projections.arrays.date_numbers import day_number
from projections.columns.case_selection import CaseSelection
from projections.columns.column_schema import Array, known
from projections.columns.column_store import ColumnStore
from projections.ledger.ledger import Place

Holds = Callable[[Place], bool]


@dataclass(frozen=True)
class ReaderReach:
    """``mine``: whether the reader answers for a place. ``opened``: for each case of the columns whether no limit closes it.

    Such a case they may open as at each day on which a place of theirs held it, wherever it is held now.
    """

    mine: Holds
    opened: Array
    _known: list[bool] = field(default_factory=list, init=False, repr=False, compare=False)

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
        places = columns.words["place"].values
        wanted = np.array([among(place) for place in places], bool)
        theirs = self._theirs(places)
        for rows in columns.spells.parts(selection.instant):
            inside = wanted[rows["place"]] & (rows["begins_on"] <= day_number(until))
            inside &= rows["ends_before"] > day_number(since)
            then = known(rows, selection.instant)
            inside &= True if then is None else then
            inside &= True if columns.gone is None else ~columns.gone[rows["case"]]
            if (inside & ~(theirs[rows["place"]] & self.opened[rows["case"]])).any():
                return False
        return True

    def _theirs(self, places: Sequence[Place]) -> Array:
        """For each place whether they answer for it. Places are only ever added."""
        while len(self._known) < len(places):
            self._known.append(self.mine(places[len(self._known)]))
        return np.array(self._known[: len(places)], bool)
