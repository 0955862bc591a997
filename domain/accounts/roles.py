"""Who works here: roles, what each answers for, and what each may enter. Pure rules; no passwords, no web."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol, get_args

from domain.entries.case_entries import ENTRY_TYPES, Entry, EntryCorrected, QualityJudged
from domain.entries.code_lists import OfficerGrade

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
"""The level at which a role answers for cases: those held by the officer, in the team, the division, the area."""


class Held(Protocol):
    """Where a case is held on a day."""

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
    """A person who may sign in. ``name`` is the name that case files give them (``officer``, ``by``, ``assessor``).

    ``places``: the teams, divisions or areas that they answer for, at the level of their role. ``inspections``: those
    that an inspector reads. ``grade`` is the grade that their countersignatures and oversight carry.
    """

    username: str
    name: str
    role: Role
    places: tuple[str, ...] = ()
    inspections: tuple[str, ...] = ()
    grade: OfficerGrade | None = None
    disabled: bool = False
    must_change: bool = False
    """The password was given by somebody else: it must be changed before anything else."""

    @property
    def scope(self) -> tuple[Level, tuple[str, ...]] | None:
        """The level at which they answer for cases, and the officers, teams, divisions or areas there; None: for none."""
        level = LEVELS.get(self.role)
        if level is None:
            return None
        return level, (self.name,) if level == "officer" else self.places

    def answers_for(self, held: Held) -> bool:
        """Whether a case held so is theirs to read and to count."""
        return self.scope is not None and getattr(held, self.scope[0]) in self.scope[1]

    def may_enter(self, fact_type: type[Entry]) -> bool:
        """Whether entries of this type are theirs to make, on a case that is theirs."""
        return fact_type.__name__ in ENTERED_BY.get(self.role, ())

    def may_change(self, fact: Entry) -> bool:
        """Whether it is theirs to correct or withdraw this entry, on a case that is theirs.

        Entries of the types that they make themselves; a reading of an inspection, if it is their own.
        """
        if isinstance(fact, QualityJudged) and fact.inspection is not None and fact.by != self.name:
            return False
        return self.may_enter(EntryCorrected) and self.may_enter(type(fact))


_BY_IMPORT = {"SupervisionStarted", "InspectionOpened"}
"""Files are opened by an import, from the case system or the inspection."""

_BY_MANAGERS = {
    "AssessmentCountersigned", "OversightRecorded", "QualityJudged", "CaseAllocated", "AccessLimited", "AccessLimitLifted",
}  # fmt: skip

_BY_ANYONE = frozenset(ENTRY_TYPES) - _BY_IMPORT - _BY_MANAGERS

ENTERED_BY: Mapping[Role, frozenset[str]] = {
    "case_manager": _BY_ANYONE,
    "spo": _BY_ANYONE | _BY_MANAGERS,
    "divisional_manager": _BY_ANYONE | _BY_MANAGERS,
    "area_manager": _BY_ANYONE | _BY_MANAGERS,
    "inspector": frozenset({"QualityJudged"}),
    "information_manager": frozenset(),
}
"""The types of entry that each role makes by hand."""
