"""Conflicts of interest: which cases are not handed to which assessor of an inspection.

Nobody is handed a case of their own team, one that they worked on, or one in which they declared an interest. By hand it may be
done with a reason, which stays on record. An audit that a manager opened is of their own cases, so nothing of this holds there.
Nor does it where the record does not say who holds the inspection: it came from elsewhere, or from before.
"""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from domain.aggregates.inspection import Inspection
from domain.entries.case_entries import is_for_inspection
from domain.entries.entry import Entry
from domain.entries.inspection_entries import ReadingAllocated, reader_of
from domain.entries.refusals import Unexplained
from domain.entries.tidy_text import same_words

NAMING_STAFF = ("recorded_by", "by", "by_id", "officer", "officer_id")
"""The fields in which an entry of a case names who worked on it, by staff key or printed name."""


class Handled(NamedTuple):
    """Who had to do with a case: staff keys of all who worked on it, and keys of the officers and teams that held it."""

    worked: frozenset[str]
    officers: frozenset[str]
    teams: frozenset[str]

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> "Handled":
        """What the entries of a case say. What was recorded for inspections is nobody's work on the case."""
        worked, officers, teams = set[str](), set[str](), set[str]()
        for fact in entries:
            if is_for_inspection(fact):
                continue
            worked |= _named(fact, NAMING_STAFF)
            officers |= _named(fact, ("officer", "officer_id"))
            teams |= _named(fact, ("team", "team_id"))
        return cls(frozenset(worked), frozenset(officers), frozenset(teams))


def _named(fact: Entry, fields: Iterable[str]) -> set[str]:
    return {value for name in fields if (value := getattr(fact, name, None)) is not None}


def applies(found: Inspection) -> bool:
    """Whether the rule holds for an inspection: one that an inspector opened, on a record that says who holds it."""
    opened = found.opened
    return opened is not None and opened.held_by is not None and opened.opened_as == "hm_inspector"


def conflicts(found: Inspection, case: str, keys: Collection[str], handled: Handled) -> list[str]:
    """The conflicts of an assessor with these staff keys in a case, in words, as far as files and declarations show them."""
    said = ["worked on it"] if handled.worked.intersection(keys) else []
    touched = {"case": {case}, "officer": handled.officers, "team": handled.teams, "colleague": frozenset[str]()}
    said += [
        f"declared interest: {one.words}"
        for one in found.process.interests.values()
        if one.of_id in keys and same_words(one.about) in set(map(same_words, touched[one.interest_in]))
    ]
    return said


def check_allocation(found: Inspection, fact: ReadingAllocated, handled: Handled) -> None:
    """``Unexplained`` where a case is given to somebody with a conflict of interest in it, and nobody says why."""
    if not applies(found) or (fact.despite or "").strip():
        return
    if said := conflicts(found, fact.case, [reader_of(fact)], handled):
        raise Unexplained(
            "despite", f"{fact.assessor} and {fact.case}: {'; '.join(said)}. Say why they read it all the same"
        )
