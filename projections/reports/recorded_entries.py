"""Recorded entries: how many were recorded in a period, and those recorded late, by who holds the case on the day read."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np

from domain.calendar.london_time import LONDON
from projections.arrays.date_numbers import date_of, day_number
from projections.columns.case_selection import CaseSelection
from projections.columns.column_schema import Array, Rows, known
from projections.history.moment import Moment
from projections.ledger.ledger import Place
from projections.reports.duty_results import LateEntry, Recorded


class LateRows(NamedTuple):
    """Rows of entries recorded late, and which of them are asked for."""

    rows: Rows
    which: Array


def recorded_by_place(at: CaseSelection, since: date) -> Mapping[Place, Recorded]:
    """The entries recorded after a day and by the moment's, by place; places that hold no case are left out."""
    entries, late = _entries(at, since), _late_by_place(at, since)
    places = at.columns.words["place"].values
    held = np.unique(at.place[at.there]).tolist()
    return {places[n]: Recorded(int(entries[n]), late.get(n, Counter())) for n in held}


def late_entries(at: CaseSelection, since: date, allowed: Array) -> Iterator[LateEntry]:
    """The entries recorded late that ``recorded_by_place`` counts, one by one.

    ``allowed``: for each place by number, whether its entries are wanted.
    """
    columns, words, names = at.columns, at.columns.words, at.spell_column("name")
    for rows, late in _late_rows(at, since):
        which = late[allowed[at.place[rows["case"][late]]]]
        found = (rows[name][which].tolist() for name in ("case", "type", "occurred", "recorded", "working_days"))
        for case, kind, occurred, recorded, days in zip(*found, strict=True):
            yield LateEntry(
                columns.references[case], columns.names[int(names[case])],
                words["place"].values[int(at.place[case])], words["type"].values[kind], date_of(occurred),
                date_of(recorded), days,
            )  # fmt: skip


def _entries(at: CaseSelection, since: date) -> Array:
    """How many entries were recorded, for each place by number."""
    found = np.zeros(len(at.columns.words["place"].values), np.int64)
    last = _last_day(at.moment)
    for rows in at.columns.recorded:
        inside = at.there[rows["case"]] & (rows["day"] > day_number(since)) & (rows["day"] <= last)
        np.add.at(found, at.place[rows["case"][inside]], rows["entries"][inside])
    return found


def _late_by_place(at: CaseSelection, since: date) -> Mapping[int, Counter[int]]:
    """How many entries were late by each number of working days, for each place by number."""
    found: dict[int, Counter[int]] = {}
    for rows, which in _late_rows(at, since):
        key = (at.place[rows["case"][which]].astype(np.int64) << 32) + rows["working_days"][which]
        for number, times in zip(*(of.tolist() for of in np.unique(key, return_counts=True)), strict=True):
            found.setdefault(number >> 32, Counter())[number & 0xFFFFFFFF] += times
    return found


def _late_rows(at: CaseSelection, since: date) -> Iterator[LateRows]:
    """The entries recorded late after a day and by the moment's, and known then, of the cases that are there."""
    for rows in at.columns.lates.parts(at.instant):
        inside = at.there[rows["case"]] & (rows["recorded"] > day_number(since)) & (rows["recorded"] <= at.day)
        then = known(rows, at.instant)
        yield LateRows(rows, np.flatnonzero(inside if then is None else inside & then))


def _last_day(moment: Moment) -> int:
    """The last day whose recordings count: the moment's, or the one on which knowledge ends before it."""
    if moment.known_at is None:
        return day_number(moment.on)
    last_instant = moment.known_at - timedelta(microseconds=1)
    return day_number(min(moment.on, last_instant.astimezone(LONDON).date()))
