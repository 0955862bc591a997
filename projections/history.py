"""A case's history: the file as it was known at a moment, grouped once, with the timelines that clauses ask for.

``known(facts, known_at)`` applies the facts about other entries (corrections, withdrawals) that had been recorded by
then. What is left is sorted by the day it happened; the order in which entries arrived makes no difference.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from operator import itemgetter
from typing import Any, NamedTuple, TypeVar

from domain import codes, facts
from domain.case import LONDON, amend
from domain.conditions import Entries
from domain.facts import Fact
from domain.workdays import add_working_days

F = TypeVar("F", bound=Fact)

FAILED = frozenset(("unacceptable_absence", "attended_failed_to_comply", "sent_home"))
ABSENT = frozenset(("unacceptable_absence", "acceptable_absence", "awaiting_explanation"))

DECISION_DAYS = 7
"""Working days after which an absence without a decision counts as unacceptable (national standards, recalled)."""


def known(entries: Iterable[Fact], known_at: datetime | None) -> list[Fact]:
    """The entries as the file read at ``known_at`` (an aware instant, exclusive; None: everything recorded to date)."""
    visible = [f for f in entries if known_at is None or f.recorded_at < known_at]
    visible.sort(key=lambda f: (f.recorded_at, f.entry))
    withdrawn: set[str] = set()
    for fact in reversed(visible):
        if isinstance(fact, facts.EntryWithdrawn) and fact.entry not in withdrawn:
            withdrawn.add(fact.of)
    standing = {f.entry: f for f in visible if f.entry not in withdrawn}
    for fact in list(standing.values()):
        if isinstance(fact, facts.EntryCorrected) and fact.of in standing:
            standing[fact.of] = amend(standing[fact.of], fact.fields)
    result = [f for f in standing.values() if not isinstance(f, facts.EntryCorrected | facts.EntryWithdrawn)]
    result.sort(key=lambda f: (f.occurred_on, f.recorded_at, f.entry))
    return result


class Appointment(NamedTuple):
    """An appointment with what became of it: the last outcome and the last decision known about it."""

    entry: str
    made_on: date
    for_on: date
    outcome: str | None
    acceptable: bool | None
    judged_on: date | None

    @property
    def absent(self) -> bool:
        return self.outcome in ABSENT

    @property
    def on_file_from(self) -> date:
        """Its own day, or the day it was made where the file put it down only afterwards."""
        return max(self.for_on, self.made_on)

    @property
    def failed_from(self) -> date | None:
        """The day from which it counts as an unacceptable failure; None when it does not.

        Its own date when it was decided unacceptable; a week of working days later when nobody decided.
        """
        if self.acceptable is not None:
            return None if self.acceptable else self.on_file_from
        if self.outcome in FAILED:
            return self.on_file_from
        if self.outcome == "awaiting_explanation":
            return max(self.on_file_from, add_working_days(self.for_on, DECISION_DAYS) + timedelta(days=1))
        return None


class Change(NamedTuple):
    """A value that holds from a day on."""

    on: date
    value: Any
    entry: str


@dataclass(frozen=True)
class History:
    """The known entries of one case, in order of the day they happened."""

    entries: Sequence[Fact]
    _attributes: dict[int, dict[str, Any]] = field(default_factory=dict, repr=False, compare=False)
    _admitted: dict[int, tuple[Entries, Sequence[tuple[date, str, Fact]]]] = field(
        default_factory=dict, repr=False, compare=False
    )

    @classmethod
    def of(cls, entries: Iterable[Fact], known_at: datetime | None = None) -> "History":
        return cls(known(entries, known_at))

    @cached_property
    def by_type(self) -> Mapping[type[Fact], list[Fact]]:
        grouped: defaultdict[type[Fact], list[Fact]] = defaultdict(list)
        for fact in self.entries:
            grouped[type(fact)].append(fact)
        return grouped

    def all(self, fact_type: type[F]) -> list[F]:
        return self.by_type.get(fact_type, [])  # type: ignore[return-value]

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
        return bool(self.custody) and any(
            began.on <= day and (ended is None or day < ended.on) for began, ended in self.custody
        )

    @cached_property
    def releases(self) -> list[Change]:
        """The releases after the start of supervision, on which it goes on."""
        return [ended for _, ended in self.custody if ended is not None]

    @cached_property
    def appointments(self) -> Mapping[str, Appointment]:
        """Every appointment by its entry, in order of the day it was for."""
        outcomes = {o.appointment: o.outcome for o in self.all(facts.AppointmentOutcomeRecorded)}
        judged = {j.appointment: j for j in self.all(facts.AbsenceJudged)}
        made = sorted(self.all(facts.AppointmentMade), key=lambda a: (a.for_on, a.entry))
        return {
            a.entry: Appointment(
                a.entry,
                a.occurred_on,
                a.for_on,
                outcomes.get(a.entry),
                judged[a.entry].acceptable if a.entry in judged else None,
                judged[a.entry].occurred_on if a.entry in judged else None,
            )
            for a in made
        }

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
        since = bisect_right(self.turning_points, day)
        found = self._attributes.get(since)
        if found is None:
            found = self._attributes[since] = self._attributes_on(day)
        return found

    def _attributes_on(self, day: date) -> dict[str, Any]:
        allocation = value_on(self.allocation, day)
        attributes = {
            "risk": value_on(self.risk, day),
            "tier": value_on(self.tier, day),
            "mappa_level": value_on(self.mappa_level, day),
            "grade": allocation and allocation[4],
        }
        if self.started is not None:
            person = self.started.person
            attributes |= {
                "order_type": self.started.order_type,
                "gender": person.gender,
                "ethnicity": person.ethnicity,
                "disability": person.disability,
            }
        return attributes

    def admitted(self, described: Entries) -> Sequence[tuple[date, str, Fact]]:
        """The entries that fit a description, whatever they are about: the day each counts, its id and itself, in order.

        An entry counts never before it was made.
        """
        kept = self._admitted.get(id(described))
        if kept is None:
            found = [
                (max(described.day(f), f.occurred_on), f.entry, f)
                for f in self.all(described.type)
                if described.admits(f) and self._counts(described, f)
            ]
            found.sort(key=itemgetter(0, 1))
            kept = self._admitted[id(described)] = (described, found)  # kept with it: an id is used again
        return kept[1]

    def _counts(self, described: Entries, fact: Fact) -> bool:
        if not described.unless_outcome or fact.entry not in self.appointments:
            return True
        return self.appointments[fact.entry].outcome not in described.unless_outcome

    @cached_property
    def turning_points(self) -> list[date]:
        """The days on which an attribute that clauses ask for may change."""
        custody = [change for pair in self.custody for change in pair if change is not None]
        return sorted({c.on for c in (*self.risk, *self.tier, *self.mappa_level, *self.allocation, *custody)})


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
