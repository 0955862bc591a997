"""The case selections of one column store that were asked for last, so that its spells are not scanned again for each."""

from collections import OrderedDict

from projections.columns.case_selection import CaseSelection
from projections.columns.column_store import ColumnStore
from projections.history.moment import Moment

MOST_KEPT = 64
"""Selections kept at most: a trend uses two for each month."""

MOST_BYTES = 32 << 20
"""Bytes that they may take together; one is kept in any case."""

BYTES_PER_CASE = 24
"""Bytes that a selection takes for each case, with places and spells."""


class KeptSelections:
    """The selections of a column store by moment. Safe to share between threads."""

    def __init__(self, columns: ColumnStore):
        self.columns = columns
        self._most = max(1, min(MOST_KEPT, MOST_BYTES // (BYTES_PER_CASE * max(columns.numbers, 1))))
        self._kept: OrderedDict[Moment, CaseSelection] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def at(self, moment: Moment) -> CaseSelection:
        """The selection at a moment, kept until so many others have been asked for."""
        found = self._kept.pop(moment, None) or CaseSelection(self.columns, moment)
        self._kept[moment] = found
        while len(self._kept) > self._most:
            try:
                self._kept.popitem(last=False)
            except KeyError:  # another thread took the last one
                break
        return found
