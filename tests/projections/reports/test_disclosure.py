"""The gate of disclosure attacked: month ends, rounding, and whether sums over lines, tables or dates tell of a few people."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations, product
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.history.history import end_of_day
from projections.history.moment import Moment
from projections.ledger.ledger import Place
from projections.reports.disclosure import (
    BASE,
    FEW,
    MUCH,
    at_month_ends,
    from_running_totals,
    groups_told,
    is_whole,
    last_month_end,
    month_end,
    nearest,
)
from projections.reports.people_blocks import blocks, blocks_apart, is_thin
from projections.reports.periods import Period, period
from projections.reports.proportions import LEVELS, Proportion, Scope
from projections.reports.reader_reach import Holds
from projections.reports.told_figures import ToldFigures
from tests.support import people_by_sets
from tests.support.depth import dice, examples, times
from tests.support.people_by_sets import PersonMonth, PlaceGroup, as_arrays, is_enough
from tests.support.random_duties import ATTRIBUTES, BEGIN, CLAUSES, MONTHS, TODAY, RandomDuties, RandomDuty


class Nothing:
    """The reach of a reader to whom some case is always closed."""

    def covers(self, *_: object) -> bool:
        return False

    def closed(self, _: object) -> bool:
        return True


def told_of(duties: RandomDuties) -> ToldFigures:
    return ToldFigures(cast(Any, duties), cast(Any, Nothing()), TODAY)


def month(n: int) -> Moment:
    """The end of a month of the record, counted from 0 before it."""
    day = BEGIN
    for _ in range(n):
        day = month_end(day + timedelta(days=32))
    return Moment(day, end_of_day(day))


def everywhere(place: Place) -> bool:
    return True


# --- month ends


@examples(400)
@given(st.dates(date(2004, 1, 1), date(2006, 12, 31)), st.integers(0, 800), st.integers(1, 30), st.booleans())
def test_any_day_of_a_month_asks_the_same(day: date, later: int, months: int, stood: bool) -> None:
    today = day + timedelta(days=later)
    asked = period(Moment(day, end_of_day(day) if stood else None), months)
    moved = at_month_ends(asked, today)
    assert month_end(moved.moment.on) == moved.moment.on <= day and moved.moment.on < today
    assert month_end(moved.since) == moved.since
    assert at_month_ends(moved, today) == moved
    first = Moment(day.replace(day=1), end_of_day(day.replace(day=1)) if stood else None)
    last = month_end(day) == day
    assert last or at_month_ends(period(first, months), today) == moved
    known = moved.moment.known_at
    assert known is not None and known == end_of_day(month_end((known - timedelta(hours=5)).date()))
    assert last_month_end(asked.moment, today).known_at == (known if stood else None)


def test_a_month_that_is_not_over_is_not_told() -> None:
    today = date(2005, 6, 30)
    assert at_month_ends(period(Moment(today, None), 12), today).moment == Moment(
        date(2005, 5, 31), end_of_day(date(2005, 5, 31))
    )
    assert at_month_ends(period(Moment(today, None), 1), today + timedelta(days=1)).since == date(2005, 5, 31)
    assert at_month_ends(period(Moment(date(2005, 2, 28), None), 1), today).since == date(2005, 1, 31)


# --- rounding


@examples(400)
@given(st.lists(st.lists(st.integers(0, 9), min_size=3, max_size=3), min_size=1, max_size=12), st.data())
def test_rounded_totals_add_up_and_are_near(counts: list[list[int]], data: st.DataObject) -> None:
    exact = np.array(counts)
    line, table = from_running_totals(exact, [0]), from_running_totals(exact, [0, 1])
    assert not (line % BASE).any() and not (table % BASE).any()
    first, last = sorted(data.draw(st.tuples(*[st.integers(0, len(exact))] * 2)))
    assert (abs(line[first:last].sum(0) - exact[first:last].sum(0)) < BASE).all()
    assert abs(table[first:last].sum() - exact[first:last].sum()) < BASE
    assert (abs(table[first:last].sum(0) - exact[first:last].sum(0)) < 2 * BASE).all()


@pytest.mark.parametrize("shape", [(6,), (2, 3), (3, 2), (2, 1, 3), (1, 2, 3), (5, 1)])
def test_no_rounded_table_determines_a_small_count(shape: tuple[int, ...]) -> None:
    """Every small table there is, by places, groups and months: who knows all its rounded totals knows no count below five."""
    most = 8 if np.prod(shape) > 5 else 12
    tables = np.array([*product(range(most + 1), repeat=int(np.prod(shape)))], np.int16).reshape(-1, *shape)
    totals = tables
    for axis in range(len(shape)):
        totals = np.cumsum(totals, axis=axis + 1)
    key = np.zeros(len(tables), np.int64)
    for column in nearest(totals).reshape(len(tables), -1).T // BASE:
        key = key * (most * np.prod(shape) // BASE + 2) + column
    _, alike = np.unique(key, return_inverse=True)
    order = np.argsort(alike, kind="stable")
    first = np.flatnonzero(np.diff(alike[order], prepend=-1))
    inner = tables.reshape(len(tables), -1).max(1) <= most - BASE  # the greatest have no neighbours among these tables
    for low, high in product(product(*map(range, shape)), repeat=2):
        inside = tuple(slice(a, b + 1) for a, b in zip(low, high, strict=True))
        counted = tables[(slice(None), *inside)].reshape(len(tables), -1).sum(1)
        if not counted.any():
            continue
        least, greatest = (of.reduceat(counted[order], first)[alike] for of in (np.minimum, np.maximum))
        small = inner & (counted > 0) & (counted < FEW)
        assert (least[small] < greatest[small]).all(), inside


# --- blocks


@examples(200)
@given(st.data())
def test_blocks_are_disjoint_and_enough(data: st.DataObject) -> None:
    duties = RandomDuties(dice(data.draw(st.integers(0, 10**9))))
    people = duties.people_one_by_one(Period(month(MONTHS), BEGIN), CLAUSES, everywhere, "gender")
    by_place = people_by_sets.by_place(people)
    found = blocks(as_arrays(people))
    assert sum(map(len, found)) == len(frozenset().union(*found))
    assert not found or frozenset().union(*found) == by_place.keys()
    block_of = {place: block for block in found for place in block}
    for block in found:
        for group in {group for of in by_place.values() for group in of}:
            assert is_enough(by_place[place][group] for place in block if group in by_place[place])
        assert is_whole(block_of, block)
        assert len(block) == 1 or not is_whole(block_of, frozenset(sorted(block)[1:]))
    assert not is_whole(block_of, frozenset())


@examples(400)
@given(st.integers(0, 10**9), st.sampled_from(["gender", "ethnicity", "clause"]))
def test_blocks_are_those_that_sets_give(seed: int, by: str) -> None:
    """With and without what is told apart in other tables, and of each group by itself."""
    duties, period = RandomDuties(dice(seed)), Period(month(MONTHS), BEGIN)
    people, clauses = (duties.people_one_by_one(period, CLAUSES, everywhere, split) for split in (by, "clause"))
    groups, parts = people_by_sets.by_place(people), people_by_sets.by_place(clauses)
    arrays = as_arrays(people)
    assert set(blocks(arrays)) == set(people_by_sets.blocks(groups))
    assert set(blocks(arrays, as_arrays(clauses))) == set(people_by_sets.blocks(groups, parts))
    for value, made in blocks_apart(arrays).items():
        alone: Mapping[Place, Any] = {place: {"": of[value]} for place, of in groups.items() if value in of}
        assert set(made) == set(people_by_sets.blocks(alone))
        assert is_thin(arrays.under(value)) == people_by_sets.is_thin(
            of[value] for of in groups.values() if value in of
        )


def test_few_people_who_have_much_between_them_are_thin() -> None:
    def of(*counts: tuple[str, int, int]) -> bool:
        place = Place("A", "D", "T", "O", "po")
        return is_thin(as_arrays({PlaceGroup(place, ""): {PersonMonth(p, month): n for p, month, n in counts}}))

    assert of(("a", 1, 3), ("b", 2, 3)) and not of(("a", 1, 3), ("b", 2, 2))
    crowd = [(name, 1, 9) for name in "abcde"]
    assert not of(*crowd) and of(*crowd, ("a", 2, 6)) and not of(*crowd, ("a", 2, 5))


def test_groups_of_few_are_told_with_others() -> None:
    assert groups_told({"a": 3, "b": 9, "c": 7}) == {"a": None, "b": "b", "c": None}
    assert groups_told({"a": 2, "b": 3, "c": 7, "d": 8}) == {"a": None, "b": None, "c": "c", "d": "d"}
    assert set(groups_told({"a": 3, "b": 9}).values()) == {None} == set(groups_told({"b": 9}).values())
    assert groups_told({"a": 5, "b": 5}) == {"a": "a", "b": "b"}


# --- sums over lines, tables and dates


@dataclass(frozen=True)
class Cell:
    """Duties that no table tells apart."""

    place: Place
    month: int
    clause: str
    values: Mapping[str, str]


@dataclass(frozen=True)
class Question:
    """Which cells a figure counts."""

    holds: Holds
    months: range
    clauses: Sequence[str]
    by: str | None = None
    group: str | None = None

    def counts(self, cell: Cell) -> bool:
        fits = self.holds(cell.place) and cell.month in self.months and cell.clause in self.clauses
        return fits and (self.by is None or cell.values[self.by] == self.group)


def scopes(duties: RandomDuties) -> list[Holds]:
    """Every area, division, team and officer, and the teams two and two, as somebody may answer for them."""
    names = {(level, getattr(place, level)) for place in duties.every for level in LEVELS}
    teams = sorted({place.team for place in duties.every})
    pairs = [lambda place, both=both: place.team in both for both in combinations(teams, 2)]
    return [*(Scope(level, name).holds for level, name in sorted(names)), *pairs]


def questions(
    duties: RandomDuties, attributes: Sequence[str], windows: Sequence[range]
) -> Iterator[tuple[Question, Proportion]]:
    """Every question of these windows (months of the record), with what is told."""
    told = told_of(duties)
    for window, clauses in product(windows, (CLAUSES, *((clause,) for clause in CLAUSES))):
        asked = Period(month(window[-1] + 1), month(window[0]).on)
        every = told.duties(asked, clauses, "in_time", everywhere)
        groups = {by: told.by_group(asked, clauses, "in_time", cast(Any, by), str, everywhere) for by in attributes}
        for holds in scopes(duties):
            yield Question(holds, window, clauses), every.figure(holds)
            for by, found in groups.items():
                for group, of in found.items():
                    yield Question(holds, window, clauses, by, group), of.figure(holds)


PRIME = 2**31 - 1
"""Rows are reduced modulo a prime: what is made of others as fractions is so modulo it, too."""


def reduced(rows: np.ndarray[Any, Any]) -> tuple[np.ndarray[Any, Any], list[int]]:
    """The reduced echelon form, and the column in which each row leads."""
    rows, leads = rows.astype(np.int64) % PRIME, list[int]()
    for column in range(rows.shape[1]):
        rank = len(leads)
        at = np.flatnonzero(rows[rank:, column])
        if not len(at):
            continue
        rows[[rank, rank + at[0]]] = rows[[rank + at[0], rank]]
        rows[rank] = rows[rank] * pow(int(rows[rank, column]), -1, PRIME) % PRIME
        others = np.flatnonzero(rows[:, column])
        others = others[others != rank]
        rows[others] = (rows[others] - rows[others, column][:, None] * rows[rank]) % PRIME
        leads.append(column)
    return rows[: len(leads)], leads


def made_of(rows: np.ndarray[Any, Any], wanted: np.ndarray[Any, Any]) -> list[bool]:
    """For each row wanted whether it is a combination of the others."""
    basis, leads = reduced(rows)
    rest = wanted.astype(np.int64) % PRIME
    for row, lead in zip(basis, leads, strict=True):
        rest = (rest - rest[:, lead][:, None] * row) % PRIME
    return [not one.any() for one in rest]


def check_sums(duties: RandomDuties, attributes: Sequence[str], windows: Sequence[range], much: int) -> tuple[int, int]:
    """No group of few people who have more than ``much`` can be made of what is told, by adding and subtracting as if
    nothing were rounded. Returns how many figures are told, and how many of few people were tried.
    """  # fmt: skip
    values = [dict(zip(attributes, some, strict=True)) for some in product(*(ATTRIBUTES[by] for by in attributes))]
    months = range(windows[0][0], max(window[-1] for window in windows) + 1)
    cells = [Cell(*key) for key in product(duties.every, months, CLAUSES, values)]
    told, few = list[Question](), list[Question]()
    for question, figure in questions(duties, attributes, windows):
        counted = [duty for duty in duties.duties if question.counts(cell_of(duties, duty))]
        if not figure.withheld:
            assert len({duty.person for duty in counted}) >= FEW
            told.append(question)
        elif 0 < len({duty.person for duty in counted}) < FEW and len(counted) > much:
            few.append(question)
    if told and few:
        rows, wanted = (np.array([[one.counts(cell) for cell in cells] for one in some]) for some in (told, few))
        assert not any(made_of(rows, wanted))
    return len(told), len(few)


def cell_of(duties: RandomDuties, duty: RandomDuty) -> Cell:
    since = duty.due_on.month - BEGIN.month + 12 * (duty.due_on.year - BEGIN.year)
    return Cell(duty.place, since - 1, duty.clause, duties.persons[duty.person])


@pytest.mark.parametrize("seed", range(times(160)))
def test_no_sum_over_lines_and_groups_is_about_few_people(seed: int) -> None:
    """One clause, one period, every place, groups by three attributes: nothing about few people, however little it is."""
    duties = RandomDuties(dice(seed), clauses=1, months=1)
    check_sums(duties, tuple(ATTRIBUTES), [range(1)], much=0)


@pytest.mark.parametrize("seed", range(times(64)))
def test_no_sum_over_tables_and_dates_is_about_few_people_who_have_much(seed: int) -> None:
    """Two clauses together and apart, every run of months: what is about few people is little, and hidden by rounding."""
    duties = RandomDuties(dice(seed), months=4)
    windows = [range(a, b) for a, b in combinations(range(5), 2)]
    check_sums(duties, ("gender",), windows, much=2 * BASE)


@pytest.mark.parametrize("seed", range(times(160)))
def test_taking_away_what_one_can_list_leaves_no_few_people_who_have_much(seed: int) -> None:
    """Who lists the open cases counts their duties exactly; what a figure has besides is of the closed cases."""
    rng = dice(seed)
    duties = RandomDuties(rng, months=4)
    duties.closed = frozenset(rng.sample(sorted(duties.persons), rng.choice((1, 2, 5))))
    for question, figure in questions(duties, ("gender",), [range(4), range(2, 4)]):
        rest = [d for d in duties.duties if d.person in duties.closed and question.counts(cell_of(duties, d))]
        people = {duty.person for duty in rest}
        assert figure.withheld or len(people) >= FEW or len(rest) <= MUCH


def test_the_attack_finds_what_is_not_guarded() -> None:
    """The same check fails where every line is told."""
    duties = RandomDuties(dice(1), clauses=1, months=1)
    rows = np.array([[1, 1, 1], [1, 1, 0]])
    assert made_of(rows, np.array([[0, 0, 1], [1, 0, 0]])) == [True, False]
    assert any(figure.withheld for _, figure in questions(duties, ("gender",), [range(1)]))
