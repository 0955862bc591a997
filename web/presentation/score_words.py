"""How sections, standards and their rules are called on sheets, in text and on paper."""

from collections.abc import Mapping, Sequence

from domain.entries.code_lists import DiscretionGround, SourceKind
from domain.policy.cited_documents import MARKS
from domain.policy.frameworks.framework import Framework, Section
from projections.scoring.management_ladder import CriterionRung
from projections.scoring.score_bands import SectionBand

SOURCES: dict[SourceKind, tuple[str, str]] = {
    "interviews": ("interview", "interviews"),
    "survey_of_people_supervised": ("answer of a person supervised", "answers of people supervised"),
    "survey_of_victims": ("answer of a victim", "answers of victims"),
    "survey_of_courts": ("answer of a court", "answers of courts"),
    "documents": ("document", "documents"),
}
"""The kinds of sources of a rating, as one and as many."""

GROUNDS: dict[DiscretionGround, str] = {
    "near_boundary": "The figure is near the boundary",
    "one_case": "One case would change the band",
    "few_cases": "The figure rests on few cases",
}
"""The grounds of discretion in words."""


def sure_words(sure: str) -> str:
    """The mark of a value as a tag."""
    return MARKS[sure].capitalize()


def doubt_words(sure: str, remark: str | None = None) -> str:
    """The mark of a value and its remark in brackets, with a space before them; empty where it is found as printed."""
    return "" if sure == "F" else f" ({MARKS[sure]}{f': {remark}' if remark else ''})"


def section_name(section: Section) -> str:
    """A section or, where the framework has domains, a standard."""
    return f"{'Standard' if section.domain else 'Section'} {section.id}: {section.title}"


def score_name(section: Section) -> str:
    """The row of a section's own figure; what is rated by evidence has none."""
    if section.rated_by == "evidence":
        return "Rated by evidence"
    return f"Score for {'standard' if section.domain else 'section'} {section.id}"


def sources_words(sources: Mapping[SourceKind, int]) -> str:
    """What a rating of management rests on, such as ``12 interviews, 40 documents``; that nothing is counted."""
    return (
        ", ".join(f"{count:,} {SOURCES[kind][count != 1]}" for kind, count in sources.items()) or "no sources counted"
    )


def weight_words(weight: str) -> str:
    """The weight of a criterion in brackets; nothing where all weigh the same."""
    return "" if weight == "equal" else f" ({weight})"


def band_words(placed: SectionBand) -> str:
    """The band of a section as printed; in words why it has none."""
    if placed.band is not None:
        return placed.band.words
    if placed.left_out:
        return f"Not rated: {' and '.join(placed.left_out)} not re-scored"
    return "Examined, not rated here" if not placed.section.is_rated else "Not rated yet"


def ground_words(framework: Framework, ground: DiscretionGround, near: Sequence[int] = ()) -> str:
    """A ground with its limit, and how sure we are of it. ``near``: the boundaries that a figure is near."""
    rule = next(one for one in framework.discretion if one.ground == ground)
    of = f" of {' and '.join(f'{one}%' for one in near)}" if near else ""
    limit = {
        "near_boundary": f" (within {rule.within} points{of})", "few_cases": f" ({rule.at_most} or fewer)", "one_case": "",
    }[ground]  # fmt: skip
    return GROUNDS[ground] + limit + (", recalled" if rule.sure == "R" else "")


def agreed_words(band: SectionBand | CriterionRung) -> str:
    """Who of the panel agreed, with a space before it; empty where no panel is named."""
    *others, last = band.agreed or ("",)
    return f" by {', '.join(others)}{' and ' if others else ''}{last} of the panel" if last else ""


def boundary_words(band: SectionBand) -> str:
    """Beside a band: from which it was moved and on what ground, or what would let it be moved; empty where nothing would."""
    made, stays = band.adjusted, _grounds(band, tuple(band.reach))
    if band.stands and made is not None and band.proposed is not None:
        why = _grounds(band, (made.ground,) if made.ground else tuple(band.reach))
        return f"moved from {band.proposed.words}: {why}"
    if made is not None and made.to is not None:
        return f"the move to {made.to} does not stand: its ground no longer holds"
    return f"not moved, though {stays}" if stays else ""


def _ended(words: str) -> str:
    """Words as a sentence, where somebody wrote them without a full stop."""
    return words if words.rstrip().endswith((".", "!", "?")) else f"{words.rstrip()}."


def _small(words: str) -> str:
    """A sentence as it stands behind a colon."""
    return words[:1].lower() + words[1:]


def _grounds(band: SectionBand, grounds: Sequence[DiscretionGround]) -> str:
    near = " and ".join(f"{boundary}%" for boundary in band.near)
    said: dict[DiscretionGround, str] = {
        "near_boundary": f"near the boundary at {near}", "one_case": "one case would change the band",
        "few_cases": "it rests on few cases",
    }  # fmt: skip
    return "; ".join(said[ground] for ground in grounds)


def rating_lines(framework: Framework, band: SectionBand) -> list[str]:
    """How a section came by its band, in sentences: what it is rated on, or from where it was moved, by whom and why."""
    if band.rated is not None:
        said = [f"Rated{agreed_words(band)}."] if band.agreed else []
        evidence = [_ended(f"Evidence: {band.rated.evidence}")] if band.rated.evidence else []
        return [*said, _ended(band.rated.reason), *evidence]
    made = band.adjusted
    if made is None or made.to is None or band.proposed is None:
        return [f"{words.capitalize()}."] if (words := boundary_words(band)) else []
    ground = f": {_small(ground_words(framework, made.ground, band.near))}" if made.ground else ""
    mark = next((one.words for one in framework.bands if one.title == made.to), made.to)
    lines = [
        f"{band.printed}% is {band.proposed.words}. Moved to {mark}{agreed_words(band)}{ground}. {_ended(made.reason)}"
    ]
    return lines + ([] if band.stands else ["The ground no longer holds for today's figure: the move does not stand."])


def rounding_words(framework: Framework) -> str:
    """Which figure is placed in a band; empty where nobody asks."""
    rule = framework.band_of
    if rule is None:
        return ""
    how = "printed: 64.6 is placed as 65" if rule.figure == "printed" else "exact: 64.6 is placed as 64.6"
    return f"A figure is placed in its band as {how}" + (" (unsure: a parameter)." if rule.sure == "U" else ".")


def band_rules_words(framework: Framework) -> str:
    """The bands of a framework with their marks, what decides, and which figure is placed; empty where it has none."""
    if not framework.bands:
        return ""
    bands = "; ".join(f"{band.words} from {band.least}%" for band in framework.bands)
    rule = framework.lowest_decides
    decides = f" The lowest key question decides{' (recalled)' if rule.sure == 'R' else ''}." if rule else ""
    return f"{bands}.{decides} {rounding_words(framework)}".rstrip()


def units_words(named: Sequence[str], added: Sequence[str], titles: Mapping[str, str]) -> str:
    """Whose answers a region adds up, and whose it does not yet. ``titles``: of the inspections that are open to the reader."""
    left = [titles.get(unit, unit) for unit in named if unit not in added]
    said = (
        f"Answers are added up from {', '.join(titles.get(unit, unit) for unit in added)}: answers, not per cents."
        if added
        else "No unit is added up yet."
    )
    more = f" Not yet, as its fieldwork is not closed or it is not on record: {', '.join(left)}." if left else ""
    return said + more
