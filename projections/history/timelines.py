"""What holds of a case from a day on: start and end, custody, risk, tier, MAPPA level, who holds it; all that a clause asks
of a case but what triggers and answers its duties.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

from domain.aggregates.amendments import IN_ORDER
from domain.entries import case_entries
from domain.entries.case_entries import Entry
from domain.policy.conditions import When, fits

F = TypeVar("F", bound=Entry)


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


class Timelines:
    """The entries of one case by type, and the timelines they give; each is worked out once, when it is asked for."""

    def __init__(self, entries: Iterable[Entry]):
        self._entries = list(entries)
        self._sorted: dict[type[Entry], list[Entry]] = {}
        self._spans: dict[When, list[Span]] = {}

    @cached_property
    def by_type(self) -> Mapping[type[Entry], list[Entry]]:
        """The entries of each type, in no particular order (see ``all``)."""
        grouped: defaultdict[type[Entry], list[Entry]] = defaultdict(list)
        for fact in self._entries:
            grouped[type(fact)].append(fact)
        return grouped

    def all(self, fact_type: type[F]) -> list[F]:
        """The entries of a type, in order of the day they happened."""
        found = self._sorted.get(fact_type)
        if found is None:
            found = self._sorted[fact_type] = sorted(self.by_type.get(fact_type, ()), key=IN_ORDER)
        return found  # type: ignore[return-value]

    @cached_property
    def started(self) -> case_entries.SupervisionStarted | None:
        return next(iter(self.all(case_entries.SupervisionStarted)), None)

    @cached_property
    def start(self) -> Change | None:
        """The first day of supervision: the day of the order, or of the release where that is later."""
        if self.started is None:
            return None
        began = self.started.occurred_on
        return Change(max(began, self.started.released_on or began), None, self.started.entry)

    @cached_property
    def end(self) -> Change | None:
        ended = next(iter(self.all(case_entries.SupervisionEnded)), None)
        return None if ended is None else Change(ended.occurred_on, ended.reason, ended.entry)

    @cached_property
    def custody(self) -> list[tuple[Change, Change | None]]:
        """The times in custody, or recalled to it: the entry that began each, and the release that ended it."""
        away: list[tuple[Change, Change | None]] = []
        began: list[Entry] = [*self.all(case_entries.CustodyStarted)]
        began += [r for r in self.all(case_entries.RecallDecided) if r.outcome == "recalled"]
        marks = sorted(
            [*began, *self.all(case_entries.CustodyEnded)], key=lambda f: (f.occurred_on, f.recorded_at, f.entry)
        )
        for mark in marks:
            inside = bool(away) and away[-1][1] is None
            change = Change(mark.occurred_on, None, mark.entry)
            if isinstance(mark, case_entries.CustodyEnded):
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
    def risk(self) -> list[Change]:
        """The overall risk of harm over time, from assessments and recorded changes."""
        changes = [
            Change(a.occurred_on, a.overall_risk_of_harm or (a.risk_of_harm and a.risk_of_harm.highest), a.entry)
            for a in self.all(case_entries.AssessmentCompleted)
            if a.overall_risk_of_harm or a.risk_of_harm
        ]
        changes += [Change(c.occurred_on, c.to, c.entry) for c in self.all(case_entries.RiskLevelChanged)]
        return _settled(changes)

    @cached_property
    def tier(self) -> list[Change]:
        changes = [Change(t.occurred_on, t.tier, t.entry) for t in self.all(case_entries.TierSet)]
        if self.started is not None and self.started.tier is not None:
            changes.insert(0, Change(self.started.occurred_on, self.started.tier, self.started.entry))
        return _settled(changes)

    @cached_property
    def mappa_level(self) -> list[Change]:
        return _settled([Change(m.occurred_on, m.level, m.entry) for m in self.all(case_entries.MappaSet)])

    @cached_property
    def allocation(self) -> list[Change]:
        held: list[case_entries.SupervisionStarted | case_entries.CaseAllocated] = [
            *self.all(case_entries.SupervisionStarted), *self.all(case_entries.CaseAllocated)
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


def _settled(changes: list[Change]) -> list[Change]:
    """In order of time, one value a day (the last one recorded), leaving out what changes nothing."""
    settled: list[Change] = []
    for change in sorted(changes, key=lambda c: c.on):
        if settled and settled[-1].on == change.on:
            settled.pop()
        if not settled or settled[-1].value != change.value:
            settled.append(change)
    return settled
