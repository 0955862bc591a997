"""The rule of comparison: who is too few, how often chance alone differs, what a difference is, and who is told it."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.arrays.date_numbers import Array
from projections.ledger.ledger import Place
from projections.reports.comparison import MANY, TOGETHER, CaseSums, changed, differs, differs_by_sums, differs_from
from projections.reports.counts_by_case import NOTHING, CountsByCase, before_and_now
from projections.reports.reader_reach import Holds
from projections.reports.told_comparison import Comparisons
from projections.reports.told_counts import Told
from tests.support.depth import examples


def cases_like(rng: np.random.Generator, number: int, share: float, together: float = 0.3) -> Array:
    """Cases with about ten duties each, of which two of one case go together by so much."""
    n = rng.poisson(9, number) + 1
    weight = (1 - together) / together
    return np.stack([rng.binomial(n, rng.beta(share * weight, (1 - share) * weight, number)), n], axis=1)


def alike(number: int, met: int, n: int) -> Array:
    return np.array([[met, n]] * number).reshape(-1, 2)


AREA = cases_like(np.random.default_rng(1), 200, 0.85)


@pytest.mark.parametrize(
    ("unit", "said"),
    [
        (alike(1, 0, 100), "too few"),  # an officer with one case
        (alike(4, 0, 30), "too few"),
        (alike(5, 0, 3), "too few"),  # 15 duties
        (alike(0, 0, 0), "too few"),
        (np.concatenate([alike(4, 0, 30), alike(9, 0, 0)]), "too few"),  # cases in which nothing fell due
        (alike(5, 0, 4), "worse"),
        (alike(5, 4, 4), "no difference shown"),  # all met: so are many fives of the area
        (alike(150, 10, 10), "better"),
    ],
)  # fmt: skip
def test_the_rule_needs_five_cases_and_twenty_duties(unit: Array, said: str) -> None:
    assert differs(unit, AREA) == said
    assert differs(unit, alike(4, 10, 10)) == "too few"  # so does the rest of the area


def test_duties_of_one_case_count_as_one_case() -> None:
    """59 of 89 against 85 % would differ if each duty counted by itself. One case of forty duties made all of it."""
    one_bad = np.concatenate([alike(1, 12, 42), alike(9, 5, 5), alike(1, 2, 2)])
    assert one_bad.sum(axis=0).tolist() == [59, 89]
    spread = np.concatenate([alike(29, 2, 3), alike(1, 1, 2)])
    assert spread.sum(axis=0).tolist() == [59, 89]
    assert differs(one_bad, AREA) == "no difference shown"
    assert differs(spread, alike(200, 17, 20)) == "worse"


def test_a_few_cases_of_an_area_of_few_never_differ() -> None:
    """Of ten cases five are drawn in 252 ways: the furthest of them is no one in a thousand."""
    assert differs(alike(5, 0, 10), alike(5, 10, 10)) == "no difference shown"
    assert differs(alike(8, 0, 10), alike(8, 10, 10)) == "worse"  # of sixteen cases in 12,870 ways


@pytest.mark.parametrize("number", [5, 12, 40, 150])
def test_chance_alone_differs_in_two_of_a_thousand(number: int) -> None:
    """400 officers like all others: by the rule 0.8 of them differ, and no more than 4 where the test is right."""
    rng = np.random.default_rng(number)
    found = [differs(cases_like(rng, number, 0.85), cases_like(rng, 200, 0.85)) for _ in range(400)]
    assert sum(said != "no difference shown" for said in found) <= 4
    alone = [differs_from(cases_like(rng, number, 0.85, TOGETHER), Fraction(85, 100)) for _ in range(400)]
    assert sum(said != "no difference shown" for said in alone) <= 4


def test_above_many_cases_the_spread_of_cases_says_what_drawing_says(monkeypatch: pytest.MonkeyPatch) -> None:
    rng, area = np.random.default_rng(7), cases_like(np.random.default_rng(8), 600, 0.85)
    units = [cases_like(rng, MANY + 20, share) for share in (0.6, 0.7, 0.72, 0.85, 0.93, 0.97, 0.99)]
    by_spread = [differs(unit, area) for unit in units]
    monkeypatch.setattr("projections.reports.comparison.MANY", 10_000)
    assert [differs(unit, area) for unit in units] == by_spread
    assert {"worse", "better", "no difference shown"} == set(by_spread)


def test_one_question_has_one_answer() -> None:
    near = cases_like(np.random.default_rng(3), 12, 0.6)
    assert len({differs(near, AREA) for _ in range(5)}) == 1
    assert differs(near[::-1], AREA[::-1]) == differs(near, AREA)


@pytest.mark.parametrize(
    ("unit", "share", "said"),
    [
        (alike(20, 1, 1), Fraction(9, 10), "no difference shown"),  # twenty of twenty, of nine in ten
        (alike(5, 0, 4), Fraction(85, 100), "worse"),
        (alike(60, 9, 10), Fraction(2, 5), "better"),
        (alike(10, 10, 10), Fraction(1), "no difference shown"),
        (alike(4, 0, 100), Fraction(85, 100), "too few"),
    ],
)  # fmt: skip
def test_a_share_alone_is_compared_as_if_its_cases_went_together(unit: Array, share: Fraction, said: str) -> None:
    assert differs_from(unit, share) == said


def twice(rng: np.random.Generator, number: int, was: float, now: float) -> Array:
    """Cases of two periods, of which half have duties in both: a case that did well before does well again."""
    n = rng.poisson(6, (number, 2)) + 1
    n[: number // 4, 0], n[number // 4 : number // 2, 1] = 0, 0
    place = rng.beta(2, 2, number)[:, None]
    shares = np.clip(np.array([was, now]) + (place - 0.5) * 0.4, 0, 1)
    met = rng.binomial(n, shares)
    return np.stack([met[:, 0], n[:, 0], met[:, 1], n[:, 1]], axis=1)


@pytest.mark.parametrize(
    ("before_now", "said"),
    [
        ([[0, 100, 100, 100]], "too few"),
        ([[1, 5, 5, 5]] * 4, "too few"),
        ([[4, 5, 0, 0]] * 30, "too few"),  # nothing fell due now
        ([[1, 5, 5, 5]] * 9, "no difference shown"),  # which period came first can be drawn in 512 ways
        ([[1, 5, 5, 5]] * 12, "better"),
        ([[5, 5, 1, 5]] * 12, "worse"),
        ([[3, 5, 3, 5]] * 40, "no difference shown"),
        ([[50, 50, 0, 50], *[[4, 5, 4, 5]] * 30], "no difference shown"),  # one case made all of it
        ([*[[3, 10, 0, 0]] * 30, *[[0, 0, 6, 10]] * 30], "better"),  # other cases
        ([[1, 5, 4, 5]] * (MANY + 1), "better"),
    ],
)  # fmt: skip
def test_a_change_is_counted_case_by_case_too(before_now: list[list[int]], said: str) -> None:
    assert changed(np.array(before_now)) == said


@pytest.mark.parametrize("number", [16, 60, 160])
def test_chance_alone_changes_two_of_a_thousand_figures(number: int) -> None:
    rng = np.random.default_rng(number)
    assert sum(changed(twice(rng, number, 0.8, 0.8)) != "no difference shown" for _ in range(400)) <= 4
    assert sum(changed(twice(rng, number, 0.3, 0.8)) == "better" for _ in range(20)) >= 18


def test_a_case_of_both_periods_is_one_row_and_an_answer_counts_one_of_one() -> None:
    was = CountsByCase(PLACES, np.array([0, 2, 2]), np.array([7, 7, 9]), np.array([[1, 2], [3, 3], [0, 4]]))
    now = CountsByCase(PLACES, np.array([0, 1]), np.array([9, 5]), np.array([[1, 1], [0, 1]]))
    assert before_and_now(was, now, lambda place: True).tolist() == [[0, 0, 0, 1], [4, 5, 0, 0], [0, 4, 1, 1]]
    assert before_and_now(was, now, of_officer("1")).tolist() == [[1, 2, 0, 0], [0, 0, 1, 1]]
    assert not len(before_and_now(was, NOTHING, of_officer("nobody")))


PLACES = [Place("Gloucestershire", "G", team, officer, "po") for team, officer in (("A", "1"), ("A", "2"), ("B", "3"))]


def counted_cases(*units: Array) -> CountsByCase:
    """The cases of the first places, one after the other."""
    place = np.repeat(np.arange(len(units)), [len(unit) for unit in units])
    return CountsByCase(PLACES[: len(units)], place, np.arange(len(place)), np.concatenate(units))


def of_officer(name: str) -> Holds:
    return lambda place: place.officer == name


def test_a_place_is_compared_with_the_others_of_its_area() -> None:
    found = Comparisons({"": counted_cases(alike(9, 1, 5), AREA, AREA)}, lambda place: True)
    assert found.of(of_officer("1")) == "worse"
    assert found.of(of_officer("2")) == "no difference shown"
    assert found.of(of_officer("nobody")) is None and found.of(lambda place: True) is None
    assert found.of(of_officer("1"), "another clause") is None


def test_a_case_of_two_officers_counts_for_each_with_the_duties_due_there() -> None:
    counts = CountsByCase(PLACES, np.array([0, 1, 1]), np.array([7, 7, 8]), np.array([[1, 2], [3, 3], [0, 4]]))
    unit, rest = counts.apart(of_officer("2"))
    assert unit.tolist() == [[3, 3], [0, 4]] and rest.tolist() == [[1, 2]]
    assert counts.of(lambda place: True).tolist() == [[4, 5], [0, 4]]


@examples(300)
@given(st.integers(0, 10**9))
def test_sums_say_what_counting_case_by_case_says(seed: int) -> None:
    """Wherever they say anything; and of the clear cases, which are most, they do."""
    rng = np.random.default_rng(seed)
    number, share = int(rng.integers(1, 400)), rng.uniform(0.3, 1, len(PLACES))
    place = rng.integers(0, len(PLACES), number)
    rows = np.unique(np.stack([place, rng.integers(0, number, number)], axis=1), axis=0)
    n = rng.poisson(6, len(rows)) + 1
    counts = CountsByCase(PLACES, rows[:, 0], rows[:, 1], np.stack([rng.binomial(n, share[rows[:, 0]]), n], axis=1))
    for holds in (*map(of_officer, "123"), lambda place: place.team == "A", lambda place: False):
        unit, rest = counts.apart(holds)
        assert counts.sums_apart(holds) == (CaseSums.of(unit), CaseSums.of(rest))
        said = differs_by_sums(*counts.sums_apart(holds))
        assert said is None or said == differs(unit, rest)


def test_whether_cases_are_drawn_is_told_by_their_sums() -> None:
    """No more than a hundred cases that are far from the others are drawn; all else is told by sums."""
    rest = CaseSums.of(np.concatenate([AREA, alike(20, 1, 10)]))
    assert differs_by_sums(CaseSums.of(AREA[:50]), rest) == "no difference shown"
    assert differs_by_sums(CaseSums.of(alike(MANY, 2, 10)), rest) is None
    assert differs_by_sums(CaseSums.of(alike(MANY + 1, 2, 10)), rest) == "worse"


def test_whoever_may_not_open_the_area_is_told_what_they_can_work_out() -> None:
    """The verdict hangs on the reader's own cases and the rounded figure alone; where that is withheld, it is too few."""

    def verdict(held: int, n: int, *, withheld: bool = False) -> object:
        blocks = [] if withheld else [frozenset(PLACES[2:])]
        told = Told({PLACES[2]: np.array([held, n])}, blocks, PLACES[2:])
        return Comparisons({"": counted_cases(alike(9, 1, 5))}, lambda place: True, lambda _: told).of(of_officer("1"))

    assert verdict(860, 1045) == "worse"
    assert verdict(220, 1045) == "no difference shown"
    assert verdict(860, 1045, withheld=True) == "too few"
    assert verdict(40, 60) == "too few"  # fifteen duties of others
