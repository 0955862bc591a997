"""How a sample is rated under a framework with bands, as JSON."""

from collections.abc import Sequence
from typing import Any

from domain.policy.frameworks.framework import Framework
from projections.scoring.score_bands import SectionBand, total


def rating_document(framework: Framework, bands: Sequence[SectionBand]) -> dict[str, Any]:
    """How the sections of a framework with bands are rated, with the mark of each value; and the total, or why there is none."""
    summed = total(framework, bands)
    return {
        "bands": [
            {
                "of": one.section.id,
                "rated_by": one.section.rated_by,
                "band": one.title,
                "sure": one.band.sure if one.band else None,
                "proposed": one.proposed.title if one.proposed else None,
                "grounds": {ground: list(titles) for ground, titles in one.reach.items()},
                "adjusted": one.adjusted.to if one.stands and one.adjusted else None,
                "ground": one.adjusted.ground if one.stands and one.adjusted else None,
            }
            for one in bands
        ],
        "total": None
        if summed is None
        else {
            "points": summed.points,
            "most": summed.most,
            "band": summed.band.title if summed.band else None,
            "sure": summed.band.sure if summed.band else None,
            "words": summed.words,
        },
    }
