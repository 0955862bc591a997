"""Tiering version 3: one letter, A to G, the highest that any step gives. It is not known to be in force."""

from collections.abc import Set
from dataclasses import dataclass
from datetime import date
from itertools import product
from typing import NamedTuple

from dateutil.relativedelta import relativedelta

from domain.policy.tiering_rules import reached, tiering

LIFER, CHILD_PROTECTION, STALKING = "INLL", "RCPR", "SPO"
DOMESTIC_ABUSE = frozenset(("ADVP", "REG30"))
FLOOR = "G"


@dataclass(frozen=True)
class Predictor:
    """A score in per cent; ``static``: made without an assessment."""

    score: float
    static: bool = False


@dataclass(frozen=True)
class InputsV3:
    """What the calculation reads. ``dc_srp``: the level of the predictor of sexual reoffending, with its score.

    ``released``: the latest release of somebody with a life or indeterminate sentence (register INLL).
    """

    day: date
    active: bool = True
    arp: Predictor | None = None
    csrp: Predictor | None = None
    dc_srp: str | None = None
    dc_srp_score: float | None = None
    mappa: bool = False
    risk: str | None = None
    registers: Set[str] = frozenset()
    released: date | None = None
    sexual_offence: bool = False


class Step(NamedTuple):
    """The tier that one step gives, and what the step is."""

    what: str
    tier: str


class TierV3(NamedTuple):
    """A letter, or in words why there is none; ``provisional``: why it may still become higher, empty: it may not."""

    tier: str
    steps: tuple[Step, ...] = ()
    provisional: tuple[str, ...] = ()


NOT_SUPERVISED, MISSING = TierV3("not supervised"), TierV3("missing")


def tier_v3(case: InputsV3) -> TierV3:
    """The tier of a case: ARP 50, CSRP 1.0 gives D; a register of child protection F besides: D."""
    if not case.active:
        return NOT_SUPERVISED
    if case.arp is None or case.csrp is None:
        return MISSING
    others = [step for step in _others(case) if step.tier]
    grid = Step("predictors of all and of serious reoffending", on_grid(case.arp.score, case.csrp.score))
    steps = tuple(sorted((grid, *others), key=lambda step: step.tier))
    tier = min((FLOOR, *(step.tier for step in steps)))
    return TierV3(tier, steps, tuple(_provisional(case, tier, min((FLOOR, *(step.tier for step in others))))))


def on_grid(arp: float, csrp: float) -> str:
    """The letter of the grid for two scores."""
    numbers = tiering().v3.numbers
    row = next(at for at, least in enumerate(numbers["csrp"]) if csrp >= least)
    column = next(at for at, least in enumerate(numbers["arp"]) if arp >= least)
    letter: str = numbers["grid"][row][column]
    return letter


def _others(case: InputsV3) -> list[Step]:
    """The steps beside the grid; an empty tier where a step gives none."""
    numbers = tiering().v3.numbers
    risks = numbers["mappa_risk"] if case.mappa else numbers["other_risk"]
    of_risk = risks.get(case.risk or "low", "") if case.mappa else risks.get(case.risk, "")
    sexual = numbers["dc_srp"].get(case.dc_srp, "")
    if case.dc_srp == "medium" and case.dc_srp_score is not None:
        sexual = reached(numbers["dc_srp_medium"], case.dc_srp_score) or ""
    abuse, registers = bool(case.registers & DOMESTIC_ABUSE), case.registers
    return [
        Step("predictor of sexual reoffending", sexual),
        Step("MAPPA and risk of harm" if case.mappa else "risk of harm", of_risk),
        Step("life or indeterminate sentence", _lifer(case)),
        Step("domestic abuse", numbers["domestic_abuse"] if abuse else ""),
        Step("stalking", numbers["stalking"] if STALKING in registers else ""),
        Step("child protection", numbers["child_protection"] if CHILD_PROTECTION in registers else ""),
        Step("a sexual offence", numbers["sexual_offence"] if case.sexual_offence else ""),
    ]


def _lifer(case: InputsV3) -> str:
    """By the latest release: its anniversary is the last day of each time (ours)."""
    if LIFER not in case.registers or case.released is None:
        return ""
    numbers = tiering().v3.numbers
    within = [tier for years, tier in numbers["lifer"] if case.day <= case.released + relativedelta(years=years)]
    return str(within[0] if within else numbers["lifer_later"])


def _provisional(case: InputsV3, tier: str, other: str) -> list[str]:
    """Why the tier may still become higher. ``other``: the highest of the steps beside the grid."""
    assert case.arp is not None and case.csrp is not None
    found = []
    if case.arp.static and case.csrp.static:
        found += [] if other == "A" else ["both predictors were made without an assessment"]
    elif (case.arp.static or case.csrp.static) and _best(case) < other:
        found.append("one predictor was made without an assessment")
    if case.risk is None and tier > ("A" if case.mappa else "C"):
        found.append("risk of harm is not on the file")
    return found


def _best(case: InputsV3) -> str:
    """The highest letter of the grid that the static predictor could still give beside the other one."""
    assert case.arp is not None and case.csrp is not None
    numbers = tiering().v3.numbers
    arps = numbers["arp"] if case.arp.static else [case.arp.score]
    csrps = numbers["csrp"] if case.csrp.static else [case.csrp.score]
    return min(on_grid(arp, csrp) for arp, csrp in product(arps, csrps))
