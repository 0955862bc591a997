"""What holds of the cases of a caseload in two readings: risk of harm, MAPPA level, and who holds them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from domain.entries.code_lists import HIGH_RISK, RISK_LEVELS
from projections.changes.reading_then import ReadingThen
from projections.columns.case_selection import CaseSelection
from projections.columns.column_schema import Array, Rows, known
from projections.ledger.ledger import Place

HIGH = RISK_LEVELS.index("high")
VERY_HIGH = RISK_LEVELS.index("very_high")
assert {RISK_LEVELS[HIGH], RISK_LEVELS[VERY_HIGH]} == set(HIGH_RISK)


@dataclass(frozen=True)
class ComparedSpells:
    """What holds of each case of a selection now, and in an earlier reading.

    ``was``: place, risk and MAPPA level of the row of spells that held then, as numbers of words; -1: the case had not begun.
    """

    selection: CaseSelection
    reading: ReadingThen
    was: dict[str, Array]

    @classmethod
    def of(cls, now: CaseSelection, then: ReadingThen) -> "ComparedSpells":
        was = {name: np.full(now.columns.numbers, -1, np.int64) for name in ("place", "risk", "mappa_level")}
        for rows, at in _holding(now, then):
            for name, found in was.items():
                found[rows["case"][at]] = rows[name][at]
        return cls(now, then, was)

    def held(self, fits: Callable[[Place], bool]) -> Array:
        """For each case whether it was held where it fits."""
        table = np.array([*map(fits, self.selection.columns.words["place"].values), False], bool)
        found: Array = table[self.was["place"]]
        return found

    @cached_property
    def risk(self) -> tuple[Array, Array]:
        """The risk of harm then and now as ranks in ``RISK_LEVELS``; -1: not assessed, or not begun."""
        words = self.selection.columns.words["risk"].values
        ranks = np.array([*(RISK_LEVELS.index(level) if level in RISK_LEVELS else -1 for level in words), -1])
        return ranks[self.was["risk"]], ranks[self.selection.spell_column("risk")]

    @cached_property
    def mappa(self) -> tuple[Array, Array]:
        """The MAPPA level then and now; 0: none."""
        words = self.selection.columns.words["mappa_level"].values
        levels = np.array([*(level or 0 for level in words), 0])
        return levels[self.was["mappa_level"]], levels[self.selection.spell_column("mappa_level")]

    @property
    def risk_raised(self) -> Array:
        """For each case whether its risk is higher than it was. A first assessment counts where it says high or very high."""
        then, now = self.risk
        raised: Array = (now > then) & ((then >= 0) | (now >= HIGH)) & (self.was["place"] >= 0)
        return raised

    @property
    def mappa_raised(self) -> Array:
        """For each case whether its MAPPA level is higher than it was."""
        then, now = self.mappa
        raised: Array = (now > then) & (self.was["place"] >= 0)
        return raised

    def holds_since(self, cases: Array, name: str) -> Array:
        """For each of these cases (numbers, ascending) the day from which its value of today has held without a break."""
        among = np.zeros(self.selection.columns.numbers, bool)
        among[cases] = True
        found = [np.zeros(0, np.int64)] * 3
        for rows in self.selection.columns.spells.parts(self.selection.instant):
            then = known(rows, self.selection.instant)
            which = among[rows["case"]] & (rows["begins_on"] <= self.selection.day)
            at = np.flatnonzero(which if then is None else which & then)
            more = (rows["case"][at], rows["begins_on"][at], rows[name][at])
            found = [np.concatenate((one, column.astype(np.int64))) for one, column in zip(found, more, strict=True)]
        order = np.lexsort((found[1], found[0]))
        case, begins, value = (column[order] for column in found)
        first = np.ones(len(case), bool)
        first[1:] = (case[1:] != case[:-1]) | (value[1:] != value[:-1])
        last = np.searchsorted(case[first], cases, side="right") - 1
        days: Array = begins[first][last]
        return days


def _holding(now: CaseSelection, then: ReadingThen) -> Iterator[tuple[Rows, Array]]:
    for rows in now.columns.spells.all:
        day = then.day[rows["case"]]
        holds = (rows["begins_on"] <= day) & (day < rows["ends_before"])
        yield rows, np.flatnonzero(holds & then.knows(rows))
    if "spells" in then.derived:
        rows = then.derived["spells"]
        day = then.day[rows["case"]]
        yield rows, np.flatnonzero((rows["begins_on"] <= day) & (day < rows["ends_before"]))
