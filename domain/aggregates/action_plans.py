"""Action plans: the agreed actions of an officer, a team, a division or an area, and what a plan refuses. Pure rules."""

import re
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from msgspec import structs

from domain.calendar.london_time import day_of
from domain.entries.action_entries import (
    ActionAgreed,
    ActionAnswered,
    ActionChanged,
    ActionClosed,
    PlanEntry,
    SupervisionHeld,
    WorkingTimeSet,
)
from domain.entries.register_entries import RegisterEntry

BACK = timedelta(days=31)
"""How long ago what is recorded today may have been agreed or held (a parameter)."""

AHEAD = timedelta(days=731)
"""How far ahead an action may be due (a parameter)."""

NAMES_A_CASE = re.compile(r"\b[A-Z][0-9]{6}\b")


@dataclass(frozen=True, slots=True)
class Action:
    """An action as agreed and changed by a moment. ``closed``: None while it is open. ``answers`` and ``changes``: in order."""

    agreed: ActionAgreed
    changes: Sequence[ActionChanged] = ()
    closed: ActionClosed | None = None
    answers: Sequence[ActionAnswered] = ()

    @property
    def id(self) -> str:
        return self.agreed.action

    def is_overdue(self, day: date) -> bool:
        return self.closed is None and self.agreed.by_when < day


@dataclass(frozen=True, slots=True)
class Plan:
    """What a file of actions says. ``actions``: by id, in the order in which they were agreed. ``answers``: to the page."""

    actions: dict[str, Action] = field(default_factory=dict)
    answers: Sequence[ActionAnswered] = ()
    held: Sequence[SupervisionHeld] = ()
    times: Sequence[WorkingTimeSet] = ()

    @property
    def last_held(self) -> date | None:
        """The last day of supervision."""
        return max((one.held_on for one in self.held), default=None)

    def per_cent(self, day: date) -> int | None:
        """The working time in per cent of full time; None: nobody has said."""
        said = [one for one in self.times if one.since <= day]
        return max(said, key=lambda one: one.since).per_cent if said else None


def plan_of(entries: Iterable[RegisterEntry]) -> Plan:
    """The plan by some entries of its file, in the order in which they were stored. What makes no sense changes nothing."""
    actions: dict[str, Action] = {}
    answers: list[ActionAnswered] = []
    held: list[SupervisionHeld] = []
    times: list[WorkingTimeSet] = []
    for fact in entries:
        match fact:
            case ActionAgreed():
                actions.setdefault(fact.action, Action(fact))
            case SupervisionHeld():
                held.append(fact)
            case WorkingTimeSet():
                times.append(fact)
            case ActionAnswered(action=None):
                answers.append(fact)
            case ActionChanged() | ActionClosed() | ActionAnswered() if action := actions.get(fact.action or ""):
                actions[action.id] = _evolved(action, fact)
    return Plan(actions, answers, held, times)


def _evolved(action: Action, fact: ActionChanged | ActionClosed | ActionAnswered) -> Action:
    agreed, changes, closed, answers = action.agreed, action.changes, action.closed, action.answers
    if isinstance(fact, ActionChanged):
        given = {name: value for name in ("what", "owner", "by_when") if (value := getattr(fact, name)) is not None}
        return Action(structs.replace(agreed, **given), (*changes, fact), closed, answers)
    if isinstance(fact, ActionClosed):
        return Action(agreed, changes, fact, answers)
    return Action(agreed, changes, closed, (*answers, fact))


def as_at(entries: Iterable[RegisterEntry], day: date, known_at: datetime | None) -> list[RegisterEntry]:
    """The entries that count as at a day: what was agreed, held, closed or answered by then, and entered before an instant.

    ``known_at``: None: whenever it was entered.
    """
    return [fact for fact in entries if _happened(fact) <= day and (known_at is None or fact.at < known_at)]


def _happened(fact: RegisterEntry) -> date:
    match fact:
        case ActionAgreed(agreed_on=day) | ActionClosed(closed_on=day) | SupervisionHeld(held_on=day):
            return day
        case WorkingTimeSet(since=day):
            return day
    return day_of(fact.at)


def refusals(plan: Plan, fact: PlanEntry, today: date, owners: Container[str], shown: Container[str]) -> dict[str, str]:
    """Why the plan refuses an entry: field -> what to do; empty where it takes it.

    ``owners``: the user names and staff keys that may own an action. ``shown``: what may show one.
    """
    found = {
        name: _NAMED for name in ("what", "answer", "reason") if NAMES_A_CASE.search(getattr(fact, name, None) or "")
    }
    match fact:
        case ActionAgreed():
            found |= _agreed(plan, fact, today, owners, shown)
        case ActionChanged(by_when=by_when, owner=owner):
            if by_when is not None and not today <= by_when <= today + AHEAD:
                found["by_when"] = _by_when_from(today)
            if owner is not None and owner not in owners:
                found["owner"] = _CHOOSE_OWNER
        case ActionClosed(closed_on=on):
            found |= _recent("closed_on", "The day it was closed", on, today)
        case SupervisionHeld(held_on=on):
            found |= _recent("held_on", "The day of supervision", on, today)
        case WorkingTimeSet(since=since) if not today - 12 * BACK <= since <= today + AHEAD:
            found["since"] = "Enter a day within the last year, or to come."
    if isinstance(fact, ActionChanged | ActionClosed | ActionAnswered) and fact.action is not None:
        action = plan.actions.get(fact.action)
        if action is None or (action.closed is not None and not isinstance(fact, ActionAnswered)):
            found["action"] = "This action is closed. Agree a new one." if action else "There is no such action here."
    return found


_NAMED = (
    "Leave persons under supervision out: a CRN stands in this text. Say the kind of case, such as “all at high risk”."
)
_CHOOSE_OWNER = "Choose who does it, from the list."


def _agreed(
    plan: Plan, fact: ActionAgreed, today: date, owners: Container[str], shown: Container[str]
) -> dict[str, str]:
    found = _recent("agreed_on", "The day it was agreed", fact.agreed_on, today)
    if not max(fact.agreed_on, today - BACK) <= fact.by_when <= today + AHEAD:
        found["by_when"] = _by_when_from(fact.agreed_on)
    if fact.owner not in owners:
        found["owner"] = _CHOOSE_OWNER
    if fact.shows and fact.shows not in shown:
        found["shows"] = "Choose what shows it, from the list."
    if fact.action in plan.actions:
        found["action"] = "This action is agreed already."
    return found


def _by_when_from(day: date) -> str:
    return f"By when must be on or after {day.day} {day:%B %Y}, and within two years."


def _recent(name: str, words: str, on: date, today: date) -> dict[str, str]:
    if today - BACK <= on <= today:
        return {}
    first = today - BACK
    return {name: f"{words} must be from {first.day} {first:%B %Y} to today."}
