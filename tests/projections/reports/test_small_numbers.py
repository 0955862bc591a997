"""Suppression: no small group is shown, and none can be worked out from what is."""

from itertools import product

import pytest

from projections.reports.small_numbers import FEW, Node, suppressed
from tests.support.depth import dice

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


def worked_out(people: dict[Node, dict[str, int]], hidden: set[tuple[Node, str]]) -> set[tuple[Node, str]]:
    """Every hidden cell that somebody finds who adds and subtracts all that is shown, totals of places among it."""
    open_ = {(node, group) for node, groups in people.items() for group in groups} - hidden
    sums = [[(node, group) for group in groups] for node, groups in people.items() if sum(groups.values()) >= FEW]
    sums += [
        [(whole, group), *((part, group) for part in parts if group in people.get(part, {}))]
        for whole, parts in PARTS.items()
        for group in people.get(whole, {})
    ]
    while True:
        found = {cell for line in sums for cell in line if cell not in open_ and len(set(line) - open_) == 1}
        if not found:
            return open_ & hidden
        open_ |= found


@pytest.mark.parametrize("seed", range(200))
def test_nothing_small_is_shown_or_can_be_worked_out(seed: int) -> None:
    people = tree(seed)
    hidden = suppressed(people, PARTS, FEW)
    small = {(node, group) for node, groups in people.items() for group, n in groups.items() if n < FEW}
    assert small <= hidden
    everything = {(node, group) for node, groups in people.items() for group in groups}
    assert hidden == everything or not worked_out(people, hidden) & small


def test_what_need_not_be_hidden_is_shown() -> None:
    people = {AREA: {"a": 20, "b": 30}, DIVISIONS[0]: {"a": 10, "b": 10}, DIVISIONS[1]: {"a": 10, "b": 20}}
    assert suppressed(people, PARTS, FEW) == set()
    few = {AREA: {"a": 3, "b": 30, "c": 50}}
    assert suppressed(few, {}, FEW) == {(AREA, "a"), (AREA, "b")}
