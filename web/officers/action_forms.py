"""The forms of agreed actions: what was typed, as an entry, or what is wrong with it."""

import secrets
from collections.abc import Callable, Mapping
from datetime import date
from typing import NamedTuple, get_args

from flask import request

from domain.entries.action_entries import (
    LONGEST_TEXT,
    ActionAgreed,
    ActionAnswered,
    ActionChanged,
    ActionClosed,
    Outcome,
    PlanEntry,
    SupervisionHeld,
    WorkingTimeSet,
)
from domain.entries.tidy_text import paragraphs
from web.site import access_control, clock
from web.site.date_field import read_day

Problems = dict[str, str]

OUTCOMES: Mapping[str, Outcome] = {outcome: outcome for outcome in get_args(Outcome)}


class Refused(NamedTuple):
    """A form that was refused: which, of which action (empty: of none), what was typed, and what to do, by field."""

    form: str
    action: str
    values: Mapping[str, str]
    problems: Problems

    def id_of(self, field: str) -> str:
        """The id of a field on the page: several forms have fields of one name."""
        return "-".join(filter(None, (self.form, self.action, field)))

    @property
    def by_id(self) -> Problems:
        """The problems by the ids of their fields, for the summary."""
        return {self.id_of(field): words for field, words in self.problems.items()}


class Typed:
    """What a form says, and what of it cannot be read. A problem stands under the name of its field."""

    def __init__(self) -> None:
        self.values: Mapping[str, str] = request.form
        self.problems: Problems = {}

    def text(self, name: str, words: str, *, needed: bool = True) -> str:
        """A text, tidied. ``words``: what it is."""
        typed = paragraphs(self.values.get(name, "").replace("\r\n", "\n"))
        if needed and not typed:
            self.problems[name] = f"Enter {words}."
        if len(typed) > LONGEST_TEXT:
            self.problems[name] = (
                f"{words[:1].upper()}{words[1:]} must be {LONGEST_TEXT} characters or fewer; it has {len(typed)}."
            )
        return typed

    def day(self, name: str, words: str, default: date | None = None) -> date:
        """A day. ``default``: where nothing was typed."""
        typed = self.values.get(name, "").strip()
        found = read_day(typed) if typed else default
        if found is None:
            unreal, missing = (
                f"{words} must be a real date, like 3 October 2005.",
                f"Enter {words[:1].lower()}{words[1:]}.",
            )
            self.problems[name] = unreal if typed else missing
        return found or date.min

    def number(self, name: str, words: str, low: int, high: int) -> int:
        typed = self.values.get(name, "").strip()
        if typed.isascii() and typed.isdigit() and low <= int(typed[:9]) <= high:
            return int(typed)
        self.problems[name] = f"{words} must be a whole number from {low} to {high}."
        return low


def agreed(typed: Typed) -> ActionAgreed:
    """A new action."""
    named = typed.values.get("recommendation", "")
    return ActionAgreed(
        at=clock.recording_time(), action=secrets.token_hex(6), what=typed.text("what", "what was agreed"),
        owner=typed.values.get("owner", ""), agreed_on=typed.day("agreed_on", "Day it was agreed", clock.today()),
        by_when=typed.day("by_when", "By when"), shows=_shows(typed),
        recommendation=typed.number("recommendation", "Recommendation", 1, 10) if named else None,
        agreed_by=access_control.account().username,
    )  # fmt: skip


def _shows(typed: Typed) -> str:
    """What shows a new action; duties on cases at high risk of harm alone, where the form asks for that."""
    shows = typed.values.get("shows", "")
    if "only_high" not in typed.values:
        return shows
    way, _, clause = shows.partition(":")
    if way != "duties":
        typed.problems["only_high"] = "Choose duties that show it, or leave this empty. A measure counts all cases."
    return f"high:{clause}"


def changed(typed: Typed, action: str) -> ActionChanged:
    """Another owner, day or wording; what is left as it was stays."""
    what = typed.text("what", "what was agreed", needed=False)
    by_when = typed.day("by_when", "By when") if typed.values.get("by_when", "").strip() else None
    return ActionChanged(
        at=clock.recording_time(), action=action, what=what or None, owner=typed.values.get("owner") or None,
        by_when=by_when, reason=typed.text("reason", "why it is changed"), changed_by=access_control.account().username,
    )  # fmt: skip


def closed(typed: Typed, action: str) -> ActionClosed:
    outcome = typed.values.get("outcome", "")
    if outcome not in OUTCOMES:
        typed.problems["outcome"] = "Select how it ended."
    reason = typed.text("reason", "what became of it", needed=outcome == "dropped")
    return ActionClosed(
        at=clock.recording_time(), action=action, outcome=OUTCOMES.get(outcome, "done"),
        closed_on=typed.day("closed_on", "Day it was closed", clock.today()), reason=reason,
        closed_by=access_control.account().username,
    )  # fmt: skip


def answered(typed: Typed, action: str | None) -> ActionAnswered:
    return ActionAnswered(
        at=clock.recording_time(), action=action, answer=typed.text("answer", "your answer"),
        answered_by=access_control.account().username,
    )  # fmt: skip


def held(typed: Typed) -> SupervisionHeld:
    day = typed.day("held_on", "Day of supervision", clock.today())
    return SupervisionHeld(at=clock.recording_time(), held_on=day, held_by=access_control.account().username)


def working_time(typed: Typed) -> WorkingTimeSet:
    return WorkingTimeSet(
        at=clock.recording_time(), per_cent=typed.number("per_cent", "Working time", 1, 100),
        since=typed.day("since", "From when", clock.today()), set_by=access_control.account().username,
    )  # fmt: skip


OF_UNIT: Mapping[str, Callable[[Typed], PlanEntry]] = {
    "agree": agreed, "answer": lambda typed: answered(typed, None), "held": held, "working-time": working_time,
}  # fmt: skip
OF_ACTION: Mapping[str, Callable[[Typed, str], PlanEntry]] = {"change": changed, "close": closed, "answer": answered}
"""The forms of a plan, and those of one of its actions, by the last part of their address."""
