"""What a score over a whole service rests on, counted from the spells."""

import numpy as np

from projections.cases.rests_on import RestsOn, subjects_not_laid
from projections.columns.case_selection import CaseSelection
from projections.columns.column_schema import Array, known
from projections.obligations.interruptions import INTERRUPTIONS


def rests_on(selection: CaseSelection, cases: Array) -> RestsOn:
    """Of some cases that had begun (for each case whether it is counted) how many were away for part of the time."""
    counted = cases & selection.there
    custody, unknown, suspended = (int(np.count_nonzero(_ever(selection, kind) & counted)) for kind in INTERRUPTIONS)
    return RestsOn(
        int(np.count_nonzero(counted)), custody, unknown, suspended, subjects_not_laid(selection.moment.on)
    )  # fmt: skip


def _ever(selection: CaseSelection, kind: str) -> Array:
    """For each case whether one of its spells up to the day says this of ``away``."""
    ever, number = np.zeros(selection.columns.numbers, bool), selection.columns.words["away"].find(kind)
    for rows in selection.columns.spells.parts(selection.instant) if number is not None else ():
        says = (rows["away"] == number) & (rows["begins_on"] <= selection.day)
        then = known(rows, selection.instant)
        ever[rows["case"][says if then is None else says & then]] = True
    return ever
