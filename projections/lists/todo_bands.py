"""The bands of what is to be done: an order by rules that anybody can check by hand, never by a score.

====  ============================================================================================================
band  what is in it
====  ============================================================================================================
a     very high risk of harm, MAPPA level 3, or risk never assessed: anything overdue
b     a clock of enforcement or recall that ends within two working days, or has passed
c     high risk of harm, or MAPPA level 2
d     all others
e     recording: appointments without an outcome and other duties to record
====  ============================================================================================================

The first that fits of a, b, then e where something is only to be recorded, then c and d is the band. Risk and MAPPA level are
those known on the day read. Within a band the latest stands first, then the lowest case number.
"""

from typing import Final, NamedTuple

import numpy as np

from projections.columns.case_selection import CaseSelection
from projections.columns.column_schema import Array

SOON = 2
"""Working days within which a clock that ends is in band b (**P**, a parameter of ours)."""


class BandWords(NamedTuple):
    """A band in words: as the name of a row's band, and as a sentence."""

    title: str
    says: str


A, B, C, D, E = range(5)
"""The numbers of the bands, in order."""

BANDS: Final = {
    "a": BandWords(
        "Very high risk, MAPPA 3 or never assessed",
        "Very high risk of harm, MAPPA level 3, or risk never assessed: anything overdue.",
    ),
    "b": BandWords(
        "Enforcement clock", f"A clock of enforcement or recall that ends within {SOON} working days, or has passed."
    ),
    "c": BandWords("High risk or MAPPA 2", "High risk of harm, or MAPPA level 2."),
    "d": BandWords("Other cases", "All other cases."),
    "e": BandWords("Recording", "What is to be recorded: appointments without an outcome."),
}
"""The bands by letter, in order."""


class Standing(NamedTuple):
    """For each case, as known on the day: whether it is ``grave`` (band a), and whether it is ``high`` (band c) or graver."""

    grave: Array
    high: Array


def standing(selection: CaseSelection) -> Standing:
    """How each case stands on the day read. Cases that had not begun are neither."""
    risk, mappa = selection.coded("risk"), selection.coded("mappa_level")
    grave = np.array([level in (None, "very_high") for level in risk.values] + [False], bool)[risk.numbers]
    grave |= np.array([level == 3 for level in mappa.values] + [False], bool)[mappa.numbers]
    second = np.array([level is not None and level >= 2 for level in mappa.values] + [False], bool)[mappa.numbers]
    return Standing(grave, selection.high_risk | second)


def bands(grave: Array, high: Array, overdue: Array, days_left: Array, clock: Array, recording: Array) -> Array:
    """The band of each item, as its number.

    ``grave`` and ``high``: of its case. ``overdue``: whether its day has passed. ``days_left``: working days to its day,
    negative when that has passed. ``clock``: whether it is one of enforcement or recall. ``recording``: whether it is to be
    recorded only.
    """
    ends = clock & (overdue | (days_left <= SOON))
    found: Array = np.select([grave & overdue, ends, recording, high], [A, B, E, C], D).astype(np.int64)
    return found


def row_word(band: int, risk: str | None, mappa_level: int | None) -> str:
    """The name of a row's band, as far as the case says which of its reasons holds."""
    if band == A:
        if risk == "very_high":
            return "Very high risk"
        return "Never assessed" if mappa_level != 3 else "MAPPA 3"
    if band == C:
        return "High risk" if risk in ("high", "very_high") else "MAPPA 2"
    return list(BANDS.values())[band].title
