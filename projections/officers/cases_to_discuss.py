"""Three cases to talk about in supervision, by named rules: one that goes well, and two that do not; three where none goes well.

The rules are tried in order, and each gives the case that fits it most. The same record gives the same cases.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from typing import NamedTuple

from domain.calendar.workdays import working_days_between
from projections.cases.case_snapshot import CaseSnapshot
from projections.obligations.duty_state import Obligation

RECENT = timedelta(days=90)
"""What fell due in this time says whether a case goes well (a parameter)."""

ENOUGH = 3
"""Duties that must have fallen due in it (a parameter)."""

SOON = 2
"""Working days in which a clock of enforcement ends (a parameter)."""

ASKED_FOR = 3
"""Cases in all."""


class Picked(NamedTuple):
    """A case that fits a rule. ``weight``: how much; ``duty``: the duty that says so; ``number``: how many of them there are."""

    weight: int
    duty: Obligation | None
    number: int


Finds = Callable[[CaseSnapshot], Picked | None]


class DiscussionRule(NamedTuple):
    """A rule and its name. ``says``: what it means."""

    id: str
    title: str
    says: str
    finds: Finds


class CaseToDiscuss(NamedTuple):
    """A case and the rule that it fits."""

    rule: DiscussionRule
    case: CaseSnapshot
    picked: Picked


def _owed(case: CaseSnapshot, fits: Callable[[Obligation], bool] = lambda duty: True) -> list[Obligation]:
    """What is overdue on a case, the longest first."""
    return [
        held.obligation
        for held in case.standards
        if held.obligation.state(case.day) == "overdue" and fits(held.obligation)
    ]


def _longest(case: CaseSnapshot, owed: Sequence[Obligation]) -> Picked | None:
    return Picked(working_days_between(owed[0].due_on, case.day), owed[0], len(owed)) if owed else None


def _gravest(case: CaseSnapshot) -> Picked | None:
    spell = case.spell
    if spell.risk == "very_high" or spell.mappa_level == 3 or spell.risk is None:
        return _longest(case, _owed(case))
    return None


def _clock(case: CaseSnapshot) -> Picked | None:
    """What ends soonest, or ended first, counts most."""
    running = [
        held.obligation for held in case.standards
        if held.obligation.clause.subject == "enforcement" and held.obligation.state(case.day) in ("overdue", "due")
        and working_days_between(case.day, held.obligation.due_on) <= SOON
    ]  # fmt: skip
    return _longest(case, running)


def _without_oversight(case: CaseSnapshot) -> Picked | None:
    if not case.is_high_risk:
        return None
    return _longest(case, _owed(case, lambda duty: duty.clause.id == "management-oversight"))


def _most_overdue(case: CaseSnapshot) -> Picked | None:
    owed = _owed(case)
    return Picked(len(owed), owed[0], len(owed)) if owed else None


def _recent(case: CaseSnapshot) -> tuple[int, int]:
    """Of the duties that fell due lately how many were met in time, and how many there are."""
    since = case.day - RECENT
    fallen = [h.obligation for h in case.standards if h.obligation.counts(since, case.day)]
    return sum(duty.in_time(case.day) for duty in fallen), len(fallen)


def _going_well(case: CaseSnapshot) -> Picked | None:
    in_time, n = _recent(case)
    if n < ENOUGH or in_time < n or _owed(case):
        return None
    return Picked(n, None, n)


GOING_WELL = DiscussionRule(
    "going-well", "Going well",
    f"Nothing is overdue, and of at least {ENOUGH} duties that fell due in {RECENT.days} days all were met in time.",
    _going_well,
)  # fmt: skip

RULES: Sequence[DiscussionRule] = (
    DiscussionRule("gravest", "Gravest risk, something overdue",
                   "Very high risk of harm, MAPPA level 3 or never assessed, and something is overdue: the longest.", _gravest),
    DiscussionRule("clock", "A clock of enforcement ends",
                   f"Enforcement or recall that is overdue, or due within {SOON} working days: the longest.", _clock),
    DiscussionRule("no-oversight", "No oversight",
                   "High risk of harm, and oversight by a manager is overdue: the longest.", _without_oversight),
)  # fmt: skip

MOST_OVERDUE = DiscussionRule("most-overdue", "Most overdue", "The case with the most overdue duties.", _most_overdue)

INHERITED = DiscussionRule(
    "inherited", "New to the officer", "Somebody else held it 90 days ago.", lambda case: Picked(0, None, 0)
)


def cases_to_discuss(cases: Sequence[CaseSnapshot], inherited: Iterable[str] = ()) -> list[CaseToDiscuss]:
    """At most ``ASKED_FOR`` of these cases, each once; the one that goes well last. ``inherited``: references."""
    found: list[CaseToDiscuss] = []
    new = frozenset(inherited)
    well = _first(GOING_WELL, cases)
    left = [case for case in cases if well is None or case.reference != well.case.reference]
    for rule in (*RULES, INHERITED, MOST_OVERDUE):
        among = [case for case in left if rule is not INHERITED or case.reference in new]
        picked = _first(rule, among)
        if picked is not None and len(found) < ASKED_FOR - (well is not None):
            found.append(picked)
            left = [case for case in left if case.reference != picked.case.reference]
    return [*found, *([well] if well is not None else [])]


def _first(rule: DiscussionRule, cases: Iterable[CaseSnapshot]) -> CaseToDiscuss | None:
    fitting = [CaseToDiscuss(rule, case, picked) for case in cases if (picked := rule.finds(case)) is not None]
    return min(fitting, key=lambda one: (-one.picked.weight, one.case.reference), default=None)
