"""Whether a sample can still be completed: shares of strata and units with lower and upper bounds, a limit for each officer.

Cases flow from the sample through strata and units to officers. ``CompletionPlan`` keeps one way to complete the sample and
moves planned cases where a case asked for needs it. Where no such move exists there is no way to complete it (Ford and
Fulkerson, 1956; with lower bounds: Hoffman, 1960). So what can be taken does not depend on the plan that is kept.
"""

from collections.abc import Mapping
from typing import NamedTuple

Unit = tuple[str, str]
"""A stratum, and a local unit in it (empty: none is kept)."""

Cell = tuple[str, str, str]
"""A stratum, a unit in it, and an officer (empty: there is no limit)."""

ROOT, SINK = 0, 1


class Bounds(NamedTuple):
    """The least and the most cases that a stratum or unit gives."""

    least: int
    most: int


class Shortage(NamedTuple):
    """Why no sample exists. These units together lack ``missing`` cases; these officers of theirs are at the limit."""

    units: list[Unit]
    officers: list[str]
    missing: int


class CompletionPlan:
    """How many cases of each stratum, unit and officer are taken, and still to come. ``shortage``: None where a sample exists."""

    def __init__(
        self, size: int, strata: Mapping[str, Bounds], units: Mapping[Unit, Bounds], cells: Mapping[Cell, int],
        limit: int | None,
    ):  # fmt: skip
        self._tail, self._head = list[int](), list[int]()
        self._least, self._most, self._flow = list[int](), list[int](), list[int]()
        self._arcs: list[list[int]] = [[], []]
        """Node -> the arcs that begin or end there."""
        self._barred = set[int]()
        """What once could not be completed cannot be later: fewer cases are left."""
        whole = self._arc(SINK, ROOT, size, size)
        self._officers = {officer: self._node() for officer in sorted({cell[2] for cell in cells})}
        for node in self._officers.values():
            self._arc(node, SINK, 0, size if limit is None else limit)
        by_stratum = {stratum: self._node() for stratum in sorted(strata)}
        self._units = {unit: self._node() for unit in sorted(units)}
        shares = [self._arc(ROOT, node, *strata[stratum]) for stratum, node in by_stratum.items()]
        shares += [self._arc(by_stratum[unit[0]], node, *units[unit]) for unit, node in self._units.items()]
        self._cells = {
            cell: self._arc(self._units[cell[:2]], self._officers[cell[2]], 0, cells[cell]) for cell in sorted(cells)
        }
        self.shortage = next((short for arc in (whole, *shares) if (short := self._fill(arc))), None)

    def take(self, cell: Cell) -> bool:
        """Take one case, if the sample can be completed with it."""
        arc = self._cells[cell]
        if self._flow[arc] == self._least[arc] and not self._plan(arc):
            self._barred.add(arc)
            return False
        self._least[arc] += 1
        return True

    def leave(self, cell: Cell) -> None:
        """Leave out one case that could not be taken."""
        self._most[self._cells[cell]] -= 1

    def _plan(self, arc: int) -> bool:
        """Plan one more case of an arc that plans none beyond those taken; False, and nothing changed, where none can be."""
        return arc not in self._barred and self._flow[arc] < self._most[arc] and bool(self._push(arc, 1))

    def _node(self) -> int:
        self._arcs.append([])
        return len(self._arcs) - 1

    def _arc(self, tail: int, head: int, least: int, most: int) -> int:
        arc = len(self._flow)
        for values, value in (
            (self._tail, tail), (self._head, head), (self._least, least), (self._most, most), (self._flow, 0),
        ):  # fmt: skip
            values.append(value)
        self._arcs[tail].append(arc)
        self._arcs[head].append(arc)
        return arc

    def _fill(self, arc: int) -> Shortage | None:
        """Plan at least the least of an arc; why not, where there is no way."""
        while (missing := self._least[arc] - self._flow[arc]) > 0:
            if not self._push(arc, missing):
                came = self._search(self._head[arc], self._tail[arc])
                return Shortage(
                    [unit for unit, node in self._units.items() if node in came],
                    [name for name, node in self._officers.items() if node in came],
                    missing,
                )
        return None

    def _push(self, arc: int, most: int) -> int:
        """Plan up to ``most`` more through an arc, moving others where need be. How many; 0, and nothing changed: none."""
        begin, end = self._head[arc], self._tail[arc]
        came = self._search(begin, end)
        if end not in came:
            return 0
        path, node = list[tuple[int, int]](), end
        while node != begin:
            step = came[node]
            forward = self._head[step] == node
            path.append((step, 1 if forward else -1))
            node = self._tail[step] if forward else self._head[step]
        more = min([most, *(self._room(step, way) for step, way in path)])
        for step, way in path:
            self._flow[step] += way * more
        self._flow[arc] += more
        return more

    def _room(self, arc: int, way: int) -> int:
        return self._most[arc] - self._flow[arc] if way > 0 else self._flow[arc] - self._least[arc]

    def _search(self, begin: int, end: int) -> dict[int, int]:
        """The nodes that can be reached from ``begin``, until ``end`` is found: node -> the arc by which it was."""
        head, tail, flow, least, most = self._head, self._tail, self._flow, self._least, self._most
        came, stack = {begin: -1}, [begin]
        while stack:
            node = stack.pop()
            for arc in self._arcs[node]:
                forward = tail[arc] == node
                to = head[arc] if forward else tail[arc]
                if to not in came and (flow[arc] < most[arc] if forward else flow[arc] > least[arc]):
                    came[to] = arc
                    if to == end:
                        return came
                    stack.append(to)
        return came
