"""How figures changed since the period before, by the rule of ``comparison``, as a reader may be told it.

It is said where both figures are exact. Of rounded figures nothing is said but their difference.
"""

from dataclasses import dataclass

from domain.policy.measures.measure import Measure
from projections.reports.comparison import Comparison, changed
from projections.reports.counts_by_case import CountsByCase, before_and_now
from projections.reports.duty_results import held_as_of
from projections.reports.periods import Period
from projections.reports.reader_reach import Holds
from projections.reports.told_figures import ToldFigures


@dataclass(frozen=True)
class Changes:
    """Whether figures changed from one period to another. None: the figures of a period are not exact."""

    was: CountsByCase | None
    now: CountsByCase | None

    def of(self, holds: Holds) -> Comparison | None:
        """Whether the figure of these places changed; None: it is not told."""
        if self.was is None or self.now is None:
            return None
        return changed(before_and_now(self.was, self.now, holds))


def changes(told: ToldFigures, measure: Measure, was: Period, now: Period, among: Holds) -> Changes:
    """The changes of a measure from one period to another. ``among``: all places of which they are asked."""
    return Changes(*(_by_case(told, measure, one, among) for one in (was, now)))


def _by_case(told: ToldFigures, measure: Measure, asked: Period, among: Holds) -> CountsByCase | None:
    if measure.counts == "answer":
        return told.exact_answers_by_case(asked.moment, measure.question or "", among)
    return told.exact_by_case(asked, measure.clauses, held_as_of(measure), among)
