"""What is said of a duty beside its dates, on both axes: that it is dispensed with, and that it was told late to be met."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import pairwise
from typing import Any

from domain.calendar.london_time import day_of
from domain.entries.case_entries import DispensationEnded, DispensationGiven
from projections.ledger.case_versions import CaseVersions
from projections.ledger.knowledge_spans import EntryVersion, RowSpans
from projections.ledger.ledger_rows import DutyRow, Known
from projections.obligations.clause_catalogue import catalogue
from projections.obligations.dispensations import dispensations, dispensed_days, in_text


def with_dispensed_days(owed: RowSpans[DutyRow], versions: CaseVersions) -> RowSpans[DutyRow]:
    """Duties, each with the days on which it is dispensed with, split where a dispensation becomes known or changes."""
    given = versions.by_type.get(DispensationGiven, ())
    if not given:
        return owed
    ended = versions.by_type.get(DispensationEnded, ())
    turns = sorted({turn for version in (*given, *ended) for turn in (version.since, version.until)})
    found = RowSpans[DutyRow]()
    known = {since: dispensations(_at(given, since), _at(ended, since)) for since in turns}
    for row, opens, closes in owed.spans(versions.over):
        clause = catalogue().clauses[row.clause]
        for since, until in pairwise([opens, *(turn for turn in turns if opens < turn < closes), closes]):
            last = max((turn for turn in turns if turn <= since), default=None)
            days = () if last is None else dispensed_days(
                known[last], clause.id, row.raised_by, row.due_on, window=clause.kind == "frequency"
            )  # fmt: skip
            found.add(row._replace(dispensed=in_text(days)) if days else row, since, until)
    return found


def _at(versions: Iterable[EntryVersion], recording: int) -> Iterator[Any]:
    return (version.fact for version in versions if version.since <= recording < version.until)


def told_late(owed: Sequence[Known[DutyRow]]) -> list[Known[DutyRow]]:
    """Duties, with those marked that were met in time as the file said only after the day they were due.

    Such a row became known on a later day, and at the end of the day it was due no other row said that the duty had been
    met. An entry recorded late does that, and a correction that sets a date back.
    """
    late = [_met_in_time(known.row) and day_of(known.since) > known.row.due_on for known in owed]
    if not any(late):
        return list(owed)
    told: defaultdict[tuple[Any, ...], list[Known[DutyRow]]] = defaultdict(list)
    for known in owed:
        if known.row.met_on is not None:
            told[_duty(known.row)].append(known)
    return [
        Known(known.row._replace(told_late=True), known.since, known.until)
        if is_late and not any(_said_by(other, known.row.due_on) for other in told[_duty(known.row)])
        else known
        for known, is_late in zip(owed, late, strict=True)
    ]


def _met_in_time(row: DutyRow) -> bool:
    return row.met_on is not None and row.met_on <= row.due_on


def _duty(row: DutyRow) -> tuple[Any, ...]:
    """What tells a duty from the others of its case, whatever is known of how it was met."""
    return row.clause, row.arises_on, row.raised_by


def _said_by(known: Known[DutyRow], day: date) -> bool:
    """Whether the file said at the end of a day that the duty was met by then."""
    met_on = known.row.met_on
    in_time = met_on is not None and met_on <= day
    return in_time and day_of(known.since) <= day and (known.until is None or day_of(known.until) > day)
