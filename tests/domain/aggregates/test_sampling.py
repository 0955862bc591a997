"""The draw: shares that are exact, a limit that is kept, a sample wherever there is one, the same on every machine."""

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from hashlib import sha256
from itertools import combinations
from math import ceil, floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.aggregates.sampling import (
    CannotDraw,
    draw,
    half_up,
    largest_remainder,
    second_readings,
    suggested_size,
    ticket,
)
from domain.entries.inspection_entries import Framed
from tests.support.depth import times


def frames(most: int, teams: str = "pq") -> st.SearchStrategy[list[Framed]]:
    row = st.tuples(
        st.integers(100_000, 999_999), st.sampled_from("ab"), st.sampled_from("xyz"), st.sampled_from(teams)
    )
    rows = st.lists(row, min_size=1, max_size=most, unique_by=lambda one: one[0])
    return rows.map(
        lambda found: [Framed(case=f"X{n}/1", stratum=s, officer=o, team=t) for n, s, o, t in found]
    )  # fmt: skip


SIZES = st.dictionaries(st.text("abcdef", min_size=1), st.integers(1, 500), min_size=1)
LIMITS = st.one_of(st.none(), st.integers(1, 4))

# ---------------------------------------------------------------- shares


def test_the_worked_example_of_the_older_rule() -> None:
    sizes = {"a": 454, "b": 138, "c": 327, "d": 129, "e": 169}
    assert list(half_up(sizes, 148).values()) == [54, 17, 40, 16, 21]
    assert list(largest_remainder(sizes, 148).values()) == [55, 17, 40, 16, 20], "55.2, 16.8, 39.8, 15.7 and 20.6"


@given(SIZES, st.data())
def test_a_share_is_the_exact_one_rounded_down_or_up(sizes: dict[str, int], data: st.DataObject) -> None:
    total = data.draw(st.integers(1, sum(sizes.values())))
    shares = largest_remainder(sizes, total)
    exact = {name: Fraction(size * total, sum(sizes.values())) for name, size in sizes.items()}
    assert sum(shares.values()) == total
    assert all(shares[name] in (floor(exact[name]), ceil(exact[name])) for name in sizes)
    up, down = ([exact[n] % 1 for n in sizes if (shares[n] > exact[n]) == more] for more in (True, False))
    assert not up or not down or min(up) >= max(one for one in [Fraction(0), *down] if one <= min(up))
    assert all(fraction <= min(up, default=1) for fraction in down)


def test_of_equal_remainders_the_larger_stratum_and_then_the_first_name_is_rounded_up() -> None:
    assert largest_remainder({"a": 1, "b": 3}, 2) == {"a": 0, "b": 2}
    assert largest_remainder({"b": 1, "a": 1}, 1) == {"a": 1, "b": 0}


@given(SIZES, st.data())
def test_the_older_rule_meets_the_total_and_stays_near_each_share(sizes: dict[str, int], data: st.DataObject) -> None:
    total = data.draw(st.integers(1, sum(sizes.values())))
    shares = half_up(sizes, total)
    assert sum(shares.values()) == total and all(0 <= shares[name] <= sizes[name] for name in sizes)
    exact = {name: Fraction(size * total, sum(sizes.values())) for name, size in sizes.items()}
    off = [name for name in sizes if abs(shares[name] - exact[name]) > Fraction(1, 2)]
    largest = sorted(sizes, key=lambda name: (-sizes[name], name))
    assert set(off) <= set(largest[: len(off)]), "only the largest strata make up for rounding"


# ---------------------------------------------------------------- against every sample there is


def keeps(sample: Sequence[Framed], frame: Sequence[Framed], limit: int | None) -> bool:
    """Whether each stratum and unit gives its exact share rounded down or up, and no officer more than the limit."""
    ratio = Fraction(len(sample), len(frame))
    for part in (lambda f: f.stratum, lambda f: (f.stratum, f.unit)):
        given_, held = Counter(map(part, sample)), Counter(map(part, frame))
        if any(not floor(n * ratio) <= given_[name] <= ceil(n * ratio) for name, n in held.items()):
            return False
    return limit is None or max(Counter(f.holder for f in sample).values()) <= limit


@given(frames(9), LIMITS, st.data(), st.text("seed", max_size=3))
def test_a_sample_is_drawn_exactly_where_there_is_one_and_it_is_the_one_of_the_lowest_tickets(
    frame: list[Framed], limit: int | None, data: st.DataObject, seed: str
) -> None:
    size = data.draw(st.integers(1, len(frame)))
    every = [sample for sample in combinations(frame, size) if keeps(sample, frame, limit)]
    shares = largest_remainder(Counter(f.stratum for f in frame), size)
    first = [one for one in every if Counter(f.stratum for f in one) == Counter({k: n for k, n in shares.items() if n})]
    try:
        drawn = draw(frame, size, seed, per_officer=limit)
    except CannotDraw as error:
        assert not every and f"with at most {limit} cases an officer there is no such sample" in str(error)
    else:
        best = min(first or every, key=lambda one: sorted(ticket(seed, f.case) for f in one))
        assert set(drawn.cases) == {f.case for f in best}


@given(frames(60, "pqrs"), LIMITS, st.data(), st.sampled_from(("half_up", "largest_remainder")))
def test_a_draw_is_the_same_whatever_the_order_of_the_frame(
    frame: list[Framed], limit: int | None, data: st.DataObject, method: str
) -> None:
    size = data.draw(st.integers(1, len(frame)))
    try:
        drawn = draw(frame, size, "seed", per_officer=limit, method=method)  # type: ignore[arg-type]
    except CannotDraw:
        return
    assert draw(data.draw(st.permutations(frame)), size, "seed", per_officer=limit, method=method) == drawn  # type: ignore[arg-type]
    assert len(drawn.cases) == len(set(drawn.cases)) == size and not set(drawn.cases) & set(drawn.spares)
    of = {f.case: f for f in frame}
    if method == "largest_remainder":
        assert keeps([of[case] for case in drawn.cases], frame, limit)
    for cases in (drawn.cases, drawn.spares):
        assert cases == sorted(cases, key=lambda case: (of[case].stratum, ticket("seed", case)))
    shares = Counter(of[case].stratum for case in drawn.cases)
    left = Counter(f.stratum for f in frame) - shares
    spare = Counter(of[case].stratum for case in drawn.spares)
    assert all(spare[name] == min(left[name], ceil(shares[name] / 5)) for name in left)


@given(frames(60), LIMITS, st.data())
def test_an_older_draw_takes_the_first_tickets_of_each_stratum_that_the_limit_lets(
    frame: list[Framed], limit: int | None, data: st.DataObject
) -> None:
    size = data.draw(st.integers(1, len(frame)))
    shares = half_up(Counter(f.stratum for f in frame), size)
    by_hand = [
        f.case
        for name, share in sorted(shares.items())
        for f in sorted((f for f in frame if f.stratum == name), key=lambda f: ticket("seed", f.case))[:share]
    ]
    holder = {f.case: f.holder for f in frame}
    if limit is None or max(Counter(holder[case] for case in by_hand).values()) <= limit:
        assert draw(frame, size, "seed", per_officer=limit, method="half_up").cases == by_hand


# ---------------------------------------------------------------- units, chances, limits

TEAMS = [
    Framed(case=f"X{100_000 + 100 * team + n}/1", stratum="ab"[n % 2], officer=f"{team}-{n % 3}", team_id=f"t{team}")
    for team, held in enumerate((30, 12, 4, 3, 3, 2, 2, 2, 1, 1))
    for n in range(held)
]
"""60 cases of ten teams, in two strata; the smallest teams' exact share of twelve is a fifth of a case."""


def test_every_case_has_nearly_the_same_chance_whatever_its_team() -> None:
    rounds = times(500)
    drawn = Counter(case for n in range(rounds) for case in draw(TEAMS, 12, f"{n}").cases)
    team = Counter(f.unit for f in TEAMS)
    mean = {unit: sum(drawn[f.case] for f in TEAMS if f.unit == unit) / team[unit] / rounds for unit in team}
    assert set(drawn) == {f.case for f in TEAMS}, "no case is out of reach"
    assert all(0.1 < chance < 0.35 for chance in mean.values()), "a fifth of the frame is drawn"


BESIDE = [
    *(Framed(case=f"X{100_000 + n}/1", stratum="A", officer=f"officer {n % 3 + 1}") for n in range(12)),
    *(Framed(case=f"X{200_000 + n}/1", stratum="B", officer="officer 1") for n in range(4)),
]
"""A: four cases each of three officers. B: four of the first."""


@pytest.mark.parametrize("seed", [f"seed {n}" for n in range(times(100))])
def test_what_another_stratum_needs_of_an_officer_is_left_to_it(seed: str) -> None:
    officer = {f.case: f.officer for f in BESIDE}
    drawn = draw(BESIDE, 8, seed, per_officer=4)
    assert len(drawn.cases) == 8 and Counter(officer[case] for case in drawn.cases)["officer 1"] <= 4
    free = draw(BESIDE, 8, seed)
    if max(Counter(officer[case] for case in free.cases).values()) <= 4:
        assert drawn == free, "where the limit does not bind, the sample is the one without it"


def test_another_stratum_is_rounded_up_where_the_limit_forbids_the_first() -> None:
    """Of three cases a stratum, half are drawn: A and B have equal remainders, and A's officer has no room."""
    frame = [Framed(case=f"X{n}/1", stratum="AAABBB"[n % 6], officer="xxxyzz"[n % 6]) for n in range(600_000, 600_006)]
    assert largest_remainder({"A": 3, "B": 3}, 3) == {"A": 2, "B": 1}
    drawn = draw(frame, 3, "seed", per_officer=1)
    assert Counter(f.stratum for f in frame if f.case in drawn.cases) == {"A": 1, "B": 2}


def test_a_refusal_names_strata_teams_officers_and_the_limit_that_would_do() -> None:
    with pytest.raises(CannotDraw) as refused:
        draw(BESIDE, 16, "seed", per_officer=6)
    assert str(refused.value) == (
        "with at most 6 cases an officer there is no such sample: 2 of the cases that 'A' and 'B' must give are held by "
        "officers who are at the limit: officer 1 (8); raise the limit to 8, or ask for fewer cases"
    )
    assert len(draw(BESIDE, 16, "seed", per_officer=8).cases) == 16
    teams = [
        Framed(case=f"X{n}/1", stratum="all", officer=f"o{n % 7}", team=f"T{n % 2}") for n in range(100_000, 100_028)
    ]
    one = [Framed(case=f"X{n}/1", stratum="all", officer="Jo", team="T3", team_id="3") for n in range(200_000, 200_028)]
    with pytest.raises(
        CannotDraw, match=r"of the team 'T3', must give are held by .*: Jo \(28\); raise the limit to 14"
    ):
        draw([*teams, *one], 28, "seed", per_officer=4)


def test_the_limit_for_one_officer_goes_by_id() -> None:
    """Two officers of one name are two; one officer under two names is one."""
    named = [
        Framed(case=f"X{n}/1", stratum="s", officer="A Smith", officer_id=f"s{n % 2}") for n in range(100_000, 100_004)
    ]
    assert len(draw(named, 4, "seed", per_officer=2).cases) == 4
    one = [Framed(case=f"X{n}/1", stratum="s", officer=f"Name {n}", officer_id="s1") for n in range(100_000, 100_004)]
    with pytest.raises(CannotDraw, match="with at most 2 cases an officer"):
        draw(one, 4, "seed", per_officer=2)


@pytest.mark.parametrize("size", [0, -1, 17, 10**9])
def test_a_sample_is_of_one_case_at_least_and_of_the_whole_frame_at_most(size: int) -> None:
    with pytest.raises(CannotDraw, match="at least one case" if size < 1 else "to read them all, ask for 16"):
        draw(BESIDE, size, "seed")
    assert set(draw(BESIDE, 16, "any seed").cases) == {f.case for f in BESIDE}


def test_a_frame_of_20_000_cases_is_drawn_from_with_shares_and_limit_kept() -> None:
    frame = [
        Framed(case=f"X{100_000 + n}/1", stratum=f"s{n % 11 % 5}", officer=f"o{n % 661}", team_id=f"t{n % 661 % 67}")
        for n in range(20_000)
    ]  # fmt: skip
    of = {f.case: f for f in frame}
    for size, limit in ((150, 2), (3000, 6)):
        drawn = draw(frame, size, "seed", per_officer=limit)
        assert keeps([of[case] for case in drawn.cases], frame, limit)


# ---------------------------------------------------------------- tickets, second readings, sizes


def test_the_ticket_can_be_made_by_any_tool() -> None:
    frame = [Framed(case=f"X{n}/1", stratum="all", officer="o") for n in range(100_000, 100_020)]
    by_hand = sorted((sha256(f"tombola:{f.case}".encode()).hexdigest(), f.case) for f in frame)
    drawn = draw(frame, 5, "tombola")
    assert drawn.cases == [case for _, case in by_hand[:5]]
    assert drawn.spares == [by_hand[5][1]], "20 per cent of five"
    assert draw(frame, 5, "another").cases != drawn.cases


@pytest.mark.parametrize(("cases", "twice"), [(1, 1), (4, 4), (5, 5), (50, 5), (51, 6), (148, 15)])
def test_a_tenth_is_read_twice_and_at_least_five(cases: int, twice: int) -> None:
    sample = [f"X{100_000 + n}/1" for n in range(cases)]
    drawn = second_readings("seed", sample)
    assert len(drawn) == twice and drawn == [case for case in sample if case in drawn]
    by_hand = sorted(sample, key=lambda case: sha256(f"seed:second:{case}".encode()).hexdigest())[:twice]
    assert set(drawn) == set(by_hand)


def test_the_suggested_size_is_the_formula_recalled() -> None:
    assert suggested_size(1217) == 145, "where the inspectorate's own example draws 148"
    assert suggested_size(10**9) == 164 and suggested_size(1) == 1 and suggested_size(20) <= 20
