"""Suppression: small numbers are not shown, nor numbers from which they could be computed.

A cell is a group of a place. Cells add up in two ways: the groups of a place to its total, which is known; and a group in the
parts of a place to that group in the whole place. Where a sum would reveal a hidden cell, a second cell of it is hidden;
and where it would reveal that its hidden cells together hold few people, more of them are.
Then all sums are taken together (``hidden_sums``): while several of them reveal a small cell, more cells are hidden; a larger
cell that they reveal is shown, since hiding it hides nothing.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from projections.reports.hidden_sums import Sum, covering, determined

FEW = 5
"""People; a group of fewer is suppressed (a parameter: the report sets none)."""

Node = tuple[str, str]
"""A place: its level and name."""


class GroupCell(NamedTuple):
    """A group of a place."""

    place: Node
    group: str


People = Mapping[Node, Mapping[str, int]]
"""How many people are in each group of each place."""


def suppressed(
    people: People,
    parts: Mapping[Node, Iterable[Node]],
    few: int,
    given_away: Collection[GroupCell] = (),
    untold: Collection[Node] = (),
) -> set[GroupCell]:
    """The cells that are not shown. ``people``: how many people; ``parts``: the parts of each place; ``few``: the limit.
    ``given_away``: larger cells that are hidden like small ones, since another table would give a small one away.
    ``untold``: places whose total is not known.

    Nobody can work out a hidden cell by adding and subtracting what is shown and the totals of places. A group that a
    place does not name counts as known to be empty there. All cells are hidden, where a small one could still be computed.
    """
    small = {GroupCell(node, group) for node, groups in people.items() for group, n in groups.items() if n < few}
    small.update(given_away)
    hidden = _line_by_line(people, parts, few, small)
    sums = _sums(people, parts, untold)
    found = determined(sorted(hidden), sums)
    hidden -= found - small
    if not (leaking := sorted(found & small)):
        return hidden
    every = [GroupCell(node, group) for node, groups in people.items() for group in groups]
    shown = sorted(set(every) - hidden, key=lambda cell: (people[cell.place][cell.group], cell))
    more = covering(leaking, sorted(hidden), shown, sums)
    return hidden.union(*more.values()) if all(more.values()) else set(every)


def _sums(people: People, parts: Mapping[Node, Iterable[Node]], untold: Collection[Node]) -> list[Sum[GroupCell]]:
    """The sums that are known: groups to the total of their place, and parts to the whole."""
    found: list[Sum[GroupCell]] = [
        {GroupCell(node, group): 1 for group in groups} for node, groups in people.items() if node not in untold
    ]
    for node, below in parts.items():
        for group in people.get(node, ()):
            held = {GroupCell(part, group): 1 for part in below if group in people.get(part, ())}
            found.append({GroupCell(node, group): -1, **held})
    return found


def _line_by_line(
    people: People, parts: Mapping[Node, Iterable[Node]], few: int, small: Iterable[GroupCell]
) -> set[GroupCell]:
    """Small cells, and others so that no single sum reveals one of them."""
    hidden = set(small)
    lines = [[GroupCell(node, group) for group in groups] for node, groups in people.items()]
    families = [
        (GroupCell(node, group), [GroupCell(part, group) for part in below if group in people.get(part, ())])
        for node, below in parts.items()
        for group in people.get(node, ())
    ]

    def size(cell: GroupCell) -> tuple[int, GroupCell]:
        return people[cell.place][cell.group], cell

    def covers(cell: GroupCell) -> bool:
        """Whether hiding the cell is enough: the only group of a place equals the place's total, which is known."""
        return len(people[cell.place]) > 1

    changed = True
    while changed:
        before = len(hidden)
        for line in lines:
            _enlarge(line, hidden, few, size, covers)
        for whole, below in families:
            if whole in hidden and below and not hidden.intersection(below):
                hidden.add(min(filter(covers, below), key=size, default=whole))  # else the parts would add up to it
            if whole not in hidden and not _enlarge(below, hidden, few, size, covers):
                hidden.add(whole)
        changed = len(hidden) > before
    return hidden


def _enlarge(
    cells: Sequence[GroupCell],
    hidden: set[GroupCell],
    few: int,
    size: Callable[[GroupCell], tuple[int, GroupCell]],
    covers: Callable[[GroupCell], bool],
) -> bool:
    """Where cells of a sum are hidden, hide more until they are two and hold ``few`` people together: the rest of the sum
    gives away how many they hold. False where a single one has no second to hide.
    """  # fmt: skip
    gone = [cell for cell in cells if cell in hidden]
    left = sorted((cell for cell in cells if cell not in hidden and covers(cell)), key=size)
    while gone and left and (len(gone) == 1 or sum(size(cell)[0] for cell in gone) < few):
        gone.append(left.pop(0))
    hidden.update(gone)
    return len(gone) != 1
