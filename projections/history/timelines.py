"""The timelines of a case: start and end, custody and whereabouts, risk, tier, MAPPA level, requirements, and where it is held.

A clause reads these, the entries that trigger its duties and the entries that answer them, and nothing else of a case.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from itertools import pairwise, zip_longest
from typing import Any, TypeVar

from domain.aggregates.amendments import IN_ORDER
from domain.entries import case_entries
from domain.entries.case_entries import Entry
from domain.policy.conditions import When, fits
from domain.policy.practice import practice
from projections.history.custody import Away, Stay, away_in, stays_of_file, stays_of_person
from projections.history.dated_values import ON, Change, Place, Span, changed_details, value_on, without_repeats
from projections.history.worked_out import worked_out

F = TypeVar("F", bound=Entry)


class Timelines:
    """The entries of one case by type, and its timelines. Each is computed when it is first read."""

    def __init__(self, entries: Iterable[Entry], elsewhere: Iterable["Timelines"] = ()):
        self._entries = list(entries)
        self.elsewhere = tuple(elsewhere)
        """What the person's other files tell of the person: custody, whereabouts, death, risk and MAPPA."""
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
    def received(self) -> Change | None:
        """The day on which the case was received from another area, where that is after the start; else None."""
        started, start = self.started, self.start
        if started is None or start is None or started.received_on is None or started.received_on <= start.on:
            return None
        return Change(started.received_on, None, started.entry)

    @worked_out
    def here_from(self) -> date:
        """The first day on which anything is owed here: of supervision, or of receipt."""
        assert self.start is not None
        return self.received.on if self.received else self.start.on

    @worked_out
    def end(self) -> Change | None:
        """The end of supervision: by an entry of this file, or by the person's death on any file. The first counts."""
        ends: list[case_entries.SupervisionEnded] = self.all(case_entries.SupervisionEnded)[:1]
        ends = ends + [
            end for file in self.elsewhere for end in file.all(case_entries.SupervisionEnded) if end.reason == "died"
        ]
        ended = min(ends, key=IN_ORDER, default=None)
        return None if ended is None else Change(ended.occurred_on, ended.reason, ended.entry)

    @worked_out
    def ends_on(self) -> list[Change]:
        """The planned last day of the order over time (None: not set): from the start, and from each time it was varied."""
        if self.started is None:
            return []
        varied = [v for v in self.all(case_entries.OrderVaried) if v.ends_on is not None]
        return without_repeats(
            [
                Change(self.started.occurred_on, self.started.ends_on, self.started.entry),
                *(Change(v.occurred_on, v.ends_on, v.entry) for v in varied),
            ]
        )

    @worked_out
    def past_end(self) -> list[tuple[date, date | None]]:
        """The times after the planned end of the order: first day of each, and the first day after it (None: still)."""
        found: list[tuple[date, date | None]] = []
        for change, until in zip_longest(self.ends_on, [following.on for following in self.ends_on[1:]]):
            if change.value is not None:
                begins = max(change.on, change.value + ONE_DAY)
                if until is None or begins < until:
                    found.append((begins, until))
        return found

    def is_past_end(self, day: date) -> bool:
        """Whether the day is after the planned end of the order."""
        return any(begins <= day and (ends is None or day < ends) for begins, ends in self.past_end)

    def ordered(self, *types: type[Entry]) -> list[Any]:
        """The entries of these types on this file, in order."""
        found = [fact for entry_type in types for fact in self.all(entry_type)]
        found.sort(key=IN_ORDER)
        return found

    @worked_out
    def _own_stays(self) -> list[Stay]:
        marks = (case_entries.CustodyStarted, case_entries.RecallDecided, case_entries.CustodyEnded)
        return stays_of_file(self.ordered(*marks))

    @worked_out
    def custody(self) -> list[Stay]:
        """The stays in custody by all files of the person, recalls included, in order."""
        if not self.elsewhere:
            return stays_of_person([self._own_stays]) if self._own_stays else []
        return stays_of_person([self._own_stays, *(file._own_stays for file in self.elsewhere)])

    def in_custody(self, day: date) -> bool:
        return any(stay.holds(day) for stay in self.custody)

    @worked_out
    def unknown(self) -> list[tuple[date, date | None, str, str | None]]:
        """The times in which nobody knew where the person was: first day, first day after, the entries that say so.

        Custody ends one too.
        """
        if not any(case_entries.WhereaboutsUnknown in file.by_type for file in (self, *self.elsewhere)):
            return []
        kinds = (case_entries.WhereaboutsUnknown, case_entries.WhereaboutsKnown, case_entries.CustodyStarted)
        found: list[tuple[date, date | None, str, str | None]] = []
        for mark in sorted((m for f in (self, *self.elsewhere) for m in f.ordered(*kinds)), key=IN_ORDER):
            running = bool(found) and found[-1][1] is None
            if isinstance(mark, case_entries.WhereaboutsUnknown):
                if not running:
                    found.append((mark.occurred_on, None, mark.entry, None))
            elif running:
                began, _, entry, _ = found.pop()
                if mark.occurred_on > began:
                    known = mark.entry if isinstance(mark, case_entries.WhereaboutsKnown) else None
                    found.append((began, mark.occurred_on, entry, known))
        return found

    @worked_out
    def suspended(self) -> list[tuple[date, date, date]]:
        """The times in which contact is suspended: first day, first day after, and the day from which the file says so.

        At most ``practice().suspension_weeks`` weeks without a new entry.
        """
        resumed = {r.suspension: r.occurred_on for r in self.all(case_entries.ContactResumed)}
        found = []
        for fact in self.all(case_entries.ContactSuspended):
            longest = fact.from_on + timedelta(weeks=practice().suspension_weeks)
            ends = min(fact.to_on + ONE_DAY, longest, resumed.get(fact.entry, date.max))
            if fact.from_on < ends:
                found.append((fact.from_on, ends, fact.occurred_on))
        return found

    @worked_out
    def away(self) -> list[Away]:
        """The times in custody."""
        return away_in(self.custody) if self.custody else []

    @worked_out
    def away_or_unknown(self) -> list[Away]:
        """The times in custody, and those in which nobody knew where the person was."""
        return (
            away_in(self.custody, [(begins, ends) for begins, ends, *_ in self.unknown]) if self.unknown else self.away
        )

    @worked_out
    def releases(self) -> list[Change]:
        """The releases after which contact is owed: from recall or sentence, or after a long stay (``Stay.long``)."""
        return self._releases(lambda stay: stay.sentenced or stay.long)

    @worked_out
    def fresh_starts(self) -> list[Change]:
        """The releases after which the case begins anew: from a long stay by recall or sentence."""
        return self._releases(lambda stay: stay.sentenced and stay.long)

    @worked_out
    def long_releases(self) -> list[Change]:
        """The releases from which the windows of contact are laid anew: from a long stay."""
        return self._releases(lambda stay: stay.long)

    def _releases(self, kind: Callable[[Stay], bool]) -> list[Change]:
        if not self.custody:
            return []
        assert self.start is not None
        start = self.start.on
        return [
            Change(s.ends, None, s.released_by or s.entry)
            for s in self.custody
            if s.ends and s.ends > start and kind(s)
        ]

    @worked_out
    def risk(self) -> list[Change]:
        """The overall risk of harm over time, from assessments and recorded changes on all files of the person."""
        kinds = (case_entries.AssessmentCompleted, case_entries.RiskLevelChanged)
        found = [fact for file in (self, *self.elsewhere) for fact in file.ordered(*kinds)]
        if self.elsewhere:
            found.sort(key=IN_ORDER)
        levels = ((fact, fact.to if isinstance(fact, case_entries.RiskLevelChanged) else fact.level) for fact in found)
        return without_repeats([Change(fact.occurred_on, level, fact.entry) for fact, level in levels if level])

    @worked_out
    def risk_changes(self) -> list[Change]:
        """The days on which the level that holds became another, and those on which the person absconded."""
        changed = [Change(change.on, change.value, change.entry) for change in self.risk[1:]]
        absconded = [Change(begins, None, entry) for begins, _, entry, _ in self.unknown]
        return sorted([*changed, *absconded], key=ON) if absconded else changed

    @worked_out
    def tier(self) -> list[Change]:
        """The tier over time, from the start and from each time it was set."""
        changes = [Change(t.occurred_on, t.tier, t.entry) for t in self.all(case_entries.TierSet)]
        if self.started is not None and self.started.tier is not None:
            changes.insert(0, Change(self.started.occurred_on, self.started.tier, self.started.entry))
        return without_repeats(changes)

    @worked_out
    def mappa_level(self) -> list[Change]:
        """The MAPPA level over time (None: no longer registered), by all files of the person."""
        kinds = (case_entries.MappaSet, case_entries.MappaEnded)
        found = [fact for file in (self, *self.elsewhere) for fact in file.ordered(*kinds)]
        if self.elsewhere:
            found.sort(key=IN_ORDER)
        return without_repeats(
            [Change(m.occurred_on, m.level if isinstance(m, case_entries.MappaSet) else None, m.entry) for m in found]
        )

    @worked_out
    def requirements(self) -> list[Change]:
        """The requirements of the order over time, as sets. None listed reads as supervision.

        While supervision under a life licence is suspended, there are none.
        """
        if self.started is None:
            return []
        kinds = (case_entries.RequirementsChanged, case_entries.SupervisionSuspended, case_entries.SupervisionRestored)
        held = frozenset(self.started.requirements) or SUPERVISION
        found, suspended = [Change(self.started.occurred_on, held, self.started.entry)], False
        for fact in self.ordered(*kinds):
            if isinstance(fact, case_entries.RequirementsChanged):
                held = frozenset(fact.requirements) or SUPERVISION
            else:
                suspended = isinstance(fact, case_entries.SupervisionSuspended)
            found.append(Change(fact.occurred_on, frozenset() if suspended else held, fact.entry))
        return without_repeats(found)

    @worked_out
    def unsupervised_from(self) -> list[date]:
        """The days from which supervision under a life licence is suspended."""
        return [change.on for change in self.requirements if not change.value]

    @worked_out
    def person(self) -> list[Change]:
        """The person's details over time, as ``Person``."""
        if self.started is None:
            return []
        now, found = self.started.person, [Change(self.started.occurred_on, self.started.person, self.started.entry)]
        for fact in self.all(case_entries.PersonDetailsChanged):
            now = changed_details(now, fact)
            found.append(Change(fact.occurred_on, now, fact.entry))
        return without_repeats(found)

    @worked_out
    def _placings(self) -> list[tuple[Entry, Place]]:
        """Each entry that says where the case is held, and the place from then on."""
        kinds = (case_entries.SupervisionStarted, case_entries.CaseAllocated, case_entries.PlaceRenamed)
        found: list[tuple[Entry, Place]] = []
        for fact in self.ordered(*kinds):
            if isinstance(fact, case_entries.PlaceRenamed):
                if not found:
                    continue
                named = {
                    name: value
                    for name in ("area", "division", "team", "officer")
                    if (value := getattr(fact, name, None))
                }
                place = found[-1][1]._replace(**named)
            else:
                place = Place(fact.area, fact.division, fact.team, fact.officer, fact.officer_grade)
            found.append((fact, place))
        return found

    @worked_out
    def allocation(self) -> list[Change]:
        """Where the case was held over time. Each value is a ``Place``."""
        return without_repeats([Change(fact.occurred_on, place, fact.entry) for fact, place in self._placings])

    @worked_out
    def transfers(self) -> list[Change]:
        """The days on which another area took the case over; the value: the day on which it moved on (None: not yet).

        A place that is renamed is none: entries that give ids are compared by them; the same team and officer under another
        area's name is the place renamed.
        """
        moved = [after for before, after in pairwise(self._last_placings) if _to_another_area(before, after)]
        received = [self.received] if self.received else []
        days = [*received, *(Change(fact.occurred_on, None, fact.entry) for fact, _ in moved)]
        nexts = [following.on for following in days[1:]]
        return [change._replace(value=until) for change, until in zip_longest(days, nexts)]

    @worked_out
    def _last_placings(self) -> list[tuple[Entry, Place]]:
        """The last of each day."""
        of_day = {fact.occurred_on: (fact, place) for fact, place in self._placings}
        return list(of_day.values())

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
        person = started and (value_on(self.person, day) or started.person)
        return {
            "requirements": value_on(self.requirements, day),
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

        That is the day on which supervision ends, or the state ``during`` ends.
        """
        over = self.end
        end = over.on if over is not None and over.on >= day else None
        if not during:
            return end
        ends = [s.off for s in self.spans(during) if s.off is not None and s.on <= day < s.off]
        return min(ends if end is None else [*ends, end], default=None)

    @worked_out
    def timelines(self) -> Mapping[str, Any]:
        """All timelines of the case, by name."""
        return {name: getattr(self, name) for name in TIMELINES}

    @worked_out
    def turning_points(self) -> list[date]:
        """The days on which an attribute that clauses ask for may change."""
        changes = (*self.risk, *self.tier, *self.mappa_level, *self.allocation, *self.requirements, *self.person)
        return sorted({change.on for change in changes})


def _to_another_area(before: tuple[Entry, Place], after: tuple[Entry, Place]) -> bool:
    (old_fact, old), (new_fact, new) = before, after
    if isinstance(new_fact, case_entries.PlaceRenamed):
        return False
    old_id, new_id = (getattr(fact, "area_id", None) for fact in (old_fact, new_fact))
    if old_id is not None and new_id is not None:
        return bool(old_id != new_id)
    return old.area != new.area and (old.team, old.officer) != (new.team, new.officer)


SUPERVISION = frozenset(("supervision",))
ONE_DAY = timedelta(days=1)

TIMELINES = (
    "started", "start", "received", "here_from", "end", "ends_on", "past_end", "custody", "unknown", "suspended", "away",
    "away_or_unknown", "releases", "fresh_starts", "long_releases", "risk", "risk_changes", "tier", "mappa_level",
    "requirements", "unsupervised_from", "person", "allocation", "transfers", "held_by", "turning_points", "_attributes",
    "_spans",
)  # fmt: skip
"""The names of all timelines, with the caches made from them."""
