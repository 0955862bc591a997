"""Bands: the named range that a section's score falls into, and the lead inspector's discretion near its boundary."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.aggregates.inspection import Inspection
from domain.entries.inspection_entries import RatingAdjusted
from domain.policy.frameworks import Band, Framework, Section
from projections.scoring.scores import Score


@dataclass(frozen=True)
class SectionBand:
    """One section: its printed score, the band that it gives, and the adjustment where there is one that may stand."""

    section: Section
    printed: int | None
    proposed: Band | None
    within_reach: Sequence[str]
    """The bands that the score is near enough to: its own, and a neighbour within the framework's discretion."""
    adjusted: RatingAdjusted | None

    def may_be(self, band: str) -> bool:
        """Whether the section may be placed in this band: the score is near enough to its boundary."""
        return band in self.within_reach

    @property
    def title(self) -> str | None:
        """The band that stands."""
        if self.adjusted is not None and self.adjusted.to is not None and self.may_be(self.adjusted.to):
            return self.adjusted.to
        return None if self.proposed is None else self.proposed.title


def section_bands(inspection: Inspection, score: Score) -> list[SectionBand]:
    """Every section of a framework that has bands, in its order; nothing for one that has none."""
    framework = score.framework
    if not framework.bands:
        return []
    adjusted = inspection.adjusted if inspection.framework.id == framework.id else {}
    return [
        SectionBand(
            s.section, s.printed, framework.band(s.printed), near(framework, s.printed), adjusted.get(s.section.id)
        )
        for s in score.sections
    ]


def near(framework: Framework, printed: int | None) -> list[str]:
    """The band of a printed score and those whose boundary is within the framework's discretion, from the lowest."""
    if printed is None:
        return []
    reach = range(max(0, printed - framework.discretion), min(100, printed + framework.discretion) + 1)
    found = [framework.band(score) for score in reach]
    return list(dict.fromkeys(band.title for band in found if band is not None))
