"""What an account is told outside the building of what changed: how many cases, by team; no case is named."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from domain.accounts.roles import Account
from domain.store.record_reader import RecordReader
from domain.working.seen_places import SeenUpTo
from projections.changes.caseload_changes import ChangeKind
from projections.changes.changed_cases import ChangedCases, changes_since
from projections.changes.reading_then import Earlier
from projections.changes.record_tail import RecordTail
from projections.columns.column_schema import Array
from projections.lists.counted_cases import CountedCases
from projections.lists.open_duties import OpenDuties


@dataclass(frozen=True)
class ToldChanges:
    """What one account is told. ``by_team``: each team (its printed name) with how many cases have a change of each kind.

    ``of_teams``: whether the teams are named: a case manager's own cases are those of no team. ``overdue``: how many duties are
    overdue in all. ``cases``: those with a change, by reference: for the access log, and never told.
    """

    since: date
    by_team: Sequence[tuple[str, Mapping[ChangeKind, int]]]
    of_teams: bool
    overdue: int
    cases: Sequence[str]


def told_changes(
    account: Account, counted: CountedCases, limited: Array, since: SeenUpTo, record: RecordReader, tail: RecordTail
) -> ToldChanges | None:
    """What changed since an account was told last; None where nothing has.

    ``limited``: for each case whether anybody's access to it is limited. Of these nothing leaves the building.
    """
    selection, cases = counted.selection, counted.open & ~limited
    found = changes_since(selection, cases, account.answers_for, Earlier.of(since, record), record, tail)
    changed = ChangedCases.of(found, cases)
    by_team = changed.by("team", found)
    overdue = int(np.count_nonzero(OpenDuties.of(selection, cases).overdue))
    if not by_team:
        return None
    references = [selection.columns.references[number] for number in changed.cases.tolist()]
    return ToldChanges(since.day, by_team, not account.holds_cases, overdue, references)
