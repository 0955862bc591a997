"""A board pack as it is printed: cover, one sentence a recommendation, a page each, limits and definitions."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from domain.policy.cited_documents import SURE
from domain.policy.measures.board_pack_pages import BoardPack, PackPage
from projections.reports.board_pack import PackMeasure, furthest_below, pack_measure, people_of, printable_teams
from projections.reports.disclosure import FEW
from projections.reports.duty_results import held_as_of
from projections.reports.measure_figures import ReportRequest, areas_of, as_told
from projections.reports.proportions import Proportion
from projections.reports.protected_groups import group_differences
from projections.reports.told_figures import ToldFigures
from projections.reports.training_needs import every_clause, needs
from web.board_pack import pack_words
from web.presentation.drawing import Drawing
from web.presentation.formatting import percent, short_date
from web.presentation.share_charts import PlaceFigure, QuarterFigure, quarters_drawing, teams_drawing
from web.reports.measure_phrases import beside_said, clause_words, scope_words
from web.reports.report_building import definitions

MOST_ROWS = 8
"""The most rows of a table of clauses, measures or groups on a page; what is more is said."""


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


@dataclass(frozen=True)
class PrintedPack:
    """The pack. ``definitions``: of every measure in it, as the reports give them."""

    asked: ReportRequest
    whose: str
    pages: Sequence[PrintedPage]
    definitions: Sequence[Mapping[str, Any]]
    withheld: bool

    def page(self, recommendation: int) -> PrintedPage | None:
        return next((one for one in self.pages if one.page.recommendation == recommendation), None)


def print_pack(pack: BoardPack, asked: ReportRequest, told: ToldFigures) -> PrintedPack:
    """The pack for a place and period, of what its reader is told."""
    asked = as_told(told, asked)
    pages = [_PAGES[page.counts](page, pack.target, asked, told) for page in pack.pages]
    measures = list(dict.fromkeys(measure for page in pack.pages for measure in page.measures))
    return PrintedPack(
        asked, scope_words(asked.scope), pages, definitions(measures, asked), asked.rounded
    )  # fmt: skip


def _measures(page: PackPage, target: int, asked: ReportRequest, told: ToldFigures) -> PrintedPage:
    """A page on one measure with its charts, and the page's other measures in a table."""
    first, *rest = (pack_measure(told, m, asked, charted=m is page.measures[0]) for m in page.measures)
    worst = furthest_below(first)
    sentence = pack_words.measure_sentence(page, first, target, worst)
    state = " · ".join(filter(None, (pack_words.state_said(first.now, target), pack_words.moving_said(first))))
    failing = pack_words.failing_said(page, pack_words.failed(first.now))
    note = _note(first, asked.moment.on)
    charts = {}
    if any(quarter.stood.n for quarter in first.quarters):
        charts["quarters"] = _quarters(first, target, asked, failing, note)
    if first.places:
        charts["teams"] = _teams(first, target, asked, note)
    table = PackTable(
        "Beside it", ("Measure", "Share", "Change", "The area"),
        [_row(one) for one in rest],
    )  # fmt: skip
    return PrintedPage(page, sentence, state, failing, charts, table if rest else None, pack_words.counted_words(first))


def _row(one: PackMeasure) -> tuple[str, str, str, str]:
    return (one.measure.title, _figure(one.now), pack_words.moving_said(one) or "-", _figure(one.area))


def _figure(figure: Proportion) -> str:
    if figure.withheld:
        return "not printed"
    return "nothing fell due" if figure.score is None else f"{percent(figure.score)}, {figure.held:,} of {figure.n:,}"


def _note(of: PackMeasure, day: date) -> str:
    return f"{pack_words.counted_words(of) or 'No figure'}; to {short_date(day)}"


def _quarters(of: PackMeasure, target: int, asked: ReportRequest, failing: str, note: str) -> Drawing:
    areas = {quarter.end: quarter.stood for quarter in of.area_quarters}
    whole = asked.scope.level == "area"
    found = [
        QuarterFigure(q.end, q.stood, q.part, q.hindsight, Proportion() if whole else areas.get(q.end, Proportion()))
        for q in of.quarters
    ]
    says = "; ".join(f"{one.words}: {_figure(one.figure)}" for one in found) or "Nothing fell due."
    return quarters_drawing(
        failing, f"{of.measure.title} by quarter. {says}", found, target, None if whole else "the area", note
    )


def _teams(of: PackMeasure, target: int, asked: ReportRequest, note: str) -> Drawing:
    several = any(place.scope.level == "division" for place in of.places)
    lines = [
        PlaceFigure(
            place.scope.name, place.figure, "not printed" if place.figure.withheld else None,
            several and place.scope.level == "team",
        )
        for place in of.places
    ]  # fmt: skip
    says = "; ".join(f"{one.name}: {_figure(one.figure)}" for one in lines)
    title = f"{of.measure.title}: divisions and teams"
    return teams_drawing(title, f"{says}. Upright lines: target and area.", lines, target, ("area", of.area), note)


def _counted(
    page: PackPage, number: int, of: int, heads: Sequence[str], rows: Sequence[Sequence[str]], title: str
) -> PrintedPage:
    return PrintedPage(
        page, pack_words.count_sentence(page, number, of), "",
        pack_words.failing_said(page, number), {},
        PackTable(title, heads, rows[:MOST_ROWS], max(0, len(rows) - MOST_ROWS)) if rows else None, "",
    )  # fmt: skip


def _needs(page: PackPage, target: int, asked: ReportRequest, told: ToldFigures) -> PrintedPage:
    """The clauses that teams meet less often than the area, by more than chance."""
    found = needs(told, asked)
    below = [need for need in found.below if need.level == "team"]
    printable = {need.clause: printable_teams(told, asked, need.clause) for need in below}
    below = [need for need in below if printable[need.clause](need.name)]
    every = {need.clause for need in (*found.below, *found.others) if need.level == "team"}
    rows = [(need.name, clause_words(need.clause), _figure(need.figure), _figure(need.area)) for need in below]
    return _counted(
        page, len({need.clause for need in below}), len(every), ("Team", "Clause", "The team", "The area"), rows,
        "Furthest below the area first",
    )  # fmt: skip


def _targets(page: PackPage, target: int, asked: ReportRequest, told: ToldFigures) -> PrintedPage:
    """The measures below the target, the furthest below first."""
    every = [pack_measure(told, measure, asked, charted=False) for measure in page.measures]
    counted = [one for one in every if one.now.score is not None]
    below = sorted((one for one in counted if (one.now.score or 0) < target), key=lambda one: one.now.score or 0)
    rows = [_row(one) for one in below]
    return _counted(
        page, len(below), len(counted), ("Measure", "Share", "Change", "The area"), rows, "Furthest below first"
    )


def _differences(page: PackPage, target: int, asked: ReportRequest, told: ToldFigures) -> PrintedPage:
    """The groups of people whose figure differs from that of the others by more than chance, of at least five people."""
    rows, every = [], 0
    for measure in page.measures:
        for group in group_differences(told, asked, measure.clauses, held_as_of(measure)):
            if group.figure.withheld or group.others is None or 0 < (group.people or 0) < FEW:
                continue
            every += 1
            said = beside_said(group.figure, group.others)
            if said.endswith("more than chance"):
                rows.append((measure.title, group.value, _figure(group.figure), said))
    return _counted(
        page, len(rows), every, ("Measure", "Group", "The group", "Against the others"), rows, "All of them"
    )


def _expectations(page: PackPage, target: int, asked: ReportRequest, told: ToldFigures) -> PrintedPage:
    """The clauses met in less than nine of ten duties, the furthest below first."""
    own = {
        clause: of.figure(asked.holds)
        for clause, of in told.by_clause(asked.period, every_clause(), asked.holds).items()
    }
    areas = told.by_clause(asked.period, every_clause(), in_areas := areas_of(told, asked))
    people = {clause: people_of(told.people_under(asked.period, [clause], asked.holds)) for clause in own}
    counted = {
        clause: figure for clause, figure in own.items() if figure.score is not None and not 0 < people[clause] < FEW
    }
    below = sorted((f.score or 0, clause) for clause, f in counted.items() if (f.score or 0) < OFTEN)
    rows = [
        (
            clause_words(clause),
            _figure(counted[clause]),
            _figure(areas[clause].figure(in_areas)) if clause in areas else "-",
        )
        for _, clause in below
    ]
    return _counted(page, len(below), len(counted), ("Clause", "Share", "The area"), rows, "Furthest below first")


OFTEN = 90
"""Per cent: nine times in ten."""

_PAGES: Mapping[str, Callable[[PackPage, int, ReportRequest, ToldFigures], PrintedPage]] = {
    "measure": _measures, "needs": _needs, "targets": _targets, "differences": _differences, "expectations": _expectations,
}  # fmt: skip


def target_words(pack: BoardPack) -> str:
    """How sure the target is."""
    return f"Target {pack.target}%: {SURE[pack.sure]}{f' ({pack.remark})' if pack.remark else ''}."
