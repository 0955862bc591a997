"""How a figure differs from the rest of its area, and from what it was before, in words."""

from collections.abc import Mapping

from projections.reports.comparison import CASES, DUTIES, SURE, Comparison

AGAINST: Mapping[Comparison | None, str | None] = {
    "worse": "below area", "better": "above area", "too few": "too few to say", "no difference shown": None, None: None,
}  # fmt: skip
"""How a figure differs from the rest of its area, in words; None where no difference is shown or nothing is compared."""

CHANCE: Mapping[Comparison | None, str] = {
    "worse": "more than chance", "better": "more than chance", "too few": "too few to say",
    "no difference shown": "within chance", None: "",
}  # fmt: skip
"""Whether two places or groups differ, or a figure changed, in words."""

HOW_CHANGED = (
    "A change is more than chance where, counted case by case, chance alone gives one so large in two draws of a thousand "
    "at most."
)
BEYOND_CHANCE = f"case by case, beyond chance at {SURE:.1%}"
"""How what differs from the rest is counted, in short."""

HOW_COMPARED = (
    "Below or above area: counted case by case against the rest of the area, a difference that chance gives in two draws of "
    f"a thousand at most. Of fewer than {CASES} cases or {DUTIES} duties it is too few to say."
)
