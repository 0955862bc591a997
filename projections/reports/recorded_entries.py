"""Recorded entries: how many were recorded in a period, and how many late, by the place that holds the case on the day."""

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
from projections.reports.duty_results import LateEntry, RecordedCount


class LateRows(NamedTuple):
    """Rows of entries recorded late, and the indices of those that count."""

    rows: Rows
    which: Array


def recorded_by_place(selection: CaseSelection, since: date) -> Mapping[Place, RecordedCount]:
    """The entries recorded after ``since`` up to the moment's day, by place. Places that hold no case are left out."""
    entries, late = _entries(selection, since), _late_by_place(selection, since)
    places = selection.columns.words["place"].values
    held = np.unique(selection.place[selection.there]).tolist()
    return {places[n]: RecordedCount(int(entries[n]), late.get(n, Counter())) for n in held}


def late_entries(selection: CaseSelection, since: date, allowed: Array) -> Iterator[LateEntry]:
    """The entries recorded late that ``recorded_by_place`` counts, one by one.

    ``allowed``: for each place (a number), whether its entries are wanted.
    """
    columns, words, names = selection.columns, selection.columns.words, selection.spell_column("name")
    for rows, late in _late_rows(selection, since):
        which = late[allowed[selection.place[rows["case"][late]]]]
        found = (rows[name][which].tolist() for name in ("case", "type", "occurred_on", "recorded_on", "working_days"))
        for case, kind, occurred, recorded, days in zip(*found, strict=True):
            yield LateEntry(
                columns.references[case], columns.names[int(names[case])],
                words["place"].values[int(selection.place[case])], words["type"].values[kind], date_of(occurred),
                date_of(recorded), days, case,
            )  # fmt: skip


def _entries(selection: CaseSelection, since: date) -> Array:
    """How many entries were recorded, for each place (a number)."""
    found = np.zeros(len(selection.columns.words["place"].values), np.int64)
    last = _last_day(selection.moment)
    for rows in selection.columns.plain["recorded"]:
        inside = selection.there[rows["case"]] & (rows["day"] > day_number(since)) & (rows["day"] <= last)
        np.add.at(found, selection.place[rows["case"][inside]], rows["entries"][inside])
    return found


def _late_by_place(selection: CaseSelection, since: date) -> Mapping[int, Counter[int]]:
    """How many entries were late by each number of working days, for each place (a number)."""
    found: dict[int, Counter[int]] = {}
    for rows, which in _late_rows(selection, since):
        key = (selection.place[rows["case"][which]].astype(np.int64) << 32) + rows["working_days"][which]
        for number, times in zip(*(of.tolist() for of in np.unique(key, return_counts=True)), strict=True):
            found.setdefault(number >> 32, Counter())[number & 0xFFFFFFFF] += times
    return found


def _late_rows(selection: CaseSelection, since: date) -> Iterator[LateRows]:
    """The late entries recorded after ``since`` up to the moment's day and known at the moment, of the cases that had begun."""
    for rows in selection.columns.lates.parts(selection.instant):
        inside = (
            selection.there[rows["case"]]
            & (rows["recorded_on"] > day_number(since))
            & (rows["recorded_on"] <= selection.day)
        )
        then = known(rows, selection.instant)
        yield LateRows(rows, np.flatnonzero(inside if then is None else inside & then))


def _last_day(moment: Moment) -> int:
    """The last day whose recordings count: the moment's day, or the day of ``known_at`` where that is earlier."""
    if moment.known_at is None:
        return day_number(moment.on)
    last_instant = moment.known_at - timedelta(microseconds=1)
    return day_number(min(moment.on, last_instant.astimezone(LONDON).date()))
