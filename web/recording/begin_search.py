"""Who is like the person of a case that is to be begun: by CRN, name and date of birth, among the cases open to the reader.

What is out of reach changes nothing of what is found.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from domain.entries.entry import CRN
from domain.entries.tidy_text import words
from domain.store.erasing import cases_of
from projections.cases.case_snapshot import CaseSnapshot
from projections.cases.person_details import PersonDetails
from projections.columns.column_schema import Array
from projections.lists.picked_numbers import numbers_of
from projections.lists.shown_cases import shown_cases
from web.presentation.formatting import long_date
from web.recording.booking_problems import day_problem
from web.services import case_finder, current_cases, person_banner
from web.site.date_field import read_day

MOST = 20
"""Cases that are shown as alike."""

OLDEST = 110
"""Years before today before which nobody of today was born."""

LONGEST_NAME = 200


class Sought(NamedTuple):
    """The person as typed. ``crn``: in capitals, without blanks."""

    crn: str = ""
    name: str = ""
    born: str = ""

    @classmethod
    def typed(cls, form: Mapping[str, str]) -> "Sought":
        crn = form.get("crn", "").upper().replace(" ", "")[:20]
        return cls(crn, words(form.get("name", "")[:1000]), form.get("born", "").strip()[:40])

    @property
    def day(self) -> date | None:
        """The date of birth; None where none can be read."""
        return read_day(self.born)

    def problems(self, today: date) -> dict[str, str]:
        """Field -> what to do."""
        found = {}
        if not re.fullmatch(CRN, self.crn):
            found["crn"] = "CRN must be a letter and six digits. For example, X123456."
        if not self.name:
            found["name"] = "Enter the name of the person."
        elif len(self.name) > LONGEST_NAME:
            found["name"] = (
                f"Name must be {LONGEST_NAME} characters or fewer. Leave out {len(self.name) - LONGEST_NAME}."
            )
        if problem := self._birth_problem(today):
            found["born"] = problem
        return found

    def _birth_problem(self, today: date) -> str:
        label, day = "Date of birth", self.day
        if day is None:
            return day_problem(label, self.born) or ""
        if day >= today:
            return f"{label} must be in the past. You entered {long_date(day)}."
        if day.year < today.year - OLDEST:
            return f"{label} must be after {today.year - OLDEST}. You entered {long_date(day)}."
        return ""


class Alike(NamedTuple):
    """A case of somebody like the person sought, and in what: ``the same CRN``, ``a name that sounds alike``."""

    case: CaseSnapshot
    person: PersonDetails | None
    why: str

    @property
    def crn(self) -> str:
        return self.case.reference.partition("/")[0]

    @property
    def name(self) -> str:
        return person_banner.shown_name(self.person)


def alike(sought: Sought) -> list[Alike]:
    """The cases of people like this, those with more in common first: ``MOST`` of them."""
    finder = case_finder.finder()
    by_crn, by_name = finder.by_words(sought.crn), finder.by_words(sought.name)
    born = finder.by_birth(sought.day) if sought.day is not None else None
    groups = [
        (by_crn.found, "the same CRN"),
        (by_name.found, "the same name"),
        (by_name.alike, "a name that sounds alike"),
    ]
    groups += [(born.found, "the same date of birth")] if born is not None else []
    told: dict[int, list[str]] = {}
    for cases, why in groups:
        for case in cases.tolist():
            told.setdefault(case, []).append(why)
    chosen = sorted(told, key=lambda case: ("the same CRN" not in told[case], -len(told[case]), case))[:MOST]
    return _lines(numbers_of(sorted(chosen)), {case: told[case] for case in chosen}, chosen)


def _lines(cases: Array, told: Mapping[int, Sequence[str]], order: Sequence[int]) -> list[Alike]:
    selection = current_cases.reached().selection
    snapshots = {one.reference: one for one in shown_cases(selection, cases, tables=())}
    people = case_finder.details(list(snapshots))
    named = ((selection.columns.references[case], told[case]) for case in order)
    return [Alike(snapshots[name], people.get(name), " and ".join(why)) for name, why in named if name in snapshots]


def files_of(crn: str) -> list[str]:
    """The references of the files of a CRN that hold anything, by their numbers, whoever may open them."""
    return sorted(cases_of(current_cases.repository().files, crn), key=number_of)


def number_of(reference: str) -> int:
    """The number of a case within its CRN."""
    return int(reference.rpartition("/")[2])
