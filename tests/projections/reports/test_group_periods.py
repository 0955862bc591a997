"""Periods of one report up to one day: what lies between two that are shown holds nobody, or no small number."""

from datetime import date
from itertools import combinations

import numpy as np
import pytest

from projections.arrays.date_numbers import day_number
from projections.history.moment import Moment
from projections.reports.group_periods import MOST_MONTHS, USUAL_MONTHS, decided_before, is_given_away, is_whole_months
from projections.reports.periods import Period, period
from projections.reports.small_numbers import FEW, GroupCell, Node, suppressed
from tests.support.depth import dice, times

MOMENT = Moment(date(2005, 12, 22), None)


@pytest.mark.parametrize("seed", range(times(160)))
def test_no_two_periods_that_are_shown_leave_few_people_between_them(seed: int) -> None:
    rng = dice(seed)
    last = day_number(MOMENT.on)
    duties = [(rng.randint(1, 30), last - rng.randint(0, 700)) for _ in range(rng.choice((6, 20, 60)))]
    cases, days = (np.array(column) for column in zip(*duties, strict=True))
    periods = [period(MOMENT, months) for months in range(1, 25)]
    shown = [p for p in periods if not is_given_away(cases, days, p, decided_before(p), FEW)]
    for short, long in combinations(shown, 2):
        first, end = day_number(long.since), day_number(short.since)
        between = {case for case, day in duties if first < day <= end}
        assert not 0 < len(between) < FEW
    for p in shown:
        assert len({case for case, day in duties if day > day_number(p.since)}) >= FEW
    usual = {case for case, day in duties if day > day_number(period(MOMENT, USUAL_MONTHS).since)}
    assert (len(usual) >= FEW) == (period(MOMENT, USUAL_MONTHS) in shown), "other periods never hide the usual one"


def test_the_usual_period_is_decided_first_and_odd_ones_last() -> None:
    usual, one, six = (period(MOMENT, months) for months in (USUAL_MONTHS, 1, 6))
    assert decided_before(usual) == [] and decided_before(one) == [usual.since]
    assert len(decided_before(six)) == 6
    odd = Period(MOMENT, date(2005, 11, 1))
    assert len(decided_before(odd)) == MOST_MONTHS
    assert is_whole_months(six) and not is_whole_months(odd)


def test_a_group_that_would_give_a_small_one_away_is_hidden_with_another() -> None:
    area: Node = ("area", "A")
    people = {area: {"a": 20, "b": 30, "c": 40}}
    away = {GroupCell(area, "c")}
    assert suppressed(people, {}, FEW, away) == {GroupCell(area, "a"), GroupCell(area, "c")}
