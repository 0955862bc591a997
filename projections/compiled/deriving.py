"""Many cases derived at once, on both axes of time."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import partial
from itertools import chain, pairwise
from typing import Any, NamedTuple, TypeVar

import numpy as np

from domain.entries.case_entries import Entry, QualityJudged
from projections.compiled.calendar import NEVER, calendar
from projections.compiled.coded import Cases, Coding
from projections.compiled.compiling import Array
from projections.compiled.law import TIMED, VALUES
from projections.compiled.laying import lay
from projections.compiled.room import FULL, MET, ROWS, SPELLS, room
from projections.ledger.knowledge_spans import RowSpans
from projections.ledger.ledger import Ledger
from projections.ledger.ledger_rows import (
    LATE_AFTER,
    DutyRow,
    JudgementRow,
    Known,
    LateRow,
    SpellRow,
    judgement_row,
    late_row,
)

R = TypeVar("R", bound=tuple[Any, ...])


class Laid(NamedTuple):
    """What was laid for some cases: rows and spells as records, those of case n from ``rows_at[n]`` on."""

    rows: Array
    met: Array
    rows_at: Array
    spells: Array
    spells_at: Array


class Days(dict[int, date | None]):
    def __missing__(self, number: int) -> date | None:
        day = self[number] = date.fromordinal(number)
        return day


DAYS = Days({NEVER: None})


def laid(coding: Coding, cases: Cases) -> Laid:
    """Lay the duties of these cases, with as much room as they turn out to need."""
    c, law, size = cases.coded, coding.reading.law, 1
    _check(c.entries)
    longest = max(int(c.over.max()), int(np.diff(c.case_at).max()))
    while True:
        here = room(size, len(c.entries), longest, len(law.described))
        rows_at, spells_at = np.zeros(len(c.over) + 1, np.int64), np.zeros(len(c.over) + 1, np.int64)
        lay(law, cases.kinds, c, calendar(), here, rows_at, spells_at)
        if not here.marks[FULL]:
            rows, met, spells = here.marks[[ROWS, MET, SPELLS]].tolist()
            return Laid(here.rows[:rows], here.met[:met], rows_at, here.spells[:spells], spells_at)
        size *= 2


def _check(entries: Array) -> None:
    """``ValueError`` where an entry has a date outside the years for which working days are known."""
    first, last = calendar().first, calendar().months[-ROOM_BEFORE_THE_END]
    for name in ("day", "other", "ends", "released"):
        days = entries[name][entries[name] != NEVER]
        if len(days) and not first <= days.min() <= days.max() <= last:
            raise ValueError(f"an entry has a date before {date.fromordinal(first)} or after {date.fromordinal(last)}")


ROOM_BEFORE_THE_END = 60
"""Months of the calendar that no entry is dated in: what falls due after the last entry still lies in it."""


def ledgers_of(coding: Coding, cases: Sequence[list[Entry]]) -> Iterator[Ledger]:
    """The ledger of each case from all its entries, rows in no order; as ``projections.ledger.ledger.ledger``."""
    if not any(cases):
        yield from (Ledger() for _ in cases)
        return
    coded = coding.growing(cases)
    done = laid(coding, coded)
    duties, spells = _duties(coded, done), _spells(coded, done)
    judgements, lates = _judgements(coded), _lates(coded)
    for case, (begin, end) in enumerate(pairwise(done.rows_at.tolist())):
        yield Ledger(duties[begin:end], spells[case], judgements[case], lates[case])


def _duties(coded: Cases, done: Laid) -> list[Known[DutyRow]]:
    instants: list[Any] = list(chain.from_iterable((*some, None) for some in coded.instants))
    instants_at = np.cumsum([0, *(len(some) + 1 for some in coded.instants)])
    ids, rows = coded.ids, done.rows
    met = [ids[entry] for entry in done.met.tolist()]
    entries = [
        tuple(met[at : at + number]) for at, number in zip(rows["met_at"].tolist(), rows["met"].tolist(), strict=True)
    ]
    days = DAYS.__getitem__
    columns = zip(
        rows["clause"].tolist(), rows["value"].tolist(), *(map(days, rows[on].tolist()) for on in _DATES),
        map(ids.__getitem__, rows["raised_by"].tolist()), entries, map(coded.places.__getitem__, rows["place"].tolist()),
        strict=True,
    )  # fmt: skip
    base = np.repeat(instants_at[:-1], np.diff(done.rows_at))
    at = (
        map(instants.__getitem__, (rows["since"] + base).tolist()),
        map(instants.__getitem__, (rows["until"] + base).tolist()),
    )
    return list(map(_known, zip(map(_duty, columns), *at, strict=True)))


def _spells(coded: Cases, done: Laid) -> list[list[Known[SpellRow]]]:
    def rows(spells: Array) -> Iterator[tuple[SpellRow, int, int]]:
        for on, off, place, tier, risk, mappa_level, begun, ended_on, since, until in spells.tolist():
            started: Any = coded.facts[begun]
            person, start = started.person, max(started.occurred_on, started.released_on or started.occurred_on)
            row = SpellRow(
                date.fromordinal(on), DAYS[off], person.name, started.order_type, person.gender, person.ethnicity,
                person.disability, coded.places[place], TIERS[tier], LEVELS[risk], MAPPA_LEVELS[mappa_level], start, DAYS[ended_on],
            )  # fmt: skip
            yield row, since, until

    return _by_case(coded, [rows(done.spells[begin:end]) for begin, end in pairwise(done.spells_at.tolist())])


def _judgements(coded: Cases) -> list[list[Known[JudgementRow]]]:
    return _by_case(coded, coded.of_type(QualityJudged, judgement_row))


def _lates(coded: Cases) -> list[list[Known[LateRow]]]:
    entries, cal = coded.coded.entries, calendar()
    delay = cal.worked[entries["in_london"] - cal.first] - cal.worked[entries["day"] - cal.first]
    return _by_case(coded, coded.at(np.flatnonzero(delay > LATE_AFTER), late_row))


def _by_case(coded: Cases, rows: Iterable[Iterable[tuple[R, int, int]]]) -> list[list[Known[R]]]:
    """Each case's rows with their spans as instants, those that touch made one."""
    every = []
    for instants, some in zip(coded.instants, rows, strict=True):
        found = RowSpans[R]()
        for row, since, until in some:
            found.add(row, since, until)
        every.append(found.known(instants))
    return every


LEVELS, TIERS, MAPPA_LEVELS = ((None, *VALUES[name]) for name in TIMED)
_DATES = ("arises_on", "due_on", "met_on", "ended_on")
_duty = partial(tuple.__new__, DutyRow)
_known = partial(tuple.__new__, Known)
