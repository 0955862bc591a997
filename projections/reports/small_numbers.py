"""Suppression: small numbers are not shown, nor numbers from which they could be computed.

A cell is a group of a place. Cells add up in two ways: the groups of a place to its total, which is known; and a group in the
parts of a place to that group in the whole place. Where a sum would reveal a hidden cell, a second cell of it is hidden.
Then all sums are taken together (``hidden_sums``): while several of them reveal a small cell, more cells are hidden; a larger
cell that they reveal is shown, since hiding it hides nothing.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from projections.reports.hidden_sums import Sum, covers, determined

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
    people: People, parts: Mapping[Node, Iterable[Node]], few: int, given_away: Collection[GroupCell] = ()
) -> set[GroupCell]:
    """The cells that are not shown. ``people``: how many people; ``parts``: the parts of each place; ``few``: the limit.
    ``given_away``: larger cells that are hidden like small ones, since another table would give a small one away.

    Nobody can work out a hidden cell by adding and subtracting what is shown and the totals of places. A group that a
    place does not name counts as known to be empty there. All cells are hidden, where a small one could still be computed.
    """
    small = {GroupCell(node, group) for node, groups in people.items() for group, n in groups.items() if n < few}
    small.update(given_away)
    hidden = _line_by_line(people, parts, small)
    sums = _sums(people, parts)
    found = determined(sorted(hidden), sums)
    hidden -= found - small
    if not (leaking := sorted(found & small)):
        return hidden
    every = [GroupCell(node, group) for node, groups in people.items() for group in groups]
    shown = sorted(set(every) - hidden, key=lambda cell: (people[cell.place][cell.group], cell))
    more = covers(leaking, sorted(hidden), shown, sums)
    return hidden.union(*more.values()) if all(more.values()) else set(every)


def _sums(people: People, parts: Mapping[Node, Iterable[Node]]) -> list[Sum[GroupCell]]:
    """The sums that are known: groups to the total of their place, and parts to the whole."""
    found: list[Sum[GroupCell]] = [{GroupCell(node, group): 1 for group in groups} for node, groups in people.items()]
    for node, below in parts.items():
        for group in people.get(node, ()):
            held = {GroupCell(part, group): 1 for part in below if group in people.get(part, ())}
            found.append({GroupCell(node, group): -1, **held})
    return found


def _line_by_line(people: People, parts: Mapping[Node, Iterable[Node]], small: Iterable[GroupCell]) -> set[GroupCell]:
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
            _pair(line, hidden, size, covers)
        for whole, below in families:
            if whole in hidden and below and not hidden.intersection(below):
                hidden.add(min(filter(covers, below), key=size, default=whole))  # else the parts would add up to it
            if whole not in hidden and not _pair(below, hidden, size, covers):
                hidden.add(whole)
        changed = len(hidden) > before
    return hidden


def _pair(
    cells: Sequence[GroupCell],
    hidden: set[GroupCell],
    size: Callable[[GroupCell], tuple[int, GroupCell]],
    covers: Callable[[GroupCell], bool],
) -> bool:
    """Where one cell of a sum is hidden, hide a second one; False where there is no second one to hide."""
    gone = [cell for cell in cells if cell in hidden]
    if len(gone) != 1:
        return True
    left = [cell for cell in cells if cell not in hidden and covers(cell)]
    if left:
        hidden.add(min(left, key=size))
    return bool(left)
