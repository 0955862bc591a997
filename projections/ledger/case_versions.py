"""All versions of a case's entries: timelines, triggers, answers and failures, each with its span of knowledge."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from operator import attrgetter
from typing import Any, NamedTuple

from msgspec import Struct

from domain.aggregates.amendments import IN_ORDER
from domain.entries import case_entries
from domain.entries.case_entries import Entry
from domain.policy.conditions import EntryPattern
from projections.history.appointments import MISSED, Appointment, Failure, absences, failures
from projections.history.history import Candidate, Candidates, History, in_order
from projections.history.worked_out import worked_out
from projections.ledger.knowledge_spans import EntryVersion, first_known, versions
from projections.obligations.contact_windows import horizon
from projections.obligations.triggers import Trigger


class Epoch(NamedTuple):
    """A span of knowledge in which the case's timelines (all, or those that a clause reads) did not change.

    ``frame``: a history with these timelines. ``ends_on``: the day supervision ended; ``date.max`` where it did not.
    """

    frame: History
    since: int
    until: int
    ends_on: date


class MissedAppointment(NamedTuple):
    """An appointment that may count as an absence or a failure, with the span of knowledge in which the file said so."""

    appointment: Appointment
    since: int
    until: int


class KnownFailure(Struct, frozen=True, gc=False):
    """A failure or an absence, with the span of knowledge in which the file said so."""

    failure: Failure
    since: int
    until: int


TIMELINE_NAMES = frozenset(("started", "end", "custody", "allocation", "risk", "tier", "mappa_level"))
"""The timelines of a case that a clause may depend on."""

LONGEST_DOUBT = 30
"""Days after which an absence without a decision counts as a failure at the latest, whatever holidays fall between."""

_TIMELINE_TYPES: frozenset[type[Entry]] = frozenset((
    case_entries.SupervisionStarted, case_entries.SupervisionEnded, case_entries.CustodyStarted, case_entries.CustodyEnded,
    case_entries.RecallDecided, case_entries.TierSet, case_entries.MappaSet, case_entries.CaseAllocated,
    case_entries.AssessmentCompleted, case_entries.RiskLevelChanged,
))  # fmt: skip


class CaseVersions:
    """All entries of one case, given in any order; each version with its span of knowledge."""

    def __init__(self, entries: Iterable[Entry]):
        self.instants, self.versions = versions(entries)
        self.over = len(self.instants)
        grouped: defaultdict[type[Entry], list[EntryVersion]] = defaultdict(list)
        for version in self.versions:
            grouped[type(version.fact)].append(version)
        self.by_type: Mapping[type[Entry], list[EntryVersion]] = grouped
        self._epochs: dict[tuple[frozenset[str], int | None], list[Epoch]] = {}
        self._described: dict[EntryPattern, list[EntryVersion]] = {}
        self._admitted: dict[EntryPattern, Candidates] = {}
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
        days += [horizon(epoch.frame) for epoch in self.frames]
        return max(days) + timedelta(days=LONGEST_DOUBT)

    @worked_out
    def frames(self) -> list[Epoch]:
        """An epoch between each two recordings that may change the timelines, from the recording of the start on."""
        framing = [
            v for t in _TIMELINE_TYPES.intersection(self.by_type) for v in self.by_type[t] if _changes_timelines(v.fact)
        ]
        turns = sorted({v.since for v in framing} | {v.until for v in framing} | {self.over})
        found = []
        for since, until in pairwise(turns):
            frame = History([v.fact for v in framing if v.since <= since < v.until])
            if frame.start is not None:
                found.append(Epoch(frame, since, until, frame.end.on if frame.end else date.max))
        return found

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
            known = self.described(described)
            if known and described.unless_outcome and described.type is case_entries.AppointmentMade:
                known = [part for version in known for part in self._not_void(version, described.unless_outcome)]
            day = described.counts_on
            found = in_order([Candidate(day(v.fact), v.fact.entry, v.fact, v.since, v.until) for v in known])
            self._admitted[described] = found
        return found

    def _not_void(self, made: EntryVersion, void: Sequence[str]) -> list[EntryVersion]:
        """The spans of knowledge in which an appointment has none of the outcomes ``void`` (rescheduled)."""
        outcomes = self._outcomes.get(made.fact.entry)
        if outcomes is None:
            return [made]
        parts = first_known(outcomes, made.since, made.until)
        spans = [(s, u) for outcome, s, u in parts if outcome is None or outcome.fact.outcome not in void]
        return [EntryVersion(made.fact, since, until) for since, until in spans]

    @worked_out
    def _outcomes(self) -> Mapping[str, Sequence[EntryVersion]]:
        return self._about(case_entries.AppointmentOutcomeRecorded)

    def _about(self, fact_type: type[Entry]) -> Mapping[str, Sequence[EntryVersion]]:
        """The versions of a type by the appointment that they are about, the latest first: the latest one counts."""
        found: defaultdict[str, list[EntryVersion]] = defaultdict(list)
        for version in self.by_type.get(fact_type, ()):
            found[version.fact.appointment].append(version)
        for about in found.values():
            if len(about) > 1:
                about.sort(key=lambda version: IN_ORDER(version.fact), reverse=True)
        return found

    @worked_out
    def _missed(self) -> list[MissedAppointment]:
        outcomes, judgements = self._outcomes, self._about(case_entries.AbsenceJudged)
        found = []
        for version in self.by_type.get(case_entries.AppointmentMade, ()):
            made = version.fact
            about, judged = outcomes.get(made.entry, ()), judgements.get(made.entry, ())
            if not judged and not any(v.fact.outcome in MISSED for v in about):
                continue
            for outcome, opens, closes in first_known(about, version.since, version.until):
                for decision, begins, ends in first_known(judged, opens, closes):
                    became = outcome.fact.outcome if outcome else None
                    appointment = Appointment.of(made, became, decision.fact if decision else None)
                    found.append(MissedAppointment(appointment, begins, ends))
        return found

    @worked_out
    def absences(self) -> list[KnownFailure]:
        return [KnownFailure(a, since, until) for missed, since, until in self._missed for a in absences([missed])]

    @worked_out
    def failures(self) -> list[KnownFailure]:
        found = [KnownFailure(f, since, until) for missed, since, until in self._missed for f in failures([missed])]
        found.sort(key=attrgetter("failure", "since", "until"))
        return found


def _changes_timelines(fact: Entry) -> bool:
    """Whether an entry of one of ``_TIMELINE_TYPES`` changes a timeline."""
    match fact:
        case case_entries.AssessmentCompleted():
            return fact.overall_risk_of_harm is not None or fact.risk_of_harm is not None
        case case_entries.RecallDecided():
            return fact.outcome == "recalled"
    return True
