"""Which ratings an inspection accepts: a section placed in another band or rung, a standard rated by evidence, units added up."""

from collections.abc import Iterable

from domain.aggregates.inspection import Inspection
from domain.aggregates.process_rules import check_panel_agrees
from domain.entries import inspection_entries
from domain.entries.refusals import Refused, Unexplained

BY_PANEL = (inspection_entries.RatingAdjusted, inspection_entries.StandardRated)
"""What a panel may still do once fieldwork is closed."""


def check_adjustment(found: Inspection, fact: inspection_entries.RatingAdjusted) -> None:
    """``Refused`` where there is no such rating to adjust, or its ground is none of the framework's.

    Whether the ground holds depends on the figure: an adjustment whose ground does not hold does not stand
    (``projections.scoring.score_bands``).
    """
    framework = found.framework
    bands = [band.title for band in framework.bands]
    sections = {s.id: bands for s in framework.sections if bands and s.rated_by in ("cases", "units")}
    allowed = {**sections, **{criterion.id: list(framework.rungs) for criterion in framework.management}}
    if fact.criterion not in allowed:
        raise Refused("criterion", f"'{fact.criterion}' has no rating to adjust; {_one_of(allowed)}")
    if fact.to is None and fact.criterion not in found.adjusted:
        raise Refused("to", f"{fact.criterion} is not adjusted: there is nothing to take back")
    if not fact.reason.strip():
        raise Unexplained("reason", "say why the rating is adjusted")
    if fact.to is None and fact.reason == found.adjusted[fact.criterion].reason:
        raise Unexplained("reason", "say why the adjustment is taken back")
    if fact.to is not None and fact.to not in allowed[fact.criterion]:
        raise Refused("to", f"'{fact.to}' is no rating of {fact.criterion}; {_one_of(allowed[fact.criterion])}")
    if fact.criterion in sections and fact.to is not None:
        _check_ground(found, fact)
    check_panel_agrees(found, fact)


def _check_ground(found: Inspection, fact: inspection_entries.RatingAdjusted) -> None:
    grounds = [one.ground for one in found.framework.discretion]
    if not grounds:
        raise Refused(
            "criterion", f"{found.framework.title} gives no discretion: {fact.criterion} stays where its score is"
        )
    if fact.ground is None and len(grounds) > 1:
        raise Unexplained("ground", f"name the ground of discretion; {_one_of(grounds)}")
    if fact.ground is not None and fact.ground not in grounds:
        raise Refused("ground", f"'{fact.ground}' is no ground of {found.framework.title}; {_one_of(grounds)}")


def check_rating(found: Inspection, fact: inspection_entries.StandardRated) -> None:
    """``Refused`` where no such standard is rated by evidence, or there is no such band."""
    standards = [s.id for s in found.framework.sections if s.rated_by == "evidence"]
    if fact.criterion not in standards:
        raise Refused("criterion", f"'{fact.criterion}' is not rated by evidence; {_one_of(standards)}")
    bands = [band.title for band in found.framework.bands]
    if fact.band not in bands:
        raise Refused("band", f"'{fact.band}' is no band; {_one_of(bands)}")
    if not fact.reason.strip():
        raise Unexplained("reason", "say why the standard is rated so")
    if found.frozen is not None:
        check_panel_agrees(found, fact)
    elif fact.agreed_by:
        raise Refused("agreed_by", "until fieldwork is closed the lead rates by evidence; then the panel")


def check_units(found: Inspection, fact: inspection_entries.UnitsNamed) -> None:
    """``Refused`` where the framework adds up no units, or a unit is named twice."""
    if not found.framework.has_units:
        raise Refused("units", f"{found.framework.title} adds up no units")
    if len(set(fact.units)) != len(fact.units):
        raise Refused("units", "a unit stands here twice: its answers would be added twice")


def _one_of(names: Iterable[str]) -> str:
    listed = ", ".join(names)
    return f"there are: {listed}" if listed else "there are none"
