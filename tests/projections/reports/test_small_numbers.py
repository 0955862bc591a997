"""Suppression: no small group is shown, and none can be worked out from what is."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import product

import pytest

from projections.reports.small_numbers import FEW, GroupCell, Node, suppressed
from tests.support.depth import dice, times

GROUPS = ("a", "b", "c")
AREA: Node = ("area", "A")
DIVISIONS: list[Node] = [("division", "N"), ("division", "S")]
TEAMS: dict[Node, list[Node]] = {
    DIVISIONS[0]: [("team", "1"), ("team", "2")],
    DIVISIONS[1]: [("team", "3"), ("team", "4"), ("team", "5")],
}
PARTS = {AREA: DIVISIONS, **TEAMS}


def tree(seed: int) -> dict[Node, dict[str, int]]:
    """People by group in teams, summed to divisions and the area."""
    rng = dice(seed)
    people: dict[Node, dict[str, int]] = {}
    for division, teams in TEAMS.items():
        for team in teams:
            people[team] = {g: n for g in GROUPS if (n := rng.choice((0, 0, 1, 3, 4, 5, 8, 20, 20, 30)))}
            for node, group in product((division, AREA), people[team]):
                people.setdefault(node, {}).setdefault(group, 0)
                people[node][group] += people[team][group]
    return people


Table = dict[Node, dict[str, int]]


def worked_out(people: Table, parts: Mapping[Node, Sequence[Node]], hidden: set[GroupCell]) -> set[GroupCell]:
    """Every hidden cell that somebody finds who adds and subtracts all that is shown, totals of places among it.

    A cell is found where its unit vector is a combination of the sums: where it adds nothing to their rank.
    """
    cells = sorted(hidden)
    sums = [{(node, group): 1 for group in groups} for node, groups in people.items()]
    for whole, below in parts.items():
        for group in people[whole]:
            held = {(part, group): 1 for part in below if group in people[part]}
            sums.append({(whole, group): -1, **held})
    basis = independent([[line.get((cell.place, cell.group), 0) for cell in cells] for line in sums])
    return {cell for n, cell in enumerate(cells) if not any(left(basis, [int(n == m) for m in range(len(cells))]))}


def independent(rows: list[list[int]]) -> list[tuple[int, list[Fraction]]]:
    """Independent rows with the column in which each leads."""
    basis: list[tuple[int, list[Fraction]]] = []
    for row in rows:
        rest = left(basis, row)
        lead = next((n for n, value in enumerate(rest) if value), None)
        if lead is not None:
            basis.append((lead, [value / rest[lead] for value in rest]))
    return basis


def left(basis: list[tuple[int, list[Fraction]]], row: Sequence[int | Fraction]) -> list[Fraction]:
    """What is left of a row when the rows before it are taken away; nothing where it depends on them."""
    rest = [Fraction(value) for value in row]
    for lead, known in basis:
        if times_ := rest[lead]:
            rest = [a - times_ * b for a, b in zip(rest, known, strict=True)]
    return rest


def summed(teams: Table, parts: Mapping[Node, Sequence[Node]]) -> Table:
    """The teams, and the places that they are parts of."""
    people = {node: dict(groups) for node, groups in teams.items()}
    for whole, below in reversed(parts.items()):
        people[whole] = {}
        for part, group in product(below, (*GROUPS, "d")):
            if group in people[part]:
                people[whole][group] = people[whole].get(group, 0) + people[part][group]
    return people


def check(people: Table, parts: Mapping[Node, Sequence[Node]]) -> bool:
    """No small cell is shown and no hidden one can be worked out. Returns whether anything is shown."""
    hidden = suppressed(people, parts, FEW)
    everything = {GroupCell(node, group) for node, groups in people.items() for group in groups}
    assert {cell for cell in everything if people[cell.place][cell.group] < FEW} <= hidden <= everything
    assert hidden == everything or not worked_out(people, parts, hidden)
    return hidden != everything


@pytest.mark.parametrize("seed", range(times(1600)))
def test_nothing_small_is_shown_or_can_be_worked_out(seed: int) -> None:
    check(tree(seed), PARTS)


THREE: list[Node] = [("team", f"T0{n}") for n in range(3)]
FLAT: dict[Node, list[Node]] = {AREA: DIVISIONS[:1], DIVISIONS[0]: THREE}


def test_nothing_can_be_worked_out_over_several_lines() -> None:
    """T00's c is not in any one sum: it follows from c and b of the division by way of T01 and T02."""
    rows = ({"a": 30, "c": 4, "d": 5}, {"a": 12, "c": 30, "d": 5}, {"b": 8, "c": 2, "d": 30})
    people = summed(dict(zip(THREE, rows, strict=True)), FLAT)
    assert check(people, FLAT)
    hidden = suppressed(people, FLAT, FEW)
    assert {GroupCell(THREE[0], "c"), GroupCell(THREE[2], "c")} <= hidden
    assert GroupCell(AREA, "a") not in hidden and GroupCell(AREA, "d") not in hidden


@pytest.mark.parametrize("seed", range(times(3200)))
def test_a_flat_table_of_any_numbers_keeps_its_small_ones(seed: int) -> None:
    rng = dice(seed)
    names = [("team", f"T{n}") for n in range(rng.randint(2, 5))]
    parts: dict[Node, list[Node]] = {AREA: DIVISIONS[:1], DIVISIONS[0]: list(names)}
    teams: Table = {
        name: {g: rng.choice((2, 4, 5, 8, 12, 30)) for g in (*GROUPS, "d") if rng.random() < 0.75} or {"a": 30}
        for name in names
    }
    check(summed(teams, parts), parts)


@pytest.mark.parametrize("seed", range(times(200)))
def test_where_no_group_is_missing_something_can_be_shown(seed: int) -> None:
    rng = dice(seed)
    teams = [team for below in TEAMS.values() for team in below]
    assert check(summed({team: {g: rng.choice((2, 5, 8, 12, 30, 40)) for g in GROUPS} for team in teams}, PARTS), PARTS)


def test_what_need_not_be_hidden_is_shown() -> None:
    people = {AREA: {"a": 20, "b": 30}, DIVISIONS[0]: {"a": 10, "b": 10}, DIVISIONS[1]: {"a": 10, "b": 20}}
    assert suppressed(people, PARTS, FEW) == set()
    two = {AREA: {"a": 1, "b": 2, "c": 50, "d": 60}}
    assert suppressed(two, {}, FEW) == {(AREA, "a"), (AREA, "b"), (AREA, "c")}, (
        "else a and b are known to be 3 together"
    )
    few = {AREA: {"a": 3, "b": 30, "c": 50}}
    assert suppressed(few, {}, FEW) == {(AREA, "a"), (AREA, "b")}
