"""The standards handbook: the standards by edition, subject and clause, and the changes between two editions."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from domain.calendar.workdays import Length
from domain.policy.clauses import Clause, Phase, Value
from domain.policy.conditions import When
from domain.policy.frameworks.framework import Framework, Question
from domain.policy.standards.edition import Edition, Standards
from projections.columns.case_answers import numbers_of
from projections.columns.case_selection import CaseSelection
from projections.columns.column_schema import Array
from projections.columns.duty_scan import scan_duties
from projections.obligations.clause_catalogue import catalogue
from projections.obligations.duty_state import (
    DISPENSED,
    DISPENSED_EARLY,
    DUE,
    LAPSED,
    MET,
    MET_EARLY,
    MET_LATE,
    OPEN,
    STATES,
    State,
)


@dataclass(frozen=True, slots=True)
class HandbookClause:
    """One clause in all editions, with the questions that it answers."""

    id: str
    versions: tuple[Clause, ...]
    questions: tuple[Question, ...]

    @property
    def latest(self) -> Clause:
        return self.versions[-1]


@dataclass(frozen=True, slots=True)
class ClauseDifference:
    """A clause that differs between two editions; None where an edition does not have it."""

    id: str
    before: Clause | None
    after: Clause | None


@dataclass(frozen=True, slots=True)
class WeekRange:
    """A phase as printed: weeks ``first`` to ``last`` (None: to the end), and how often."""

    first: int
    last: int | None
    often: str


class ContactRow(NamedTuple):
    """A row of the contact matrix: the clause's row, and its contact week by week."""

    value: Value
    weeks: list[WeekRange]


def handbook_clause(clause: str, clauses: Iterable[Clause], framework: Framework) -> HandbookClause | None:
    """One clause of the standards or the framework, with all its versions in order of time; None: no such clause."""
    versions = tuple(c for c in clauses if c.id == clause)
    return HandbookClause(clause, versions, tuple(framework.questions_on(clause))) if versions else None


def by_subject(clauses: Iterable[Clause]) -> dict[str, list[Clause]]:
    """The clauses by subject, in the order of the document."""
    subjects: dict[str, list[Clause]] = {}
    for clause in clauses:
        subjects.setdefault(clause.subject, []).append(clause)
    return subjects


def edition_differences(before: Edition, after: Edition) -> list[ClauseDifference]:
    """The clauses that differ between two editions: added, dropped, or with other values."""
    old, new = ({c.id: c for c in edition.clauses} for edition in (before, after))
    ids = dict.fromkeys((*old, *new))
    found = [ClauseDifference(name, old.get(name), new.get(name)) for name in ids]
    return [d for d in found if _content(d.before) != _content(d.after)]


def duty_states(selection: CaseSelection, cases: Array, clause: str, framework: Framework) -> Counter[str]:
    """How many duties under this clause had arisen by the day read, by their state.

    ``cases``: for each case whether its duties count.
    """
    counted: Counter[str] = Counter(dict.fromkeys(STATES, 0))
    for number in numbers_of(framework.id).get(clause, ()):
        unmet: State = "missed" if catalogue().clauses[number].kind == "frequency" else "overdue"
        for run in scan_duties(selection, number):
            found = np.bincount(run.state[cases[run.case]], minlength=MET_EARLY + 1).tolist()
            counted.update({
                "due": found[DUE], "lapsed": found[LAPSED], unmet: found[OPEN], "met_late": found[MET_LATE],
                "met": found[MET] + found[MET_EARLY], "dispensed": found[DISPENSED] + found[DISPENSED_EARLY],
            })  # fmt: skip
    return counted


def contact_matrix(edition: Edition) -> list[ContactRow]:
    """Contact by order, tier and risk, week by week: the rows of the edition's contact-frequency, as printed."""
    clauses = [c for c in edition.clauses if c.id == "contact-frequency"]
    return [ContactRow(value, week_ranges(value.phases)) for clause in clauses for value in clause.values]


def week_ranges(phases: Sequence[Phase]) -> list[WeekRange]:
    """The phases with their weeks. A month counts as 52/12 weeks, rounded."""
    found: list[WeekRange] = []
    ended: int = 0
    for phase in phases:
        last = None
        if phase.length is not None:
            last = (0 if phase.from_start else ended) + _weeks(phase.length)
        often = phase.text.split(" for ")[0].split(" to ")[0].removesuffix(" throughout")
        found.append(WeekRange(ended + 1, last, often))
        ended = last or ended
    return found


def attributes_of(when: When) -> list[tuple[str, list[object]]]:
    """The attributes of the cases to which a row applies, with their values; empty: all other cases."""
    return [(name, sorted(values, key=str)) for name, values in when]


def edition(standards: Standards, name: str) -> Edition | None:
    return next((e for e in standards.editions if e.id == name), None)


def _weeks(length: Length) -> int:
    return length.count if length.unit == "week" else round(length.count * 52 / 12)


def _content(clause: Clause | None) -> object:
    """The content of a clause to compare, without its citation and certainty."""
    if clause is None:
        return None
    values = [(v.when, v.text, v.on, v.failures, v.period) for v in clause.values]
    return clause.kind, clause.when, clause.during, clause.after, clause.by, clause.counts, values
