"""A case's history: its case file as known at a moment, in the form that clauses read.

Corrections and withdrawals recorded by then are applied (``domain.aggregates.amendments``). The order in which entries
arrived makes no difference.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from operator import attrgetter
from sys import maxsize
from typing import Any, NamedTuple

from msgspec import Struct

from domain.aggregates.amendments import IN_ORDER, standing
from domain.calendar.london_time import LONDON
from domain.entries import case_entries
from domain.entries.case_entries import Entry
from domain.policy.conditions import EntryPattern
from projections.history.appointments import APPOINTMENTS, NAMING, SERIES, Failure, absences, failures, names_of
from projections.history.appointments import Appointment as Appointment
from projections.history.timelines import Timelines
from projections.history.worked_out import worked_out


class Candidate(Struct, frozen=True, gc=False):
    """An entry that may answer a duty, and the day on which it counts.

    ``since`` and ``until``: the span of knowledge in which the file said so (see ``projections.ledger.knowledge_spans``).
    With hindsight it is all of time. ``appointment``: what became of it, where it is one.
    """

    day: date
    entry: str
    fact: Entry
    since: int = 0
    until: int = maxsize
    appointment: Appointment | None = None


BY_DAY = attrgetter("day", "entry")
"""Sort key of candidates: the day on which they count, then the entry's id."""


class Candidates(NamedTuple):
    """Candidates in order, and their days in the same order for binary search."""

    days: list[date]
    entries: list[Candidate]


def in_order(candidates: list[Candidate]) -> Candidates:
    """Sort candidates by the day on which they count."""
    if len(candidates) > 1:
        candidates.sort(key=BY_DAY)
    return Candidates([candidate.day for candidate in candidates], candidates)


class History(Timelines):
    """The entries of one case as known at a moment. Each property is computed when it is first read."""

    def __init__(self, entries: Iterable[Entry], elsewhere: Iterable[Timelines] = ()):
        super().__init__(entries, elsewhere)
        self._described: dict[EntryPattern, Sequence[Entry]] = {}
        self._admitted: dict[EntryPattern, Candidates] = {}
        self._named: dict[EntryPattern, Mapping[str, list[Candidate]]] = {}
        self._counting: dict[EntryPattern, Candidates] = {}
        self._appointments: dict[str, Appointment] = {}
        self.triggers: dict[tuple[object, ...], Sequence[Any]] = {}
        """Triggers, cached by what a clause says of them (see ``projections.obligations.triggers``)."""
        self.grids: dict[tuple[str, int], Any] = {}
        """The windows laid, cached by clause (see ``projections.obligations.contact_windows``)."""

    @classmethod
    def of(
        cls, entries: Iterable[Entry], known_at: datetime | None = None, elsewhere: Iterable[Iterable[Entry]] = ()
    ) -> "History":
        """The history of these entries as known at an instant (exclusive; None: everything recorded to date).

        ``elsewhere``: the entries of each other file of the person that say something of the person.
        """
        others = [Timelines(standing(other, known_at)) for other in elsewhere]
        return cls(standing(entries, known_at), [other for other in others if other.by_type])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, History) and self.entries == other.entries

    __hash__ = None  # type: ignore[assignment]

    @worked_out
    def entries(self) -> Sequence[Entry]:
        """In order of the day they happened."""
        return sorted(self._entries, key=IN_ORDER)

    @worked_out
    def first_day(self) -> date:
        """The day of the first entry."""
        first: date = min(map(attrgetter("occurred_on"), self._entries))
        return first

    @worked_out
    def _naming(self) -> Mapping[str, list[Entry]]:
        """The entries that name an appointment, by its id: outcomes, decisions, letters, warnings, breaches."""
        found: defaultdict[str, list[Entry]] = defaultdict(list)
        for entry_type in NAMING_TYPES:
            for fact in self.by_type.get(entry_type, ()):
                for name in names_of(fact):
                    found[name].append(fact)
        return found

    def appointment(self, made: Entry) -> Appointment:
        """An appointment (an entry of one of ``APPOINTMENTS``) with what became of it."""
        found = self._appointments.get(made.entry)
        if found is None:
            found = self._appointments[made.entry] = Appointment.of(made, self._naming.get(made.entry, ()))
        return found

    def appointment_on(self, made: Entry, day: date) -> Appointment:
        """As ``appointment``, with only what had happened by the end of this day."""
        about = self._naming.get(made.entry, ())
        return Appointment.of(made, [fact for fact in about if fact.occurred_on <= day])

    @worked_out
    def appointments(self) -> Mapping[str, Appointment]:
        """Every appointment made by its entry, in order of the day it was for."""
        made = sorted(self.all(case_entries.AppointmentMade), key=attrgetter("for_on", "entry"))
        return {one.entry: self.appointment(one) for one in made}

    @worked_out
    def _missed(self) -> list[Appointment]:
        """The appointments that may count as an absence or a failure."""
        made = [one for entry_type in APPOINTMENTS for one in self.by_type.get(entry_type, ())]
        return [self.appointment(one) for one in made if getattr(one, "outcome", None) or one.entry in self._naming]

    @property
    def told_appointments(self) -> list[Appointment]:
        """The appointments and sessions of which anything is known to have become, in no particular order."""
        return self._missed

    def may_count(self, appointment: Appointment) -> bool:
        """Whether the day of an appointment lets it count: under supervision, and not in custody.

        What was attended on the first day in custody counts.
        """
        day, end = appointment.for_on, self.end
        if self.start is None or day < self.start.on or (end is not None and end.on <= day):
            return False
        if not self.custody:
            return True
        held = [stay for stay in self.custody if stay.holds(day)]
        return all(day in (stay.begins, *stay.begun_again) and appointment.attended for stay in held)

    @worked_out
    def absences(self) -> list[Failure]:
        """The appointments that the person did not attend."""
        return absences(filter(self.may_count, self._missed))

    @worked_out
    def failures(self) -> list[Failure]:
        """The unacceptable failures, in order of the day from which they count."""
        return failures(filter(self.may_count, self._missed))

    @worked_out
    def decided(self) -> list[date]:
        """The days on which breach or recall was decided."""
        return [fact.occurred_on for fact in self.ordered(case_entries.BreachDecided, case_entries.RecallDecided)]

    @worked_out
    def actions(self) -> list[tuple[date, date | None]]:
        """Breach and recall: the day each was begun, and the day it was decided (None: not yet)."""
        begun = self.ordered(case_entries.BreachInitiated, case_entries.RecallRequested)
        return [(act.occurred_on, next((d for d in self.decided if d >= act.occurred_on), None)) for act in begun]

    def undecided(self, day: date) -> bool:
        """Whether a breach or recall begun before this day was undecided on it."""
        return any(begun < day and (decided is None or day < decided) for begun, decided in self.actions)

    def described(self, described: EntryPattern) -> Sequence[Entry]:
        """The entries that fit a pattern, in order of the day they happened."""
        found = self._described.get(described)
        if found is None:
            found = self._described[described] = described.among(self.all(described.type))
        return found

    def admitted(self, described: EntryPattern) -> Candidates:
        """The entries that fit a pattern of answers, in the order in which they count.

        An appointment counts on the day it is for. ``EntryPattern.answers`` says whether it is about the trigger.
        """
        found = self._admitted.get(described)
        if found is None:
            known = described.among(self.by_type.get(described.type, []))
            if described.type in APPOINTMENTS:
                of_appointments = (as_candidate(described, fact, self.appointment(fact)) for fact in known)
                candidates = [candidate for candidate in of_appointments if candidate is not None]
            else:
                candidates = [Candidate(described.day(fact), fact.entry, fact) for fact in known]
            found = self._admitted[described] = in_order(candidates)
        return found

    def counting(self, described: EntryPattern) -> Candidates:
        """As ``admitted``, without the appointments whose day does not let them count."""
        if described.type not in APPOINTMENTS:
            return self.admitted(described)
        found = self._counting.get(described)
        if found is None:
            kept = [c for c in self.admitted(described).entries if c.appointment and self.may_count(c.appointment)]
            found = self._counting[described] = Candidates([candidate.day for candidate in kept], kept)
        return found

    def named(self, described: EntryPattern) -> Mapping[str, list[Candidate]]:
        """As ``admitted``, by the id of each entry that they name (``EntryPattern.naming``)."""
        found = self._named.get(described)
        if found is None:
            found = self._named[described] = by_name(described, self.admitted(described).entries)
        return found


def by_name(described: EntryPattern, candidates: Iterable[Candidate]) -> Mapping[str, list[Candidate]]:
    """Candidates, in their order, by the id of each entry that they name."""
    assert described.naming is not None
    found: defaultdict[str, list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        value = getattr(candidate.fact, described.naming)
        for name in value if isinstance(value, list) else (value,):
            found[name].append(candidate)
    return found


def as_candidate(
    described: EntryPattern, fact: Entry, appointment: Appointment, since: int = 0, until: int = maxsize
) -> Candidate | None:
    """An appointment as a candidate; None where what became of it, or when it was made, says that it does not count."""
    outcome = appointment.outcome
    if outcome in described.unless_outcome or not appointment.offered:
        return None
    if described.only_outcome and outcome not in described.only_outcome:
        return None
    return Candidate(appointment.for_on, fact.entry, fact, since, until, appointment)


NAMING_TYPES = tuple(dict.fromkeys((*SERIES, *NAMING)))


def end_of_day(day: date) -> datetime:
    """The first instant after this day in Europe/London, in UTC. What is known *at* a day was recorded before it.

    UTC, because comparing an instant in the London zone with those of entries takes ten times as long.
    """
    return datetime.combine(day + timedelta(days=1), datetime.min.time(), LONDON).astimezone(UTC)
