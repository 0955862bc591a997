"""Invented people: officers with their teams, and the people whom they supervise."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

AREA = "Gloucestershire"


@dataclass(frozen=True)
class InventedOfficer:
    name: str
    grade: str
    team: str
    division: str
    skill: float
    """How often the officer's work is sufficient, compared with colleagues: 0 is average, more is better."""


def _team(division: str, team: str, *officers: tuple[str, str, float]) -> list[InventedOfficer]:
    return [InventedOfficer(name, grade, team, division, skill) for name, grade, skill in officers]


OFFICERS = [
    *_team("North", "Cheltenham", ("Ruth Ablewhite", "po", 0.3), ("Colin Dunmore", "po", -0.2),
           ("Meera Joshi", "pso", 0.1)),
    *_team("North", "Tewkesbury and Cotswold", ("Owen Pritchard", "po", 0.0), ("Sandra Leigh", "pso", -0.3),
           ("Frances Yeo", "po", 0.4)),
    *_team("South", "Gloucester", ("Tunde Adeyemi", "po", 0.2), ("Paula Grice", "po", -0.4),
           ("Ian Makepeace", "pso", 0.0), ("Helen Sallis", "po", 0.1)),
    *_team("South", "Stroud and Forest", ("David Orrell", "po", -0.1), ("Bernadette Quill", "pso", 0.2),
           ("Simon Tarrant", "po", -0.3)),
]  # fmt: skip

MANAGERS = {
    "Cheltenham": "Margaret Hoole",
    "Tewkesbury and Cotswold": "Margaret Hoole",
    "Gloucester": "Peter Anstey",
    "Stroud and Forest": "Anita Rao",
}

ASSESSORS = [
    ("J Hartnell", "hm_inspector"),
    ("R Pascoe", "hm_inspector"),
    ("L Whitmore", "practice_assessor"),
    ("G Okafor", "practice_assessor"),
    ("T Bellamy", "area_assessor"),
    ("C Sharpe", "area_assessor"),
]

_FIRST = {
    "male": "Aaron Adam Alan Barry Brian Callum Carl Craig Dale Darren Dean Derek Gareth Gary Glenn Jamie Jason Joe "
    "Karl Keith Kevin Lee Liam Luke Mark Martin Neil Nigel Paul Ricky Robbie Ryan Scott Shane Stuart Terry Wayne",
    "female": "Amy Carly Donna Gemma Jade Kelly Kirsty Leanne Lisa Natalie Rachel Shelley Stacey Tracey",
}
_LAST = (
    "Abbott Baines Bowden Brace Carrick Clewes Coles Critchley Darby Davies Eddowes Fenn Fletcher Gage Garland Gough "
    "Hanks Harper Hewlett Hobbs Jeynes Keane Kilminster Lander Lovell Mabbett Mayo Nash Niblett Organ Parry Peglar "
    "Pockett Preece Rudge Selwyn Shill Smart Teague Tocknell Underwood Vick Wadley Watkins Weaver Yates"
)


def person(rng: Random, crn: str, started: date, gender: str) -> dict[str, Any]:
    """An invented person who was an adult when supervision started."""
    ethnicity = rng.choices(["W1", "W2", "W9", "M1", "A1", "A2", "B1", "B2", "NS"], [80, 2, 3, 4, 2, 2, 4, 2, 1])[0]
    return {
        "crn": crn,
        "name": f"{rng.choice(_FIRST[gender].split())} {rng.choice(_LAST.split())}",
        "date_of_birth": (started - timedelta(days=rng.randint(19 * 366, 55 * 365))).isoformat(),
        "gender": gender,
        "ethnicity": ethnicity,
        "disability": rng.random() < 0.1,
    }
