"""Reading clauses into a ``Law``."""

from collections.abc import Iterable, Sequence
from itertools import accumulate, product
from typing import Any, NamedTuple

import numpy as np

from domain.calendar.workdays import Length
from domain.entries.case_entries import AppointmentMade, Entry
from domain.policy.clauses import TRIGGERS, Clause
from domain.policy.conditions import EntryPattern, When, fits
from projections.compiled.calendar import ALWAYS, NEVER, length
from projections.compiled.compiling import Array
from projections.compiled.law import (
    ENTRIES,
    KINDS,
    NOTHING,
    OUTCOMES,
    PARTS,
    PERSONAL,
    TIMED,
    TYPES,
    VALUES,
    Law,
    records,
)
from projections.history.appointments import DECISION_DAYS
from projections.ledger.case_versions import LONGEST_DOUBT
from projections.obligations.clause_index import parts, raised_by
from projections.obligations.contact_windows import LONGEST
from projections.obligations.triggers import HIGH

BITS = 64
"""How many descriptions of entries there may be, and types: what fits is kept as bits."""


class Fields(NamedTuple):
    """The fields of a type of entry by which it names another, holds its second date, and says what it is about."""

    entry: str | None
    date: str | None
    item: str | None


class Reading:
    """Some clauses as a ``Law``, and how the values of cases and entries are numbered in it."""

    def __init__(self, clauses: Iterable[Clause]):
        self.clauses = list(clauses)
        self.entries = list(dict.fromkeys(e for c in self.clauses for e in _entries(c)))
        if max(len(self.entries), len(TYPES)) > BITS:
            raise ValueError(f"compiled code tells {BITS} descriptions and types of entries apart, and there are more")
        self.fields = {t: self._asked_of(t) for t in TYPES}
        self.whens: list[When] = list(dict.fromkeys((HIGH, *(c.during for c in self.clauses))))
        asked = {name for c in self.clauses for name in (*c.asks, *(n for n, _ in c.during))} | {"risk"}
        if unknown := asked - {*TIMED, *PERSONAL}:
            raise ValueError(f"clauses ask for {sorted(unknown)}, which compiled code does not follow over time")
        self.asks = tuple(name for name in (*TIMED, *PERSONAL) if name in asked)
        self.named = {name: self._named(name) for name in self.asks}
        self.steps: dict[str, int] = {}
        size = 1
        for name in reversed(self.asks):
            self.steps[name] = size
            size *= len(self.named[name]) + 1
        self.law = self._law()

    def worth(self, name: str, value: Any) -> int:
        """What an attribute's value is worth in a standing."""
        return self.named[name].get(value, 0) * self.steps[name] if name in self.named else 0

    def _named(self, name: str) -> dict[Any, int]:
        whens = [w for c in self.clauses for w in (c.when, c.during, *(v.when for v in c.values))] + [HIGH]
        values = {value for when in whens for asked, allowed in when if asked == name for value in allowed}
        return {value: number for number, value in enumerate(sorted(values, key=repr), 1)}

    def _asked_of(self, fact_type: type[Entry]) -> Fields:
        described = [e for e in self.entries if e.type is fact_type]
        raising = [c for c in self.clauses if isinstance(c.after, EntryPattern) and c.after.type is fact_type]
        dates = {e.on for e in described} | {v.on for c in raising for v in c.values}
        dates |= {c.stands_until for c in self.clauses for e in c.by if e.type is fact_type}
        return Fields(
            self._one(fact_type, {e.naming for e in described}),
            self._one(fact_type, dates),
            self._one(fact_type, {e.matching for e in described} | {c.each for c in raising}),
        )

    @staticmethod
    def _one(fact_type: type[Entry], names: set[str | None]) -> str | None:
        found = sorted(name for name in names if name is not None)
        if len(found) > 1:
            raise ValueError(f"clauses ask for several fields of {fact_type.__name__} in the same place: {found}")
        return found[0] if found else None

    def _law(self) -> Law:
        clauses, entries = self.clauses, {e: n for n, e in enumerate(self.entries)}
        values = [value for clause in clauses for value in clause.values]
        phases = [phase for value in values for phase in value.phases]
        cases = self._standings()
        return Law(
            clauses=records(
                kind=[KINDS.index(c.kind) for c in clauses],
                after=[_after(c) for c in clauses],
                after_entries=[entries[c.after] if isinstance(c.after, EntryPattern) else -1 for c in clauses],
                each=[c.each is not None for c in clauses],
                **_ranges("by", [c.by for c in clauses]),
                counts=[-1 if c.counts is None else entries[c.counts] for c in clauses],
                sums=[c.sum is not None for c in clauses],
                start=[ALWAYS if c.start is None else c.start.toordinal() for c in clauses],
                end=[NEVER if c.end is None else c.end.toordinal() for c in clauses],
                since=[ALWAYS if c.since is None else c.since.toordinal() for c in clauses],
                earlier_counts=[c.earlier_counts for c in clauses],
                from_next_day=[c.from_next_day for c in clauses],
                by_recording=[c.by_recording for c in clauses],
                stands=[c.stands_until is not None for c in clauses],
                during=[self.whens.index(c.during) if c.during else -1 for c in clauses],
                raised_by=[sum(1 << TYPES[t] for t in raised_by(c)) for c in clauses],
                parts=[sum(PARTS[part] for part in parts(c)) for c in clauses],
                **_ranges("values", [c.values for c in clauses]),
            ),
            values=records(
                same=[c.values.index(v) for c in clauses for v in c.values],
                **_lengths("allow", [v.allow for v in values]),
                dated=[v.on is not None for v in values],
                failures=[v.failures for v in values],
                **_lengths("period", [v.period for v in values]),
                **_ranges("phases", [v.phases for v in values]),
            ),
            phases=records(
                count=[p.count for p in phases],
                **_lengths("window", [p.window for p in phases]),
                **_lengths("lasts", [p.length for p in phases]),
                from_start=[p.from_start for p in phases],
                total=[p.window == p.length for p in phases],
            ),
            described=records(
                on_other=[e.on is not None for e in self.entries],
                void=[_bits(e.unless_outcome) if e.type is AppointmentMade else 0 for e in self.entries],
                naming=[e.naming is not None for e in self.entries],
                matching=[e.matching is not None for e in self.entries],
            ),
            by=np.array([entries[e] for c in clauses for e in c.by], np.int64),
            row=np.array([[_row(c, case) for c in clauses] for case in cases], np.int8),
            holds=np.array([[fits(when, case) for case in cases] for when in self.whens], np.bool_),
            turns=np.array([sum(PARTS[name] for name, _ in when if name in PARTS) for when in self.whens]),
            worth=_worths(self),
            high=self.whens.index(HIGH),
            decision_days=DECISION_DAYS,
            longest_months=12 * LONGEST.years + LONGEST.months,
            longest_doubt=LONGEST_DOUBT,
        )

    def _standings(self) -> list[dict[str, Any]]:
        """A case of each standing, in their order."""
        digits = [(None, *self.named[name]) for name in self.asks]
        return [dict(zip(self.asks, case, strict=True)) for case in product(*digits)]


def _entries(clause: Clause) -> Iterable[EntryPattern]:
    return (*clause.entries, clause.after) if isinstance(clause.after, EntryPattern) else clause.entries


def _after(clause: Clause) -> int:
    if clause.after is None:
        return NOTHING
    return ENTRIES if isinstance(clause.after, EntryPattern) else TRIGGERS.index(clause.after)


def _row(clause: Clause, case: dict[str, Any]) -> int:
    found = next((n for n, value in enumerate(clause.values) if fits(value.when, case)), -1)
    return found if fits(clause.when, case) else -1


def _worths(reading: Reading) -> Array:
    worth = np.zeros((len(TIMED), 1 + max(map(len, VALUES.values()))), np.int64)
    for number, name in enumerate(TIMED):
        for at, value in enumerate(VALUES[name], 1):
            worth[number, at] = reading.worth(name, value)
    return worth


def _bits(outcomes: Iterable[str]) -> int:
    return sum(1 << OUTCOMES[outcome] for outcome in outcomes)


def _ranges(name: str, of: Sequence[Sequence[object]]) -> dict[str, Sequence[int]]:
    """Where in the array of all each one's own begin and end."""
    at = [0, *accumulate(map(len, of))]
    return {f"{name}_at": at[:-1], f"{name}_end": at[1:]}


def _lengths(name: str, of: Sequence[Length | None]) -> dict[str, Sequence[int]]:
    both = [length(each) for each in of]
    return {name: [count for count, _ in both], f"{name}_unit": [unit for _, unit in both]}
