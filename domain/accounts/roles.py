"""Staff: the roles, the cases that each role is responsible for, and the entries that each may make. Pure rules."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol, get_args

from domain.entries.case_entries import ENTRY_TYPES, Entry, EntryCorrected, QualityJudged
from domain.entries.code_lists import OfficerGrade
from domain.entries.entry import Makers

Role = Literal[
    "case_manager", "spo", "divisional_manager", "area_manager", "inspector", "information_manager"
]  # fmt: skip
ROLES: tuple[Role, ...] = get_args(Role)

Level = Literal["area", "division", "team", "officer"]

LEVELS: Mapping[Role, Level] = {
    "case_manager": "officer",
    "spo": "team",
    "divisional_manager": "division",
    "area_manager": "area",
}
"""Role -> the level at which it is responsible for cases: those of one officer, a team, a division or an area."""


class Held(Protocol):
    """The officer, team, division and area that hold a case on a day."""

    @property
    def officer(self) -> str: ...
    @property
    def team(self) -> str: ...
    @property
    def division(self) -> str: ...
    @property
    def area(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Account:
    """A person who may sign in. ``name``: as case files name the person (``officer``, ``by``, ``assessor``).

    ``places``: the teams, divisions or areas that they are responsible for, at the level of their role.
    ``inspections``: those that an inspector reads. ``grade``: the grade recorded with their countersignatures and
    oversight.
    """

    username: str
    name: str
    role: Role
    places: tuple[str, ...] = ()
    inspections: tuple[str, ...] = ()
    grade: OfficerGrade | None = None
    disabled: bool = False
    must_change: bool = False
    """Somebody else has set the password; it must be changed at the next sign-in."""

    @property
    def scope(self) -> tuple[Level, tuple[str, ...]] | None:
        """The level of their responsibility and the officers, teams, divisions or areas at it; None: for no cases."""
        level = LEVELS.get(self.role)
        if level is None:
            return None
        return level, (self.name,) if level == "officer" else self.places

    def answers_for(self, held: Held) -> bool:
        """Whether they are responsible for a case that is held there, so that they may read and count it."""
        return self.scope is not None and getattr(held, self.scope[0]) in self.scope[1]

    def may_enter(self, fact_type: type[Entry]) -> bool:
        """Whether they may make entries of this type on a case that they are responsible for."""
        return fact_type.__name__ in ENTERED_BY.get(self.role, ())

    def may_change(self, fact: Entry) -> bool:
        """Whether they may correct or withdraw this entry on a case that they are responsible for.

        They may if they may make entries of its type. A reading of an inspection must also be their own.
        """
        if isinstance(fact, QualityJudged) and fact.inspection is not None and fact.by != self.name:
            return False
        return self.may_enter(EntryCorrected) and self.may_enter(type(fact))


_MAKES: Mapping[Role, Makers] = {
    "case_manager": "case_managers",
    "spo": "managers",
    "divisional_manager": "managers",
    "area_manager": "managers",
    "inspector": "inspectors",
}
"""As whom a role makes entries; an information manager makes none."""

ENTERED_BY: Mapping[Role, frozenset[str]] = {
    role: frozenset(name for name, declared in ENTRY_TYPES.items() if _MAKES.get(role) in declared.use.made_by)
    for role in ROLES
}
"""The types of entry that each role makes by hand. Types made by nobody (the beginnings of files) come by import."""
