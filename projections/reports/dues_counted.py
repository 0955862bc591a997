"""Dues from columns: what the reports count, over every case of a service at once. It gives what ``dues_read`` gives."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from typing import Any

import numpy as np

from domain.calendar.london_time import LONDON
from domain.calendar.workdays import working_days_between
from projections.arrays.date_numbers import BEYOND, FIRST, NEVER, STANDING, day_number, day_of, instant_number
from projections.columns.case_answers import INSUFFICIENT, SUFFICIENT, Block
from projections.columns.case_selection import CaseSelection
from projections.columns.column_schema import Array
from projections.columns.score_counts import blocks
from projections.history.moment import Moment
from projections.ledger.ledger import Place
from projections.obligations.duty_state_arrays import DONE, FELL_DUE, IN_TIME, OPEN, states, within
from projections.reports.dues import BEFORE, WEEKS, Count, Load, Measure, Recorded, Split, Verdicts, Wanted
from projections.reports.dues_listed import Listing
from projections.reports.duty_columns import Found, coming_of, of_found
from projections.reports.periods import Period


class CountedDues(Listing):
    """The cases of some columns under one framework. Safe to share between threads that only read."""

    def counts(
        self, moment: Moment, since: date, clauses: Sequence[str], measure: Measure, split: Split | None = None
    ) -> list[Count]:
        at = self._at(moment)
        held: Counter[tuple[int, Any]] = Counter()
        n: Counter[tuple[int, Any]] = Counter()
        for found in self._counted(at, since, clauses):
            place = found.column("place").astype(np.int64)
            values, coded = self._split(at, found, split)
            key = place * len(values) + coded
            good = within(found.state, IN_TIME if measure == "in_time" else DONE)
            for total, which in ((n, key), (held, key[good])):
                for number, count in zip(*np.unique(which, return_counts=True), strict=True):
                    whose, value = divmod(int(number), len(values))
                    total[whose, values[value]] += int(count)
        return [Count(self._place(place), key, held[place, key], count) for (place, key), count in n.items()]

    def _split(self, at: CaseSelection, found: Found, split: Split | None) -> tuple[Sequence[Any], Array]:
        if split is None or split == "clause":
            return [None if split is None else self._clauses[found.clause]], np.zeros(len(found.at), np.int64)
        values, coded = at.coded(split)
        return values, coded[found.case].astype(np.int64)

    def series(
        self, periods: Sequence[Period], clauses: Sequence[str], measure: Measure, wanted: Wanted
    ) -> list[tuple[int, int]]:
        ends = np.array([day_number(p.moment.on) for p in periods], np.uint16)
        known_at = np.array([instant_number(p.moment.known_at) for p in periods])
        there = np.stack([self._at(p.moment).there for p in periods])
        allowed, first = self._allowed(wanted), day_number(periods[0].since)
        good = IN_TIME if measure == "in_time" else DONE
        held, n = (np.zeros(len(periods), np.int64) for _ in range(2))
        for number in (number for name in clauses for number in self._numbers[name]):
            for rows in self.columns.duties.all:
                begin, end = rows.clause_bounds[number : number + 2]
                due = rows["due"][begin:end]
                part = np.flatnonzero((due > first) & (due <= ends[-1]) & allowed[rows["place"][begin:end]]) + begin
                which = np.searchsorted(ends, rows["due"][part])
                until = rows["until"][part] if "until" in rows else int(STANDING)
                then = known_at[which]
                known_then = (rows["since"][part] < then) & ((then <= until) | (then == until))
                known_then &= there[which, rows["case"][part]]
                part, which = part[known_then], which[known_then]
                dates = (rows[name][part] for name in ("arises", "due", "met", "ended"))
                state = states(ends[which], *dates)
                fell = within(state, FELL_DUE)
                n += np.bincount(which[fell], minlength=len(periods))
                held += np.bincount(which[fell & within(state, good)], minlength=len(periods))
        return list(zip(held.tolist(), n.tolist(), strict=True))

    def persons(
        self, moment: Moment, since: date, clauses: Sequence[str], attribute: Split, wanted: Wanted
    ) -> Mapping[tuple[Place, Any], frozenset[str]]:
        at, people = self._at(moment), dict[tuple[Place, Any], set[str]]()
        allowed, seen = self._allowed(wanted), list[Array]()
        for found in self._counted(at, since, clauses):
            place = found.column("place")
            mine = allowed[place]
            seen.append(np.unique(place[mine].astype(np.int64) * self.columns.numbers + found.case[mine]))
        values, coded = at.coded(attribute)
        every = np.unique(np.concatenate(seen)) if seen else np.zeros(0, np.int64)
        for place, case in zip(*(part.tolist() for part in divmod(every, self.columns.numbers or 1)), strict=True):
            people.setdefault((self._place(place), values[coded[case]]), set()).add(self.references[case])
        return {key: frozenset(cases) for key, cases in people.items()}

    def waits(
        self, moment: Moment, since: date, clauses: Sequence[str], wanted: Wanted
    ) -> Mapping[Place, Counter[int | None]]:
        waited: dict[Place, Counter[int | None]] = {}
        allowed, longest = self._allowed(wanted), BEYOND + 1
        for found in self._counted(self._at(moment), since, clauses):
            found = of_found(found, allowed[found.column("place")])
            done = within(found.state, DONE)
            days = _working_days()[np.where(done, found.column("met"), 0)] - _working_days()[found.column("arises")]
            key = found.column("place").astype(np.int64) * (2 * longest) + np.where(done, days + longest, 0)
            for number, count in zip(*np.unique(key, return_counts=True), strict=True):
                place, length = divmod(int(number), 2 * longest)
                counter = waited.setdefault(self._place(place), Counter())
                counter[length - longest if length else None] += int(count)
        return waited

    def places(self) -> Sequence[Place]:
        return sorted(Place(*place) for place in self.columns.words["place"].values)

    def verdicts(self, moment: Moment, question: str) -> Mapping[Place, Verdicts]:
        at, size = self._at(moment), len(self.columns.words["place"].values)
        asked, places = self.framework.questions[question], at.place
        counts = np.zeros((3, size), np.int64)
        for numbers in blocks(np.where(at.there, 0, -1)):
            verdict, absent = Block(self.framework, at, numbers).answer(asked)
            counting = at.there[numbers] & ((verdict == SUFFICIENT) | (verdict == INSUFFICIENT))
            for n, which in enumerate((counting & (verdict == SUFFICIENT), counting, counting & absent)):
                counts[n] += np.bincount(places[numbers[which]], minlength=size)
        return {self._place(n): Verdicts(*(int(c) for c in counts[:, n])) for n in np.flatnonzero(counts[1]).tolist()}

    def loads(self, moment: Moment) -> Mapping[Place, Load]:
        at, today = self._at(moment), moment.on
        since = day_number(today - timedelta(weeks=BEFORE))
        places = at.place
        ended = at.spell_column("ended")
        size = len(self.columns.words["place"].values)
        weeks = np.zeros((size, WEEKS), np.int64)
        arranged, done, overdue = (np.zeros(size, np.int64) for _ in range(3))
        for found in self._owed(at, self._standards()):
            clause = self.framework_clause(found.clause)
            place, met = found.column("place"), found.column("met")
            counted = place[(met > since) & (met <= at.day) & within(found.state, DONE)]
            done += np.bincount(counted, minlength=size)
            coming = coming_of(found, at, day_number(today + timedelta(weeks=WEEKS)))
            week = (found.column("due")[coming].astype(np.int64) - int(at.day) - 1) // 7
            np.add.at(weeks, (place[coming], week), 1)
            arranged += np.bincount(place[coming & (met != NEVER)], minlength=size)
            if clause.kind != "frequency":
                over = ended[found.case] <= at.day
                late = (found.state == OPEN) & (~over if clause.after != "end" else True)
                overdue += np.bincount(places[found.case[late]], minlength=size)
        held = np.bincount(places[at.there], minlength=size)
        return {
            self._place(n): Load(tuple(weeks[n].tolist()), int(arranged[n]), int(done[n]), int(overdue[n]))
            for n in range(size)
            if held[n] or weeks[n].any() or done[n] or overdue[n]
        }

    def recorded(self, moment: Moment, since: date) -> Mapping[Place, Recorded]:
        at = self._at(moment)
        places = at.place
        entries = np.zeros(len(self.columns.words["place"].values), np.int64)
        for rows in self.columns.recorded:
            inside = at.there[rows["case"]] & (rows["day"] > day_number(since)) & (rows["day"] <= _last(moment))
            np.add.at(entries, places[rows["case"][inside]], rows["entries"][inside])
        late: dict[int, Counter[int]] = {int(n): Counter() for n in np.unique(places[at.there])}
        for rows in self.columns.lates.parts(at.instant):
            case = rows["case"][which := self._late_rows(at, rows, since)]
            key = (places[case].astype(np.int64) << 32) + rows["working_days"][which]
            for number, count in zip(*np.unique(key, return_counts=True), strict=True):
                late[int(number) >> 32][int(number) & 0xFFFFFFFF] += int(count)
        return {self._place(n): Recorded(int(entries[n]), found) for n, found in late.items()}

    def first_day(self) -> date | None:
        started = [rows["started"].min() for rows in self.columns.spells.current if len(rows)]
        return day_of(int(min(started))) if started else None


def _last(moment: Moment) -> int:
    """The last day whose recordings count: the moment's, or the one on which knowledge ends before it."""
    if moment.known_at is None:
        return day_number(moment.on)
    return min(
        day_number(moment.on), day_number((moment.known_at - timedelta(microseconds=1)).astimezone(LONDON).date())
    )


@cache
def _working_days() -> Array:
    """Working days from the first day up to each day by its number, so that two of them give those between."""
    days = [FIRST + timedelta(days=n) for n in range(BEYOND + 1)]
    return np.array([working_days_between(FIRST, day) for day in days], np.int32)
