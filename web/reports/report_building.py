"""Making a report: its tables for a query, and its definitions. Page, file, command and API all use this."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from domain.policy.measures.measure import Measure, Report
from domain.policy.measures.scorecard_targets import scorecard
from projections.cases.case_repository import CaseRepository
from projections.history.history import end_of_day
from projections.history.moment import Moment
from projections.obligations.clause_catalogue import catalogue
from projections.reports.disclosure import BASE, FEW
from projections.reports.duty_results import held_as_of
from projections.reports.inspection_figures import inspected_on
from projections.reports.measure_figures import (
    Point,
    ReportRequest,
    areas_of,
    as_told,
    lines,
    recorded,
    trend,
    wait_lines,
)
from projections.reports.protected_groups import group_differences
from projections.reports.scorecard import ranking
from projections.reports.told_comparison import comparisons
from projections.reports.told_figures import ToldFigures
from projections.reports.training_needs import every_clause, needs
from projections.scoring.scores import QuestionScore
from web.presentation.json_documents import known
from web.reports.clause_tables import expectations_table, needs_tables
from web.reports.forecast_tables import forecast_table, loads_by_place
from web.reports.group_tables import differences_table
from web.reports.judgement_tables import judged_table
from web.reports.measure_phrases import PARTLY_ROUNDED, asked_notes, definition, rounded_said, sure_said
from web.reports.measure_tables import lates_table, parts_tables, summary_table, waits_table
from web.reports.scorecard_tables import scorecard_tables
from web.reports.table_model import Table
from web.reports.trend_table import trend_table


@dataclass(frozen=True)
class BuiltReport:
    """A report with its tables. ``points``: the trend of ``measure``; ``beside``: that of the place compared with."""

    report: Report
    asked: ReportRequest
    sheets: Sequence[Table]
    measure: Measure | None = None
    points: Sequence[Point] = ()
    beside: Sequence[Point] = ()
    disclosed: str | None = None
    """Why figures are rounded; None where all are exact."""

    def sheet(self, name: str) -> Table | None:
        return next((sheet for sheet in self.sheets if sheet.id == name), None)

    @property
    def notes(self) -> list[tuple[str, str]]:
        """Notes for a file: the moment as at which it is read, and every definition."""
        found = [("Report", self.report.title), *asked_notes(self.asked)]
        if self.disclosed:
            found.append(("Disclosure", self.disclosed))
        if self.report.asks:
            found.append((f"Recommendation {self.report.recommendation}", self.report.asks))
        for one in definitions(self.measures, self.asked):
            clauses = "; ".join(f"{c['clause']} ({c['edition']}): {c['citation']}" for c in one["clauses"])
            found.append((one["title"], " ".join(filter(None, (one["says"], one["sure"], clauses)))))
        return found

    @property
    def measures(self) -> Sequence[Measure]:
        return self.report.measures

    def document(self) -> dict[str, Any]:
        """The report as JSON: query, definitions, tables. Its form is stable: see ``docs/reports.md``."""
        asked = self.asked
        return {
            "report": self.report.id,
            "title": self.report.title,
            "recommendation": self.report.recommendation,
            "asks": self.report.asks,
            "citation": self.report.citation,
            "as_at": asked.moment.on.isoformat(),
            "known_at": known(asked.moment.known_at),
            "since": asked.period.since.isoformat(),
            "months": asked.months,
            "of": asked.scope.spelled,
            "beside": asked.beside.spelled if asked.beside else None,
            "rounded_to": BASE if asked.rounded else None,
            "withheld_below": FEW if asked.rounded else None,
            "disclosure": self.disclosed,
            "measures": definitions(self.measures, asked),
            "sheets": [sheet.document() for sheet in self.sheets if sheet.where != "page"],
        }


def definitions(measures: Sequence[Measure], asked: ReportRequest) -> list[dict[str, Any]]:
    """What each measure counts: in words, and by the clauses in force in the period, with edition and citation."""
    return [
        {
            "id": m.id, "title": m.title, "counts": m.counts, "unit": m.unit, "says": definition(m), "numerator": m.numerator,
            "denominator": m.denominator, "question": m.question, "clauses": _clauses(m, asked), "citation": m.citation,
            "sure": sure_said(m.sure, m.remark),
        }
        for m in measures
    ]  # fmt: skip


def _clauses(measure: Measure, asked: ReportRequest) -> list[dict[str, str]]:
    since, day = asked.before.since, asked.moment.on
    found = []
    for clause in catalogue().clauses:
        in_force = (clause.start is None or clause.start <= day) and (clause.end is None or clause.end > since)
        if clause.id in measure.clauses and in_force:
            cited = dict.fromkeys(value.citation for value in clause.values)
            found.append({"clause": clause.id, "edition": clause.edition, "citation": "; ".join(cited)})
    return found


def build_report(
    report: Report, asked: ReportRequest, told: ToldFigures, book: CaseRepository, trend_of: Measure | None = None
) -> BuiltReport:
    """The report for a query. ``trend_of``: the measure whose trend it shows (default: the first that is a share)."""
    if report.shows == "measures":
        return _of_measures(report, asked, told, book, trend_of)
    asked = _foretold(told, asked) if report.shows == "forecast" else as_told(told, asked)
    return BuiltReport(report, asked, _TABLES_OF[report.shows](report, asked, told), disclosed=_disclosed(told, asked))


def build_measure_report(
    measure: Measure, asked: ReportRequest, told: ToldFigures, book: CaseRepository
) -> BuiltReport:
    """One measure as a report of its own."""
    alone = Report(
        measure.id, measure.title, definition(measure), "measures", measure.cite, measure.sure, (measure,),
        remark=measure.remark, citation=measure.citation,
    )  # fmt: skip
    return _of_measures(alone, asked, told, book, measure)


def _disclosed(told: ToldFigures, asked: ReportRequest) -> str | None:
    """Why figures are rounded; None where all are exact."""
    if asked.rounded:
        return rounded_said(asked)
    in_areas, first = areas_of(told, asked), told.first_day() or asked.before.since
    exact = told.is_exact(asked.moment, in_areas, min(first, asked.before.since), asked.moment.on)
    return None if exact else PARTLY_ROUNDED


def _of_measures(
    report: Report, asked: ReportRequest, told: ToldFigures, book: CaseRepository, trend_of: Measure | None
) -> BuiltReport:
    asked = as_told(told, asked)
    shares = [m for m in report.measures if m.counts in ("in_time", "done")]
    judged = [m for m in report.measures if m.counts == "answer"]
    waits = [m for m in report.measures if m.counts == "wait"]
    found: list[Table] = []
    if shares:
        every = [lines(told, measure, asked) for measure in shares]
        found += [summary_table([m.whole for m in every], asked), *parts_tables([m.parts for m in every], asked)]
    if waits:
        found.append(waits_table([wait_lines(told, measure, asked) for measure in waits], asked))
    if judged:
        found.append(_judged(judged, asked, told, book))
    if report.lates:
        found.append(lates_table(recorded(told, asked), asked))
    measure = trend_of or next(iter(shares), None)
    disclosed = _disclosed(told, asked)
    if measure is None or measure.counts == "wait":
        return BuiltReport(report, asked, found, disclosed=disclosed)
    points = trend(told, measure, asked)
    beside = trend(told, measure, asked, asked.beside) if asked.beside else []
    found.append(trend_table(measure, points, asked.scope))
    if asked.beside is not None:
        besides = trend_table(measure, beside, asked.beside)
        found.append(replace(besides, id="trend-beside", title=f"{besides.title}: {asked.beside.name}"))
    return BuiltReport(report, asked, found, measure, points, beside, disclosed)


def _judged(judged: Sequence[Measure], asked: ReportRequest, told: ToldFigures, book: CaseRepository) -> Table:
    inspections = inspected_on(book, told, [measure.question or "" for measure in judged], asked)

    def of_inspections(measure: Measure) -> list[tuple[str, str, QuestionScore | None]]:
        return [(i.inspection, i.title, i.figure) for i in inspections[measure.question or ""]]

    return judged_table(
        judged, lambda m: told.verdicts(asked.moment, m.question or "", asked.holds), of_inspections, asked
    )


def _needs(report: Report, asked: ReportRequest, told: ToldFigures) -> list[Table]:
    return needs_tables(needs(told, asked), asked)


def _differences(report: Report, asked: ReportRequest, told: ToldFigures) -> list[Table]:
    found = [(m, group_differences(told, asked, m.clauses, held_as_of(m))) for m in report.measures]
    return [differences_table(found, asked)]


def _expectations(report: Report, asked: ReportRequest, told: ToldFigures) -> list[Table]:
    own, area = (
        {clause: of.figure(holds) for clause, of in told.by_clause(asked.period, every_clause(), holds).items()}
        for holds in (asked.holds, areas_of(told, asked))
    )
    compared = None if asked.rounded else comparisons(
        told, asked.period, every_clause(), "in_time", areas_of(told, asked), lambda clause: clause.id
    )  # fmt: skip
    against = {clause: compared.of(asked.holds, clause) for clause in own} if compared is not None else {}
    return [expectations_table({clause: of for clause, of in own.items() if of.n or of.withheld}, area, against, asked)]


def _foretold(told: ToldFigures, asked: ReportRequest) -> ReportRequest:
    """As the file stood on the day; moved to a month end where a case that counts is closed to the reader."""
    stood = end_of_day(asked.moment.on)
    known = stood if asked.moment.known_at is None else min(asked.moment.known_at, stood)
    asked = replace(asked, moment=Moment(asked.moment.on, known))
    return asked if told.forecasts_exactly(asked.moment, asked.holds) else asked.at_month_end(told.today)


def _forecast(report: Report, asked: ReportRequest, told: ToldFigures) -> list[Table]:
    return [forecast_table(loads_by_place(told.loads(asked.moment, asked.holds), asked), asked)]


def _scorecard(report: Report, asked: ReportRequest, told: ToldFigures) -> list[Table]:
    card = scorecard()
    return scorecard_tables(card, ranking(told, card, asked), asked)


_TABLES_OF: Mapping[str, Any] = {
    "needs": _needs, "differences": _differences, "expectations": _expectations, "forecast": _forecast,
    "scorecard": _scorecard,
}  # fmt: skip
