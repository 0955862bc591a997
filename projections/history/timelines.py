"""The timelines of a case: start and end, custody, risk, tier, MAPPA level, and where it is held.

A clause reads these, the entries that trigger its duties and the entries that answer them, and nothing else of a case.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, TypeVar

from domain.aggregates.amendments import IN_ORDER
from domain.entries import case_entries
from domain.entries.case_entries import Entry
from domain.policy.conditions import When, fits
from projections.history.dated_values import Change, CustodyPeriod, Place, Span, value_on, without_repeats
from projections.history.worked_out import worked_out

F = TypeVar("F", bound=Entry)


class Timelines:
    """The entries of one case by type, and its timelines. Each is computed when it is first read."""

    def __init__(self, entries: Iterable[Entry]):
        self._entries = list(entries)
        self._sorted: dict[type[Entry], list[Entry]] = {}
        self._spans: dict[When, list[Span]] = {}

    @worked_out
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
            found = self.by_type.get(fact_type, [])
            if len(found) > 1:
                found = sorted(found, key=IN_ORDER)
            self._sorted[fact_type] = found
        return found  # type: ignore[return-value]

    @worked_out
    def started(self) -> case_entries.SupervisionStarted | None:
        return next(iter(self.all(case_entries.SupervisionStarted)), None)

    @worked_out
    def start(self) -> Change | None:
        """The first day of supervision: the day of the order, or of the release where that is later."""
        if self.started is None:
            return None
        began = self.started.occurred_on
        return Change(max(began, self.started.released_on or began), None, self.started.entry)

    @worked_out
    def end(self) -> Change | None:
        ended = next(iter(self.all(case_entries.SupervisionEnded)), None)
        return None if ended is None else Change(ended.occurred_on, ended.reason, ended.entry)

    @worked_out
    def custody(self) -> list[CustodyPeriod]:
        """The periods in custody, recalls included, in order."""
        away: list[CustodyPeriod] = []
        began: list[Entry] = [*self.all(case_entries.CustodyStarted)]
        began += [r for r in self.all(case_entries.RecallDecided) if r.outcome == "recalled"]
        for mark in sorted([*began, *self.all(case_entries.CustodyEnded)], key=IN_ORDER):
            inside = bool(away) and away[-1].ended is None
            change = Change(mark.occurred_on, None, mark.entry)
            if isinstance(mark, case_entries.CustodyEnded):
                if inside:
                    away[-1] = CustodyPeriod(away[-1].began, change)
            elif not inside:
                away.append(CustodyPeriod(change, None))
        return away

    def in_custody(self, day: date) -> bool:
        return any(began.on <= day and (ended is None or day < ended.on) for began, ended in self.custody)

    @worked_out
    def releases(self) -> list[Change]:
        """The releases after the start of supervision. Supervision goes on from each."""
        return [ended for _, ended in self.custody if ended is not None]

    @worked_out
    def risk(self) -> list[Change]:
        """The overall risk of harm over time, from assessments and recorded changes."""
        changes = [
            Change(a.occurred_on, a.overall_risk_of_harm or (a.risk_of_harm and a.risk_of_harm.highest), a.entry)
            for a in self.all(case_entries.AssessmentCompleted)
            if a.overall_risk_of_harm or a.risk_of_harm
        ]
        changes += [Change(c.occurred_on, c.to, c.entry) for c in self.all(case_entries.RiskLevelChanged)]
        return without_repeats(changes)

    @worked_out
    def tier(self) -> list[Change]:
        """The tier over time, from the start and from each time it was set."""
        changes = [Change(t.occurred_on, t.tier, t.entry) for t in self.all(case_entries.TierSet)]
        if self.started is not None and self.started.tier is not None:
            changes.insert(0, Change(self.started.occurred_on, self.started.tier, self.started.entry))
        return without_repeats(changes)

    @worked_out
    def mappa_level(self) -> list[Change]:
        return without_repeats([Change(m.occurred_on, m.level, m.entry) for m in self.all(case_entries.MappaSet)])

    @worked_out
    def allocation(self) -> list[Change]:
        """Where the case was held over time. Each value is a ``Place``."""
        held: list[case_entries.SupervisionStarted | case_entries.CaseAllocated] = [
            *self.all(case_entries.SupervisionStarted), *self.all(case_entries.CaseAllocated)
        ]  # fmt: skip
        return without_repeats(
            [
                Change(f.occurred_on, Place(f.area, f.division, f.team, f.officer, f.officer_grade), f.entry)
                for f in held
            ]
        )

    @worked_out
    def held_by(self) -> Callable[[date], Place]:
        """A function from a day to the place that held the case. Before the first allocation: the first place."""
        places = [change.value for change in self.allocation]
        if len(places) == 1:
            return lambda _: places[0]
        days = [change.on for change in self.allocation]
        return lambda day: places[max(bisect_right(days, day) - 1, 0)]

    def attributes(self, day: date) -> Mapping[str, Any]:
        """The attributes of the case on this day, for the ``when`` of a clause. They change at turning points only."""
        return self._attributes[bisect_right(self.turning_points, day)]

    @worked_out
    def _attributes(self) -> list[dict[str, Any]]:
        """The attributes before the first turning point, and from each turning point on."""
        return [self._attributes_on(day) for day in (date.min, *self.turning_points)]

    def _attributes_on(self, day: date) -> dict[str, Any]:
        allocation = value_on(self.allocation, day)
        started = self.started
        person = started and started.person
        return {
            "risk": value_on(self.risk, day),
            "tier": value_on(self.tier, day),
            "mappa_level": value_on(self.mappa_level, day),
            "grade": allocation and allocation.officer_grade,
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
        """The first day, from ``day`` on, on which a duty that arose on ``day`` no longer applies. None: it still applies.

        That is the day on which supervision ends, custody begins, or the state ``during`` ends.
        """
        over = self.end
        end = over.on if over is not None and over.on >= day else None
        if not during and not self.custody:
            return end
        ends = [began.on for began, _ in self.custody if began.on > day]
        if end is not None:
            ends.append(end)
        if during:
            ends += [s.off for s in self.spans(during) if s.off is not None and s.on <= day < s.off]
        return min(ends, default=None)

    @worked_out
    def timelines(self) -> Mapping[str, Any]:
        """All timelines of the case, by name."""
        return {name: getattr(self, name) for name in TIMELINES}

    @worked_out
    def turning_points(self) -> list[date]:
        """The days on which an attribute that clauses ask for may change."""
        custody = [change for pair in self.custody for change in pair if change is not None]
        return sorted({c.on for c in (*self.risk, *self.tier, *self.mappa_level, *self.allocation, *custody)})


TIMELINES = (
    "started", "start", "end", "custody", "releases", "risk", "tier", "mappa_level", "allocation", "held_by",
    "turning_points", "_attributes", "_spans",
)  # fmt: skip
"""The names of all timelines, with the caches made from them."""
