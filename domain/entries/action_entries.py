"""Register entries on agreed actions. They are on files such as ``actions:team:Gloucester`` or ``actions:officer:Helen Sallis``.

Their texts are kept as they are, since they belong to no person under supervision: none may be named in them.
"""

from datetime import date
from typing import Annotated, Literal, get_args

from msgspec import Meta

from domain.entries.register_entries import RegisterEntry

PlanLevel = Literal["officer", "team", "division", "area"]
PLAN_LEVELS: tuple[PlanLevel, ...] = get_args(PlanLevel)
"""Whose actions a file holds, from the smallest."""

Outcome = Literal["done", "not_done", "dropped"]

LONGEST_TEXT = 500
"""Characters of an action, an answer or a reason."""

PlanText = Annotated[str, Meta(min_length=1, max_length=LONGEST_TEXT)]


class ActionAgreed(RegisterEntry, frozen=True, kw_only=True):
    """An action was agreed. ``action``: its id in the file. ``owner``: a user name or a staff key.

    ``shows``: what in the record shows it: ``measure:ID``, ``duties:CLAUSE`` or ``high:CLAUSE`` (see ``action_progress``);
    none: nothing does. ``recommendation``: the recommendation of the inspection that it answers, from 1.
    """

    action: str
    what: PlanText
    owner: str
    agreed_on: date
    by_when: date
    shows: str = ""
    recommendation: Annotated[int, Meta(ge=1, le=10)] | None = None
    agreed_by: str


class ActionChanged(RegisterEntry, frozen=True, kw_only=True):
    """What is given here takes the place of what was agreed. ``reason``: why."""

    action: str
    what: PlanText | None = None
    owner: str | None = None
    by_when: date | None = None
    reason: PlanText
    changed_by: str


class ActionClosed(RegisterEntry, frozen=True, kw_only=True):
    """The action is over. ``closed_on``: the day of it."""

    action: str
    outcome: Outcome
    closed_on: date
    reason: str = ""
    closed_by: str


class ActionAnswered(RegisterEntry, frozen=True, kw_only=True):
    """An answer to an action, or to the page of an officer (``action`` none). It stands on the page."""

    action: str | None = None
    answer: PlanText
    answered_by: str


class SupervisionHeld(RegisterEntry, frozen=True, kw_only=True):
    """On the file of an officer: supervision took place on this day."""

    held_on: date
    held_by: str


class WorkingTimeSet(RegisterEntry, frozen=True, kw_only=True):
    """On the file of an officer: from this day on they work so many per cent of full time."""

    per_cent: Annotated[int, Meta(ge=1, le=100)]
    since: date
    set_by: str


PlanEntry = ActionAgreed | ActionChanged | ActionClosed | ActionAnswered | SupervisionHeld | WorkingTimeSet


def plan_file(level: PlanLevel, key: str) -> str:
    """The reference of the file of a plan. ``key``: as a case file knows the officer, team, division or area."""
    return f"actions:{level}:{key}"
