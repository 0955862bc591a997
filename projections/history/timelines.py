"""The timelines of a case: those of the person and of the order, and where the case is held.

A clause reads these, the entries that trigger its duties and the entries that answer them, and nothing else of a case.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from itertools import pairwise, zip_longest
from typing import Any

from domain.entries import case_entries
from domain.entries.case_entries import Entry
from domain.policy.conditions import When, fits
from projections.history import calculated_tiers
from projections.history.dated_values import Change, Place, Span, value_on, without_repeats
from projections.history.file_entries import FileEntries
from projections.history.order_timelines import OrderTimelines
from projections.history.worked_out import worked_out


class Timelines(OrderTimelines):
    """The entries of one case by type, and its timelines. Each is computed when it is first read."""

    def __init__(self, entries: Iterable[Entry], elsewhere: Iterable[FileEntries] = ()):
        super().__init__(entries, elsewhere)
        self._spans: dict[When, list[Span]] = {}

    @worked_out
    def _placings(self) -> list[tuple[Entry, Place]]:
        """Each entry that says where the case is held, and the place from then on."""
        kinds = (case_entries.SupervisionStarted, case_entries.CaseAllocated, case_entries.PlaceRenamed)
        found: list[tuple[Entry, Place]] = []
        for fact in self.ordered(*kinds):
            if isinstance(fact, case_entries.PlaceRenamed):
                if not found:
                    continue
                place = found[-1][1]._replace(**_given(fact, (*HOLDERS, *HOLDER_IDS)))
            else:
                place = Place(
                    fact.area, fact.division, fact.team, fact.officer, fact.officer_grade, **_given(fact, HOLDER_IDS)
                )  # fmt: skip
            found.append((fact, place))
        return found

    @worked_out
    def allocation(self) -> list[Change]:
        """Where the case was held over time. Each value is a ``Place``."""
        return without_repeats([Change(fact.occurred_on, place, fact.entry) for fact, place in self._placings])

    @worked_out
    def transfers(self) -> list[Change]:
        """The days on which another area took the case over; the value: the day on which it moved on (None: not yet).

        A place that is renamed is none: entries that give ids are compared by them. Without ids, the same team and officer
        under an area whose name holds the old one are read as the area merged or renamed (a parameter of ours).
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
            "tier_v2": value_on(self.tier_v2, day),
            "tier_v3": value_on(self.tier_v3, day),
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
        for name, timeline in self._stated():
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

    def _stated(self) -> list[tuple[str, list[Change]]]:
        """The attributes that a state may ask for, each with its changes."""
        names = ("risk", "tier", "tier_v2", "tier_v3", "mappa_level")
        return [(name, getattr(self, name)) for name in names]

    @worked_out
    def tier_v2(self) -> list[Change]:
        """The tier of version 2 over time, as calculated from what is on the file."""
        return calculated_tiers.of_version_2(self)

    @worked_out
    def tier_v3(self) -> list[Change]:
        """The tier of version 3 over time, as calculated; it is not known to be in force."""
        return calculated_tiers.of_version_3(self)

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
        stated = (change for _, changes in self._stated() for change in changes)
        changes = (*stated, *self.allocation, *self.requirements, *self.person)
        return sorted({change.on for change in changes})


HOLDERS = ("area", "division", "team", "officer")
HOLDER_IDS = tuple(f"{level}_id" for level in HOLDERS)


def _given(fact: Entry, names: Iterable[str]) -> dict[str, str]:
    """Those of these fields that an entry gives."""
    return {name: value for name in names if (value := getattr(fact, name, None))}


def _to_another_area(before: tuple[Entry, Place], after: tuple[Entry, Place]) -> bool:
    (old_fact, old), (new_fact, new) = before, after
    if isinstance(new_fact, case_entries.PlaceRenamed):
        return False
    old_id, new_id = (getattr(fact, "area_id", None) for fact in (old_fact, new_fact))
    if old_id is not None and new_id is not None:
        return bool(old_id != new_id)
    if old.area == new.area:
        return False
    merged = old.area.casefold() in new.area.casefold() or new.area.casefold() in old.area.casefold()
    return not merged or (old.team, old.officer) != (new.team, new.officer)


TIMELINES = (
    "started", "start", "received", "here_from", "end", "ends_on", "past_end", "custody", "unknown", "suspended", "away",
    "away_or_unknown", "releases", "fresh_starts", "long_releases", "risk", "risk_changes", "tier", "tier_v2", "tier_v3",
    "mappa_level", "requirements", "work_done_on", "unsupervised", "person", "allocation", "transfers",
    "held_by", "turning_points", "_attributes", "_spans",
)  # fmt: skip
"""The names of all timelines, with the caches made from them."""
