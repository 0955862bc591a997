"""Paths from an absence to breach: what followed it, where that stopped, and how long it took. The one statement of what counts.

An absence is one that the clause ``absence-decision`` asks to be decided; a failure is what the clause ``warning`` asks to be
answered; breach or recall had to follow where one of ``BREACH`` asks for it (see the clauses for their citations: the national
standards, part D). Each duty names the appointment that raised it, which ties the steps together. A breach action or recall is
decided by the first decision of the court or the Parole Board on or after its day, as ``History.actions`` has it.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import groupby
from operator import attrgetter
from typing import Final, Literal, NamedTuple

import numpy as np

from domain.aggregates.amendments import known
from domain.entries.case_entries import BreachDecided, EntryCorrected, EntryWithdrawn, RecallDecided
from domain.entries.entry import Entry
from domain.store.entry_codec import stored_entry, topic_of
from domain.store.record_reader import RecordReader
from projections.arrays.date_numbers import NEVER, date_of, day_number, working_days_before
from projections.columns.case_selection import CaseSelection
from projections.columns.column_schema import Array
from projections.columns.duty_scan import scan_duties
from projections.ledger.ledger import Place
from projections.obligations.duty_state import ARISEN, state_in
from projections.reports.periods import Period
from projections.reports.reader_reach import Holds

BREACH: Final = (
    "breach-second-unacceptable-failure",
    "breach-third-unacceptable-failure",
    "breach-or-recall-third-failure",
)


class Step(NamedTuple):
    """A step of enforcement: the clauses whose duties it is to meet."""

    id: str
    title: str
    clauses: tuple[str, ...]


STEPS: Final = (
    Step("explanation", "Explanation asked for", ("absence-explanation",)),
    Step("decision", "Absence decided", ("absence-decision",)),
    Step("warning", "Warning, breach or recall after a failure", ("warning",)),
    Step("breach", "Breach or recall that had to follow", BREACH),
    Step("recall", "Request for recall decided", ("recall-decision", "emergency-recall-decision")),
)

Ending = Literal["undecided", "acceptable", "unanswered", "answered", "not begun", "begun", "decided"]

ENDINGS: Final[Mapping[Ending, str]] = {
    "undecided": "Absence; not decided yet",
    "acceptable": "Absence; decided acceptable",
    "unanswered": "Absence, unacceptable; no warning, breach or recall yet",
    "answered": "Absence, unacceptable; warning (or breach or recall sooner than it had to be)",
    "not begun": "Absence, unacceptable; breach or recall had to follow and was not begun",
    "begun": "Absence, unacceptable; breach or recall begun; not decided yet",
    "decided": "Absence, unacceptable; breach or recall begun; decided",
}
"""Where a path ends, or stops, in the order in which they are listed."""

STOPPED: Final[frozenset[Ending]] = frozenset(("undecided", "unanswered", "not begun", "begun"))
"""The endings at which something is still to come."""


class Decision(NamedTuple):
    """A decision on a breach action or recall: the code of its outcome."""

    on: date
    outcome: str


Decisions = Callable[[Collection[str]], Mapping[str, Sequence[Decision]]]
"""Gives the decisions on some cases (references)."""


class AbsencePath(NamedTuple):
    """The path of one absence. ``case``: its number. ``days``: working days from the absence to its end (None: not ended)."""

    case: int
    reference: str
    place: Place
    absent_on: date
    ending: Ending
    outcome: str
    ended_on: date | None
    days: int | None


class _Duties(NamedTuple):
    """Duties by what raised them: ``key`` in order, and for each the day it was met (``NEVER``: not by the day read)."""

    key: Array
    met_on: Array

    def find(self, keys: Array) -> tuple[Array, Array]:
        """For each key whether there is a duty, and the day it was met."""
        if not len(self.key):
            return np.zeros(len(keys), bool), np.full(len(keys), NEVER, np.int64)
        at = np.searchsorted(self.key, keys).clip(0, len(self.key) - 1)
        there = self.key[at] == keys
        return there, np.where(there, self.met_on[at], NEVER)


class _Started(NamedTuple):
    """The absences: the key of each, its case, place, day, and the day on which it was decided."""

    key: Array
    case: Array
    place: Array
    absent_on: Array
    met_on: Array


def absence_paths(
    selection: CaseSelection, asked: Period, numbers: Mapping[str, Sequence[int]], wanted: Holds, decisions: Decisions
) -> list[AbsencePath]:  # fmt: skip
    """The paths of the absences of a period in some places, in order of day.

    ``numbers``: of each clause id in the catalogue. ``decisions``: gives those on some cases (references), as known at the moment.
    """
    started = _started(selection, asked, numbers, wanted)
    failed, answered = _duties(selection, numbers, ("warning",)).find(started.key)
    owed, begun = _duties(selection, numbers, BREACH).find(started.key)
    references = selection.columns.references
    names = {case: references[case] for case in set(started.case[begun != NEVER].tolist())}
    decided = decisions(list(names.values()))
    places, found = selection.columns.words["place"].values, list[AbsencePath]()
    for row in zip(*(one.tolist() for one in (*started[1:], failed, answered, owed, begun)), strict=True):
        case, place, absent_on, judged, is_failure, met, had_to, action = row
        ending, ended = _ending(judged, is_failure, met, had_to, action)
        outcome = ""
        if ending == "begun":
            after = (one for one in decided.get(names[case], ()) if one.on >= date_of(action))
            if (one := min(after, default=None)) is not None:
                ending, ended, outcome = "decided", day_number(one.on), one.outcome
        found.append(AbsencePath(
            case, references[case], places[place], date_of(absent_on), ending, outcome,
            None if ended == NEVER else date_of(ended), None if ended == NEVER else _working_days(absent_on, ended),
        ))  # fmt: skip
    return sorted(found, key=lambda path: (path.absent_on, path.reference))


def _ending(judged: int, is_failure: bool, met: int, had_to: bool, action: int) -> tuple[Ending, int]:
    """Where a path ends as far as duties say, and on which day (``NEVER``: it has not)."""
    if had_to:
        return ("not begun", NEVER) if action == NEVER else ("begun", action)
    if is_failure:
        return ("unanswered", NEVER) if met == NEVER else ("answered", met)
    return ("undecided", NEVER) if judged == NEVER else ("acceptable", judged)


def _started(
    selection: CaseSelection, asked: Period, numbers: Mapping[str, Sequence[int]], wanted: Holds
) -> _Started:  # fmt: skip
    """The absences that began after ``since`` up to the moment's day, in places that are wanted."""
    allowed = np.array([wanted(place) for place in selection.columns.words["place"].values] or [False], bool)
    parts = [
        (key, case, place, arises, met)
        for key, case, place, arises, met in _scanned(selection, numbers, ("absence-decision",))
        for keep in [(arises > day_number(asked.since)) & allowed.take(place)]
        for key, case, place, arises, met in [tuple(one[keep] for one in (key, case, place, arises, met))]
    ]
    columns = [np.concatenate(one) for one in zip(*parts, strict=True)] if parts else [np.zeros(0, np.int64)] * 5
    return _Started(*columns)


def _duties(selection: CaseSelection, numbers: Mapping[str, Sequence[int]], clauses: Sequence[str]) -> _Duties:
    parts = [(key, met) for key, _, _, _, met in _scanned(selection, numbers, clauses)]
    if not parts:
        return _Duties(np.zeros(0, np.int64), np.zeros(0, np.int64))
    key, met = (np.concatenate(one) for one in zip(*parts, strict=True))
    order = np.lexsort((met, key))  # of several duties of one failure the one that was met first
    return _Duties(key[order], met[order])


def _scanned(
    selection: CaseSelection, numbers: Mapping[str, Sequence[int]], clauses: Sequence[str]
) -> Iterator[tuple[Array, Array, Array, Array, Array]]:
    """The duties that had arisen under some clauses: key, case, place, the days they arose and were met."""
    gone = selection.columns.gone
    for number in (number for clause in clauses for number in numbers.get(clause, ())):
        for run in scan_duties(selection, number):
            keep = state_in(run.state, ARISEN)
            if gone is not None:
                keep = keep & ~gone[run.case]
            case = run.case[keep].astype(np.int64)
            raised, met = (run.column(name)[keep].astype(np.int64) for name in ("raised_by", "met_on"))
            place, arises = run.column("place")[keep].astype(np.int64), run.column("arises_on")[keep].astype(np.int64)
            yield (case << 32) + raised, case, place, arises, np.where(met > int(selection.day), NEVER, met)


def _working_days(first: int, last: int) -> int:
    """Working days after the first day up to the last one."""
    before = working_days_before()
    return int(before[last] - before[first]) if last > first else 0


_TOPICS: Final = (topic_of(BreachDecided), topic_of(RecallDecided), topic_of(EntryCorrected), topic_of(EntryWithdrawn))

FILES_AT_ONCE = 500


def decisions_on(
    stored: RecordReader, references: Collection[str], position: int, known_at: datetime | None
) -> Mapping[str, list[Decision]]:
    """The decisions of courts and of the Parole Board on some cases, as known at a moment, in order of day."""
    wanted, found = sorted(references), dict[str, list[Decision]]()
    for at in range(0, len(wanted), FILES_AT_ONCE):
        states = stored.states(wanted[at : at + FILES_AT_ONCE], position, _TOPICS)
        for reference, of_file in groupby(states, attrgetter("reference")):
            facts = _amended([stored_entry(one.topic, one.state) for one in of_file], known_at)
            found[reference] = sorted(
                Decision(f.occurred_on, f.outcome) for f in facts if isinstance(f, BreachDecided | RecallDecided)
            )
    return found


def _amended(facts: Sequence[Entry], known_at: datetime | None) -> list[Entry]:
    """These entries as they read; corrections and withdrawals of others are left out."""
    kept = {fact.entry: fact for fact in facts if not isinstance(fact, EntryCorrected | EntryWithdrawn)}
    amending = [fact for fact in facts if isinstance(fact, EntryCorrected | EntryWithdrawn)]
    while more := [fact for fact in amending if fact.entry not in kept and fact.of in kept]:
        kept |= {fact.entry: fact for fact in more}
    return known(kept.values(), known_at)
