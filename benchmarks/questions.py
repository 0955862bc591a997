"""What is asked of columns, and how a worker of the site holds them.

These are the only calls of benchmarks on what lies above a base and on what is kept of it: as ``ColumnKeeper`` and the pages
make them.
"""

from dataclasses import replace
from datetime import date
from typing import Any

from benchmarks.cases import READ_ON
from domain.policy.frameworks.framework_files import frameworks
from projections.columns.case_selection import CaseSelection
from projections.columns.column_layers import ColumnLayers
from projections.columns.column_store import ColumnStore
from projections.columns.kept_counts import KeptCounts
from projections.columns.score_counts import score_cases, score_table
from projections.history.history import end_of_day
from projections.history.moment import Moment
from projections.reports.duty_counts import count_duties

ESI = frameworks()["esi-2003"]
HINDSIGHT = Moment(READ_ON, None)
EARLIER = date(2005, 9, 30)
STOOD = Moment(EARLIER, end_of_day(EARLIER))
MOMENTS = {"": HINDSIGHT, ", as known": STOOD}
"""By the words that a figure's name ends with."""


class Layers:
    """The columns of a base and of the cases that have changed since, as they are taken in one after the other."""

    def __init__(self, base: ColumnStore):
        self.layers = ColumnLayers(base)

    def take_in(self, changed: ColumnStore) -> ColumnStore:
        """The columns with these cases changed too."""
        self.layers = self.layers.with_changes(changed)
        return self.layers.columns


def forgotten(columns: ColumnStore) -> ColumnStore:
    """The same columns, with no counts kept of them from an earlier question."""
    return replace(columns, kept=KeptCounts(), below=None)


def score_all(at: CaseSelection) -> Any:
    return score_cases(ESI, at)


def score_area(at: CaseSelection) -> Any:
    return score_cases(ESI, at, at.select(area="Area 01"))


def table_by_team(at: CaseSelection) -> Any:
    return score_table(ESI, at, ("team",))


def show_desk(columns: ColumnStore, moment: Moment) -> None:
    """What the desk of the first area's manager reads from the columns."""
    at = CaseSelection(columns, moment)
    count_duties(at, by=("officer",), cases=at.select(area="Area 01"))
