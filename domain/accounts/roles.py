"""Staff: the roles, the cases that each role is responsible for, and the entries that each may make. Pure rules."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal, Protocol, get_args

from domain.entries.case_entries import ENTRY_TYPES, Entry, EntryCorrected, QualityJudged
from domain.entries.code_lists import JudgeRole, OfficerGrade
from domain.entries.entry import Makers

Role = Literal[
    "case_manager", "spo", "divisional_manager", "area_manager", "inspector", "information_manager"
]  # fmt: skip
ROLES: tuple[Role, ...] = get_args(Role)

WORKERS: tuple[Role, ...] = ("case_manager", "spo", "divisional_manager", "area_manager")
"""The roles that answer for cases."""

READERS: tuple[Role, ...] = (*WORKERS, "inspector")
"""The roles that open cases."""

OPENERS: tuple[Role, ...] = ("spo", "divisional_manager", "area_manager", "inspector")
"""The roles that open and run inspections, or audits of their own cases, and read cases for them."""

ADMINISTRATORS: tuple[Role, ...] = ("information_manager",)
"""The roles that look after accounts, imports and the access log."""

Level = Literal["area", "division", "team", "officer"]

LEVELS: Mapping[Role, Level] = {
    "case_manager": "officer",
    "spo": "team",
    "divisional_manager": "division",
    "area_manager": "area",
}
"""Role -> the level at which it is responsible for cases: those of one officer, a team, a division or an area."""


JUDGES: Mapping[Role, JudgeRole] = {
    "spo": "spo", "divisional_manager": "area_assessor", "area_manager": "area_assessor", "inspector": "hm_inspector",
}  # fmt: skip
"""In which role an account judges quality."""


class CaseHolder(Protocol):
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

    def is_one_of(self, roles: Iterable[Role]) -> bool:
        """Whether their role is among these."""
        return self.role in roles

    @property
    def inspects(self) -> bool:
        """Whether they read the cases of inspections, and answer for none themselves."""
        return self.role == "inspector"

    @property
    def holds_cases(self) -> bool:
        """Whether the cases that they answer for are those that they hold themselves."""
        return LEVELS.get(self.role) == "officer"

    @property
    def may_open_inspections(self) -> bool:
        """Whether they may open an inspection or an audit of their own."""
        return self.is_one_of(OPENERS)

    @property
    def may_assess(self) -> bool:
        """Whether they may be named as an assessor of an inspection."""
        return not self.disabled and self.is_one_of(OPENERS)

    @property
    def judges_as(self) -> JudgeRole:
        """In which role they judge quality."""
        return JUDGES.get(self.role, "spo")

    @property
    def signs_as(self) -> OfficerGrade:
        """The grade that their countersignatures and oversight carry: their own, or the usual one of their role."""
        return self.grade or ("po" if self.holds_cases else "spo")

    def reads(self, inspection: str) -> bool:
        """Whether this inspection's sheet is theirs to read: an inspector's own ones; all of them, for the others."""
        return not self.inspects or inspection in self.inspections

    def runs(self, inspection: str, opened_by: str | None) -> bool:
        """Whether they run an inspection: an inspector who reads it, or the manager who opened it (by user name)."""
        return inspection in self.inspections if self.inspects else opened_by == self.username

    def reading(self, inspection: str) -> "Account":
        """The account once it reads this inspection too; itself where that changes nothing."""
        if not self.inspects or inspection in self.inspections:
            return self
        return replace(self, inspections=(*self.inspections, inspection))

    def may_frame(self, held: CaseHolder) -> bool:
        """Whether a case held so may come into the frame of an inspection that they run."""
        return self.inspects or self.answers_for(held)

    def is_named(self, names: Iterable[str]) -> bool:
        """Whether one of these names is theirs: the one that case files give them, or their user name."""
        return not {self.name, self.username}.isdisjoint(names)

    def answers_for(self, held: CaseHolder) -> bool:
        """Whether they are responsible for a case that is held there, so that they may read and count it."""
        return self.scope is not None and getattr(held, self.scope[0]) in self.scope[1]

    @property
    def records(self) -> bool:
        """Whether they make entries at all."""
        return bool(ENTERED_BY[self.role])

    def may_enter(self, entry_type: type[Entry]) -> bool:
        """Whether they may make entries of this type on a case that they are responsible for."""
        return entry_type.__name__ in ENTERED_BY.get(self.role, ())

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
