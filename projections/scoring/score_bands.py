"""Bands: the named range of a section's score, the discretion of the panel near it, and the total of all points.

The figure that is placed in a band is the printed score or the exact one, as the framework says. With a standard whose lowest
key question decides, that key question's figure is the standard's; where several are lowest, each of them decides.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from domain.aggregates.inspection import Inspection
from domain.entries.code_lists import DiscretionGround
from domain.entries.inspection_entries import RatingAdjusted, StandardRated
from domain.policy.frameworks.framework import Framework, Section
from domain.policy.frameworks.rating_rules import Discretion, ScoreBand, band_of
from projections.scoring.scores import CriterionScore, Score, SectionScore, printed

Reach = Mapping[DiscretionGround, Sequence[str]]
"""Each ground of discretion that holds, and the titles of the bands in which a section may be placed on it."""


@dataclass(frozen=True)
class SectionBand:
    """One section: its printed score, the band that follows, the grounds on which it may be moved, and the move made.

    ``rated``: of a standard that is rated by evidence, its rating; it has no score.
    """

    section: Section
    printed: int | None
    proposed: ScoreBand | None
    reach: Reach
    adjusted: RatingAdjusted | None
    rated: StandardRated | None = None
    bands: tuple[ScoreBand, ...] = ()
    agreed: tuple[str, ...] = ()
    """The names of those of the panel who agreed to the move, or to the rating; empty where no panel is named."""
    left_out: tuple[str, ...] = ()
    """The key questions that the inspection does not re-score: then the lowest is not known, and there is no band."""

    def may_be(self, band: str, ground: DiscretionGround | None = None) -> bool:
        """Whether the section may be placed in this band on this ground; without one, where only one ground is known."""
        return any(band in titles for one, titles in self.reach.items() if ground in (None, one))

    @property
    def within_reach(self) -> list[str]:
        """The titles of all bands in which the section may be placed, its own among them, from the lowest."""
        own = {self.proposed.title} if self.proposed else set()
        return [b.title for b in self.bands if b.title in own.union(*self.reach.values())]

    @property
    def stands(self) -> bool:
        """Whether an adjustment was made whose ground holds for today's figure."""
        made = self.adjusted
        return made is not None and made.to is not None and self.may_be(made.to, made.ground)

    @property
    def band(self) -> ScoreBand | None:
        """The band that counts: the adjusted one where the adjustment stands, else the proposed one."""
        if self.stands and self.adjusted is not None:
            return next((band for band in self.bands if band.title == self.adjusted.to), None)
        return self.proposed

    @property
    def near(self) -> list[int]:
        """The boundaries (per cent) that the figure is near enough to for the ground ``near_boundary``, from the lowest."""
        titles = [band.title for band in self.bands]
        at = titles.index(self.proposed.title) if self.proposed else 0
        reached = (titles.index(title) for title in self.reach.get("near_boundary", ()))
        return sorted(self.bands[max(at, other)].least for other in reached)

    @property
    def title(self) -> str | None:
        return None if self.band is None else self.band.title


@dataclass(frozen=True)
class Total:
    """The sum of the points of all rated sections. ``band``: None where there is no total, and ``words`` say why."""

    points: int | None
    most: int
    band: ScoreBand | None
    words: str


def section_bands(inspection: Inspection | None, score: Score) -> list[SectionBand]:
    """The band of every section in the framework's order; empty for a framework without bands."""
    framework = score.framework
    if not framework.bands:
        return []
    own = inspection is not None and inspection.framework.id == framework.id
    adjusted = inspection.adjusted if inspection is not None and own else {}
    rated = inspection.rated if inspection is not None and own else {}
    found = [_band(framework, s, adjusted.get(s.section.id), rated.get(s.section.id)) for s in score.sections]
    return [replace(one, agreed=agreed_names(inspection, one.adjusted or one.rated)) for one in found]


def agreed_names(inspection: Inspection | None, made: RatingAdjusted | StandardRated | None) -> tuple[str, ...]:
    """The names of those of the panel who agreed to a rating; empty where no panel is named."""
    panel = inspection.process.panel if inspection is not None else None
    if panel is None or made is None:
        return ()
    return tuple(member.name for member in panel.members if member.name_id in made.agreed_by)


def _band(
    framework: Framework, score: SectionScore, adjusted: RatingAdjusted | None, rated: StandardRated | None
) -> SectionBand:
    section = score.section
    if section.rated_by == "evidence":
        proposed = framework.band_called(rated.band) if rated else None
        return SectionBand(section, None, proposed, {}, None, rated, framework.bands)
    if not section.is_rated:
        return SectionBand(section, score.printed, None, {}, None, None, framework.bands)
    proposed = framework.band(figure(framework, score.score))
    left_out = tuple(c.criterion.id for c in score.criteria if c.left_out) if framework.lowest_decides else ()
    return SectionBand(
        section, score.printed, proposed, reach(framework, score), adjusted, None, framework.bands, left_out=left_out
    )


def figure(framework: Framework, exact: Fraction | None) -> Fraction | int | None:
    """The figure of a score that is placed in a band: printed, or exact (per cent)."""
    if framework.band_of is not None and framework.band_of.figure == "exact":
        return exact
    return printed(framework, exact)


def reach(framework: Framework, section: SectionScore) -> dict[DiscretionGround, list[str]]:
    """Each ground that holds for a section, with the neighbouring bands in which it may be placed on it."""
    here = framework.band(figure(framework, section.score))
    if here is None:
        return {}
    at = framework.bands.index(here)
    found: dict[DiscretionGround, list[str]] = {}
    for rule in framework.discretion:
        steps = sorted(
            {step for step in _steps(framework, rule, section, here) if 0 <= at + step < len(framework.bands)}
        )
        if steps:
            found[rule.ground] = [framework.bands[at + step].title for step in steps]
    return found


def _steps(framework: Framework, rule: Discretion, section: SectionScore, here: ScoreBand) -> Iterator[int]:
    """The steps, one band down (-1) or up (1), that a ground allows."""
    if rule.ground == "near_boundary":
        at, placed = framework.bands.index(here), figure(framework, section.score)
        assert placed is not None
        if placed - here.least <= rule.within:
            yield -1
        if at + 1 < len(framework.bands) and framework.bands[at + 1].least - placed <= rule.within:
            yield 1
    elif rule.ground == "few_cases":
        if min(_answered(c)[1] for c in deciding(section)) <= rule.at_most:
            yield from (-1, 1)
    else:
        for other in _one_case_otherwise(framework, section):
            if other is not None and other.least != here.least:
                yield 1 if other.least > here.least else -1


def deciding(section: SectionScore) -> list[CriterionScore]:
    """The criteria with the lowest score of a section: most often one."""
    scored = [c.score for c in section.criteria if c.score is not None]
    return [c for c in section.criteria if c.score is not None and c.score == min(scored)]


def _one_case_otherwise(framework: Framework, section: SectionScore) -> Iterator[ScoreBand | None]:
    """The bands of a section if one answer to a deciding criterion were other than it is."""
    for changed in deciding(section):
        sufficient, n = _answered(changed)
        others = [c.score for c in section.criteria if c is not changed and c.score is not None]
        for one in (sufficient - 1, sufficient + 1):
            if 0 <= one <= n:
                yield framework.band(figure(framework, min([Fraction(100 * one, n), *others])))


def _answered(criterion: CriterionScore) -> tuple[int, int]:
    """How many answers of a criterion are sufficient, of how many."""
    return sum(q.sufficient for q in criterion.questions), sum(q.n for q in criterion.questions)


def total(framework: Framework, bands: Sequence[SectionBand]) -> Total | None:
    """The total of a framework whose bands count points; None where they do not, so that nobody asks for one."""
    rated = [band for band in bands if band.section.is_rated]
    points = [one.points for one in framework.bands if one.points is not None]
    if not points or not rated:
        return None
    most = max(points) * len(rated)
    if not framework.totals:
        return Total(None, most, None, "No total: none is laid for this framework.")
    left = [f"{b.section.id} {b.section.title}" for b in rated if b.band is None]
    if left:
        verb = "is" if len(left) == 1 else "are"
        return Total(None, most, None, f"No total: {', '.join(left)} {verb} not rated.")
    summed = sum(b.band.points or 0 for b in rated if b.band is not None)
    band = band_of(framework.totals, summed)
    assert band is not None
    return Total(summed, most, band, f"{summed} of {most} points: {band.words}")
