"""Recorded entries: how many were recorded in a period, and how many late, by the place that holds the case on the day."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np

from domain.calendar.london_time import LONDON
from projections.arrays.date_numbers import date_of, day_number
from projections.columns.case_selection import CaseSelection
from projections.columns.column_schema import Array, Rows, known
from projections.columns.keyed_counts import KeyedCounts, in_order
from projections.history.moment import Moment
from projections.reports.duty_results import LateEntry


class LateRows(NamedTuple):
    """Rows of entries recorded late, and the indices of those that count."""

    rows: Rows
    which: Array


@dataclass(frozen=True)
class RecordedByPlace:
    """Counts the entries recorded after ``since`` up to the moment's day, and the cases held, by place.

    Places that hold no case are left out.
    """

    since: date

    def __call__(self, selection: CaseSelection) -> KeyedCounts:
        places = list(selection.columns.words["place"].values)
        held = np.bincount(selection.place[selection.there], minlength=len(places))
        return in_order([(place,) for place in places], _entries(selection, self.since, len(places)), held)


@dataclass(frozen=True)
class LateByPlace:
    """Counts those of these entries that were recorded late by place and by the working days that they were late."""

    since: date

    def __call__(self, selection: CaseSelection) -> KeyedCounts:
        found = [
            (selection.place[rows["case"][which]].astype(np.int64) << 32) + rows["working_days"][which]
            for rows, which in _late_rows(selection, self.since)
        ]
        every, times = np.unique(np.concatenate([np.zeros(0, np.int64), *found]), return_counts=True)
        places = selection.columns.words["place"].values
        return in_order([(places[number >> 32], number & 0xFFFFFFFF) for number in every.tolist()], times)


def late_entries(selection: CaseSelection, since: date, allowed: Array) -> Iterator[LateEntry]:
    """The entries recorded late that ``LateByPlace`` counts, one by one.

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


def _entries(selection: CaseSelection, since: date, places: int) -> Array:
    """How many entries were recorded, for each place (a number below ``places``). Those for inspections are not told."""
    found, last = np.zeros(places, np.int64), _last_day(selection.moment)
    for rows in selection.columns.plain["recorded"]:
        inside = selection.there[rows["case"]] & (rows["day"] > day_number(since)) & (rows["day"] <= last)
        told = rows["entries"][inside] - rows["for_inspections"][inside]
        np.add.at(found, selection.place[rows["case"][inside]], told)
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
