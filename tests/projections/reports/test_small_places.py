"""What a board pack hides so that no figure is about fewer than five people, nor is found by subtracting figures."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.ledger.ledger import Place
from projections.reports.disclosure import FEW
from projections.reports.proportions import Scope
from projections.reports.small_places import SmallPlaces, hidden_among, team_of


@pytest.mark.parametrize(
    ("people", "hidden"),
    [
        ([], set()),
        ([9, 8, 7], set()),
        ([9, 3, 7], {1, 2}),
        ([2, 1, 20], {0, 1, 2}),
        ([4, 4, 20], {0, 1}),
        ([0, 4, 20], {1, 2}),
        ([0, 0, 4], {2}),
        ([5, 5], set()),
    ],
)
def test_a_small_place_takes_the_next_smallest_with_it(people: list[int], hidden: set[int]) -> None:
    assert hidden_among(people) == hidden


TABLES = st.dictionaries(
    st.sampled_from("abc"), st.dictionaries(st.sampled_from("xyz"), st.integers(0, 12), min_size=1), min_size=1
)


@given(TABLES)
def test_no_small_team_follows_from_the_packs_of_all_places_together(parts: dict[str, dict[str, int]]) -> None:
    behind = {
        Place("An officer", f"{division}{team}", division, "Area", "po"): {f"{division}{team}{n}" for n in range(people)}
        for division, held in parts.items() for team, people in held.items()
    }  # fmt: skip
    small, every = (
        SmallPlaces({team_of(p): len(some) for p, some in behind.items()}),
        [place for place, people in behind.items() if people],
    )
    scopes = [Scope("area", "Area"), *(Scope("division", d) for d in parts), *(Scope("team", p.team) for p in every)]
    unions = [(first, second) for first in scopes[1:] for second in scopes[1:] if first != second]
    printed = []
    for some in [*((scope,) for scope in scopes), *unions]:

        def holds(place: Place, some: tuple[Scope, ...] = some) -> bool:
            return any(scope.holds(place) for scope in some)

        if small.allow(holds, behind):
            printed.append([int(holds(place)) for place in every])
    for number, place in enumerate(every):
        if len(behind[place]) < FEW:
            assert not _follows(printed, number, list(range(len(every)))), place


def _follows(known: list[list[int]], wanted: int, unknown: list[int]) -> bool:
    """Whether one unknown follows from sums that are known; places without anybody are known to be nought."""
    rows = [[Fraction(row[n]) for n in unknown] for row in known]
    target = [Fraction(int(n == wanted)) for n in unknown]
    return _rank(rows) == _rank([*rows, target])


def _rank(rows: list[list[Fraction]]) -> int:
    rows, rank = [row[:] for row in rows], 0
    for column in range(len(rows[0]) if rows else 0):
        pivot = next((n for n in range(rank, len(rows)) if rows[n][column]), None)
        if pivot is None:
            continue
        rows[rank], rows[pivot] = rows[pivot], rows[rank]
        for n in range(rank + 1, len(rows)):
            if factor := rows[n][column] / rows[rank][column]:
                rows[n] = [a - factor * b for a, b in zip(rows[n], rows[rank], strict=True)]
        rank += 1
    return rank
