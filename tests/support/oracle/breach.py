"""Failures counted towards breach or recall: which are used up, and which one is the second or third."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from tests.support.oracle.appointments import FailedDay
from tests.support.oracle.days import last_of_months

Entry = dict[str, Any]


@dataclass(frozen=True)
class Rule:
    """How many failures, within how many months (None: at any time), and what answers them."""

    clause: str
    failures: int
    months: int | None
    answers: tuple[str, ...]


COMMUNITY = Rule("breach-second-unacceptable-failure", 2, 12, ("BreachInitiated",))
LICENCE = Rule("breach-or-recall-third-failure", 3, None, ("RecallRequested", "BreachInitiated"))
ACTIONS = ("BreachInitiated", "RecallRequested")
DECISIONS = ("BreachDecided", "RecallDecided")


def rule_of(order: str) -> Rule:
    return LICENCE if order == "licence" else COMMUNITY


def on_days(entries: list[Entry], kinds: tuple[str, ...], today: date) -> list[date]:
    return sorted(e["occurred_on"] for e in entries if e["type"] in kinds and e["occurred_on"] <= today)


def undecided(entries: list[Entry], day: date) -> bool:
    """Whether breach or recall was begun before ``day`` and no decision had been made by then."""
    begun = [action for action in on_days(entries, ACTIONS, day) if action < day]
    decided = on_days(entries, DECISIONS, day)
    return any(not [d for d in decided if d >= action] for action in begun)


def counted(entries: list[Entry], failures: list[FailedDay], today: date) -> list[FailedDay]:
    """The failures that count today and that no decision has used up, by their own days."""
    decided = on_days(entries, DECISIONS, today)
    return [f for f in failures if f.counts <= today and not (decided and f.own < max(decided))]


def reached(rule: Rule, failures: list[FailedDay]) -> list[FailedDay]:
    """The first so many failures that lie near enough to each other; none: the count is not reached."""
    for last in range(rule.failures - 1, len(failures)):
        group = failures[last - rule.failures + 1 : last + 1]
        if rule.months is None or group[-1].own <= last_of_months(group[0].own, rule.months):
            return group
    return []
