"""What today's law says of a case, where it lays no duty with a time limit, as JSON."""

from collections.abc import Iterable
from typing import Any

from domain.policy.sentence_dates import SentenceDate
from domain.policy.tiering_rules import tiering
from projections.cases.todays_law import CalculatedTiers, Handover, TodaysLaw


def todays_law_document(law: TodaysLaw) -> dict[str, Any]:
    """Failures to be answered, the final third, a handover from custody and the calculated tiers; each with its source."""
    return {
        "warn_or_refer": [
            {
                "failed_on": one.failed_on.isoformat(),
                "warned_on": one.warned_on and one.warned_on.isoformat(),
                "citation": one.rule.citation,
                "sure": one.rule.sure,
            }
            for one in law.warn_or_refer
        ],
        "failures_counted": law.failures,
        "final_third": _dates(law.final_third),
        "kept_in_contact": law.kept,
        "handover": None if law.handover is None else _handover(law.handover),
        "tiers": None if law.tiers is None else _tiers(law.tiers),
    }


def _dates(found: Iterable[SentenceDate]) -> list[dict[str, Any]]:
    return [
        {"what": one.what, "on": one.on.isoformat(), "citation": one.rule.citation, "sure": one.rule.sure}
        for one in found
    ]


def _handover(found: Handover) -> dict[str, Any]:
    planned = found.planned
    return {
        "entry": planned.entry,
        "handover_on": planned.handover_on.isoformat(),
        "named_on": found.named_on and found.named_on.isoformat(),
        "dates": _dates(found.dates),
    }


def _tiers(found: CalculatedTiers) -> dict[str, Any]:
    """Each version that is calculated on the day, with what it is made of."""
    said: dict[str, Any] = {}
    if found.v2 is not None:
        points = {"protect": found.v2.protect, "change": found.v2.change}
        made = {name: [{"what": one.what, "points": one.points} for one in some] for name, some in points.items()}
        said["v2"] = {
            "tier": found.v2.tier,
            **made,
            "change_said": found.v2.change_said,
            "citation": tiering().v2.citation,
            "sure": tiering().v2.sure,
        }
    if found.v3 is not None:
        steps = [{"what": one.what, "tier": one.tier} for one in found.v3.steps]
        said["v3"] = {
            "tier": found.v3.tier, "steps": steps, "provisional": list(found.v3.provisional),
            "citation": tiering().v3.citation, "sure": tiering().v3.sure, "remark": tiering().v3.remark,
        }  # fmt: skip
    return said
