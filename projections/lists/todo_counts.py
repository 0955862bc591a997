"""What stands below what is to be done: what was folded away, what is near, and what was looked at and is nought."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from domain.policy.standards.edition import Edition
from domain.policy.standards.edition_files import subjects_laid
from projections.columns.column_schema import Array
from projections.lists.todo_bands import BANDS
from projections.lists.todo_items import TodoItems, kind_of, kinds


class TodoCounts(NamedTuple):
    """How many items fall due within a week, how many of them are arranged, how many are clocks; and how many are folded away.

    ``ended``: those overdue on cases that have ended. ``old``: those that are more than a year overdue.
    """

    soon: int
    arranged: int
    clocks: int
    ended: int
    old: int

    @classmethod
    def of(cls, items: TodoItems) -> "TodoCounts":
        """The counts of all items of a list, before any filter."""
        soon = items.soon & ~items.ended
        counted = (soon, soon & items.arranged, soon & items.clock, folded_ended(items), folded_old(items))
        return cls(*(int(np.count_nonzero(which)) for which in counted))


def folded_ended(items: TodoItems) -> Array:
    """Which items are folded away because the case has ended."""
    found: Array = items.ended & items.overdue
    return found


def folded_old(items: TodoItems) -> Array:
    """Which items are folded away because they are more than a year overdue."""
    found: Array = ~items.ended & items.overdue & items.old
    return found


class LaidKinds(NamedTuple):
    """Kinds that were looked at and of which nothing is there, and subjects on which the edition in force lays no duties.

    ``not_shown``: how many duties of the edition (its id) no case record can show.
    """

    nothing_in: list[str]
    not_laid: tuple[str, ...] = ()
    not_shown: int = 0
    edition: str = ""


def laid_kinds(items: TodoItems, edition: Edition | None, missed: int) -> LaidKinds:
    """What the edition in force lays and nobody owes now. ``missed``: missed times for contact, which are no items.

    Folded items do not count. ``edition`` None: nothing is laid.
    """
    if edition is None:
        return LaidKinds([])
    there = {kinds()[number] for number in np.unique(items.kind[~items.ended]).tolist()}
    there |= {"contact"} if missed else set()
    laid = dict.fromkeys(kind_of(clause) for clause in edition.clauses)
    nothing_in = [kind for kind in laid if kind not in there]
    return LaidKinds(nothing_in, subjects_laid(edition)[1], len(edition.not_auditable), edition.id)


class TeamLine(NamedTuple):
    """A team: its current cases, those at high risk of harm, and by band (its letter) the cases with something to be done."""

    area: str
    division: str
    team: str
    cases: int
    high: int
    bands: Mapping[str, int]


def by_team(items: TodoItems, current: Array) -> list[TeamLine]:
    """Each team that holds cases, in order of area, division and name. ``current``: the numbers of the cases that it holds.

    A case counts once, in the band of its block.
    """
    selection = items.selection
    groups = selection.groups(("area", "division", "team"))
    held, size = groups.of[current], len(groups.keys)
    cases, high = np.bincount(held, minlength=size), np.bincount(held[selection.high_risk[current]], minlength=size)
    blocks = items.blocks
    grid = np.zeros((size, len(BANDS)), np.int64)
    np.add.at(grid, (groups.of[blocks.case], blocks.band), 1)
    return [
        TeamLine(area, division, team, int(cases[at]), int(high[at]), dict(zip(BANDS, grid[at].tolist(), strict=True)))
        for at, (area, division, team) in enumerate(groups.keys)
        if cases[at] or grid[at].any()
    ]  # fmt: skip
