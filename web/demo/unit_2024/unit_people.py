"""The invented unit: its teams and officers, the inspectors, the people of the area who are named, and their accounts."""

from typing import NamedTuple

from domain.accounts.roles import Account
from domain.entries.code_lists import JudgeRole

REGION, UNIT = "Mid Marches", "Aldermoor"
"""The region is an area and the delivery unit a division of the record."""


class UnitOfficer(NamedTuple):
    name: str
    id: str
    team: str
    grade: str


_NAMES = {
    "Aldermoor Central": ("Amara Nwosu", "Ben Tolley", "Carol Medway", "Dipak Shah", "Ellen Frith", "Fraser Kyle"),
    "Aldermoor East": ("Gwen Lacey", "Haroon Mirza", "Iris Holt", "Jonah Peake", "Kath Orme", "Leon Baptiste"),
    "Thornwick": ("Mabel Croft", "Noor Aziz", "Oscar Venn", "Pia Lund", "Quentin Rudd", "Rosa Delgado"),
    "Stainford": ("Sam Udall", "Tess Wray", "Umar Khalid", "Vera Stone", "Will Pasco", "Yasmin Doyle"),
}
OFFICERS = tuple(
    UnitOfficer(name, f"AM{number:02d}", team, "po" if number % 3 else "pso")
    for number, (team, name) in enumerate(((team, name) for team, names in _NAMES.items() for name in names), 1)
)
TEAMS = tuple(_NAMES)
MANAGERS = {
    "Aldermoor Central": ("Nia Prosser", "n.prosser"), "Aldermoor East": ("Gail Mort", "g.mort"),
    "Thornwick": ("Ravi Bright", "r.bright"), "Stainford": ("Hugh Dacre", "h.dacre"),
}  # fmt: skip
"""Who leads each team: the printed name and the staff key. Only Ravi Bright has an account."""


class UnitAssessor(NamedTuple):
    """Who reads: the user name, which is the staff key, the printed name and the kind."""

    id: str
    name: str
    role: JudgeRole


LEAD = UnitAssessor("i.farrar", "Imogen Farrar", "hm_inspector")
SECOND = UnitAssessor("s.haddad", "Samira Haddad", "hm_inspector")
"""Confirms that fieldwork is closed; outside the lead's line. Reads no case."""
ASSESSORS = (
    LEAD,
    UnitAssessor("d.chaudhuri", "Dev Chaudhuri", "hm_inspector"),
    UnitAssessor("l.oyelaran", "Lewis Oyelaran", "hm_inspector"),
    UnitAssessor("p.novak", "Petra Novak", "hm_inspector"),
    UnitAssessor("j.tranter", "Joanne Tranter", "local_assessor"),
    UnitAssessor("k.ellery", "Kit Ellery", "local_assessor"),
)
SETTLES = UnitAssessor("s.haddad", "Samira Haddad", "hm_inspector")
PANEL = (LEAD, SECOND, UnitAssessor("g.ince", "Gareth Ince", "hm_inspector"))
HEAD = UnitAssessor("h.marlow", "Hanna Marlow", "area_assessor")
"""The head of the unit: named for the list, the draft and alerts."""

_READ = ("aldermoor-2024",)

STAFF = (
    *(
        Account(one.id, one.name, "inspector", (REGION,), inspections=_READ)
        for one in (*ASSESSORS[:4], SECOND, PANEL[2])
    ),
    Account("j.tranter", "Joanne Tranter", "spo", ("Eastry",), grade="spo"),
    Account("k.ellery", "Kit Ellery", "spo", ("Eastry",), grade="spo"),
    Account("h.marlow", "Hanna Marlow", "divisional_manager", (UNIT,), grade="spo"),
    Account("r.bright", "Ravi Bright", "spo", ("Thornwick",), grade="spo"),
    Account("m.croft", "Mabel Croft", "case_manager", grade="po", staff=("AM13",)),
    Account("o.sands", "Olu Sands", "information_manager"),
)
"""The accounts of the demonstration, without passwords. The local assessors lead a team of another unit."""
