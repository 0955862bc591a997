"""The pages of a board pack that count clauses, measures or groups: those that failed, in a chart and a table."""

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from domain.policy.measures.board_pack_pages import PackPage
from projections.reports.board_pack import is_whole_area, pack_measure, printable
from projections.reports.duty_results import held_as_of
from projections.reports.measure_figures import ReportRequest, areas_of
from projections.reports.proportions import Proportion, Scope
from projections.reports.protected_groups import Group, group_differences
from projections.reports.small_places import hidden_among
from projections.reports.told_figures import ToldFigures
from projections.reports.training_needs import every_clause, needs
from web.board_pack import pack_words
from web.board_pack.pack_measure_pages import measures_table
from web.board_pack.pack_page import FEW_ROWS, MOST_DRAWN, MOST_ROWS, PackTable, PrintedPage, figure_words
from web.presentation.comparison_words import BEYOND_CHANCE
from web.presentation.drawing import Drawing
from web.presentation.formatting import sentence, short_date
from web.presentation.share_charts import PlaceFigure, shares_drawing
from web.reports.measure_phrases import beside_said, clause_words

OFTEN = 90
"""Per cent: nine times in ten."""

MET = "% of duties met in time"


class _Chart(NamedTuple):
    """What the chart of a page shows. ``beside``: what the empty diamonds are; None: there are none."""

    title: str
    lines: Sequence[PlaceFigure]
    target: int | None = None
    beside: str | None = None
    axis: str = MET


def _counted(
    page: PackPage, number: int, of: int, table: PackTable, chart: _Chart, asked: ReportRequest, counted: str = ""
) -> PrintedPage:
    """``number``: how many failed, ``of`` how many. ``table``: of those that failed, with every row. ``counted``: how."""
    rows, drawn = table.rows[:MOST_ROWS], list(chart.lines[:MOST_DRAWN])
    charts = {"shares": _drawing(chart, drawn, asked)} if len(drawn) > FEW_ROWS else {}
    shown = PackTable(table.title, table.heads, rows, len(table.rows) - len(rows)) if rows else None
    return PrintedPage(
        page,
        pack_words.count_sentence(page, number, of),
        "",
        pack_words.failing_said(page, number),
        charts,
        shown,
        counted,
    )


def _drawing(chart: _Chart, lines: Sequence[PlaceFigure], asked: ReportRequest) -> Drawing:
    says = "; ".join(f"{one.name}: {figure_words(one.figure)}" for one in lines)
    left_out = len(chart.lines) - len(lines)
    note = [
        f"empty diamond: {chart.beside}" if chart.beside else "", f"{left_out} more in the report" if left_out else "",
        f"to {short_date(asked.moment.on)}",
    ]  # fmt: skip
    return shares_drawing(
        chart.title, f"{chart.axis}. {says}.", lines, chart.target, None, "; ".join(filter(None, note)), chart.axis
    )  # fmt: skip


def needs_page(page: PackPage, target: int, asked: ReportRequest, told: ToldFigures) -> PrintedPage:
    """The clauses that teams meet less often than the rest of the area."""
    found = needs(told, asked, ["team"])
    may_print = {need.clause: printable(told, asked, need.clause) for need in found.below}
    below = [need for need in found.below if may_print[need.clause](Scope("team", need.name))]
    every = {need.clause for need in (*found.below, *found.others)}
    rows = [
        (need.name, clause_words(need.clause), figure_words(need.figure), figure_words(need.area)) for need in below
    ]
    table = PackTable("Below the area", ("Team", "Clause", "The team", "The area"), rows)
    lines = [PlaceFigure(f"{need.name}: {clause_words(need.clause)}", need.figure, beside=need.area) for need in below]
    chart = _Chart("Teams below the area, clause by clause", lines, beside="the area")
    return _counted(page, len({need.clause for need in below}), len(every), table, chart, asked, BEYOND_CHANCE)


def targets_page(page: PackPage, target: int, asked: ReportRequest, told: ToldFigures) -> PrintedPage:
    """The measures against the target, the furthest below first; those below it in the table."""
    every = [pack_measure(told, measure, asked, charted=False) for measure in page.measures]
    counted = sorted((one for one in every if one.now.score is not None), key=lambda one: one.now.score or 0)
    below, whole = [one for one in counted if (one.now.score or 0) < target], is_whole_area(told, asked)
    lines = [
        PlaceFigure(one.measure.title, one.now, beside=None if whole else one.area) for one in counted
    ]  # fmt: skip
    chart = _Chart("Measures against the target, furthest below first", lines, target, None if whole else "the area")
    table = measures_table("Below the target, furthest below first", below, whole=whole)
    return _counted(page, len(below), len(counted), table, chart, asked)


def differences_page(page: PackPage, target: int, asked: ReportRequest, told: ToldFigures) -> PrintedPage:
    """The groups of people whose figure differs from that of the others; only for whole areas, where one pack tells of them."""
    if not is_whole_area(told, asked):
        why = pack_words.ONLY_OF_AREAS
        return PrintedPage(page, f"{page.recommendation}. {page.title}: {why}.", "", f"{sentence(why)}.", {}, None, "")
    rows, lines, every = [], [], 0
    for measure in page.measures:
        for group in printed_groups(group_differences(told, asked, measure.clauses, held_as_of(measure))):
            if group.others is None:
                continue
            every += 1
            if group.against in ("better", "worse"):
                said = beside_said(group.figure, group.others, group.against)
                rows.append((measure.title, group.value, figure_words(group.figure), said))
                lines.append(PlaceFigure(f"{group.value}: {measure.title}", group.figure, beside=group.others))
    table = PackTable("Groups that differ", ("Measure", "Group", "The group", "Against the others"), rows)
    return _counted(
        page, len(rows), every, table, _Chart("Groups that differ", lines, beside="the others"), asked, BEYOND_CHANCE
    )


def printed_groups(groups: Sequence[Group]) -> list[Group]:
    """Those of which no figure, nor that of the others, is about few people; nor what is left of the total without them."""
    found = []
    for _, same in groupby(groups, key=lambda group: group.attribute):
        told = list(same)
        hidden = hidden_among([group.people or 0 for group in told])
        found += [group for n, group in enumerate(told) if n not in hidden and not group.figure.withheld]
    return found


def expectations_page(page: PackPage, target: int, asked: ReportRequest, told: ToldFigures) -> PrintedPage:
    """The clauses met in less than nine of ten duties, the furthest below first."""
    own, in_areas = told.by_clause(asked.period, every_clause(), asked.holds), areas_of(told, asked)
    areas, whole = told.by_clause(asked.period, every_clause(), in_areas), is_whole_area(told, asked)
    counted = {clause: figure for clause, of in own.items() if (figure := of.figure(asked.holds)).score is not None}
    counted = {clause: figure for clause, figure in counted.items() if printable(told, asked, clause)(Scope())}
    below = [clause for score, clause in sorted((f.score or 0, c) for c, f in counted.items()) if score < OFTEN]
    area = {clause: areas[clause].figure(in_areas) if clause in areas else Proportion() for clause in below}
    rows = [
        (clause_words(clause), figure_words(counted[clause]), *(() if whole else (figure_words(area[clause]),)))
        for clause in below
    ]
    lines = [PlaceFigure(clause_words(c), counted[c], beside=None if whole else area[c]) for c in below]
    chart = _Chart("Clauses met least often", lines, OFTEN, None if whole else "the area")
    table = PackTable("Furthest below first", ("Clause", "Share", *(() if whole else ("The area",))), rows)
    return _counted(page, len(below), len(counted), table, chart, asked)
