"""How officers, teams and divisions compare with their area, as a reader may be told it.

Whoever may open every case of the area has the rule on all cases (``comparison.differs``). Others are told no more than they
can work out themselves: their own cases, against the area's rounded figure of the last month end, less their own.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from projections.reports.comparison import DUTIES, Comparison, differs, differs_by_sums, differs_from, is_too_few
from projections.reports.counts_by_case import CountsByCase, Grouping, together
from projections.reports.duty_results import HeldAs
from projections.reports.periods import Period
from projections.reports.proportions import Proportion
from projections.reports.reader_reach import Holds
from projections.reports.told_counts import Told
from projections.reports.told_figures import ToldFigures


@dataclass(frozen=True)
class Comparisons:
    """Compares parts of some areas with the rest of these. ``areas``: whether a place lies in them.

    ``counts``: by group (such as a clause) the cases of the areas; where ``told`` is given, those of them that are open to the
    reader, and ``told`` has the figures of the areas.
    """

    counts: Mapping[str, CountsByCase]
    areas: Holds
    told: Callable[[str], Told] | None = None

    def of(self, holds: Holds, group: str = "") -> Comparison | None:
        """How these places differ from the others. None: there are no others, or nothing fell due."""
        counts = self.counts.get(group)
        if counts is None:
            return None
        if self.told is None:
            return _differs(counts, holds)
        unit = counts.of(holds)
        if not len(unit):
            return None
        if is_too_few(unit):
            return "too few"
        met, n = unit.sum(axis=0).tolist()
        others = self._others(group, met, n)
        return "too few" if others is None else differs_from(unit, others)

    def area(self, group: str = "") -> Proportion:
        """The figure of the areas, as the reader is told it."""
        if self.told is not None:
            return self.told(group).figure(self.areas)
        counts = self.counts.get(group)
        return Proportion() if counts is None else Proportion(*counts.counts.sum(axis=0).tolist())

    def _others(self, group: str, met: int, n: int) -> Fraction | None:
        """The share of the areas without these duties; None where it is withheld or of too few."""
        whole = self.area(group)
        rest = whole.n - n
        return None if whole.withheld or rest < DUTIES else Fraction(min(max(whole.held - met, 0), rest), rest)


def _differs(counts: CountsByCase, holds: Holds) -> Comparison | None:
    """How some places differ from the others; cases are looked at one by one only where their sums do not say it."""
    unit, rest = counts.sums_apart(holds)
    if not unit.cases or not rest.cases:
        return None
    return differs_by_sums(unit, rest) or differs(*counts.apart(holds))


def comparisons(
    told: ToldFigures, asked: Period, clauses: Sequence[str], held_as: HeldAs, areas: Holds, group: Grouping = together
) -> Comparisons:
    """The comparisons of duties that fell due in a period. Clauses are given by id."""
    found = told.by_case(asked, clauses, held_as, areas, group)
    return Comparisons(found.counts, areas, found.told)
