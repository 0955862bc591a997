"""Why a duty stays due though an entry of a type that can meet it is recorded."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Literal, NamedTuple

from domain.entries.case_entries import AppointmentMade, AppointmentOutcomeRecorded, Entry, UnpaidWorkSession
from domain.policy.conditions import EntryPattern, same_name
from projections.obligations.duty_state import Obligation

Cause = Literal["another", "same person", "field", "outcome", "early", "period", "not enough"]
"""It names another entry; the signer must be another person; a field does not fit; it counts by its outcome only; it is dated
before the duty began, or outside the time that the duty is for; more than one is asked."""

_SERIOUS: tuple[Cause, ...] = ("not enough", "outcome", "early", "period", "field", "same person", "another")
"""The causes, the slightest first: of several ways to meet a duty that which fails least is told."""

_APPOINTMENTS = (AppointmentMade, UnpaidWorkSession)


class StaysDue(NamedTuple):
    """A duty that stays due, and why. ``field``: the attribute at fault; ``wanted``: what it would have to be (empty: given);
    ``of``: the type of entry that the field belongs to."""

    duty: Obligation
    cause: Cause
    field: str = ""
    wanted: tuple[Any, ...] = ()
    of: type[Entry] | None = None


def stays_due(duties: Iterable[Obligation], fact: Entry, read: Sequence[Entry], day: date) -> list[StaysDue]:
    """Those of these duties that are open on the day and that an entry of this type can meet, each with its cause.

    ``duties``: with the entry on the file. ``read``: the entries of the case as they then read.
    """
    named = {one.entry: one for one in read}
    found = []
    for duty in duties:
        if duty.state(day) in ("due", "overdue") and fact.entry not in (duty.raised_by, *duty.met_by):
            causes = [_cause(duty, one, fact, named) for one in _ways(duty, fact)]
            if causes:
                found.append(min(causes, key=lambda one: _SERIOUS.index(one.cause)))
    return found


def _ways(duty: Obligation, fact: Entry) -> list[EntryPattern]:
    """The descriptions of entries that meet the duty which are of the entry's type, or of that which its outcome is about."""
    kinds: tuple[type[Entry], ...] = (type(fact),)
    if isinstance(fact, AppointmentOutcomeRecorded):
        kinds = (*kinds, *_APPOINTMENTS)
    return [one for one in duty.clause.entries if one.type in kinds]


def _cause(duty: Obligation, one: EntryPattern, fact: Entry, named: dict[str, Entry]) -> StaysDue:
    if one.type is not type(fact):  # an outcome: what counts is its appointment
        fact = named.get(getattr(fact, "appointment", ""), fact)
        if type(fact) is not one.type:
            return StaysDue(duty, "another", "appointment", of=AppointmentOutcomeRecorded)
    if one.naming is not None and duty.raised_by is not None:
        about = getattr(fact, one.naming)
        if duty.raised_by not in (about if isinstance(about, list) else [about]):
            return StaysDue(duty, "another", one.naming, of=one.type)
    if one.unlike is not None and (raising := named.get(duty.raised_by or "")) and same_name(fact, raising, one.unlike):
        return StaysDue(duty, "same person", one.unlike[0], of=one.type)
    for name, wanted in one.where:
        if not EntryPattern(one.type, ((name, wanted),)).among([fact]):
            values = tuple(sorted(wanted, key=str)) if isinstance(wanted, frozenset) else ()
            return StaysDue(duty, "field", name, values, one.type)
    return _by_day(duty, one, fact)


def _by_day(duty: Obligation, one: EntryPattern, fact: Entry) -> StaysDue:
    """The cause where all that the entry says fits: its day, its outcome, or that there are too few."""
    on = one.day(fact)
    if duty.window and not duty.arises_on <= on <= duty.due_on:
        return StaysDue(duty, "period", of=one.type)
    if on < duty.arises_on:
        return StaysDue(duty, "early", one.on or "occurred_on", of=one.type)
    if one.only_outcome or one.unless_outcome:
        return StaysDue(duty, "outcome", wanted=one.only_outcome, of=one.type)
    return StaysDue(duty, "not enough", of=one.type)
