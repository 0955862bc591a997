"""Dates of a sentence: the final third and its suspension, the end of a fixed-term recall, the handover from custody.

Pure functions from dates to dates, each with the rule that gives it. ``ValueError``: dates that cannot be true together.
"""

from datetime import date, timedelta
from typing import NamedTuple

from dateutil.relativedelta import relativedelta

from domain.entries.code_lists import HandoverKind
from domain.policy.sentence_rules import ELIGIBILITY, SentenceRule, sentence_rules

ONE_DAY = timedelta(days=1)


class SentenceDate(NamedTuple):
    """A date, what it is, and the rule from which it follows."""

    what: str
    on: date
    rule: SentenceRule


def final_third(begins: date, ends: date, *, licence: bool) -> list[SentenceDate]:
    """The first day of the final third; on licence the day of the one follow-up, too.

    ``begins``: the day of the order, or of the first release (or conditional release). ``ends``: the last day.
    A sentence of 90 days from 1 January has its final third from 2 March, in a year that is no leap year.
    """
    if ends <= begins:
        raise ValueError(f"the end, {ends}, is not after the beginning, {begins}")
    rules = sentence_rules()
    length = (ends - begins).days
    third = ends - timedelta(days=-(-length // rules["final-third"].amount))
    found = [
        SentenceDate(
            "The final third begins; appointments stop where contact is suspended in it", third, rules["final-third"]
        )
    ]
    if licence:
        found.append(SentenceDate("The one follow-up on licence", third + (ends - third) // 2, rules["follow-up"]))
    return found


class Kept(NamedTuple):
    """What is known of a case in its final third."""

    mappa: bool = False
    specialist_division: bool = False
    very_high_risk: bool = False
    child_protection: bool = False
    supervision_court: bool = False


KEPT_IN_CONTACT = {
    "mappa": "managed under MAPPA, in any category or level",
    "specialist_division": "a specialist case of the National Security Division",
    "very_high_risk": "very high risk of harm",
    "child_protection": "live child protection procedures",
    "supervision_court": "under the pilot of Intensive Supervision Courts",
}
"""Why somebody is kept in contact in the final third (Newcastle Safeguarding, 2024; found)."""


def kept_in_contact(case: Kept) -> list[str]:
    """Why contact is not suspended in the final third of a case; empty: nothing speaks against it."""
    return [words for name, words in KEPT_IN_CONTACT.items() if getattr(case, name)]


def recall_ends(
    returned: date, *, under_twelve_months: bool, young: bool = False, normal_release: date | None = None
) -> SentenceDate:
    """The last day of a fixed-term recall: the day of return is its first day (ours).

    ``young``: a relevant young offender. ``normal_release``: the conditional release point of somebody recalled from home
    detention curfew; the recall lasts until then if that is later.
    """
    rules = sentence_rules()
    lengths = [
        rules[name]
        for name in (
            f"recall-{'young-' if young else ''}{'under-12-months' if under_twelve_months else '12-months-or-more'}",
            f"recall-{'under-12-months' if under_twelve_months else '12-months-or-more'}",
            "recall-adult-2026",
        )
        if rules[name].holds(returned)
    ]
    rule = lengths[0]
    last = returned + timedelta(days=rule.amount) - ONE_DAY
    if rule.id == "recall-adult-2026" and normal_release is not None:
        last = max(last, normal_release)
    return SentenceDate("The last day of the fixed-term recall", last, rule)


def eligibility(returned: date) -> list[SentenceRule]:
    """What is told of who was given a fixed-term recall on a day; the program decides nothing by it."""
    return [rule for name in ELIGIBILITY if (rule := sentence_rules()[name]).holds(returned)]


def handover(kind: HandoverKind, sentenced: date, release: date) -> list[SentenceDate]:
    """When a case goes from prison to the community: when it is coming up, the handover, and when a name is overdue.

    Nothing is coming up before the sentence: then the other two are given.
    ``release``: the earliest release; of an indeterminate sentence the tariff or the hearing, of parole its date.
    """
    if release < sentenced:
        raise ValueError(f"the release, {release}, is before the sentence, {sentenced}")
    rules = sentence_rules()
    whole = rules["handover-from-the-start"]
    if kind not in ("early_allocation", "indeterminate") and sentenced + relativedelta(months=whole.amount) >= release:
        on = SentenceDate("The community has it from the start of the sentence", sentenced, whole)
    else:
        rule = rules["handover-" + kind.replace("_", "-")]
        on = SentenceDate("Handover", release - relativedelta(months=rule.amount, days=rule.and_days), rule)
    upcoming, overdue = rules["handover-upcoming"], rules["handover-overdue"]
    coming = on.on - timedelta(days=upcoming.amount)
    return [
        *([SentenceDate("The handover is coming up", coming, upcoming)] if coming >= sentenced else []),
        on,
        SentenceDate(
            "With nobody named in the community, overdue from", on.on + timedelta(days=overdue.amount), overdue
        ),
    ]
