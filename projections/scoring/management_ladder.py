"""Quality of management: the rung of the ladder that the ratings of a criterion's items give, and why.

The ladder (the report of 2006, *Scoring approach*), where "strong" means strong or better:

* *very well met*: every item is very strong;
* *well met*: every item is strong;
* *satisfactorily met*: more than half of the items are strong, and none is unsatisfactory;
* *partly met*: some items are good, and none is unsatisfactory;
* *not met*: no item is better than satisfactory, and at least one is satisfactory;
* *poor*: anything else.

The ladder has gaps: one strong item beside one unsatisfactory item fits only the last rung. So the rung is only proposed,
and may be adjusted.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from domain.aggregates.inspection import Inspection
from domain.entries.code_lists import MANAGEMENT_RATINGS, SOURCE_KINDS, ManagementRating, SourceKind
from domain.entries.inspection_entries import RatingAdjusted
from domain.policy.frameworks.framework import Framework
from domain.policy.frameworks.management_criterion import ManagementCriterion
from projections.scoring.score_bands import agreed_names

NOT_FOLLOWED_UP = "Not followed up"


@dataclass(frozen=True)
class CriterionRung:
    """One criterion: the rung that its ratings propose (None until every item is rated), why, and an adjustment."""

    criterion: ManagementCriterion
    ratings: Mapping[str, ManagementRating]
    proposed: str | None
    why: str
    adjusted: RatingAdjusted | None
    not_followed_up: bool
    sources: Mapping[SourceKind, int] = field(default_factory=dict)
    """What its items rest on, counted together."""
    agreed: tuple[str, ...] = ()
    """The names of those of the panel who agreed to the adjustment."""

    @property
    def printed(self) -> str | None:
        """The rung as the sheet prints it; None while it is open."""
        if self.not_followed_up:
            return NOT_FOLLOWED_UP
        return self.proposed if self.adjusted is None else self.adjusted.to


def criterion_rungs(inspection: Inspection) -> list[CriterionRung]:
    """Every criterion of management of the inspection's framework, in its order."""
    found = []
    for criterion in inspection.framework.management:
        ratings = {
            item.id: inspection.ratings[criterion.id, item.id].rating
            for item in criterion.rated
            if (criterion.id, item.id) in inspection.ratings
        }
        rung, why = propose(criterion, ratings)
        out = criterion.id in inspection.not_followed_up
        adjusted, sources = inspection.adjusted.get(criterion.id), _sources(inspection, criterion)
        found.append(
            CriterionRung(criterion, ratings, rung, why, adjusted, out, sources, agreed_names(inspection, adjusted))
        )
    return found


def _sources(inspection: Inspection, criterion: ManagementCriterion) -> dict[SourceKind, int]:
    """How many sources of each kind the ratings of a criterion name, in the order of ``SOURCE_KINDS``.

    One interview that two items rest on counts with each.
    """
    counted = Counter[SourceKind]()
    for item in criterion.rated:
        if (made := inspection.ratings.get((criterion.id, item.id))) is not None:
            counted.update({source.kind: source.count for source in made.sources})
    return {kind: counted[kind] for kind in SOURCE_KINDS if counted[kind]}


def propose(criterion: ManagementCriterion, ratings: Mapping[str, ManagementRating]) -> tuple[str | None, str]:
    """The rung for these ratings (item -> rating) and the reason in words; None while an item is not rated.

    A majority is of the items' weights: more than half.
    """
    left = [item for item in criterion.rated if item.id not in ratings]
    if left:
        return None, f"{len(left)} of {len(criterion.rated)} items not rated yet"

    def least(rating: ManagementRating) -> int:
        """The weight of the items that are at least so strong."""
        reach = MANAGEMENT_RATINGS.index(rating)
        return sum(i.weight for i in criterion.rated if MANAGEMENT_RATINGS.index(ratings[i.id]) <= reach)

    every = sum(item.weight for item in criterion.rated)
    very_well, well, satisfactorily, partly, not_met, poor = Framework.rungs
    sound = least("satisfactory") == every
    if least("very_strong") == every:
        return very_well, "every item is very strong"
    if least("strong") == every:
        return well, "every item is strong or better"
    if 2 * least("strong") > every and sound:
        return satisfactorily, "more than half of the items are strong or better, and none is unsatisfactory"
    if least("good") > 0 and sound:
        return partly, "some items are good or better, and none is unsatisfactory"
    if least("good") == 0 and least("satisfactory") > 0:
        return not_met, "no item is better than satisfactory, and at least one is satisfactory"
    if least("good") > 0:
        return poor, "an item is unsatisfactory beside others that are good or better: no other rung fits"
    return poor, "every item is unsatisfactory"


def rungs_apart(was: str | None, now: str | None) -> int | None:
    """By how many rungs a criterion rose (negative: fell); None where there is nothing to compare."""
    ladder = Framework.rungs
    return ladder.index(was) - ladder.index(now) if was in ladder and now in ladder else None
