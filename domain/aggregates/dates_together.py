"""Dates of several entries that cannot be true together: an end before the start, attendance before the appointment.

They are compared as the file reads with all its corrections and withdrawals, so it makes no difference which of the
entries came last. A clash that the file has already is not held against a new entry.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from domain.aggregates.amendments import AMENDING, amended, subjects
from domain.entries.case_entries import (
    AppointmentMade,
    AppointmentOutcomeRecorded,
    ContactResumed,
    ContactSuspended,
    DispensationEnded,
    DispensationGiven,
    Entry,
    EntryCorrected,
    EntryWithdrawn,
    OrderVaried,
    PersonDetailsChanged,
    SupervisionEnded,
    SupervisionStarted,
    UnpaidWorkSession,
)
from domain.entries.refusals import ClashOfDates

MAY_COME_BEFORE = frozenset(("rescheduled", "acceptable_absence"))
"""The outcomes that may be known before the day of the appointment."""

GROUPS = (
    (SupervisionStarted, SupervisionEnded, OrderVaried, PersonDetailsChanged),
    (AppointmentMade, UnpaidWorkSession, AppointmentOutcomeRecorded),
    (ContactSuspended, ContactResumed),
    (DispensationGiven, DispensationEnded),
)
"""The types of entry whose dates bear on one another."""

BEARING = AMENDING | {
    SupervisionStarted, SupervisionEnded, OrderVaried, PersonDetailsChanged, AppointmentOutcomeRecorded, ContactResumed,
    DispensationEnded,
}  # fmt: skip
"""The types of a new entry that may clash with those on the file."""


class Clash(NamedTuple):
    """Two entries whose dates cannot be true together. ``field``: the date of ``entry`` that is too early or too late."""

    entry: str
    other: str
    field: str
    reason: str


def check_together(entries: Mapping[str, Entry], amending: Sequence[Entry], fact: Entry) -> None:
    """Raises ``ClashOfDates`` where a new entry sets dates against one another.

    ``entries``: those on the file; ``amending``: the corrections and withdrawals among them.
    """
    if type(fact) not in BEARING:
        return
    amends = type(fact) in AMENDING
    after = [*amending, fact] if amends else amending
    some = _beside(entries, entries.get(subjects(after)[fact.entry])) if amends else _before(entries, fact)
    found = list(_clashes(amended([*some, *after] if amends else [*some, fact, *amending])))
    if found:
        known = {(clash.entry, clash.other) for clash in _clashes(amended([*some, *amending]))}
        for clash in found:
            if (clash.entry, clash.other) not in known:
                raise ClashOfDates(_field(fact, clash), clash.reason)


def _before(entries: Mapping[str, Entry], fact: Entry) -> list[Entry]:
    """The entries on the file against whose dates those of a new entry stand. None names a new entry yet."""
    match fact:
        case AppointmentOutcomeRecorded():
            return [entries[fact.appointment]]
        case ContactResumed():
            return [entries[fact.suspension]]
        case DispensationEnded():
            return [entries[fact.dispensation]]
        case SupervisionStarted() | SupervisionEnded() | OrderVaried() | PersonDetailsChanged():
            return _beside(entries, fact)
    return []


def _beside(entries: Mapping[str, Entry], subject: Entry | None) -> list[Entry]:
    """The entries on the file whose dates bear on those of this one, itself included."""
    kinds = next((kinds for kinds in GROUPS if isinstance(subject, kinds)), ())
    return [fact for fact in entries.values() if isinstance(fact, kinds)] if kinds else []


def _clashes(read: Iterable[Entry]) -> Iterator[Clash]:
    """The clashes among entries as the file reads them."""
    named = {fact.entry: fact for fact in read}
    starts = [fact for fact in named.values() if isinstance(fact, SupervisionStarted)]
    for fact in named.values():
        match fact:
            case SupervisionEnded() | OrderVaried() | PersonDetailsChanged():
                for start in starts:
                    yield from _with_start(fact, start)
            case AppointmentOutcomeRecorded() if fact.outcome not in MAY_COME_BEFORE:
                yield from _with_appointment(fact, named.get(fact.appointment))
            case ContactResumed():
                yield from _with_suspension(fact, named.get(fact.suspension))
            case DispensationEnded():
                yield from _with_dispensation(fact, named.get(fact.dispensation))


def _with_start(fact: Entry, start: SupervisionStarted) -> Iterator[Clash]:
    first = max(start.occurred_on, start.released_on or start.occurred_on)
    at = f"(entry '{start.entry}')"
    match fact:
        case SupervisionEnded(occurred_on=day) if day < first:
            reason = (
                f"supervision cannot end on {day}, before its first day, {first} {at}; correct the date that is wrong"
            )
            yield Clash(fact.entry, start.entry, "occurred_on", reason)
        case OrderVaried(ends_on=date() as day) if day < start.occurred_on:
            reason = f"{day} is before the start, {start.occurred_on} {at}; correct the date that is wrong"
            yield Clash(fact.entry, start.entry, "ends_on", reason)
        case PersonDetailsChanged(date_of_birth=date() as day) if day > start.occurred_on:
            reason = f"{day} is after the start, {start.occurred_on} {at}; correct the date that is wrong"
            yield Clash(fact.entry, start.entry, "date_of_birth", reason)


def _with_appointment(fact: AppointmentOutcomeRecorded, made: Entry | None) -> Iterator[Clash]:
    if not isinstance(made, AppointmentMade | UnpaidWorkSession):
        return
    day = made.for_on if isinstance(made, AppointmentMade) else made.occurred_on
    if fact.occurred_on < day:
        reason = (
            f"{fact.outcome} on {fact.occurred_on}, before the day of the appointment, {day} (entry '{made.entry}'); only "
            "rescheduled and acceptable_absence may come before it: correct the date that is wrong"
        )
        yield Clash(fact.entry, made.entry, "occurred_on", reason)


def _with_suspension(fact: ContactResumed, suspended: Entry | None) -> Iterator[Clash]:
    if isinstance(suspended, ContactSuspended) and fact.occurred_on < suspended.from_on:
        reason = (
            f"contact cannot be resumed on {fact.occurred_on}, before it is suspended, {suspended.from_on} "
            f"(entry '{suspended.entry}'); withdraw the suspension instead"
        )
        yield Clash(fact.entry, suspended.entry, "occurred_on", reason)


def _with_dispensation(fact: DispensationEnded, given: Entry | None) -> Iterator[Clash]:
    if isinstance(given, DispensationGiven) and fact.occurred_on < given.from_on:
        reason = (
            f"a dispensation cannot end on {fact.occurred_on}, before its first day, {given.from_on} (entry "
            f"'{given.entry}'); withdraw the dispensation instead"
        )
        yield Clash(fact.entry, given.entry, "occurred_on", reason)


def _field(fact: Entry, clash: Clash) -> str:
    """The field of the new entry at fault."""
    if isinstance(fact, EntryWithdrawn):
        return "of"
    if isinstance(fact, EntryCorrected):
        dated: Any = (name for name in fact.fields if name == clash.field or name.endswith("_on"))
        return f"fields.{next(dated, next(iter(fact.fields)))}"
    return clash.field
