"""Making a report: its tables for a query, and its definitions. Page, file, command and API all use this."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from domain.policy.measures.measure import Measure, Report
from domain.policy.measures.scorecard_targets import scorecard
from projections.cases.case_repository import CaseRepository
from projections.history.history import end_of_day
from projections.obligations.clause_catalogue import catalogue
from projections.reports.duty_counts import held_as_of
from projections.reports.duty_queries import DutyQueries
from projections.reports.inspection_figures import inspected_on
from projections.reports.measure_figures import Point, ReportRequest, lines, recorded, trend, wait_lines
from projections.reports.protected_groups import group_differences
from projections.reports.scorecard import ranking
from projections.reports.small_numbers import FEW
from projections.reports.training_needs import every_clause, needs
from projections.scoring.scores import QuestionScore
from web.presentation.json_documents import known
from web.reports.clause_tables import expectations_table, needs_tables
from web.reports.forecast_tables import forecast_table, loads_by_place
from web.reports.group_tables import differences_table
from web.reports.judgement_tables import judged_table
from web.reports.measure_phrases import asked_notes, definition, sure_said
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

    def sheet(self, name: str) -> Table | None:
        return next((sheet for sheet in self.sheets if sheet.id == name), None)

    @property
    def notes(self) -> list[tuple[str, str]]:
        """Notes for a file: the moment as at which it is read, and every definition."""
        found = [("Report", self.report.title), *asked_notes(self.asked)]
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
            "suppressed_below": FEW if self.report.shows == "differences" else None,
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
    report: Report, asked: ReportRequest, queries: DutyQueries, book: CaseRepository, trend_of: Measure | None = None
) -> BuiltReport:
    """The report for a query. ``trend_of``: the measure whose trend it shows (default: the first that is a share)."""
    if report.shows == "measures":
        return _of_measures(report, asked, queries, book, trend_of)
    return BuiltReport(report, asked, _TABLES_OF[report.shows](report, asked, queries))


def build_measure_report(
    measure: Measure, asked: ReportRequest, queries: DutyQueries, book: CaseRepository
) -> BuiltReport:
    """One measure as a report of its own."""
    alone = Report(
        measure.id, measure.title, definition(measure), "measures", measure.cite, measure.sure, (measure,),
        remark=measure.remark, citation=measure.citation,
    )  # fmt: skip
    return _of_measures(alone, asked, queries, book, measure)


def _of_measures(
    report: Report, asked: ReportRequest, queries: DutyQueries, book: CaseRepository, trend_of: Measure | None
) -> BuiltReport:
    shares = [m for m in report.measures if m.counts in ("in_time", "done")]
    judged = [m for m in report.measures if m.counts == "answer"]
    waits = [m for m in report.measures if m.counts == "wait"]
    found: list[Table] = []
    if shares:
        every = [lines(queries, measure, asked) for measure in shares]
        found += [summary_table([m.whole for m in every], asked), *parts_tables([m.parts for m in every], asked)]
    if waits:
        found.append(waits_table([wait_lines(queries, measure, asked) for measure in waits], asked))
    if judged:
        found.append(_judged(judged, asked, queries, book))
    if report.lates:
        found.append(lates_table(recorded(queries, asked), asked))
    measure = trend_of or next(iter(shares), None)
    if measure is None or measure.counts == "wait":
        return BuiltReport(report, asked, found)
    points = trend(queries, measure, asked)
    beside = trend(queries, measure, asked, asked.beside) if asked.beside else []
    found.append(trend_table(measure, points, asked.scope))
    if asked.beside is not None:
        besides = trend_table(measure, beside, asked.beside)
        found.append(replace(besides, id="trend-beside", title=f"{besides.title}: {asked.beside.name}"))
    return BuiltReport(report, asked, found, measure, points, beside)


def _judged(judged: Sequence[Measure], asked: ReportRequest, queries: DutyQueries, book: CaseRepository) -> Table:
    questions = [measure.question or "" for measure in judged]
    inspections = inspected_on(book, questions, asked.moment.on, asked.scope, asked.mine)

    def of_inspections(measure: Measure) -> list[tuple[str, str, QuestionScore]]:
        return [(i.inspection, i.title, i.figure) for i in inspections[measure.question or ""]]

    return judged_table(judged, lambda m: queries.verdicts(asked.moment, m.question or ""), of_inspections, asked)


def _needs(report: Report, asked: ReportRequest, queries: DutyQueries) -> list[Table]:
    return needs_tables(needs(queries, asked.period, asked.scope, asked.mine), asked)


def _differences(report: Report, asked: ReportRequest, queries: DutyQueries) -> list[Table]:
    found = []
    for m in report.measures:
        groups = group_differences(queries, asked.period, m.clauses, held_as_of(m), asked.scope, asked.mine)
        found.append((m, groups))
    return [differences_table(found, asked)]


def _expectations(report: Report, asked: ReportRequest, queries: DutyQueries) -> list[Table]:
    return [expectations_table(queries.counts(asked.period, every_clause(), "in_time", "clause"), asked)]


def _forecast(report: Report, asked: ReportRequest, queries: DutyQueries) -> list[Table]:
    stood = asked.moment.known_at or end_of_day(asked.moment.on)
    moment = replace(asked.moment, known_at=min(stood, end_of_day(asked.moment.on)))
    found = loads_by_place(list(queries.loads(moment).items()), asked)
    return [forecast_table(found, replace(asked, moment=moment))]


def _scorecard(report: Report, asked: ReportRequest, queries: DutyQueries) -> list[Table]:
    card = scorecard()
    return scorecard_tables(card, ranking(queries, card, asked.period, asked.months, asked.scope, asked.mine), asked)


_TABLES_OF: Mapping[str, Any] = {
    "needs": _needs, "differences": _differences, "expectations": _expectations, "forecast": _forecast,
    "scorecard": _scorecard,
}  # fmt: skip
