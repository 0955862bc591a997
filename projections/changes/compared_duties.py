"""The duties of a caseload in two readings: what is overdue now and was not then, absences to decide, verdicts that changed.

*Then* is a day and what was known for each case (``reading_then``); *now* is the moment of a selection. Two duties are the same one
where the clause's id, the day it arose and the entry that raised it are equal.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import NamedTuple

import numpy as np

from projections.arrays.date_numbers import days_fallen_on
from projections.cases.caseload import listed_when_over
from projections.changes.key_matching import matches
from projections.changes.reading_then import ReadingThen
from projections.columns.case_rows import begin_of, between, duties_of_cases, ends_of
from projections.columns.case_selection import CaseSelection
from projections.columns.column_schema import Array, Rows, known
from projections.columns.duty_scan import ROWS_PER_RUN, DutyRun
from projections.columns.duty_states import duty_states
from projections.lists.duty_list import DutyList
from projections.lists.open_duties import stretches
from projections.obligations.clause_catalogue import catalogue
from projections.obligations.duty_state import DUE, FELL_AND_IN_TIME, FELL_DUE, OPEN, UNKNOWN, state_in

ABSENCE = "absence-decision"
"""The clause by which an absence is decided."""


class Piece(NamedTuple):
    """Some rows of one clause. ``then``: the state in the earlier reading, ``UNKNOWN``: not known. ``now``: the same now.

    ``now_then``: the state on the earlier day as known now.
    """

    clause: int
    rows: Rows
    at: Array
    case: Array
    then: Array
    now: Array
    now_then: Array

    def only(self, which: Array) -> "Piece":
        return Piece(self.clause, self.rows, *(column[which] for column in self[2:]))


@dataclass
class Duties:
    """Duties of several clauses: where they stand, and their states; see ``Piece``."""

    selection: CaseSelection
    pieces: list[Piece] = field(default_factory=list)

    def add(self, piece: Piece, which: Array) -> None:
        if which.any():
            self.pieces.append(piece.only(which))

    def __len__(self) -> int:
        return sum(len(piece.case) for piece in self.pieces)

    @cached_property
    def case(self) -> Array:
        return _joined([piece.case for piece in self.pieces]).astype(np.int64)

    @property
    def then(self) -> Array:
        return _joined([piece.then for piece in self.pieces])

    @property
    def now(self) -> Array:
        return _joined([piece.now for piece in self.pieces])

    @property
    def now_then(self) -> Array:
        return _joined([piece.now_then for piece in self.pieces])

    def column(self, name: str) -> Array:
        return _joined([piece.rows[name][piece.at] for piece in self.pieces])

    @property
    def since(self) -> Array:
        """The instants at which they became known as they are."""
        return self.column("since")

    @property
    def until(self) -> Array:
        """The instants at which they ceased to be known so; the largest where the columns do not say."""
        found = [
            piece.rows["until"][piece.at] if "until" in piece.rows else np.full(len(piece.at), np.iinfo(np.int64).max)
            for piece in self.pieces
        ]
        return _joined(found)

    @property
    def keys(self) -> Sequence[Array]:
        """By what a duty is the same one."""
        lengths = [len(piece.case) for piece in self.pieces]
        clause = np.repeat([_same_ids()[piece.clause] for piece in self.pieces], lengths)
        due = [piece.rows["due_on"][piece.at] * np.uint16(_due_day_tells()[piece.clause]) for piece in self.pieces]
        return self.case, clause, self.column("arises_on"), self.column("raised_by"), _joined(due)

    def only(self, which: Array) -> "Duties":
        found, begin = Duties(self.selection), 0
        for piece in self.pieces:
            found.add(piece, which[begin : begin + len(piece.case)])
            begin += len(piece.case)
        return found

    @property
    def listed(self) -> DutyList:
        """The same as a list, whose states are those of now."""
        return DutyList(self.selection, [DutyRun(p.clause, p.rows, p.at, p.case, p.now) for p in self.pieces])


@dataclass(frozen=True)
class Verdicts:
    """The verdicts that differ, and how many there were then. ``now``: the duties as they are known now, ``gone``: those of then
    that are not there any more. ``was``: for each of ``now`` its state then on that day (``UNKNOWN``: it had no verdict).
    """

    stood: int
    now: Duties
    was: Array
    gone: Duties


@dataclass(frozen=True)
class ComparedDuties:
    """What differs. ``overdue``: now and not then. ``absences``: to decide now, and not raised then."""

    overdue: Duties
    absences: Duties
    verdicts: Verdicts

    @classmethod
    def of(cls, now: CaseSelection, then: ReadingThen, cases: Array) -> "ComparedDuties":
        """Of some cases (for each case whether it is wanted)."""
        found = _Sorted(now)
        for piece in _pieces(now, then, cases):
            found.take(piece)
        return cls(
            _without(found.overdue, found.overdue_gone), _without(found.absences, found.absences_gone), found.verdicts()
        )


class _Sorted:
    """Rows sorted by what they are evidence of. ``..._gone``: then, in rows that are not known now."""

    def __init__(self, now: CaseSelection):
        self.over = now.over
        self.overdue, self.overdue_gone, self.absences, self.absences_gone = (Duties(now) for _ in range(4))
        self.added, self.removed, self.stood = Duties(now), Duties(now), 0

    def take(self, piece: Piece) -> None:
        clause = catalogue().clauses[piece.clause]
        gone, is_now = piece.now == UNKNOWN, piece.now != UNKNOWN
        listed = np.ones(len(piece.case), bool) if listed_when_over(clause) else ~self.over[piece.case]
        if clause.id == ABSENCE:
            there = piece.then >= DUE
            to_decide = (piece.now == DUE) | (piece.now == OPEN)
            self.absences.add(piece, to_decide & ~there & listed)
            self.absences_gone.add(piece, there & gone)
        elif clause.kind != "frequency":
            self.overdue.add(piece, (piece.now == OPEN) & (piece.then != OPEN) & listed)
            self.overdue_gone.add(piece, (piece.then == OPEN) & gone)
        was, became = state_in(piece.then, FELL_DUE), state_in(piece.now_then, FELL_DUE) & is_now
        self.stood += int(np.count_nonzero(was))
        self.added.add(piece, became & (piece.then == UNKNOWN))
        self.removed.add(piece, was & gone)

    def verdicts(self) -> Verdicts:
        """Those that differ: in time and not, new, or there no more."""
        mates = matches(self.added.keys, self.removed.keys) if len(self.added) and len(self.removed) else None
        if mates is None:
            return Verdicts(self.stood, self.added, np.full(len(self.added), UNKNOWN), self.removed)
        was = np.where(mates >= 0, self.removed.then[mates], UNKNOWN)
        differs = (was == UNKNOWN) | (
            state_in(was, FELL_AND_IN_TIME) != state_in(self.added.now_then, FELL_AND_IN_TIME)
        )
        left = np.ones(len(self.removed), bool)
        left[mates[mates >= 0]] = False
        return Verdicts(self.stood, self.added.only(differs), was[differs], self.removed.only(left))


def _without(found: Duties, there: Duties) -> Duties:
    """The duties that were not there already in a row that has been replaced."""
    return found.only(matches(found.keys, there.keys) < 0) if len(found) and len(there) else found


def _pieces(now: CaseSelection, then: ReadingThen, cases: Array) -> Iterator[Piece]:
    dense, alone = stretches(np.flatnonzero(cases))
    for rows in now.columns.duties.all:
        for clause in catalogue().standards:
            for first, last, _ in dense:
                low, high = ends_of(rows, clause, first, last)
                begin, end = begin_of(rows, low), begin_of(rows, high)
                for start in range(begin, end, ROWS_PER_RUN):
                    yield from _piece(now, then, clause, rows, np.arange(start, min(start + ROWS_PER_RUN, end)), cases)
            if len(alone):
                at = duties_of_cases(rows, clause, alone, between(alone))
                yield from _piece(now, then, clause, rows, at, cases)
    if "duties" in then.derived:
        yield from _derived(now, then, then.derived["duties"])


def _piece(now: CaseSelection, then: ReadingThen, clause: int, rows: Rows, at: Array, cases: Array) -> Iterator[Piece]:
    case = rows["case"][at]
    is_now, was = _known_now(now, rows, at), then.knows(rows, at)
    which = cases[case] & (is_now | was)
    if not which.any():
        return
    at, case, is_now, was = at[which], case[which], is_now[which], was[which]
    words = now.columns.words["dispensed"].values
    on_then, on_now = (duty_states(words, rows, at, clause, day) for day in (then.day[case], now.day))
    yield Piece(clause, rows, at, case, on_then * was, on_now * is_now, on_then * is_now)


def _derived(now: CaseSelection, then: ReadingThen, rows: Rows) -> Iterator[Piece]:
    standards, words = frozenset(catalogue().standards), now.columns.words["dispensed"].values
    for clause in np.unique(rows["clause"]).tolist():
        if clause in standards:
            at = np.flatnonzero(rows["clause"] == clause)
            case = rows["case"][at]
            nothing = np.zeros(len(at), np.uint8)
            yield Piece(clause, rows, at, case, duty_states(words, rows, at, clause, then.day[case]), nothing, nothing)


def _known_now(now: CaseSelection, rows: Rows, at: Array) -> Array:
    if now.instant is None:
        return np.full(len(at), "until" not in rows)
    found = known(rows, now.instant, at)
    return np.ones(len(at), bool) if found is None else found


@cache
def _same_ids() -> tuple[int, ...]:
    """For each clause of the catalogue a number: the same for the same id in several editions."""
    numbers: dict[str, int] = {}
    return tuple(numbers.setdefault(clause.id, len(numbers)) for clause in catalogue().clauses)


@cache
def _due_day_tells() -> tuple[bool, ...]:
    """For each clause whether a duty of it is told apart by the day it is due: the entry sets that day."""
    return tuple(any(value.on for value in clause.values) for clause in catalogue().clauses)


def changed_on(duties: Duties, then: ReadingThen, now: CaseSelection) -> Array:
    """For each duty the day (a number) on which it became so: known, or past its due date, after the earlier day."""
    case = duties.case
    learnt = np.maximum(days_fallen_on(duties.since), then.day[case])
    passed = np.minimum(duties.column("due_on").astype(np.int64) + 1, int(now.day))
    return np.maximum(learnt, np.where(duties.now == OPEN, passed, 0)).astype(np.int64)


def _joined(columns: list[Array]) -> Array:
    return np.concatenate(columns) if columns else np.zeros(0, np.int64)
