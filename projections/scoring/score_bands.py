"""Bands: the named range that contains a section's score, and the lead inspector's discretion near a boundary."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.aggregates.inspection import Inspection
from domain.entries.inspection_entries import RatingAdjusted
from domain.policy.frameworks.framework import Framework, ScoreBand, Section
from projections.scoring.scores import Score


@dataclass(frozen=True)
class SectionBand:
    """One section: its printed score, the band that follows from it, and the adjustment where there is one."""

    section: Section
    printed: int | None
    proposed: ScoreBand | None
    within_reach: Sequence[str]
    """The titles of the bands allowed: the score's own, and a neighbour within the framework's discretion (in points)."""
    adjusted: RatingAdjusted | None

    def may_be(self, band: str) -> bool:
        """Whether the section may be placed in this band."""
        return band in self.within_reach

    @property
    def title(self) -> str | None:
        """The title of the band that counts: the adjusted one where it is allowed, else the proposed one."""
        if self.adjusted is not None and self.adjusted.to is not None and self.may_be(self.adjusted.to):
            return self.adjusted.to
        return None if self.proposed is None else self.proposed.title


def section_bands(inspection: Inspection, score: Score) -> list[SectionBand]:
    """The band of every section in the framework's order; empty for a framework without bands."""
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
