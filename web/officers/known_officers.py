"""The officers who hold cases, and the teams, divisions and areas that have actions: who they are, and who may see what of them."""

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from typing import cast

from flask import abort, g

from domain.accounts.plan_rules import may_change_plan, may_read_plan, supervises
from domain.accounts.roles import Account
from domain.entries.action_entries import PLAN_LEVELS, PlanLevel
from domain.entries.code_lists import label
from projections.history.moment import Moment
from projections.ledger.ledger import Place
from web.services import current_cases, following_read_model
from web.site import access_control, clock

UNITS: tuple[PlanLevel, ...] = ("team", "division", "area")

NO_OFFICER = (
    "There is no officer “{}” whose page is open to you. It is open to the officer and to whoever leads their team."
)


@dataclass(frozen=True)
class Officer:
    """An officer. ``key``: the staff key by which addresses and files name them; ``keys``: all of theirs, the user name too.

    ``places``: where they hold cases, or held them last.
    """

    key: str
    keys: frozenset[str]
    name: str
    places: Sequence[Place]

    def holds(self, place: Place) -> bool:
        return place.key("officer") in self.keys

    @property
    def teams(self) -> list[str]:
        return sorted({place.team for place in self.places})

    @property
    def areas(self) -> frozenset[str]:
        return frozenset(place.area for place in self.places)

    @property
    def grade(self) -> str:
        return label(self.places[0].officer_grade)

    @property
    def is_reader(self) -> bool:
        """Whether they are the person signed in."""
        return not self.keys.isdisjoint(access_control.account().keys)

    @property
    def is_led_by_reader(self) -> bool:
        return supervises(access_control.account(), self.places, accounts(), clock.day())

    @property
    def is_open(self) -> bool:
        """Whether the person signed in may open their page."""
        return self.is_reader or self.is_led_by_reader


def accounts() -> Sequence[Account]:
    """All accounts, read once a request."""
    if "every_account" not in g:
        g.every_account = access_control.register().accounts()
    return cast("Sequence[Account]", g.every_account)


def keys_of(key: str) -> frozenset[str]:
    """All keys of the person who has this one."""
    return next((one.keys for one in accounts() if key in one.keys), frozenset((key,)))


def person_named(key: str) -> str:
    """The name of whoever has this user name or staff key; a key that no account has is a name, as files give it."""
    found = next((one.name for one in accounts() if key in one.keys), None)
    if found is not None:
        return found
    return next((place.officer for place in _places() if place.key("officer") == key), key)


def officers_of(places: Iterable[Place]) -> list[Officer]:
    """The officers of some places, in order of team and name."""
    found: dict[frozenset[str], list[Place]] = {}
    for place in places:
        found.setdefault(keys_of(place.key("officer")), []).append(place)
    every = [
        Officer(sorted(held)[0].key("officer"), keys, held[0].officer, sorted(held)) for keys, held in found.items()
    ]
    return sorted(every, key=lambda one: (one.teams, one.name, one.key))


def officer_named(key: str) -> Officer:
    """The officer with this staff key, if the person signed in may open their page. 404 otherwise, in the same words."""
    keys = keys_of(key)
    held = [place for place in _held_lately() if place.key("officer") in keys]
    found = officers_of(held)
    if not found or not found[0].is_open:
        abort(404, NO_OFFICER.format(key))
    return found[0]


def holds_lately(keys: Set[str]) -> bool:
    """Whether somebody with these keys holds current cases today, or at the moment read."""
    return any(place.key("officer") in keys for place in _held_lately())


def _held_lately() -> Sequence[Place]:
    """The places that hold current cases today; after them those that do at the moment read, of officers who hold none today."""
    today, then = (holding(at) for at in (current_cases.today(), current_cases.moment().as_recorded))
    now = {place.key("officer") for place in today}
    return [*today, *(place for place in then if place.key("officer") not in now)]


def holding(at: Moment) -> list[Place]:
    """The places that hold cases on the moment's day that have not ended."""
    selection = following_read_model.as_at(at)
    values = selection.columns.words["place"].values
    numbers = set(selection.place[selection.there & ~selection.over].tolist())
    return sorted(values[number] for number in numbers)


def _places() -> Sequence[Place]:
    return following_read_model.selections().columns.words["place"].values


@dataclass(frozen=True)
class Unit:
    """An officer, a team, a division or an area that has agreed actions, as the person signed in may see it."""

    level: PlanLevel
    key: str
    name: str
    places: Sequence[Place]
    may_change: bool
    officer: Officer | None = None

    def holds(self, place: Place) -> bool:
        """Whether a place lies in it."""
        return self.officer.holds(place) if self.officer is not None else place.key(self.level) == self.key

    @property
    def is_own(self) -> bool:
        """Whether the person signed in answers for all of it, so that its progress can be counted."""
        return self.officer is not None or all(map(access_control.account().answers_for, self.places))


def unit_named(level: str, key: str) -> Unit:
    """A unit by its level and key. 404 where there is none that is open to the person signed in."""
    if level == "officer":
        officer = officer_named(key)
        return Unit("officer", officer.key, officer.name, officer.places, officer.is_led_by_reader, officer)
    found = [one for one in units() if (one.level, one.key) == (level, key)]
    if not found:
        abort(404, f"There is no {level if level in PLAN_LEVELS else 'unit'} “{key}” whose actions are open to you.")
    return found[0]


def units() -> list[Unit]:
    """The teams, divisions and areas whose actions the person signed in may read: the areas first, each in order of name."""
    who, held = access_control.account(), holding(current_cases.today())
    found = []
    for level in UNITS[::-1]:
        for key in sorted({place.key(level) for place in held}):
            inside = [place for place in held if place.key(level) == key]
            if may_read_plan(who, inside):
                name = getattr(inside[0], level)
                found.append(Unit(level, key, name, inside, may_change_plan(who, level, inside)))
    return found


def owners_of(unit: Unit) -> dict[str, str]:
    """Who may own an action of a unit: user name or staff key -> printed name. Those of its officers without account, too."""
    day = clock.day()
    led = [one for one in accounts() if one.may_sign_in(day) and any(map(one.answers_for, unit.places))]
    found = {one.username: f"{one.name} ({label(one.role)})" for one in led}
    for officer in officers_of(unit.places):
        if not any(officer.keys & one.keys for one in led):
            found[officer.key] = officer.name
    return dict(sorted(found.items(), key=lambda one: one[1]))
