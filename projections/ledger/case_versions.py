"""All versions of a case's entries: timelines, triggers, answers and failures, each with its span of knowledge."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from itertools import chain, pairwise
from operator import attrgetter
from typing import Any, NamedTuple

from domain.entries import case_entries
from domain.entries.case_entries import Entry
from domain.policy.conditions import EntryPattern
from projections.history.appointments import APPOINTMENTS, Appointment, names_of
from projections.history.history import NAMING_TYPES, Candidate, Candidates, History, as_candidate, by_name, in_order
from projections.history.timelines import Timelines
from projections.history.worked_out import worked_out
from projections.ledger.knowledge_spans import EntryVersion, versions
from projections.obligations.contact_windows import has_unpaid_work, horizon, work_horizon
from projections.obligations.triggers import Trigger


class Epoch(NamedTuple):
    """A span of knowledge in which the case's timelines (all, or those that a clause reads) did not change.

    ``frame``: a history with these timelines. ``ends_on``: the day supervision ended; ``date.max`` where it did not.
    """

    frame: History
    since: int
    until: int
    ends_on: date


class KnownAppointment(NamedTuple):
    """An appointment and what became of it, with the span of knowledge in which the file said so."""

    made: Entry
    appointment: Appointment
    since: int
    until: int


TIMELINE_NAMES = frozenset((
    "started", "end", "ends_on", "custody", "unknown", "suspended", "allocation", "risk", "tier", "tier_v2", "tier_v3",
    "mappa_level", "requirements", "person", "work_done_on",
))  # fmt: skip
"""The timelines of a case that a clause may depend on."""

LONGEST_DOUBT = 30
"""Days after which an absence without a decision counts as a failure at the latest, whatever holidays fall between."""

_TIMELINE_TYPES: frozenset[type[Entry]] = frozenset((
    case_entries.SupervisionStarted, case_entries.SupervisionEnded, case_entries.CustodyStarted, case_entries.CustodyEnded,
    case_entries.RecallDecided, case_entries.TierSet, case_entries.MappaSet, case_entries.MappaEnded,
    case_entries.CaseAllocated, case_entries.PlaceRenamed, case_entries.AssessmentCompleted, case_entries.RiskLevelChanged,
    case_entries.WhereaboutsUnknown, case_entries.WhereaboutsKnown, case_entries.ContactSuspended,
    case_entries.ContactResumed, case_entries.RequirementsChanged, case_entries.OrderVaried,
    case_entries.SupervisionSuspended, case_entries.SupervisionRestored, case_entries.PersonDetailsChanged,
    case_entries.UnpaidWorkSession, case_entries.RiskScored, case_entries.NeedsAssessed, case_entries.RegisterSet,
    case_entries.RegisterEnded,
))  # fmt: skip


class CaseVersions:
    """All entries of one case, given in any order; each version with its span of knowledge.

    ``elsewhere``: the entries of each other file of the person that say something of the person. Their ids differ from
    those of the case.
    """

    def __init__(self, entries: Iterable[Entry], elsewhere: Iterable[Iterable[Entry]] = ()):
        own, others = list(entries), [list(other) for other in elsewhere]
        file_of = {fact.entry: number for number, other in enumerate(others) for fact in other}
        self.instants, every = versions([*own, *(fact for other in others for fact in other)])
        self.versions = [v for v in every if v.fact.entry not in file_of] if others else every
        self._others = [[v for v in every if file_of.get(v.fact.entry) == number] for number in range(len(others))]
        self.over = len(self.instants)
        grouped: defaultdict[type[Entry], list[EntryVersion]] = defaultdict(list)
        for version in self.versions:
            grouped[type(version.fact)].append(version)
        self.by_type: Mapping[type[Entry], list[EntryVersion]] = grouped
        self.types = frozenset(type(version.fact) for version in every)
        self._histories: dict[tuple[int, int], History] = {}
        self._epochs: dict[tuple[frozenset[str], int | None], list[Epoch]] = {}
        self._described: dict[EntryPattern, list[EntryVersion]] = {}
        self._admitted: dict[EntryPattern, Candidates] = {}
        self._named: dict[EntryPattern, Mapping[str, list[Candidate]]] = {}
        self.triggers: dict[tuple[object, str | None], list[Trigger]] = {}
        """Triggers, cached by ``Clause.after`` and ``Clause.each`` (see ``projections.ledger.derive_bitemporal``)."""

    @worked_out
    def first_day(self) -> date:
        """The earliest day of any entry."""
        return min(self._days)

    @worked_out
    def _days(self) -> list[date]:
        return list(map(attrgetter("fact.occurred_on"), self.versions))

    def last_day(self, dated: Iterable[tuple[type[Entry], str]]) -> date:
        """A day after which no duty arises. ``dated``: pairs of an entry type and a date field on which a duty may arise."""
        days = list(self._days)
        of_appointments: tuple[type[Entry], str] = (case_entries.AppointmentMade, "for_on")
        for fact_type, name in {*dated, of_appointments}:
            days += [getattr(version.fact, name) for version in self.by_type.get(fact_type, ())]
        days += [work_horizon(f) if has_unpaid_work(f) else horizon(f) for f, *_ in self.frames]
        return max(days) + timedelta(days=LONGEST_DOUBT)

    @worked_out
    def frames(self) -> list[Epoch]:
        """An epoch between each two recordings that may change the timelines, from the recording of the start on."""
        types = _TIMELINE_TYPES if self._hours_ordered else _TIMELINE_TYPES - {case_entries.UnpaidWorkSession}
        framing = [v for t in types.intersection(self.by_type) for v in self.by_type[t] if _changes_timelines(v.fact)]
        others = [[v for v in other if _changes_timelines(v.fact)] for other in self._others]
        turns = {turn for v in chain(framing, *others) for turn in (v.since, v.until)} | {self.over}
        found = []
        for since, until in pairwise(sorted(turns)):
            elsewhere = [Timelines(known) for other in others if (known := _known_at(other, since))]
            frame = History(_known_at(framing, since), elsewhere)
            if frame.start is not None:
                found.append(Epoch(frame, since, until, frame.end.on if frame.end else date.max))
        return found

    @property
    def _hours_ordered(self) -> bool:
        """Whether the hours of unpaid work that were ordered are on the file: only then sessions change a timeline."""
        said = (case_entries.SupervisionStarted, case_entries.OrderVaried)
        return any(v.fact.unpaid_work_hours is not None for t in said for v in self.by_type.get(t, ()))

    @worked_out
    def _changes(self) -> list[tuple[Epoch, frozenset[str]]]:
        """Each epoch with the names of the timelines that differ from the epoch before."""
        found: list[tuple[Epoch, frozenset[str]]] = []
        old: dict[str, Any] = {}
        old_until = -1
        for epoch in self.frames:
            new = {part: getattr(epoch.frame, part) for part in TIMELINE_NAMES}
            if old_until == epoch.since:
                changed = frozenset(p for p, value in new.items() if value is not old[p] and value != old[p])
            else:
                changed = TIMELINE_NAMES
            found.append((epoch, changed))
            old, old_until = new, epoch.until
        return found

    def kept_history(self, frame: History, recording: int, make: Callable[[], History]) -> History:
        """The history as known from a recording on, with the timelines of a frame: made once for all clauses."""
        key = id(frame), recording
        found = self._histories.get(key)
        if found is None:
            found = self._histories[key] = make()
        return found

    def epochs(self, parts: frozenset[str], era: Epoch | None = None) -> list[Epoch]:
        """The epochs (within ``era``), merged where these timelines (``parts``) do not change between them."""
        key = parts, era.since if era else None
        found = self._epochs.get(key)
        if found is None:
            found = self._epochs[key] = []
            for epoch, changed in self._changes:
                if era and not era.since <= epoch.since < era.until:
                    continue
                if parts.isdisjoint(changed):
                    found[-1] = found[-1]._replace(until=epoch.until)
                else:
                    found.append(epoch)
        return found

    def described(self, described: EntryPattern) -> list[EntryVersion]:
        """The versions of entries that fit a pattern."""
        found = self._described.get(described)
        if found is None:
            found = self._described[described] = described.among_holders(self.by_type.get(described.type, []))
        return found

    def admitted(self, described: EntryPattern) -> Candidates:
        """As ``History.admitted``, over all times of knowledge."""
        found = self._admitted.get(described)
        if found is None:
            if described.type in APPOINTMENTS:
                fit = {id(version.fact) for version in self.described(described)}
                of_appointments = (
                    as_candidate(described, k.made, k.appointment, k.since, k.until)
                    for k in self.appointments
                    if id(k.made) in fit
                )
                candidates = [candidate for candidate in of_appointments if candidate is not None]
            else:
                day = described.day
                candidates = [
                    Candidate(day(v.fact), v.fact.entry, v.fact, v.since, v.until) for v in self.described(described)
                ]
            found = self._admitted[described] = in_order(candidates)
        return found

    def named(self, described: EntryPattern) -> Mapping[str, list[Candidate]]:
        """As ``History.named``, over all times of knowledge."""
        found = self._named.get(described)
        if found is None:
            found = self._named[described] = by_name(described, self.admitted(described).entries)
        return found

    @worked_out
    def _naming(self) -> Mapping[str, list[EntryVersion]]:
        """The versions of the entries that name an appointment, by its id."""
        found: defaultdict[str, list[EntryVersion]] = defaultdict(list)
        for entry_type in NAMING_TYPES:
            for version in self.by_type.get(entry_type, ()):
                for name in names_of(version.fact):
                    found[name].append(version)
        return found

    @worked_out
    def appointments(self) -> list[KnownAppointment]:
        """Every appointment with what became of it, as known in turn."""
        found = []
        for entry_type in APPOINTMENTS:
            for version in self.by_type.get(entry_type, ()):
                made, opens, closes = version.fact, version.since, version.until
                about = [v for v in self._naming.get(made.entry, ()) if v.since < closes and v.until > opens]
                turns = {turn for v in about for turn in (v.since, v.until) if opens < turn < closes}
                for since, until in pairwise([opens, *sorted(turns), closes]):
                    known = [v.fact for v in about if v.since <= since < v.until]
                    found.append(KnownAppointment(made, Appointment.of(made, known), since, until))
        return found

    @worked_out
    def appointments_made(self) -> list[KnownAppointment]:
        """Those of ``AppointmentMade``."""
        return [known for known in self.appointments if type(known.made) is case_entries.AppointmentMade]

    @worked_out
    def missed(self) -> list[KnownAppointment]:
        """Those that are an absence or a failure, if their day allows it."""
        return [k for k in self.appointments if k.appointment.absent or k.appointment.failed_from is not None]


def _known_at(versions_of: Iterable[EntryVersion], recording: int) -> list[Entry]:
    return [v.fact for v in versions_of if v.since <= recording < v.until]


def _changes_timelines(fact: Entry) -> bool:
    """Whether an entry of one of ``_TIMELINE_TYPES`` changes a timeline."""
    match fact:
        case case_entries.AssessmentCompleted():
            return fact.level is not None
        case case_entries.RecallDecided():
            return fact.outcome == "recalled"
    return True
