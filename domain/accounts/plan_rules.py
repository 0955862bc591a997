"""Who reads and changes agreed actions, and who reads the page of an officer. Pure rules."""

from collections.abc import Iterable
from datetime import date

from domain.accounts.roles import LEVELS, PLACE_LEVELS, Account, CaseHolder, Role
from domain.entries.action_entries import PLAN_LEVELS, PlanLevel

LINE: tuple[Role, ...] = ("spo", "divisional_manager", "area_manager")
"""Who leads the officers of a team, and who covers where there is none of the one before."""


def supervises(who: Account, held: Iterable[CaseHolder], accounts: Iterable[Account], day: date) -> bool:
    """Whether they lead an officer who holds cases there: the team's SPO, or the next manager where the team has none.

    Whoever is given the team for a time, as its SPO, covers it. A machine sees what a manager of its level would.
    ``accounts``: all; only who may sign in on ``day`` counts.
    """
    every = [*(one for one in accounts if one.may_sign_in(day)), *([who] if who.is_machine else [])]
    for place in held:
        for role in LINE:
            leads = [one for one in every if one.level == LEVELS[role] and one.answers_for(place)]
            if leads:
                if any(one.username == who.username for one in leads):
                    return True
                break
    return False


def may_read_plan(who: Account, held: Iterable[CaseHolder]) -> bool:
    """Whether they may read the actions of a team, division or area, by the places in it: its managers above and within,
    and machines that reach as far."""
    return who.level in PLACE_LEVELS and any(map(who.answers_for, held))


def may_change_plan(who: Account, level: PlanLevel, held: Iterable[CaseHolder]) -> bool:
    """Whether they may agree and change them: the managers of this level, or above."""
    own = LEVELS.get(who.role)
    return may_read_plan(who, held) and own is not None and PLAN_LEVELS.index(own) >= PLAN_LEVELS.index(level)
