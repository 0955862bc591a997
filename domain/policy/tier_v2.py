"""Tiering version 2: a letter for protecting (A to D), a number for changing (0 to 3), each with the points it is made of."""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, NamedTuple

from domain.policy.tiering_rules import NeedRule, reached, tiering

IOM, RESET = "IIOM", "PRC"
"""The registers of integrated offender management, and of contact suspended in the final third."""


@dataclass(frozen=True)
class InputsV2:
    """What the calculation reads. ``needs``: score by need; None: no assessment. ``women``: factors of a woman that hold.

    ``mandate``: current custody or licence, or a requirement that is neither restrictive nor unpaid work.
    """

    rsr: float | None = None
    risk: str | None = None
    mappa: int | None = None
    registers: Set[str] = frozenset()
    women: Set[str] = frozenset()
    woman: bool = False
    needs: Mapping[str, int] | None = None
    san: bool = False
    ogrs: float | None = None
    mandate: bool = True
    day: date = field(default=date.max)


class Points(NamedTuple):
    """So many points, and for what."""

    what: str
    points: int


class TierV2(NamedTuple):
    """A tier such as ``B2``, or ``B2S`` while contact is suspended in the final third; and its points.

    ``without``: what is not there, so that the number is a fixed one and no points make it.
    """

    tier: str
    protect: tuple[Points, ...]
    change: tuple[Points, ...]
    without: Literal["mandate", "assessment"] | None = None

    @property
    def change_said(self) -> str:
        """What makes the number, in words."""
        if self.without is None:
            return ", ".join(f"{one.what} {one.points}" for one in self.change) or "no points"
        number = self.tier.removesuffix("S")[1:]
        why = {"mandate": "no requirement, licence or custody asks for change", "assessment": "no needs are assessed"}
        return f"{number}, as {why[self.without]}"


def tier_v2(case: InputsV2) -> TierV2:
    """The tier of a case: high risk of harm (20), RSR 3.5 (10, the smaller, left out), one complexity register (2): 22, B."""
    protect, change = tuple(_protect(case)), tuple(_change(case))
    numbers = tiering().v2.numbers
    letter = reached(numbers["protect"], sum(p.points for p in protect))
    without: Literal["mandate", "assessment"] | None = None
    if not case.mandate:
        without, number = "mandate", numbers["without_mandate"]
    elif case.needs is None:
        without, number = "assessment", numbers["without_assessment"]
    else:
        number = reached(numbers["change"], sum(p.points for p in change))
    return TierV2(f"{letter}{number}{'S' if RESET in case.registers else ''}", protect, change, without)


def _protect(case: InputsV2) -> list[Points]:
    numbers = tiering().v2.numbers
    of_risk = numbers["risk"].get(case.risk, 0)
    of_rsr = 0 if case.rsr is None else reached(numbers["rsr"], case.rsr) or 0
    complexity = sorted(case.registers & set(numbers["complexity"]))
    found = [
        Points("risk of harm", of_risk) if of_risk >= of_rsr else Points("risk of serious recidivism", of_rsr),
        Points("MAPPA", numbers["mappa"].get(case.mappa, 0)),
        *(Points(f"register {code}", numbers["complexity_points"]) for code in complexity),
        *(Points(what.replace("_", " "), numbers["women_points"]) for what in sorted(case.women) if case.woman),
    ]
    return [one for one in found if one.points]


def _change(case: InputsV2) -> list[Points]:
    """The points for needs, likelihood of reoffending and integrated offender management; none without a mandate or assessment."""
    if not case.mandate or case.needs is None:
        return []
    numbers = tiering().v2.numbers
    rules: Mapping[str, NeedRule] = numbers["needs"]
    found = [
        Points(f"need: {need.replace('_', ' ')}", rule.weight * severity(rule, case.needs.get(need), san=case.san))
        for need, rule in rules.items()
    ]
    found.append(Points("likelihood of reoffending", int(case.ogrs or 0) // 10))
    found.append(Points("integrated offender management", numbers["iom_points"] if IOM in case.registers else 0))
    return [one for one in found if one.points]


def severity(rule: NeedRule, score: int | None, *, san: bool) -> int:
    """2: severe, 1: standard, 0: no need, or not scored."""
    standard, severe = rule.san if san else rule.bounds
    if score is None or score < standard:
        return 0
    return 2 if score >= severe else 1
