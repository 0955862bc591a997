"""The duty state page: its scalar and array forms give what one table says, and agree on any dates."""

import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import product
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.arrays.date_numbers import FIRST, day_number, day_read, instant_number
from projections.ledger.ledger import Known
from projections.obligations.duty_state import (
    ARISEN,
    DISPENSED,
    DISPENSED_EARLY,
    DONE,
    DUE,
    FELL_AND_DISPENSED,
    FELL_AND_DONE,
    FELL_AND_IN_TIME,
    FELL_DUE,
    IN_TIME,
    LAPSED,
    MET,
    MET_EARLY,
    MET_LATE,
    NOT_ARISEN,
    OPEN,
    Days,
    Obligation,
    State,
    holds,
    state_in,
    states,
    was_known,
    were_known,
)


class Dates(NamedTuple):
    """When a duty arises, is due, was met and ended; small numbers stand for days.

    ``dispensed``: the span of days in which it is dispensed with (None at its end: for good).
    """

    arises: int
    due: int
    met: int | None
    ended: int | None
    dispensed: tuple[int, int | None] | None = None


class Expected(NamedTuple):
    """A duty's dates, the day on which it is looked at, and what is so on it."""

    dates: Dates
    window: bool
    day: int
    state: State | None
    fell_due: bool
    done: bool
    in_time: bool


NEVER = None
TABLE = [
    # arises, due, met, ended               day     state   fell due  done  in time
    Expected(Dates(2, 5, NEVER, NEVER), False, 1, None, False, False, False),
    Expected(Dates(2, 5, NEVER, NEVER), False, 2, "due", False, False, False),
    Expected(Dates(2, 5, NEVER, NEVER), False, 5, "due", False, False, False),
    Expected(Dates(2, 5, NEVER, NEVER), False, 6, "overdue", True, False, False),
    Expected(Dates(2, 5, NEVER, NEVER), True, 5, "due", False, False, False),
    Expected(Dates(2, 5, NEVER, NEVER), True, 6, "missed", True, False, False),
    # met in time: counted from the day it was due on
    Expected(Dates(2, 5, 3, NEVER), False, 2, "due", False, False, False),
    Expected(Dates(2, 5, 3, NEVER), False, 3, "met", False, True, True),
    Expected(Dates(2, 5, 3, NEVER), False, 4, "met", False, True, True),
    Expected(Dates(2, 5, 3, NEVER), False, 5, "met", True, True, True),
    Expected(Dates(2, 5, 5, NEVER), False, 5, "met", True, True, True),
    Expected(Dates(2, 5, 5, NEVER), True, 9, "met", True, True, True),
    # met before it arose
    Expected(Dates(2, 5, 1, NEVER), False, 1, None, False, False, False),
    Expected(Dates(2, 5, 1, NEVER), False, 2, "met", False, True, True),
    # met late: overdue until then
    Expected(Dates(2, 5, 7, NEVER), False, 5, "due", False, False, False),
    Expected(Dates(2, 5, 7, NEVER), False, 6, "overdue", True, False, False),
    Expected(Dates(2, 5, 7, NEVER), False, 7, "met_late", True, True, False),
    Expected(Dates(2, 5, 7, NEVER), True, 6, "missed", True, False, False),
    # nobody owed it any more by the day it was due: lapsed, and in no figure
    Expected(Dates(2, 5, NEVER, 4), False, 3, "due", False, False, False),
    Expected(Dates(2, 5, NEVER, 4), False, 4, "lapsed", False, False, False),
    Expected(Dates(2, 5, NEVER, 5), False, 9, "lapsed", False, False, False),
    Expected(Dates(2, 5, NEVER, 4), True, 9, "lapsed", False, False, False),
    # it ended after the day it was due: still overdue
    Expected(Dates(2, 5, NEVER, 6), False, 9, "overdue", True, False, False),
    Expected(Dates(2, 5, NEVER, 6), True, 9, "missed", True, False, False),
    # met before it ended, on that day, and after
    Expected(Dates(2, 5, 3, 4), False, 9, "met", True, True, True),
    Expected(Dates(2, 5, 4, 4), False, 4, "met", False, True, True),
    Expected(Dates(2, 5, 5, 4), False, 4, "lapsed", False, False, False),
    Expected(Dates(2, 5, 5, 4), False, 5, "met", True, True, True),
    # ended, and met all the same, late
    Expected(Dates(2, 5, 7, 4), False, 6, "lapsed", False, False, False),
    Expected(Dates(2, 5, 7, 4), False, 7, "met_late", True, True, False),
    # ended before it arose
    Expected(Dates(2, 5, NEVER, 1), False, 1, None, False, False, False),
    Expected(Dates(2, 5, NEVER, 1), False, 2, "lapsed", False, False, False),
    # due before it arose, when it was recorded too late
    Expected(Dates(4, 3, NEVER, NEVER), False, 3, None, False, False, False),
    Expected(Dates(4, 3, NEVER, NEVER), False, 4, "overdue", True, False, False),
    # dispensed with: no longer due, nor overdue; it falls due all the same
    Expected(Dates(2, 5, NEVER, NEVER, (3, 8)), False, 2, "due", False, False, False),
    Expected(Dates(2, 5, NEVER, NEVER, (3, 8)), False, 3, "dispensed", False, False, False),
    Expected(Dates(2, 5, NEVER, NEVER, (3, 8)), False, 5, "dispensed", False, False, False),
    Expected(Dates(2, 5, NEVER, NEVER, (3, 8)), False, 6, "dispensed", True, False, False),
    Expected(Dates(2, 5, NEVER, NEVER, (3, 8)), False, 8, "overdue", True, False, False),
    Expected(Dates(2, 5, NEVER, NEVER, (3, 5)), False, 5, "due", False, False, False),
    Expected(Dates(2, 5, NEVER, NEVER, (6, 9)), True, 6, "dispensed", True, False, False),
    Expected(Dates(2, 5, NEVER, NEVER, (3, NEVER)), True, 40, "dispensed", True, False, False),
    # met, or lapsed, all the same; not arisen yet
    Expected(Dates(2, 5, 4, NEVER, (3, 8)), False, 4, "met", False, True, True),
    Expected(Dates(2, 5, 7, NEVER, (3, 8)), False, 6, "dispensed", True, False, False),
    Expected(Dates(2, 5, 7, NEVER, (3, 8)), False, 7, "met_late", True, True, False),
    Expected(Dates(2, 5, NEVER, 4, (3, 8)), False, 4, "lapsed", False, False, False),
    Expected(Dates(2, 5, NEVER, NEVER, (1, 8)), False, 1, None, False, False, False),
]


class Span(NamedTuple):
    """When something became known and when it ceased to be, the instant asked about, and whether it was known then."""

    since: int
    until: int | None
    instant: int | None
    known: bool


SPANS = [
    Span(2, None, 1, False),
    Span(2, None, 2, False),  # a recording at the instant is not known yet
    Span(2, None, 3, True),
    Span(2, None, None, True),
    Span(2, 4, 2, False),
    Span(2, 4, 3, True),
    Span(2, 4, 4, True),  # nor is the one that took it away
    Span(2, 4, 5, False),
    Span(2, 4, None, False),
]


def day_of(number: int) -> date:
    return FIRST + timedelta(days=number)


def duty(dates: Dates, window: bool = False, when_dispensed: str = "not_met") -> Obligation:
    met, ended = (None if number is None else day_of(number) for number in (dates.met, dates.ended))
    clause: Any = SimpleNamespace(when_dispensed=when_dispensed)
    arises, due = day_of(dates.arises), day_of(dates.due)
    return Obligation(clause, clause, arises, due, met, ended, None, (), window, dispensed_days(dates))


def dispensed_days(dates: Dates) -> Days:
    if dates.dispensed is None:
        return ()
    first, off = dates.dispensed
    return ((day_of(first), None if off is None else day_of(off)),)


def array_states(every: Sequence[Dates], day: int, *, left_out: bool = False) -> Any:
    columns = (
        np.array([day_number(None if number is None else day_of(number)) for number in column], np.uint16)
        for column in zip(*(dates[:4] for dates in every), strict=True)
    )
    dispensed = np.array([holds(dispensed_days(dates), day_of(day)) for dates in every])
    some = dispensed if dispensed.any() or day % 2 else None
    return states(day_read(day_of(day)), *columns, some, left_out=left_out)


@pytest.mark.parametrize("row", TABLE, ids=str)
def test_what_is_so_of_a_duty_on_a_day(row: Expected) -> None:
    o, day = duty(row.dates, row.window), day_of(row.day)
    assert (o.state(day), o.fell_due(day), o.done(day), o.in_time(day)) == row[3:]
    state = array_states([row.dates], row.day)
    assert [bool(state_in(state, which)[0]) for which in (FELL_DUE, DONE, IN_TIME)] == list(row[4:])


CODES: dict[State | None, tuple[int, ...]] = {
    None: (NOT_ARISEN,), "due": (DUE,), "lapsed": (LAPSED,), "overdue": (OPEN,), "missed": (OPEN,),
    "met_late": (MET_LATE,), "met": (MET, MET_EARLY), "dispensed": (DISPENSED_EARLY, DISPENSED),
}  # fmt: skip


def agree(every: Sequence[Dates], day: int, when_dispensed: str = "not_met") -> None:
    """Both forms say the same of these duties on a day."""
    on, found = day_of(day), array_states(every, day, left_out=when_dispensed == "left_out")
    for dates, state in zip(every, found.tolist(), strict=True):
        o = duty(dates, when_dispensed=when_dispensed)
        fell, done, in_time = o.fell_due(on), o.done(on), o.in_time(on)
        assert state in CODES[o.state(on)]
        assert (state in ARISEN, state in FELL_DUE, state in DONE, state in IN_TIME) == (
            o.state(on) is not None, fell, done, in_time,
        )  # fmt: skip
        assert (state in FELL_AND_DISPENSED) == (fell and o.state(on) == "dispensed")
        assert (state in FELL_AND_DONE, state in FELL_AND_IN_TIME) == (fell and done, fell and in_time)
    for which in (ARISEN, FELL_DUE, DONE, IN_TIME):
        assert state_in(found, which).tolist() == [state in which for state in found.tolist()]


@pytest.mark.parametrize("day", range(5))
def test_the_forms_agree_on_every_order_of_dates(day: int) -> None:
    days = range(5)
    agree([Dates(*dates) for dates in product(days, days, (*days, None), (*days, None))], day)


@pytest.mark.parametrize("when_dispensed", ["not_met", "left_out"])
@pytest.mark.parametrize("day", range(5))
def test_the_forms_agree_on_every_dispensation(day: int, when_dispensed: str) -> None:
    days = range(4)
    spans = [(first, off) for first in days for off in (*days, None) if off is None or first < off]
    every = product((0, 2), days, (1, 3, None), (1, 3, None), (None, *spans))
    agree([Dates(*dates) for dates in every], day, when_dispensed)


SMALL = st.integers(0, 40)
SPAN = st.none() | st.tuples(SMALL, st.none() | st.integers(1, 60))
DATES = st.builds(Dates, SMALL, SMALL, SMALL | st.none(), SMALL | st.none(), SPAN)


@given(st.lists(DATES, min_size=1, max_size=20), SMALL)
def test_the_forms_agree_on_any_dates(every: list[Dates], day: int) -> None:
    agree(every, day)


def instant_of(number: int | None) -> datetime | None:
    return None if number is None else datetime(2005, 1, 1, tzinfo=UTC) + timedelta(microseconds=number)


def forms_of_known(span: Span) -> list[bool]:
    """Whether a span was known at its instant, by every form."""
    since, until, at = map(instant_of, span[:3])
    assert since is not None
    starts, ends = np.array([instant_number(since)]), np.array([instant_number(until)])
    found = [
        was_known(at, since, until), Known((), since, until).at(at),
        bool(were_known(instant_number(at), starts, ends)[0]),
    ]  # fmt: skip
    return [*found, bool(were_known(instant_number(at), starts)[0])] if until is None else found


@pytest.mark.parametrize("span", SPANS, ids=str)
def test_what_was_known_at_an_instant(span: Span) -> None:
    assert set(forms_of_known(span)) == {span.known}


@given(SMALL, st.none() | st.integers(1, 40), st.none() | SMALL)
def test_the_forms_agree_on_any_span(since: int, length: int | None, at: int | None) -> None:
    span = Span(since, None if length is None else since + length, at, True)
    assert len(set(forms_of_known(span))) == 1


def test_who_reads_one_case_loads_neither_numpy_nor_sqlalchemy() -> None:
    found = "import sys, projections.obligations.duty_state; print(*({'numpy', 'sqlalchemy'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", found], capture_output=True, text=True, check=True).stdout == "\n"
