"""One page of a board pack: its sentence, what failed, its charts and its table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from domain.policy.measures.board_pack_pages import PackPage
from projections.reports.proportions import Proportion
from web.presentation.drawing import Drawing
from web.presentation.formatting import percent

MOST_ROWS, MOST_DRAWN = 8, 10
"""The most rows of a table, and of a chart, of clauses, measures or groups on a page; what is more is said."""

FEW_ROWS = 3
"""A table of so many rows is not charted, and does not fill a page."""


@dataclass(frozen=True)
class PackTable:
    """A small table of words. The first row of ``rows`` is below ``heads``. ``more``: rows that found no room."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    more: int = 0


@dataclass(frozen=True)
class PrintedPage:
    """One page: its recommendation, state and sentence, what failed, charts, tables, what it rests on."""

    page: PackPage
    sentence: str
    state: str
    failing: str
    charts: Mapping[str, Drawing]
    table: PackTable | None
    counted: str

    @property
    def is_short(self) -> bool:
        """Whether it fills so little of a page that another stands beside it there."""
        return not self.charts and (self.table is None or len(self.table.rows) <= FEW_ROWS)


def figure_words(figure: Proportion) -> str:
    """A figure in a table: ``85%, 1,161 of 1,368``."""
    if figure.withheld:
        return "not printed"
    return "nothing fell due" if figure.score is None else f"{percent(figure.score)}, {figure.held:,} of {figure.n:,}"
