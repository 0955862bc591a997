"""A case as its file grew: what held of it, what could answer a duty and what failed, each with its span of knowledge."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise
from operator import attrgetter
from typing import Any, NamedTuple

from domain.aggregates.amendments import IN_ORDER
from domain.entries import case_entries
from domain.entries.case_entries import Entry
from domain.policy.conditions import EntryPattern
from projections.history.appointments import MISSED, Appointment, Failure, absences, failures
from projections.history.history import BY_DAY, History
from projections.ledger.knowledge_spans import EntryVersion, first_known, versions
from projections.obligations.contact_windows import horizon
from projections.obligations.triggers import Trigger


class Epoch(NamedTuple):
    """The span of knowledge over which nothing changed of what holds of the case from a day on."""

    frame: History
    since: int
    until: int


Admitted = tuple[date, str, Entry, int, int]
"""An entry that may answer a duty: the day it counts, its id and itself, and the span in which the file gave it so."""


class Failed(NamedTuple):
    """A failure (or an absence), with the span in which the file gave it so."""

    failure: Failure
    since: int
    until: int


PARTS = ("started", "end", "custody", "allocation", "risk", "tier", "mappa_level")
"""What may change of a frame from one recording to the next."""

LONGEST_DOUBT = 30
"""Days within which an absence counts as a failure where nobody decided, whatever holidays lie between."""

_FRAMING: frozenset[type[Entry]] = frozenset((
    case_entries.SupervisionStarted, case_entries.SupervisionEnded, case_entries.CustodyStarted, case_entries.CustodyEnded,
    case_entries.RecallDecided, case_entries.TierSet, case_entries.MappaSet, case_entries.CaseAllocated,
    case_entries.AssessmentCompleted, case_entries.RiskLevelChanged,
))  # fmt: skip


class CaseVersions:
    """All entries of one case, in any order, along the axis of knowledge."""

    def __init__(self, entries: Iterable[Entry]):
        self.instants, self.versions = versions(entries)
        self.over = len(self.instants)
        grouped: defaultdict[type[Entry], list[EntryVersion]] = defaultdict(list)
        for version in self.versions:
            grouped[type(version.fact)].append(version)
        self.by_type: Mapping[type[Entry], list[EntryVersion]] = grouped
        self._epochs: dict[frozenset[str], list[Epoch]] = {}
        self._described: dict[EntryPattern, list[EntryVersion]] = {}
        self._admitted: dict[EntryPattern, list[Admitted]] = {}
        self.triggers: dict[tuple[object, str | None], list[tuple[Trigger, int, int]]] = {}
        """What raises duties, once for all clauses that are after the same (see ``projections.ledger.derive_bitemporal``)."""

    @cached_property
    def first_day(self) -> date:
        """The earliest day of any entry."""
        return min(self._days)

    @cached_property
    def _days(self) -> list[date]:
        return list(map(attrgetter("fact.occurred_on"), self.versions))

    def last_day(self, dated: Iterable[tuple[type[Entry], str]]) -> date:
        """No duty arises after this day. ``dated``: the fields of entries, beside their own days, that may raise one."""
        days = list(self._days)
        of_appointments: tuple[type[Entry], str] = (case_entries.AppointmentMade, "for_on")
        for fact_type, name in {*dated, of_appointments}:
            days += [getattr(version.fact, name) for version in self.by_type.get(fact_type, ())]
        days += [horizon(frame) for frame, _, _ in self.frames]
        return max(days) + timedelta(days=LONGEST_DOUBT)

    @cached_property
    def frames(self) -> list[Epoch]:
        """What held of the case, from the recording of its start on."""
        framing = [v for t in _FRAMING.intersection(self.by_type) for v in self.by_type[t] if _frames(v.fact)]
        turns = sorted({v.since for v in framing} | {v.until for v in framing} | {self.over})
        found = []
        for since, until in pairwise(turns):
            frame = History([v.fact for v in framing if v.since <= since < v.until])
            if frame.start is not None:
                found.append(Epoch(frame, since, until))
        return found

    @cached_property
    def _changes(self) -> list[tuple[Epoch, frozenset[str]]]:
        """Each frame with what of it differs from the one before."""
        found: list[tuple[Epoch, frozenset[str]]] = []
        old: dict[str, Any] = {}
        old_until = -1
        for epoch in self.frames:
            new = {part: getattr(epoch.frame, part) for part in PARTS}
            if old_until == epoch.since:
                changed = frozenset(p for p, value in new.items() if value is not old[p] and value != old[p])
            else:
                changed = frozenset(PARTS)
            found.append((epoch, changed))
            old, old_until = new, epoch.until
        return found

    def epochs(self, parts: frozenset[str]) -> list[Epoch]:
        """The frames, those made one that follow each other and don't differ in these parts."""
        found = self._epochs.get(parts)
        if found is None:
            found = self._epochs[parts] = []
            for epoch, changed in self._changes:
                if parts.isdisjoint(changed):
                    found[-1] = found[-1]._replace(until=epoch.until)
                else:
                    found.append(epoch)
        return found

    def described(self, described: EntryPattern) -> list[EntryVersion]:
        """The versions of entries that fit a description."""
        found = self._described.get(described)
        if found is None:
            found = self._described[described] = described.among_versions(self.by_type.get(described.type, []))
        return found

    def admitted(self, described: EntryPattern) -> list[Admitted]:
        """As ``History.admitted``, at any time of knowledge."""
        found = self._admitted.get(described)
        if found is None:
            known = self.described(described)
            if described.unless_outcome and described.type is case_entries.AppointmentMade:
                known = [part for version in known for part in self._not_void(version, described.unless_outcome)]
            day = described.counts_on
            found = self._admitted[described] = [(day(f), f.entry, f, since, until) for f, since, until in known]
            found.sort(key=BY_DAY)
        return found

    def _not_void(self, version: EntryVersion, void: Sequence[str]) -> list[EntryVersion]:
        """An appointment over the time in which it was not known to have come to nothing (rescheduled)."""
        fact, since, until = version
        outcomes = self._outcomes.get(fact.entry)
        if outcomes is None:
            return [version]
        parts = first_known(outcomes, since, until)
        return [EntryVersion(fact, s, u) for known, s, u in parts if known is None or known[0].outcome not in void]

    @cached_property
    def _outcomes(self) -> Mapping[str, Sequence[EntryVersion]]:
        return self._about(case_entries.AppointmentOutcomeRecorded)

    def _about(self, fact_type: type[Entry]) -> Mapping[str, Sequence[EntryVersion]]:
        """The entries of a type by the appointment that they are about, the last first: it is the one that counts."""
        found: defaultdict[str, list[EntryVersion]] = defaultdict(list)
        for version in self.by_type.get(fact_type, ()):
            found[version.fact.appointment].append(version)
        for about in found.values():
            if len(about) > 1:
                about.sort(key=lambda version: IN_ORDER(version.fact), reverse=True)
        return found

    @cached_property
    def _missed(self) -> list[tuple[Appointment, int, int]]:
        """The appointments that may count as an absence or a failure."""
        outcomes, judgements = self._outcomes, self._about(case_entries.AbsenceJudged)
        found = []
        for made, since, until in self.by_type.get(case_entries.AppointmentMade, ()):
            about, judged = outcomes.get(made.entry, ()), judgements.get(made.entry, ())
            if not judged and not any(v.fact.outcome in MISSED for v in about):
                continue
            for outcome, opens, closes in first_known(about, since, until):
                for decision, begins, ends in first_known(judged, opens, closes):
                    became = None if outcome is None else outcome.fact.outcome
                    found.append((Appointment.of(made, became, decision and decision.fact), begins, ends))
        return found

    @cached_property
    def absences(self) -> list[Failed]:
        return [Failed(a, since, until) for missed, since, until in self._missed for a in absences([missed])]

    @cached_property
    def failures(self) -> list[Failed]:
        return sorted(Failed(f, since, until) for missed, since, until in self._missed for f in failures([missed]))


def _frames(fact: Entry) -> bool:
    """Whether an entry of a type that frames a case says anything of what holds from a day on."""
    match fact:
        case case_entries.AssessmentCompleted():
            return fact.overall_risk_of_harm is not None or fact.risk_of_harm is not None
        case case_entries.RecallDecided():
            return fact.outcome == "recalled"
    return True
