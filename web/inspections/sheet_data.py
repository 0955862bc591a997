"""The scoring summary sheet as data: columns, changes, and whether a change exceeds chance."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from domain.entries.inspection_entries import InspectionOpened
from projections.scoring.intervals import ScoreWithInterval, difference
from projections.scoring.management_ladder import CriterionRung, rungs_apart
from projections.scoring.score_bands import SectionBand, Total, total
from projections.scoring.scores import Interval, Score


@dataclass(frozen=True)
class ScoringSheet:
    """The scoring summary sheet: one or two columns, the earlier inspection first, and the criteria of Section A."""

    columns: list[Score]
    on: date
    follows: str | None
    before_on: date | None
    placed: list[CriterionRung]
    placed_before: Mapping[str, CriterionRung]
    bands: list[SectionBand]
    names: tuple[str, str]
    """The headings of the two columns; with one column, the second applies."""
    intervals: list[Mapping[str, Interval]]
    """For each column: criterion or section -> its 95 % interval, in per cent."""
    evidence: Sequence[str]
    """For each column: what its figures rest on."""
    same_evidence: bool | None
    """Whether both columns rest on the same evidence; None where one does not say on which, or there is one column."""

    def compared(self, section: int, criterion: int | None = None) -> str:
        """What is said of a change; empty where there is none."""
        return compared_words(self.beyond_chance(section, criterion), self.same_evidence)

    def rungs_compared(self, criterion: str) -> str:
        """What is said of a change in rungs: only that it is not adjusted, since rungs are not counted in cases."""
        return "" if self.rungs_apart(criterion) is None or self.same_evidence else not_adjusted(self.same_evidence)

    @property
    def total(self) -> Total | None:
        """The total of the later column, or why there is none; None for a framework that totals nothing."""
        return total(self.columns[-1].framework, self.bands)

    def interval(self, column: int, figure: str) -> Interval | None:
        return self.intervals[column].get(figure)

    def beyond_chance(self, section: int, criterion: int | None = None) -> bool | None:
        """Whether the change of a figure exceeds chance: its 95 % interval does not include zero. None: no change."""
        if self.change(section, criterion) is None:
            return None
        sides = []
        for column, found in zip(self.columns, self.intervals, strict=True):
            part = column.sections[section]
            name = part.section.id if criterion is None else part.criteria[criterion].criterion.id
            figure = part if criterion is None else part.criteria[criterion]
            if figure.score is None or name not in found:
                return None
            sides.append(ScoreWithInterval(float(figure.score), found[name]))
        low, high = difference(*sides)
        return low > 0 or high < 0

    def change(self, section: int, criterion: int | None = None) -> int | None:
        """The points by which a printed figure rose between the two columns; None where there is nothing to compare."""
        if (
            criterion is None
            and len({tuple(c.left_out for c in s.sections[section].criteria) for s in self.columns}) > 1
        ):
            return None  # a section of other criteria
        parts = [
            column.sections[section].printed
            if criterion is None
            else column.sections[section].criteria[criterion].printed
            for column in self.columns
        ]
        if len(parts) < 2 or parts[0] is None or parts[1] is None:
            return None
        return parts[1] - parts[0]

    def rungs_apart(self, criterion: str) -> int | None:
        """The rungs by which a criterion of management rose; None where there is nothing to compare."""
        was = self.placed_before.get(criterion)
        now = next(p for p in self.placed if p.criterion.id == criterion)
        return rungs_apart(was.printed if was else None, now.printed)


def not_adjusted(same_evidence: bool | None) -> str:
    """What is said of a change between figures on different evidence (False), or where one does not say on which (None)."""
    return "not adjusted: " + ("evidence not stated" if same_evidence is None else "other evidence")


def compared_words(beyond_chance: bool | None, same_evidence: bool | None) -> str:
    """What is said beside a change: whether it is more than chance; that it is not adjusted; empty where there is none."""
    if beyond_chance is None:
        return ""
    if not same_evidence:
        return not_adjusted(same_evidence)
    return "more than chance" if beyond_chance else "within chance"


def names_of(before: InspectionOpened) -> tuple[str, str]:
    """The headings of the two columns: the inspection before, and the one that follows it."""
    if before.follows is None:
        return "Original inspection", "Follow-up inspection"
    return "Previous inspection", "This inspection"
