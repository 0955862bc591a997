"""How a sample is rated under a framework with bands, as JSON."""

from collections.abc import Sequence
from typing import Any

from domain.policy.frameworks.framework import Framework
from projections.scoring.score_bands import SectionBand, total


def rating_document(framework: Framework, bands: Sequence[SectionBand]) -> dict[str, Any]:
    """How the sections of a framework with bands are rated, with the mark of each value; and the total, or why there is none."""
    summed = total(framework, bands)
    return {
        "sure": framework.sure,
        "remark": framework.remark,
        "lowest_decides": framework.lowest_decides and framework.lowest_decides.sure,
        "band_of": framework.band_of and {"figure": framework.band_of.figure, "sure": framework.band_of.sure},
        "bands": [
            {
                "of": one.section.id,
                "rated_by": one.section.rated_by,
                "band": one.title,
                "sure": one.band.sure if one.band else None,
                "proposed": one.proposed.title if one.proposed else None,
                "near": one.near,
                "grounds": {ground: list(titles) for ground, titles in one.reach.items()},
                "adjusted": one.adjusted.to if one.stands and one.adjusted else None,
                "ground": one.adjusted.ground if one.stands and one.adjusted else None,
                "agreed_by": list(one.agreed),
                "reason": made.reason if (made := one.adjusted or one.rated) else None,
                "evidence": one.rated.evidence if one.rated else None,
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
