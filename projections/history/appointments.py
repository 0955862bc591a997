"""Appointments: what became of each, whether it counts as offered, and from which day as an absence or a failure.

Outcomes and decisions on one appointment are one series, in the order in which they were recorded: the last says what became
of it. An unpaid work session counts as an appointment of its day.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta
from itertools import pairwise
from operator import attrgetter
from typing import Any, NamedTuple

from domain.calendar.workdays import add_working_days
from domain.entries import case_entries
from domain.entries.case_entries import Entry
from domain.policy.practice import practice

CAME = frozenset(("attended_complied", "attended_failed_to_comply", "sent_home", "sent_home_for_behaviour"))
"""Outcomes by which the person came."""

FAILED = frozenset(("unacceptable_absence", "attended_failed_to_comply", "sent_home_for_behaviour"))
"""Outcomes that are a failure unless a decision says otherwise."""

ABSENT = frozenset(("unacceptable_absence", "acceptable_absence", "awaiting_explanation"))
BEFORE_ITS_DAY = frozenset(("rescheduled", "acceptable_absence"))
"""Outcomes that may be known before the appointment's day."""

APPOINTMENTS: tuple[type[Entry], ...] = (case_entries.AppointmentMade, case_entries.UnpaidWorkSession)
"""The types of entry that are appointments."""

SERIES: tuple[type[Entry], ...] = (case_entries.AppointmentOutcomeRecorded, case_entries.AbsenceJudged)
NAMING: tuple[type[Entry], ...] = (
    case_entries.ContactLogged, case_entries.AbsenceJudged, case_entries.WarningGiven, case_entries.BreachInitiated,
)  # fmt: skip
"""The types that say what became of an appointment, and those that name one that was not kept."""

_RECORDED = attrgetter("recorded_at", "occurred_on", "entry")


def names_of(fact: Entry) -> Collection[str]:
    """The appointments that an entry of one of the types of ``SERIES`` and ``NAMING`` may name."""
    match fact:
        case case_entries.AppointmentOutcomeRecorded() | case_entries.AbsenceJudged():
            return (fact.appointment,)
        case case_entries.WarningGiven() | case_entries.BreachInitiated():
            return fact.appointments
        case case_entries.ContactLogged() if fact.contact_type == "letter" and fact.about is not None:
            return (fact.about,)
    return ()


class Appointment(NamedTuple):
    """An appointment, and what is known to have become of it.

    ``outcome``: by the last of the series. ``acceptable``: by the last decision, where one stands. ``changed_on``: the day on
    which a failure that was first decided acceptable was decided unacceptable. ``named_on``: the first day on which a letter,
    a decision, a warning or breach named it. ``told_on``: the day on which an outcome was known before the appointment.
    """

    entry: str
    made_on: date
    for_on: date
    outcome: str | None
    acceptable: bool | None
    changed_on: date | None
    named_on: date | None
    told_on: date | None

    @classmethod
    def of(cls, made: Any, about: Iterable[Entry] = ()) -> "Appointment":
        """``made``: an entry of one of ``APPOINTMENTS``. ``about``: the entries that name it, in any order."""
        own_outcome = getattr(made, "outcome", None)
        for_on = made.occurred_on if own_outcome else made.for_on
        about = list(about)
        if not about and own_outcome is None:
            return cls(made.entry, made.occurred_on, for_on, None, None, None, None, None)
        outcome, decisions = _verdict(own_outcome, for_on, sorted(about, key=_RECORDED))
        named = min((fact.occurred_on for fact in about if type(fact) in NAMING), default=None)
        told = [
            f.occurred_on for f in about if getattr(f, "outcome", None) in BEFORE_ITS_DAY and f.occurred_on < for_on
        ]
        acceptable = decisions[-1][0] if decisions and outcome not in _SETTLED else None
        changed = _changed_on(decisions) if acceptable is False else None
        return cls(made.entry, made.occurred_on, for_on, outcome, acceptable, changed, named, min(told, default=None))

    @property
    def attended(self) -> bool:
        return self.outcome in CAME

    @property
    def absent(self) -> bool:
        """Whether the person did not come. A decision alone says so too."""
        return self.outcome in ABSENT or (self.outcome is None and self.acceptable is not None)

    @property
    def offered(self) -> bool:
        """Whether it counts as offered, if its day allows it: put on the file after its day only if attended or named."""
        return self.outcome != "rescheduled" and (
            self.made_on <= self.for_on or self.attended or self.named_on is not None
        )

    @property
    def to_record_from(self) -> date:
        """The day from which its outcome is to be recorded: its own, or an earlier one on which the outcome was known.

        One put on the file after its day and not attended is there from the day on which it was put there.
        """
        if self.told_on is not None:
            return min(self.told_on, self.for_on)
        return self.for_on if self.attended else max(self.for_on, self.made_on)

    @property
    def absent_from(self) -> date | None:
        """The day from which an appointment not kept counts as such: its own, or where it was made later, when it was named."""
        return self.for_on if self.made_on <= self.for_on or self.attended else self.named_on

    @property
    def failed_from(self) -> date | None:
        """The day from which it counts as an unacceptable failure; None: it does not.

        An absence without a decision counts as one after ``practice().decision_working_days`` working days.
        """
        since = self.absent_from
        if since is None or self.acceptable:
            return None
        if self.changed_on is not None:
            return max(since, self.changed_on)
        if self.acceptable is False or self.outcome in FAILED:
            return since
        if self.outcome == "awaiting_explanation":
            undecided = add_working_days(self.for_on, practice().decision_working_days)
            return max(since, undecided + timedelta(days=1))
        return None


_SETTLED = frozenset(("attended_complied", "rescheduled", "sent_home"))
"""Outcomes after which nothing is left to decide."""


def _changed_on(decisions: Sequence[tuple[bool, date]]) -> date | None:
    """The day on which what was first decided acceptable was last decided to be unacceptable; None: it was not."""
    if not decisions[0][0]:
        return None
    changes = [day for (before, _), (after, day) in pairwise(decisions) if before and not after]
    return changes[-1] if changes else None


def _verdict(outcome: str | None, for_on: date, series: Iterable[Entry]) -> tuple[str | None, list[tuple[bool, date]]]:
    """What became of it by the last word, and the decisions that stand: whether acceptable, and the day."""
    decisions: list[tuple[bool, date]] = []
    if outcome in ("acceptable_absence", "unacceptable_absence"):
        decisions.append((outcome == "acceptable_absence", for_on))
    for fact in series:
        if isinstance(fact, case_entries.AbsenceJudged):
            decisions.append((fact.acceptable, fact.occurred_on))
            outcome = None if outcome in _SETTLED else outcome
        elif isinstance(fact, case_entries.AppointmentOutcomeRecorded):
            if fact.outcome == "awaiting_explanation" and (decisions or outcome in CAME or outcome == "rescheduled"):
                continue
            outcome = fact.outcome
            if outcome in ("acceptable_absence", "unacceptable_absence"):
                decisions.append((outcome == "acceptable_absence", fact.occurred_on))
            elif outcome in _SETTLED or outcome in FAILED:
                decisions.clear()
    return outcome, decisions


class Failure(NamedTuple):
    """What was not kept on a day: it counts from the day ``on``. ``of``: the day itself.

    ``counted_from``: the day from which the time to act runs. ``entry``: the appointment; ``entries``: all of that day.
    """

    on: date
    of: date
    entry: str
    counted_from: date
    entries: tuple[str, ...]


def absences(appointments: Iterable[Appointment]) -> list[Failure]:
    """The appointments that the person did not come to, in order. Those of one day are one."""
    found = [(on, a.for_on, a.entry, a.for_on) for a in appointments if a.absent and (on := a.absent_from) is not None]
    return _by_day(found)


def failures(appointments: Iterable[Appointment]) -> list[Failure]:
    """The unacceptable failures, in order of the day from which they count. Those of one day are one."""
    found = [
        (on, a.for_on, a.entry, a.changed_on or a.for_on) for a in appointments if (on := a.failed_from) is not None
    ]
    return _by_day(found)


def _by_day(found: list[tuple[date, date, str, date]]) -> list[Failure]:
    """One failure for all of one day: the first of them."""
    of_day: dict[date, list[tuple[date, date, str, date]]] = {}
    for failed in sorted(found):
        of_day.setdefault(failed[1], []).append(failed)
    return sorted(Failure(*same[0], tuple(failed[2] for failed in same)) for same in of_day.values())
