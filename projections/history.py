"""A case's history: the file as it was known at a moment, grouped once, with the timelines that clauses ask for.

``known(facts, known_at)`` applies the facts about other entries (corrections, withdrawals) that had been recorded by
then. What is left is sorted by the day it happened; the order in which entries arrived makes no difference.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cached_property
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple, TypeVar

from domain import codes, facts
from domain.case import LONDON, amend
from domain.conditions import Entries, When, fits
from domain.facts import Fact
from projections.appointments import ABSENT as ABSENT
from projections.appointments import FAILED as FAILED
from projections.appointments import MISSED, Failure, absences, failures
from projections.appointments import Appointment as Appointment

F = TypeVar("F", bound=Fact)


def known(entries: Iterable[Fact], known_at: datetime | None) -> list[Fact]:
    """The entries as the file read at ``known_at`` (an aware instant, exclusive; None: everything recorded to date)."""
    return sorted(standing(entries, known_at), key=IN_ORDER)


def standing(entries: Iterable[Fact], known_at: datetime | None) -> list[Fact]:
    """As ``known``, in no particular order."""
    return amended([f for f in entries if known_at is None or f.recorded_at < known_at])


def amended(visible: list[Fact]) -> list[Fact]:
    """What stands of some entries once those among them that are about others' wording are applied."""
    if AMENDING.isdisjoint(map(type, visible)):
        return visible
    visible.sort(key=attrgetter("recorded_at", "entry"))
    withdrawn: set[str] = set()
    for fact in reversed(visible):
        if isinstance(fact, facts.EntryWithdrawn) and fact.entry not in withdrawn:
            withdrawn.add(fact.of)
    stands = {f.entry: f for f in visible if f.entry not in withdrawn}
    for fact in list(stands.values()):
        if isinstance(fact, facts.EntryCorrected) and fact.of in stands:
            stands[fact.of] = amend(stands[fact.of], fact.fields)
    return [f for f in stands.values() if type(f) not in AMENDING]


AMENDING = frozenset((facts.EntryCorrected, facts.EntryWithdrawn))

BY_DAY = itemgetter(0, 1)
IN_ORDER = attrgetter("occurred_on", "recorded_at", "entry")

Admitted = tuple[date, str, Fact]
"""An entry that may answer a duty: the day it counts, its id and itself."""


class Change(NamedTuple):
    """A value that holds from a day on."""

    on: date
    value: Any
    entry: str


class Span(NamedTuple):
    """A state holds from ``on`` up to, not including, ``off`` (None: open); ``entry`` began it."""

    on: date
    off: date | None
    entry: str


class History:
    """The known entries of one case, grouped by type; what clauses ask for is worked out once, when it is asked for."""

    def __init__(self, entries: Iterable[Fact]):
        self._entries = list(entries)
        self._sorted: dict[type[Fact], list[Fact]] = {}
        self._described: dict[Entries, Sequence[Fact]] = {}
        self._admitted: dict[Entries, Sequence[Admitted]] = {}
        self._spans: dict[When, list[Span]] = {}

    @classmethod
    def of(cls, entries: Iterable[Fact], known_at: datetime | None = None) -> "History":
        return cls(standing(entries, known_at))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, History) and self.entries == other.entries

    __hash__ = None  # type: ignore[assignment]

    @cached_property
    def entries(self) -> Sequence[Fact]:
        """In order of the day they happened."""
        return sorted(self._entries, key=IN_ORDER)

    @cached_property
    def by_type(self) -> Mapping[type[Fact], list[Fact]]:
        """The entries of each type, in no particular order (see ``all``)."""
        grouped: defaultdict[type[Fact], list[Fact]] = defaultdict(list)
        for fact in self._entries:
            grouped[type(fact)].append(fact)
        return grouped

    @cached_property
    def first_day(self) -> date:
        """The day of the first entry."""
        return min(map(attrgetter("occurred_on"), self._entries))

    def all(self, fact_type: type[F]) -> list[F]:
        """The entries of a type, in order of the day they happened."""
        found = self._sorted.get(fact_type)
        if found is None:
            found = self._sorted[fact_type] = sorted(self.by_type.get(fact_type, ()), key=IN_ORDER)
        return found  # type: ignore[return-value]

    @cached_property
    def started(self) -> facts.SupervisionStarted | None:
        return next(iter(self.all(facts.SupervisionStarted)), None)

    @cached_property
    def start(self) -> Change | None:
        """The first day of supervision: the day of the order, or of the release where that is later."""
        if self.started is None:
            return None
        began = self.started.occurred_on
        return Change(max(began, self.started.released_on or began), None, self.started.entry)

    @cached_property
    def end(self) -> Change | None:
        ended = next(iter(self.all(facts.SupervisionEnded)), None)
        return None if ended is None else Change(ended.occurred_on, ended.reason, ended.entry)

    @cached_property
    def custody(self) -> list[tuple[Change, Change | None]]:
        """The times in custody, or recalled to it: the entry that began each, and the release that ended it."""
        away: list[tuple[Change, Change | None]] = []
        began: list[Fact] = [*self.all(facts.CustodyStarted)]
        began += [r for r in self.all(facts.RecallDecided) if r.outcome == "recalled"]
        marks = sorted([*began, *self.all(facts.CustodyEnded)], key=lambda f: (f.occurred_on, f.recorded_at, f.entry))
        for mark in marks:
            inside = bool(away) and away[-1][1] is None
            change = Change(mark.occurred_on, None, mark.entry)
            if isinstance(mark, facts.CustodyEnded):
                if inside:
                    away[-1] = (away[-1][0], change)
            elif not inside:
                away.append((change, None))
        return away

    def in_custody(self, day: date) -> bool:
        return any(began.on <= day and (ended is None or day < ended.on) for began, ended in self.custody)

    @cached_property
    def releases(self) -> list[Change]:
        """The releases after the start of supervision, on which it goes on."""
        return [ended for _, ended in self.custody if ended is not None]

    @cached_property
    def outcomes(self) -> Mapping[str, str]:
        """What became of each appointment of which the file says so: the last outcome known, by the appointment's entry."""
        return {o.appointment: o.outcome for o in self.all(facts.AppointmentOutcomeRecorded)}

    @cached_property
    def judged(self) -> Mapping[str, facts.AbsenceJudged]:
        """The last decision on each absence, by the appointment's entry."""
        return {j.appointment: j for j in self.all(facts.AbsenceJudged)}

    @cached_property
    def appointments(self) -> Mapping[str, Appointment]:
        """Every appointment by its entry, in order of the day it was for."""
        made = sorted(self.all(facts.AppointmentMade), key=attrgetter("for_on", "entry"))
        return {a.entry: Appointment.of(a, self.outcomes.get(a.entry), self.judged.get(a.entry)) for a in made}

    @cached_property
    def _missed(self) -> list[Appointment]:
        """The appointments that may count as an absence or a failure."""
        outcomes, judged = self.outcomes, self.judged
        found = [
            Appointment.of(made, outcomes.get(made.entry), judged.get(made.entry))
            for made in self.by_type.get(facts.AppointmentMade, ())
            if outcomes.get(made.entry) in MISSED or made.entry in judged
        ]
        found.sort(key=attrgetter("for_on", "entry"))
        return found

    @cached_property
    def absences(self) -> list[Failure]:
        return absences(self._missed)

    @cached_property
    def failures(self) -> list[Failure]:
        return failures(self._missed)

    @cached_property
    def risk(self) -> list[Change]:
        """The overall risk of harm over time, from assessments and recorded changes."""
        changes = [
            Change(a.occurred_on, a.overall_risk_of_harm or (a.risk_of_harm and a.risk_of_harm.highest), a.entry)
            for a in self.all(facts.AssessmentCompleted)
            if a.overall_risk_of_harm or a.risk_of_harm
        ]
        changes += [Change(c.occurred_on, c.to, c.entry) for c in self.all(facts.RiskLevelChanged)]
        return _settled(changes)

    @cached_property
    def tier(self) -> list[Change]:
        changes = [Change(t.occurred_on, t.tier, t.entry) for t in self.all(facts.TierSet)]
        if self.started is not None and self.started.tier is not None:
            changes.insert(0, Change(self.started.occurred_on, self.started.tier, self.started.entry))
        return _settled(changes)

    @cached_property
    def mappa_level(self) -> list[Change]:
        return _settled([Change(m.occurred_on, m.level, m.entry) for m in self.all(facts.MappaSet)])

    @cached_property
    def allocation(self) -> list[Change]:
        held: list[facts.SupervisionStarted | facts.CaseAllocated] = [
            *self.all(facts.SupervisionStarted), *self.all(facts.CaseAllocated)
        ]  # fmt: skip
        return _settled(
            [Change(f.occurred_on, (f.area, f.division, f.team, f.officer, f.officer_grade), f.entry) for f in held]
        )

    def attributes(self, day: date) -> Mapping[str, Any]:
        """What a clause's ``when`` may ask of the case, as on this day. It changes at the turning points only."""
        return self._attributes[bisect_right(self.turning_points, day)]

    @cached_property
    def _attributes(self) -> list[dict[str, Any]]:
        """The attributes before the first turning point, and from each of them on."""
        return [self._attributes_on(day) for day in (date.min, *self.turning_points)]

    def _attributes_on(self, day: date) -> dict[str, Any]:
        allocation = value_on(self.allocation, day)
        started = self.started
        person = started and started.person
        return {
            "risk": value_on(self.risk, day),
            "tier": value_on(self.tier, day),
            "mappa_level": value_on(self.mappa_level, day),
            "grade": allocation and allocation[4],
            "order_type": started and started.order_type,
            "gender": person and person.gender,
            "ethnicity": person and person.ethnicity,
            "disability": person and person.disability,
        }

    def described(self, described: Entries) -> Sequence[Fact]:
        """The entries that fit a description, in order of the day they happened."""
        found = self._described.get(described)
        if found is None:
            found = self._described[described] = described.among(self.all(described.type))
        return found

    def admitted(self, described: Entries) -> Sequence[Admitted]:
        """The entries that may answer, whatever they are about: the day each counts, its id and itself, in that order.

        An entry counts never before it was made.
        """
        found = self._admitted.get(described)
        if found is None:
            found = self._admitted[described] = self._admit(described)
        return found

    def _admit(self, described: Entries) -> Sequence[Admitted]:
        standing = described.among(self.by_type.get(described.type, ()))
        if described.unless_outcome and described.type is facts.AppointmentMade:
            outcomes, void = self.outcomes, described.unless_outcome
            standing = [fact for fact in standing if outcomes.get(fact.entry) not in void]
        if described.on is None:
            found = [(fact.occurred_on, fact.entry, fact) for fact in standing]
        else:
            found = [(described.counts_on(fact), fact.entry, fact) for fact in standing]
        found.sort(key=BY_DAY)
        return found

    def spans(self, when: When) -> list[Span]:
        """The spans, from the start of supervision on, in which the case has these attributes."""
        found = self._spans.get(when)
        if found is None:
            found = self._spans[when] = self._spans_of(when)
        return found

    def _spans_of(self, when: When) -> list[Span]:
        assert self.start is not None
        start = self.start.on
        names = {name for name, _ in when}
        changes: dict[date, str] = {start: self.start.entry}
        for name, timeline in (("risk", self.risk), ("tier", self.tier), ("mappa_level", self.mappa_level)):
            if name in names:
                changes |= {max(change.on, start): change.entry for change in timeline}
        found: list[Span] = []
        for day in sorted(changes):
            holds = fits(when, self.attributes(day))
            running = bool(found) and found[-1].off is None
            if holds and not running:
                found.append(Span(day, None, changes[day]))
            elif running and not holds:
                found[-1] = found[-1]._replace(off=day)
        return found

    def ending(self, during: When, day: date) -> date | None:
        """The first day from ``day`` on which nobody owes a duty any more: supervision ended, custody, the state passed."""
        end = self.end.on if self.end is not None and self.end.on >= day else None
        if not during and not self.custody:
            return end
        ends = [began.on for began, _ in self.custody if began.on > day]
        if end is not None:
            ends.append(end)
        if during:
            ends += [s.off for s in self.spans(during) if s.off is not None and s.on <= day < s.off]
        return min(ends, default=None)

    def beside(
        self,
        by_type: Mapping[type[Fact], list[Fact]],
        described: dict[Entries, Sequence[Fact]],
        admitted: dict[Entries, Sequence[Admitted]],
        absences: list[Failure],
        failures: list[Failure],
    ) -> "History":
        """The same case beside other entries, which change none of what holds of it from a day on."""
        other = History(())
        other.__dict__ |= self._frame
        other._described, other._admitted = described, admitted
        other.__dict__ |= {"by_type": by_type, "absences": absences, "failures": failures}
        return other

    @cached_property
    def _frame(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in FRAME}

    @cached_property
    def turning_points(self) -> list[date]:
        """The days on which an attribute that clauses ask for may change."""
        custody = [change for pair in self.custody for change in pair if change is not None]
        return sorted({c.on for c in (*self.risk, *self.tier, *self.mappa_level, *self.allocation, *custody)})


FRAME = (
    "started", "start", "end", "custody", "releases", "risk", "tier", "mappa_level", "allocation", "turning_points",
    "_attributes", "_spans",
)  # fmt: skip
"""What holds of a case from a day on: all that a clause asks of it but triggers and answers."""


def value_on(changes: Sequence[Change], day: date) -> Any:
    """The value that holds at the end of this day; None before the first."""
    at = bisect_right(changes, day, key=lambda change: change.on)
    return changes[at - 1].value if at else None


def end_of_day(day: date) -> datetime:
    """The first instant that is no longer this day in Europe/London: what is known *at* a day was recorded before it."""
    return datetime.combine(day + timedelta(days=1), datetime.min.time(), LONDON)


def is_high_risk(history: History, day: date) -> bool:
    """Whether the person is assessed as high risk of harm (high or very high) on this day."""
    return value_on(history.risk, day) in codes.HIGH_RISK


def _settled(changes: list[Change]) -> list[Change]:
    """In order of time, one value a day (the last one recorded), leaving out what changes nothing."""
    settled: list[Change] = []
    for change in sorted(changes, key=lambda c: c.on):
        if settled and settled[-1].on == change.on:
            settled.pop()
        if not settled or settled[-1].value != change.value:
            settled.append(change)
    return settled
