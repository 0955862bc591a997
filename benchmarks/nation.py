"""The service that is generated: areas, divisions, teams of ten officers with forty cases each, and who its cases are.

Every case is a copy of one of some *templates* (see ``cases``): the same entries on the same days, about another person
and held by other officers. What is derived from a template therefore holds for its copies, but for who holds them.
"""

from dataclasses import dataclass, replace
from functools import cache

from msgspec import structs

from benchmarks.cases import FIRST_HOLDER, SECOND_HOLDER, held_by
from domain.entries.case_entries import CaseAllocated, Entry, SupervisionStarted
from projections.ledger.ledger import Place

CASES_OF_OFFICER, OFFICERS_OF_TEAM, TEAMS_OF_DIVISION = 40, 10, 5
FIRST_NAMES = (
    "Aaron", "Amy", "Brian", "Carly", "Craig", "Donna", "Darren", "Gemma", "Gary", "Jade", "Jason", "Kelly", "Karl", "Leanne",
    "Liam", "Natalie", "Paul", "Tracey",
)  # fmt: skip
LAST_NAMES = (
    "Abbott", "Baines", "Clewes", "Darby", "Eddowes", "Fenn", "Gough", "Hanks", "Jeynes", "Keane", "Lander", "Mayo", "Nash",
    "Organ", "Parry", "Rudge",
)  # fmt: skip


@dataclass(frozen=True)
class Size:
    """So many cases in so many areas."""

    name: str
    cases: int
    areas: int


SIZES = {size.name: size for size in (Size("area", 2_500, 1), Size("region", 25_000, 5), Size("nation", 250_000, 42))}


def named_size(named: str) -> Size:
    """An area, a region, a nation, or so many cases in one area."""
    return SIZES.get(named) or replace(SIZES["area"], name=named, cases=int(named))


def number_of(case: int) -> int:
    """The number in a case's reference: cases of one officer lie apart, as they do."""
    return case * 7_368_787 % 10_000_000


def reference_of(case: int) -> str:
    letter, number = divmod(number_of(case), 1_000_000)
    return f"{'ABCDEFGHJK'[letter]}{number:06}/1"


def template_of(case: int, templates: int) -> int:
    """Which template a case copies."""
    return case * 48_271 % 2_147_483_647 % templates


def officer_of(case: int) -> int:
    return case // CASES_OF_OFFICER


def second_officer_of(case: int, size: Size) -> int:
    """Who takes a case over where it is handed on: the next officer of the team."""
    officer = officer_of(case)
    first = officer - officer % OFFICERS_OF_TEAM
    return first + (officer - first + 1) % min(OFFICERS_OF_TEAM, officers(size) - first)


def officers(size: Size) -> int:
    return -(-size.cases // CASES_OF_OFFICER)


@cache
def place_of(officer: int, size: Size) -> Place:
    """Where an officer sits. All are probation officers, as the templates have it."""
    team = officer // OFFICERS_OF_TEAM
    teams = -(-officers(size) // OFFICERS_OF_TEAM)
    area = team * size.areas // teams
    first_team = -(-area * teams // size.areas)
    division = (team - first_team) // TEAMS_OF_DIVISION
    return Place(
        f"Area {area + 1:02}", f"Area {area + 1:02}, division {division + 1}", f"Team {team + 1:03}", f"Officer {officer + 1:05}",
        "po",
    )  # fmt: skip


def name_of(case: int) -> str:
    return f"{FIRST_NAMES[case % len(FIRST_NAMES)]} {LAST_NAMES[case // len(FIRST_NAMES) % len(LAST_NAMES)]}"


def copied(template: list[Entry], case: int, size: Size) -> list[Entry]:
    """The entries of a case: the template's, about its own person and held by its own officers."""
    places = {
        FIRST_HOLDER: place_of(officer_of(case), size),
        SECOND_HOLDER: place_of(second_officer_of(case, size), size),
    }
    found: list[Entry] = []
    for fact in template:
        if isinstance(fact, SupervisionStarted):
            person = structs.replace(fact.person, crn=reference_of(case)[:7], name=name_of(case))
            fact = structs.replace(fact, person=person, **held_by(places[FIRST_HOLDER]))
        elif isinstance(fact, CaseAllocated):
            fact = structs.replace(fact, **held_by(places[SECOND_HOLDER]))
        found.append(fact)
    return found
