"""The people behind counts, as ``disclosure.blocks`` takes them: by place, by group, and how much of each in each month."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Set

from projections.ledger.ledger import Place
from projections.reports.disclosure import Counted, groups_told
from projections.reports.duty_results import PersonMonth, PlaceGroup

Grouped = dict[Place, dict[str, Counter[PersonMonth]]]

EVERYBODY = ""
"""The group of people who are not told apart."""


def grouped(people: Mapping[PlaceGroup, Counted], name: Callable[[object], str] = lambda _: EVERYBODY) -> Grouped:
    """The people of each place by the name of their group; without names all together."""
    found: Grouped = {}
    for (place, value), counted in people.items():
        found.setdefault(place, {}).setdefault(name(value), Counter()).update(counted)
    return found


def once(people: Mapping[Place, Set[str]]) -> Grouped:
    """People who count once each, not told apart."""
    return {place: {EVERYBODY: Counter(PersonMonth(one, 0) for one in some)} for place, some in people.items()}


def by_month(people: Grouped) -> dict[int, Grouped]:
    """The people of each month."""
    found: dict[int, Grouped] = {}
    for place, groups in people.items():
        for group, counted in groups.items():
            for one, n in counted.items():
                found.setdefault(one.month, {}).setdefault(place, {}).setdefault(group, Counter())[one] = n
    return found


def by_value(people: Mapping[PlaceGroup, Counted], name: Callable[[object], str] = str) -> dict[str, Grouped]:
    """The people of each clause or group, not told apart in it."""
    found: dict[str, Grouped] = {}
    for (place, value), counted in people.items():
        of_place = found.setdefault(name(value), {}).setdefault(place, {EVERYBODY: Counter()})
        of_place[EVERYBODY].update(counted)
    return found


def told_by_area(people: Grouped) -> dict[str, dict[str, str | None]]:
    """For each area what its groups are told as (``groups_told``)."""
    areas: dict[str, dict[str, set[str]]] = {}
    for place, groups in people.items():
        for group, counted in groups.items():
            areas.setdefault(place.area, {}).setdefault(group, set()).update(_persons(counted))
    return {area: groups_told({group: len(some) for group, some in groups.items()}) for area, groups in areas.items()}


def pooled(people: Grouped) -> Grouped:
    """The people with the groups of each area that are told together as one, which has no name."""
    told, found = told_by_area(people), Grouped()
    for place, groups in people.items():
        for group, counted in groups.items():
            found.setdefault(place, {}).setdefault(told[place.area][group] or "", Counter()).update(counted)
    return found


def _persons(counted: Iterable[PersonMonth]) -> set[str]:
    return {one.person for one in counted}
