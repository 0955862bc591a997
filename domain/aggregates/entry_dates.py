"""The dates of one entry: none in the future, none before the person's birth, no end before its beginning."""

from datetime import date, datetime

from domain.calendar.london_time import day_of
from domain.entries.case_entries import (
    AppointmentOutcomeRecorded,
    ContactSuspended,
    DispensationGiven,
    Entry,
    HandoverPlanned,
    PersonDetailsChanged,
    SupervisionStarted,
)
from domain.entries.refusals import ImpossibleDate


def check_dates(begun: SupervisionStarted | None, fact: Entry, now: datetime) -> None:
    """Raises ``ImpossibleDate``. ``begun``: how supervision began, as the file reads now; None: it has not."""
    if fact.recorded_at > now:
        raise ImpossibleDate("recorded_at", f"{fact.recorded_at.isoformat()} is in the future")
    recorded_on = day_of(fact.recorded_at)
    if fact.occurred_on > recorded_on:
        raise ImpossibleDate(
            "recorded_at", f"recorded on {recorded_on} but dated {fact.occurred_on}; an entry says what has happened"
        )
    if fact.occurred_at is not None and day_of(fact.occurred_at) != fact.occurred_on:
        raise ImpossibleDate("occurred_at", f"is not on the day of occurred_on, {fact.occurred_on}")
    start = fact if isinstance(fact, SupervisionStarted) else begun
    if start is not None:
        _not_before_birth(fact.occurred_on, start.person.date_of_birth, day_known=start.sealed is None)
    if type(fact) in _WITH_FURTHER_DATES:
        _check_further(fact)


_WITH_FURTHER_DATES = frozenset(
    (
        SupervisionStarted, AppointmentOutcomeRecorded, ContactSuspended, DispensationGiven, PersonDetailsChanged,
        HandoverPlanned,
    )
)  # fmt: skip


def _check_further(fact: Entry) -> None:
    """The dates that only entries of this type have."""
    match fact:
        case SupervisionStarted():
            _not_before_start("ends_on", fact.ends_on, fact.occurred_on)
            _not_before_start("received_on", fact.received_on, fact.occurred_on)
        case AppointmentOutcomeRecorded(occurred_at=datetime() as at) if at > fact.recorded_at:
            raise ImpossibleDate(
                "occurred_at", f"is after it was recorded, {fact.recorded_at.isoformat()}; "
                "an outcome says what has happened"
            )  # fmt: skip
        case ContactSuspended() if fact.to_on < fact.from_on:
            raise ImpossibleDate(
                "to_on", f"{fact.to_on} is before from_on, {fact.from_on}; give the last day without contact"
            )
        case HandoverPlanned() if fact.handover_on > fact.release_on:
            raise ImpossibleDate(
                "handover_on", f"{fact.handover_on} is after the release, {fact.release_on}; give the day on which the "
                "community takes the case over"
            )  # fmt: skip
        case DispensationGiven():
            _check_dispensed_days(fact)
        case PersonDetailsChanged(date_of_birth=date() as born):
            _not_before_birth(fact.occurred_on, born, "date_of_birth")


def _check_dispensed_days(fact: DispensationGiven) -> None:
    if fact.from_on < fact.occurred_on:
        raise ImpossibleDate(
            "from_on", f"{fact.from_on} is before the day it was given, {fact.occurred_on}; nothing is dispensed "
            "with in retrospect: give the day it was decided, or a later one"
        )  # fmt: skip
    if fact.to_on < fact.from_on:
        raise ImpossibleDate(
            "to_on", f"{fact.to_on} is before from_on, {fact.from_on}; give the last day on which it holds"
        )


def _not_before_birth(day: date, born: date, field: str = "occurred_on", *, day_known: bool = True) -> None:
    """``day_known``: False where the date of birth is sealed; only its year can be judged by then."""
    if day < born:
        when = f"the person's birth, {born}" if day_known else f"the year of the person's birth, {born.year}"
        raise ImpossibleDate(field, f"{day} is before {when}")


def _not_before_start(field: str, day: date | None, start: date) -> None:
    if day is not None and day < start:
        raise ImpossibleDate(field, f"{day} is before the start, {start}")
