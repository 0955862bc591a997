"""The tiers of versions 2 and 3 of a case over time, calculated from its entries, and from what each was made.

They are calculated for a case with a score, assessed needs or a register of today, from the first day of the version on.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from dateutil.relativedelta import relativedelta

from domain.calendar.workdays import ONE_DAY
from domain.entries.case_entries import CustodyEnded, NeedsAssessed, RegisterEnded, RegisterSet, RiskScored
from domain.policy.tier_v2 import InputsV2, TierV2, tier_v2
from domain.policy.tier_v3 import InputsV3, Predictor, TierV3, tier_v3
from domain.policy.tiering_rules import NEEDS, TierRules, tiering
from projections.history.dated_values import Change, value_on, without_repeats

if TYPE_CHECKING:
    from projections.history.timelines import Timelines

RESTRICTIVE = frozenset(("curfew", "exclusion"))
"""The requirements that only restrict; they and unpaid work give no mandate to change."""

WOMENS_FACTORS = ("parenting", "impulsive", "breached")


def of_version_2(case: "Timelines") -> list[Change]:
    return _over_time(case, tiering().v2, lambda day: version_2_on(case, day).tier)


def of_version_3(case: "Timelines") -> list[Change]:
    return _over_time(case, tiering().v3, lambda day: version_3_on(case, day).tier)


def _over_time(case: "Timelines", rules: TierRules, tier_on: Callable[[date], str]) -> list[Change]:
    inputs = case.ordered(RiskScored, NeedsAssessed, RegisterSet, RegisterEnded)
    if not inputs or case.started is None:
        return []
    first, entry = max(inputs[0].occurred_on, rules.begins), inputs[0].entry
    entries = {fact.occurred_on: fact.entry for fact in inputs}
    others = {c.on for c in (*case.risk, *case.mappa_level, *case.requirements, *case.person)}
    days = sorted(day for day in {first, *entries, *others, *_of_release(case), *_of_end(case)} if day >= first)
    return without_repeats([Change(day, tier_on(day), entries.get(day, entry)) for day in days])


def _of_end(case: "Timelines") -> list[date]:
    return [case.end.on] if case.end is not None else []


def _of_release(case: "Timelines") -> Iterable[date]:
    """The days on which the time since a release reaches what version 3 asks for."""
    years = [years for years, _ in tiering().v3.numbers["lifer"]]
    for day in _releases(case):
        yield day
        yield from (day + relativedelta(years=one) + ONE_DAY for one in years)


def _releases(case: "Timelines") -> list[date]:
    found = [fact.occurred_on for fact in case.all(CustodyEnded)]
    if case.started is not None and case.started.released_on is not None:
        found.append(case.started.released_on)
    return sorted(found)


def version_2_on(case: "Timelines", day: date) -> TierV2:
    """The tier of version 2 on a day, with its points."""
    person = value_on(case.person, day) or (case.started and case.started.person)
    needs = _last_needs(case, day)
    found = InputsV2(
        rsr=_score(case, "rsr", day), ogrs=_score(case, "ogrs", day), risk=value_on(case.risk, day),
        mappa=value_on(case.mappa_level, day), registers=registers_on(case, day), mandate=_mandate(case, day),
        woman=bool(person and person.gender == "female"), day=day,
    )  # fmt: skip
    if needs is not None:
        scores = {name: score for name in NEEDS if (score := getattr(needs, name)) is not None}
        women = frozenset(name for name in WOMENS_FACTORS if getattr(needs, name))
        found = replace(found, needs=scores, san=needs.san, women=women)
    return tier_v2(found)


def version_3_on(case: "Timelines", day: date) -> TierV3:
    """The tier of version 3 on a day, with its steps."""
    needs, sexual = _last_needs(case, day), _last_scored(case, "dc_srp", day)
    return tier_v3(
        InputsV3(
            day,
            active=case.end is None or day < case.end.on,
            arp=_predictor(case, "arp", day), csrp=_predictor(case, "csrp", day),
            dc_srp=None if sexual is None else sexual.level, dc_srp_score=None if sexual is None else sexual.score,
            mappa=value_on(case.mappa_level, day) is not None, risk=value_on(case.risk, day),
            registers=registers_on(case, day),
            released=max((on for on in _releases(case) if on <= day), default=None),
            sexual_offence=needs is not None and needs.sexual_offence,
        )
    )  # fmt: skip


def registers_on(case: "Timelines", day: date) -> frozenset[str]:
    """The registers of today that a case is on."""
    found: set[str] = set()
    for fact in case.ordered(RegisterSet, RegisterEnded):
        if fact.occurred_on <= day:
            (found.add if isinstance(fact, RegisterSet) else found.discard)(fact.register)
    return frozenset(found)


def _mandate(case: "Timelines", day: date) -> bool:
    """On licence, or with a requirement that is neither restrictive nor unpaid work."""
    assert case.started is not None
    held = value_on(case.requirements, day) or frozenset()
    return case.started.order_type == "licence" or bool(held - RESTRICTIVE - {"unpaid_work"})


def _last_needs(case: "Timelines", day: date) -> NeedsAssessed | None:
    return next((n for n in reversed(case.ordered(NeedsAssessed)) if n.occurred_on <= day), None)


def _last_scored(case: "Timelines", predictor: str, day: date) -> RiskScored | None:
    scored = reversed(case.ordered(RiskScored))
    return next((s for s in scored if s.predictor == predictor and s.occurred_on <= day), None)


def _score(case: "Timelines", predictor: str, day: date) -> float | None:
    found = _last_scored(case, predictor, day)
    return None if found is None else found.score


def _predictor(case: "Timelines", predictor: str, day: date) -> Predictor | None:
    found = _last_scored(case, predictor, day)
    return None if found is None else Predictor(found.score, found.static)
