"""The columns that show a share: the figure, its parts, its interval, and the link to what it counts."""

from collections.abc import Iterable
from typing import Any

from domain.policy.measures.measure import Measure
from projections.reports.duty_results import CountedApart
from projections.reports.periods import Period
from projections.reports.proportions import Proportion, Scope
from web.presentation.apart_words import APART, apart_words
from web.reports.measure_phrases import bounds, interval_said
from web.reports.table_model import Heading, Link, Where

SHARE_COLUMNS = (
    Heading("share", "Share", "percent"), Heading("held", "Met", "number"), Heading("n", "Of", "number"),
    Heading("interval", "95% interval", where="page"),
    Heading("low", "95% low", "percent", "file"), Heading("high", "95% high", "percent", "file"),
)  # fmt: skip


def apart_headings(shown: Iterable[CountedApart | None]) -> list[Heading]:
    """The columns of what is counted beside figures. A page has one, where there is anything to say; a file has each count."""
    some: Where = "page" if any(map(any, (apart or () for apart in shown))) else "nowhere"
    return [
        Heading("apart", "Counted apart", where=some),
        *(Heading(*named, "number", "file") for named in APART.items()),
    ]


def apart_cells(apart: CountedApart | None) -> tuple[Any, ...]:
    """The cells of ``apart_headings``."""
    return (apart_words(apart) or None, *(apart or (None,) * len(APART)))


WITHHELD_CELL = "withheld"
"""In place of a figure that the reader is not told (``projections.reports.disclosure``)."""


def share_cells(figure: Proportion) -> tuple[Any, ...]:
    """The cells of ``SHARE_COLUMNS`` for a figure."""
    if figure.withheld:
        return (WITHHELD_CELL, None, None, None, None, None)
    return (figure.share, figure.held, figure.n, interval_said(figure), *bounds(figure))


def short_cells(figure: Proportion) -> tuple[Any, Any, Any]:
    """Share, held and n of a figure."""
    found = share_cells(figure)
    return found[0], found[1], found[2]


def measure_link(measure: Measure, scope: Scope, asked: Period, **more: Any) -> Link:
    """The link to the duties behind a figure, or to the cases behind a question, at the moment of the period."""
    values = {"measure": measure.id, "of": scope.spelled or None, **moment_values(asked), **more}
    return Link("compliance.duties" if measure.counts != "answer" else "compliance.answered", values)


def moment_values(asked: Period) -> dict[str, Any]:
    """The query arguments of a period: its moment, and the day before its first."""
    return {
        "since": asked.since.isoformat(), "as_at": asked.moment.on.isoformat(),
        "known": "hindsight" if asked.moment.known_at is None else "stood",
    }  # fmt: skip
