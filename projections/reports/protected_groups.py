"""Differences by gender, ethnicity and disability, with small numbers suppressed.

A group of fewer than ``FEW`` people is not shown, nor figures from which it could be computed (see ``small_numbers``).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from projections.columns.column_schema import Array
from projections.ledger.ledger import Place
from projections.reports.duty_counts import HeldAs
from projections.reports.duty_queries import Attribute, DutyQueries
from projections.reports.group_periods import decided_before, is_given_away
from projections.reports.periods import Period
from projections.reports.proportions import LEVELS, Proportion, Scope, total
from projections.reports.small_numbers import FEW, GroupCell, Node, suppressed

ATTRIBUTES: tuple[Attribute, ...] = ("gender", "ethnicity", "disability")

ETHNIC = {"W": "White", "M": "Mixed", "A": "Asian", "B": "Black", "O": "Chinese or other", "N": "Not stated"}
"""The groups of the census of 2001 by the first letter of its sixteen-plus-one codes."""

WHOLE: Node = ("", "")

People = Mapping[Node, Mapping[str, set[str]]]
"""The people (case references) in each group of each place."""


@dataclass(frozen=True, slots=True)
class Group:
    """One group in one place. ``people`` and ``figure``: None where suppressed. ``others``: the figure of all other groups."""

    attribute: Attribute
    value: str
    people: int | None
    figure: Proportion | None
    others: Proportion | None


def group_of(attribute: Attribute, value: object) -> str:
    """The group of a person's code."""
    if attribute == "ethnicity":
        return ETHNIC[str(value)[:1]]
    if attribute == "disability":
        return "Disabled" if value else "Not disabled"
    return str(value).replace("_", " ").capitalize()


def group_differences(
    queries: DutyQueries,
    asked: Period,
    clauses: Sequence[str],
    held_as: HeldAs,
    scope: Scope,
    mine: Callable[[Place], bool],
    few: int = FEW,
) -> list[Group]:
    """The groups of a place by each attribute. An attribute is left out where fewer than ``few`` people count in the place,
    or where no group can be shown.

    ``mine``: whether the reader answers for a place. Suppression is decided over all places, so that it is the same for
    every reader.
    """  # fmt: skip
    found: list[Group] = []
    for attribute in ATTRIBUTES:
        people, parts = _people(queries, asked, clauses, attribute, scope, mine)
        node = (scope.level, scope.name) if scope.level else WHOLE
        here = people.get(node, {})
        counted = _counted(people, parts, few)
        away = _given_away(queries, asked, clauses, attribute, scope, mine, few)
        away = {cell for cell in away if cell.group in counted.get(cell.place, ())}
        untold = {place for place, groups in counted.items() if sum(groups.values()) < few}
        hidden = suppressed(counted, parts, few, away, untold)
        if len(set().union(*here.values())) < few or all(GroupCell(node, group) in hidden for group in here):
            continue
        counts = queries.counts(asked, clauses, held_as, attribute)
        shown = {group: Proportion() for group in sorted(here)}
        for count in counts:
            if scope.holds(count.place) and mine(count.place):
                shown[group_of(attribute, count.value)] += count.figure
        for group, figure in shown.items():
            gone = GroupCell(node, group) in hidden
            rest = [other for other in shown if other != group]
            alone = gone or any(GroupCell(node, other) in hidden for other in rest)
            others = None if alone else total(shown[other] for other in rest)
            found.append(Group(attribute, group, None if gone else len(here[group]), None if gone else figure, others))
    return found


def is_shown(groups: Iterable[Group], attribute: str, value: str) -> bool:
    """Whether one group's figure may be shown. The duties of a suppressed group may not be listed either."""
    return any((g.attribute, g.value) == (attribute, value) and g.figure is not None for g in groups)


def _counted(people: People, parts: Mapping[Node, Iterable[Node]], few: int) -> dict[Node, dict[str, int]]:
    """How many people are in each group of each place.

    Of a place with fewer than ``few`` people nothing is shown, so nobody knows which groups are empty there. It is given
    every group of the places that it is part of.
    """
    counted = {node: {group: len(who) for group, who in groups.items()} for node, groups in people.items()}
    wholes: dict[Node, list[Node]] = {}
    for whole, below in parts.items():
        for part in below:
            wholes.setdefault(part, []).append(whole)
    for node in sorted(counted, key=lambda node: ("", *LEVELS).index(node[0])):
        if len(set().union(*people[node].values())) < few:
            for whole in wholes.get(node, ()):
                counted[node] |= dict.fromkeys(counted.get(whole, {}).keys() - counted[node].keys(), 0)
    return counted


def _people(
    queries: DutyQueries,
    asked: Period,
    clauses: Sequence[str],
    attribute: Attribute,
    scope: Scope,
    mine: Callable[[Place], bool],
) -> tuple[People, Mapping[Node, set[Node]]]:
    """The people of each group in every place of every level and in the whole; and the parts of each place."""
    found: dict[Node, dict[str, set[str]]] = {}
    parts: dict[Node, set[Node]] = {}
    own = []
    wanted = _in_areas(queries, scope, mine)
    for (place, value), cases in queries.persons(asked, clauses, attribute, wanted).items():
        for parent, child in pairwise(_nodes(place)):
            parts.setdefault(parent, set()).add(child)
        if mine(place):
            own.append(place)
        for node in _nodes(place, whole=mine(place)):
            found.setdefault(node, {}).setdefault(group_of(attribute, value), set()).update(cases)
    below = Scope().parts(own)
    if below is not None:
        parts[WHOLE] = {(below.level, part.name) for part in below.scopes}
    return found, parts


def _in_areas(queries: DutyQueries, scope: Scope, mine: Callable[[Place], bool]) -> Callable[[Place], bool]:
    """Whether a place is in one of the areas asked for."""
    areas = {place.area for place in queries.places() if scope.holds(place) and mine(place)}
    return lambda place: place.area in areas


def _nodes(place: Place, *, whole: bool = False) -> list[Node]:
    """A place at every level, from the area down; last, where ``whole``, everything that the reader answers for."""
    return [*((level, getattr(place, level)) for level in LEVELS), *([WHOLE] if whole else [])]


def _given_away(
    queries: DutyQueries,
    asked: Period,
    clauses: Sequence[str],
    attribute: Attribute,
    scope: Scope,
    mine: Callable[[Place], bool],
    few: int,
) -> set[GroupCell]:
    """The cells that would give a small number away beside other periods up to the same day (see ``group_periods``)."""
    before = decided_before(asked)
    if not before:
        return set()
    longest = Period(asked.moment, min(asked.since, *before))
    due: dict[GroupCell, list[Array]] = {}
    for (place, value), rows in queries.days_due(longest, clauses, attribute, _in_areas(queries, scope, mine)).items():
        for node in _nodes(place, whole=mine(place)):
            due.setdefault(GroupCell(node, group_of(attribute, value)), []).append(rows)
    found = {cell: np.concatenate(rows) for cell, rows in due.items()}
    return {cell for cell, rows in found.items() if is_given_away(rows[:, 0], rows[:, 1], asked, before, few)}
