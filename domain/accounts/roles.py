"""Staff: the roles, the cases that each role is responsible for, and the entries that each may make. Pure rules.

Nothing is reached by a printed name. An account is known by its user name. Case files know a person on the staff by a *staff
key*: the id that the source gives them, or where an entry gives none, the name exactly as the file has it. Which keys are
whose is put on each account by hand.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal, Protocol, get_args

from domain.accounts.access_lines import Purpose
from domain.entries.case_entries import (
    ENTRY_TYPES,
    AccessLimited,
    AccessLimitLifted,
    Entry,
    EntryCorrected,
    QualityJudged,
    SupervisionStarted,
)
from domain.entries.code_lists import JudgeRole, OfficerGrade
from domain.entries.entry import Makers

Role = Literal[
    "case_manager", "spo", "divisional_manager", "area_manager", "inspector", "information_manager", "auditor", "machine"
]  # fmt: skip
ROLES: tuple[Role, ...] = get_args(Role)

MACHINES: tuple[Role, ...] = ("machine",)
"""The roles of other systems, which use the API and nothing else."""

PEOPLE: tuple[Role, ...] = tuple(role for role in ROLES if role not in MACHINES)
"""The roles of persons. A machine has none of them, so whatever names roles is closed to it."""

Right = Literal["read", "reports", "oversight", "record"]
"""What a machine account may do: read cases and lists; read figures; read accounts, imports and the access log; send entries."""

RIGHTS: tuple[Right, ...] = get_args(Right)

RIGHT_FOR: Mapping[Purpose, Right] = {
    "supervision": "read", "inspection": "read", "reports": "reports", "administration": "oversight", "oversight": "oversight",
}  # fmt: skip
"""What something of the API is read for -> the right that a machine needs for it. What has none here is closed to machines."""

READING: tuple[Right, ...] = ("read", "reports")
"""The rights that reach cases, so that the account must say of which places."""

WORKERS: tuple[Role, ...] = ("case_manager", "spo", "divisional_manager", "area_manager")
"""The roles that answer for cases."""

READERS: tuple[Role, ...] = (*WORKERS, "inspector")
"""The roles that open cases."""

OPENERS: tuple[Role, ...] = ("spo", "divisional_manager", "area_manager", "inspector")
"""The roles that open and run inspections, or audits of their own cases, and read cases for them."""

MANAGERS: tuple[Role, ...] = ("spo", "divisional_manager", "area_manager")
"""The roles that lead those who hold cases."""

KEEPERS = MANAGERS
"""The roles that hold, erase and redact what is kept of persons, and draft what is disclosed to them: in cases that they may open.

Whoever opens no case, such as an administrator, sees nothing of it."""

ADMINISTRATORS: tuple[Role, ...] = ("information_manager",)
"""The roles that look after accounts and imports."""

AUDITORS: tuple[Role, ...] = ("information_manager", "auditor")
"""The roles that read the access log. An auditor opens no case and changes no account."""

SECOND_FACTOR: tuple[Role, ...] = ("information_manager", "auditor", "inspector", "area_manager")
"""The roles that must have a second factor, unless whoever runs the site says otherwise: they reach most."""

Level = Literal["area", "division", "team", "officer"]

PlaceLevel = Literal["area", "division", "team"]
PLACE_LEVELS: tuple[PlaceLevel, ...] = get_args(PlaceLevel)
"""The levels of the places that a machine account may read."""

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

    def key(self, level: Level) -> str:
        """The id of the holder at this level; its name where the file gives no id."""


@dataclass(frozen=True, slots=True)
class Client:
    """A client of the organisation's own sign-in (OAuth 2.0): its issuer, its id, and the subject of its access tokens."""

    issuer: str
    id: str
    subject: str


@dataclass(frozen=True, slots=True)
class Account:
    """A person who may sign in, or a machine that uses the API.

    ``username`` is the account's id: it never changes and is never given again. ``name``: how it is printed. ``places``: the
    teams, divisions or areas that they are responsible for, at the level of their role, each by its id, or by its name where
    files give no ids; for an inspector the areas in which they may open inspections. ``inspections``: those that an inspector
    reads. ``grade``: the grade recorded with their countersignatures and oversight. ``staff``: their staff keys. ``until``: the
    last day on which they may sign in. ``revision``: how often the account was changed.

    Only of a machine: ``rights``, what it may do; ``place_level``, the level of its places; ``source``, the registered source
    that it records as; ``client``, the client of the organisation's sign-in that it is.
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
    staff: tuple[str, ...] = ()
    until: date | None = None
    revision: int = 0
    differs: bool = False
    """Its row in the table of accounts is not what the record's log says. Nobody is let in by it."""
    rights: tuple[Right, ...] = ()
    place_level: PlaceLevel | None = None
    source: str | None = None
    client: Client | None = None
    names: tuple[str, ...] | None = field(default=None, compare=False)
    """The printed names and staff keys by which an older limit of access may mean this account (None: all of its own).

    The register fills it: with every name that the account ever had, but those of which two people said whose they are.
    """

    @property
    def keys(self) -> frozenset[str]:
        """How entries name this person: the user name and the staff keys."""
        return frozenset((self.username, *self.staff))

    def is_named(self, key: str | None) -> bool:
        """Whether this user name or staff key is theirs. A printed name that is no key of theirs is not."""
        return key is not None and key in self.keys

    def is_shut_out(self, excluded: Iterable[str]) -> bool:
        """Whether a limit of access that names these staff means this account.

        It does by user name, by staff key, and by every printed name that the account ever had, however it is capitalised,
        unless two people have said whose that name is.
        """
        named = (*self.staff, self.name) if self.names is None else self.names
        meant = {name.casefold() for name in (self.username, *named)}
        return any(name.casefold() in meant for name in excluded)

    def is_open(self, day: date) -> bool:
        """Whether the account may be used on this day: by a person who signs in, or by a machine."""
        return not (self.disabled or self.differs) and (self.until is None or day <= self.until)

    def may_sign_in(self, day: date) -> bool:
        """Whether a person may sign in with it on this day. A machine never does."""
        return not self.is_machine and self.is_open(day)

    @property
    def is_machine(self) -> bool:
        """Whether this is another system and no person."""
        return self.role in MACHINES

    def has_right(self, right: Right | None) -> bool:
        """Whether a machine has this right (None: any at all, for what is of nobody, such as the standards)."""
        return self.is_machine and (bool(self.rights) if right is None else right in self.rights)

    @property
    def opens_cases(self) -> bool:
        """Whether they may open cases that they answer for, so that figures about these tell them nothing more. A machine
        needs the right to read them."""
        return not self.is_machine or self.has_right("read")

    def narrowed_to(self, rights: Iterable[str]) -> "Account":
        """The account with those of its rights alone that a token of it gives."""
        given = set(rights)
        return replace(self, rights=tuple(right for right in self.rights if right in given))

    @property
    def level(self) -> Level | None:
        """The level of their responsibility; None: for no cases."""
        return self.place_level if self.is_machine else LEVELS.get(self.role)

    @property
    def scope(self) -> tuple[Level, tuple[str, ...]] | None:
        """The level of their responsibility and the keys of officers, teams, divisions or areas at it; None: for no cases."""
        level = self.level
        if level is None:
            return None
        return level, tuple(sorted(self.keys)) if level == "officer" else self.places

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
    def leads_teams(self) -> bool:
        """Whether the cases that they answer for are those of teams."""
        return self.level == "team"

    @property
    def gets_changes(self) -> bool:
        """Whether changes of cases may be told to it where somebody registers a destination for it: it reads cases."""
        return self.is_one_of(READERS) or self.has_right("read")

    @property
    def may_open_inspections(self) -> bool:
        """Whether they may open an inspection or an audit of their own."""
        return self.is_one_of(OPENERS)

    @property
    def may_assess(self) -> bool:
        """Whether they may be named as an assessor of an inspection."""
        return not (self.disabled or self.differs) and self.is_one_of(OPENERS)

    @property
    def judges_as(self) -> JudgeRole:
        """In which role they judge quality."""
        return JUDGES.get(self.role, "spo")

    @property
    def signs_as(self) -> OfficerGrade:
        """The grade that their countersignatures and oversight carry: their own, or the usual one of their role."""
        return self.grade or ("po" if self.holds_cases else "spo")

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
        return held.key("area") in self.places if self.inspects else self.answers_for(held)

    def answers_for(self, held: CaseHolder) -> bool:
        """Whether they are responsible for a case that is held there, so that they may read and count it."""
        level = self.level
        if level is None:
            return False
        return held.key(level) in (self.keys if level == "officer" else self.places)

    def made(self, fact: Entry) -> bool:
        """Whether an entry that names who made it (``by``) names this account.

        By the id, where the entry has one; else by the user name that recorded it, or by the name as a staff key.
        """
        by_id = getattr(fact, "by_id", None)
        if by_id is not None:
            return self.is_named(by_id)
        return self.is_named(fact.recorded_by) or self.is_named(getattr(fact, "by", None))

    @property
    def records(self) -> bool:
        """Whether they make entries at all."""
        return bool(ENTERED_BY[self.role])

    def may_enter(self, entry_type: type[Entry]) -> bool:
        """Whether they may make entries of this type on a case that they are responsible for."""
        return entry_type.__name__ in ENTERED_BY.get(self.role, ())

    def may_send(self, entry_type: type[Entry]) -> bool:
        """Whether a machine may send entries of this type: what a source knows, never what a person decides."""
        return self.has_right("record") and entry_type.__name__ in SENT_BY_MACHINES

    def may_change(self, fact: Entry) -> bool:
        """Whether they may correct or withdraw this entry on a case that they are responsible for.

        They may if they may make entries of its type. A reading of an inspection must also be their own, and a beginning one
        that they recorded here: what a source began, the source sets right.
        """
        if isinstance(fact, SupervisionStarted) and fact.recorded_by != self.username:
            return False
        if isinstance(fact, QualityJudged) and fact.inspection is not None and not self.made(fact):
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
"""The types of entry that each role makes by hand. A type made by nobody comes by import."""


def _is_persons_own(declared: type[Entry]) -> bool:
    """Whether only a person makes entries of this type: what is judged, signed or decided, inspections, and limits of access."""
    use = declared.use
    decided = use.form_group == "Oversight and judgement" or bool(use.signed)
    return decided or declared.kept_on != "case" or declared in (AccessLimited, AccessLimitLifted)


SENT_BY_MACHINES: frozenset[str] = frozenset(
    name for name, declared in ENTRY_TYPES.items() if not _is_persons_own(declared)
)
"""The types of entry that a machine may send; a correction or withdrawal only of an entry of such a type."""
