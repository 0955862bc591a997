"""What today's law says of a case, where it lays no duty with a time limit.

Which failures ask for a warning or for referral; their count as a service team describes it; final third; handover from custody;
calculated tiers.
"""

from datetime import date
from operator import attrgetter
from typing import NamedTuple

from domain.calendar.workdays import Length
from domain.entries.case_entries import (
    BreachInitiated,
    CommunityManagerNamed,
    ContactSuspended,
    HandoverPlanned,
    WarningGiven,
)
from domain.policy.sentence_dates import Kept, SentenceDate, final_third, handover, kept_in_contact
from domain.policy.sentence_rules import SentenceRule, sentence_rules
from domain.policy.tier_v2 import TierV2
from domain.policy.tier_v3 import TierV3
from projections.history.appointments import Failure
from projections.history.calculated_tiers import registers_on, version_2_on, version_3_on
from projections.history.dated_values import value_on
from projections.history.history import History

RULE_OF = {"community_order": "warned-before", "suspended_sentence_order": "warned-before-suspended"}
"""The rule of the statute for each order that it is for; the one for suspended sentence orders is recalled."""


CHILD_PROTECTION = "RCPR"
"""The register that is read as live child protection procedures (ours)."""


class WarnOrRefer(NamedTuple):
    """A failure that nothing has answered as the statute asks.

    ``warned_on``: the day of a warning in the twelve months before: then it must be referred. None: warn, or refer.
    """

    failed_on: date
    appointments: tuple[str, ...]
    warned_on: date | None
    rule: SentenceRule


def warn_or_refer(history: History, day: date) -> list[WarnOrRefer]:
    """The failures by a day, from the statute's first day on, that ask for a warning or for referral; the earliest first."""
    if history.started is None or history.started.order_type not in RULE_OF:
        return []
    rule = sentence_rules()[RULE_OF[history.started.order_type]]
    found = [
        WarnOrRefer(failure.of, failure.entries, _warned_before(history, failure, rule), rule)
        for failure in history.failures
        if failure.on <= day and rule.holds(failure.of)
    ]
    return [one for one in found if not _answered(history, one, day)]


def _warned_before(history: History, failure: Failure, rule: SentenceRule) -> date | None:
    """The last warning about another day, in the twelve months before a failure."""
    months = Length(rule.amount, "month")
    given = [
        warning.occurred_on
        for warning in history.all(WarningGiven)
        if warning.occurred_on <= failure.of <= months.before_anniversary(warning.occurred_on)
        and not set(warning.appointments) & set(failure.entries)
    ]
    return max(given, default=None)


def _answered(history: History, one: WarnOrRefer, day: date) -> bool:
    given = [(fact.occurred_on, fact.appointments) for fact in history.all(BreachInitiated)]
    if one.warned_on is None:
        given += [(fact.occurred_on, fact.appointments) for fact in history.all(WarningGiven)]
    return any(on <= day and set(named) & set(one.appointments) for on, named in given)


def failures_counted(history: History, day: date) -> int:
    """The failures of the last twelve months, as a service team describes its count: it drives nothing.

    It begins anew when a breach ends, proved or not. What fails while a breach is open adds nothing.
    """
    months = Length(sentence_rules()["failures-counted"].amount, "month")
    ended = max((on for on in history.decided if on <= day), default=None)
    return sum(
        failure.on <= day <= months.before_anniversary(failure.of)
        and (ended is None or failure.of > ended)
        and not history.undecided(failure.of)
        for failure in history.failures
    )


def final_third_of(history: History, day: date) -> list[SentenceDate]:
    """The dates of the final third of an order or licence whose last day is known; none before the schemes of today."""
    started, ends = history.started, value_on(history.ends_on, day)
    if started is None or ends is None or not sentence_rules()["suspension"].holds(day):
        return []
    begins = started.released_on or started.occurred_on
    return final_third(begins, ends, licence=started.order_type == "licence") if begins < ends else []


def kept_though_suspended(history: History, day: date) -> list[str]:
    """Why contact should not be suspended in the final third, where it is on this day; empty: it is not, or may be."""
    suspended = {fact.from_on for fact in history.all(ContactSuspended) if fact.reason == "final_third"}
    if not any(begins in suspended and begins <= day < ends for begins, ends, _ in history.suspended):
        return []
    attributes = history.attributes(day)
    return kept_in_contact(
        Kept(
            mappa=attributes["mappa_level"] is not None,
            very_high_risk=attributes["risk"] == "very_high",
            child_protection=CHILD_PROTECTION in registers_on(history, day),
        )
    )


class Handover(NamedTuple):
    """A handover from custody as the file has it, and the dates by the rules of April 2023; none where they are not for it.

    ``named_on``: the first day on which somebody in the community was named by then.
    """

    planned: HandoverPlanned
    named_on: date | None
    dates: list[SentenceDate]

    def overdue(self, day: date) -> bool:
        """Whether nobody is named although the rules ask for it by this day: the last of their dates."""
        return self.named_on is None and bool(self.dates) and self.dates[-1].on <= day


def handover_of(history: History, day: date) -> Handover | None:
    """The last handover from custody that was planned by a day."""
    planned = max((p for p in history.all(HandoverPlanned) if p.occurred_on <= day), key=HANDED, default=None)
    if planned is None:
        return None
    named = [fact.occurred_on for fact in history.all(CommunityManagerNamed)]
    sentenced = history.started.sentenced_on if history.started else None
    known = sentenced is not None and sentenced <= planned.release_on
    dates = handover(planned.kind, sentenced, planned.release_on) if sentenced is not None and known else []
    policy = sentence_rules()["handover-policy"]
    return Handover(
        planned,
        min((on for on in named if on <= day), default=None),
        dates if policy.holds(planned.handover_on) else [],
    )


HANDED = attrgetter("occurred_on", "recorded_at")


class CalculatedTiers(NamedTuple):
    """The tiers of a case on a day, with what they are made of; None before the first day of a version."""

    v2: TierV2 | None
    v3: TierV3 | None


def calculated_tiers_of(history: History, day: date) -> CalculatedTiers | None:
    """The tiers of versions 2 and 3; None where the file has nothing that only they read."""
    v2 = version_2_on(history, day) if value_on(history.tier_v2, day) else None
    v3 = version_3_on(history, day) if value_on(history.tier_v3, day) else None
    return None if v2 is None and v3 is None else CalculatedTiers(v2, v3)


class TodaysLaw(NamedTuple):
    """All of it. ``failures``: their count, which drives nothing. ``kept``: why contact should not be suspended."""

    warn_or_refer: list[WarnOrRefer]
    failures: int
    final_third: list[SentenceDate]
    kept: list[str]
    handover: Handover | None
    tiers: CalculatedTiers | None


def todays_law(history: History, day: date) -> TodaysLaw:
    """What today's law says of a case on a day."""
    return TodaysLaw(
        warn_or_refer(history, day), failures_counted(history, day), final_third_of(history, day),
        kept_though_suspended(history, day), handover_of(history, day), calculated_tiers_of(history, day),
    )  # fmt: skip
