"""What a measure is, and a report that shows measures: what each counts, in words and by clauses."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Counts = Literal["in_time", "done", "wait", "answer"]
Shows = Literal["measures", "needs", "differences", "expectations", "forecast", "scorecard"]


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure. ``counts`` says what it counts:

    * ``in_time``: duties under ``clauses`` that were met by their due date;
    * ``done``: duties under ``clauses`` that were met at all by the day asked about;
    * ``wait``: working days from the day on which such a duty arose to the day on which it was met;
    * ``answer``: cases, by their answer to ``question`` of the ESI framework.
    """

    id: str
    title: str
    counts: Counts
    numerator: str
    denominator: str
    cite: str
    sure: str
    clauses: tuple[str, ...] = ()
    question: str | None = None
    remark: str | None = None
    citation: str = ""

    @property
    def unit(self) -> str:
        """The unit of what is counted or measured: cases, working days or duties."""
        return {"answer": "cases", "wait": "working days"}.get(self.counts, "duties")


@dataclass(frozen=True, slots=True)
class Report:
    """One report. ``recommendation``: the number (1 to 10) of the one that it answers; ``asks``: what that asks for."""

    id: str
    title: str
    says: str
    shows: Shows
    cite: str
    sure: str
    measures: tuple[Measure, ...] = ()
    recommendation: int | None = None
    asks: str | None = None
    remark: str | None = None
    citation: str = ""
    lates: bool = False
    """Whether it also counts the entries that were recorded late."""


@dataclass(frozen=True, slots=True)
class Reports:
    """Every measure and every report, by id, in reading order."""

    measures: Mapping[str, Measure]
    reports: Mapping[str, Report]
