"""The pages of a board pack on one measure: by quarter, by division and team, and beside other measures."""

from collections.abc import Sequence
from datetime import date

from domain.policy.measures.board_pack_pages import PackPage
from projections.reports.board_pack import PackMeasure, furthest_below, is_whole_area, pack_measure
from projections.reports.measure_figures import ReportRequest
from projections.reports.proportions import Proportion
from projections.reports.told_figures import ToldFigures
from web.board_pack import pack_words
from web.board_pack.pack_page import PackTable, PrintedPage, figure_words
from web.presentation.drawing import Drawing
from web.presentation.formatting import short_date
from web.presentation.share_charts import PlaceFigure, QuarterFigure, quarters_drawing, shares_drawing
from web.reports.measure_phrases import axis_words


def measure_page(page: PackPage, target: int, asked: ReportRequest, told: ToldFigures) -> PrintedPage:
    """A page on one measure with its charts, and the page's other measures in a table."""
    first, *rest = (pack_measure(told, m, asked, charted=m is page.measures[0]) for m in page.measures)
    sentence = pack_words.measure_sentence(page, first, target, furthest_below(first))
    state = " · ".join(filter(None, (pack_words.state_said(first.now, target), pack_words.moving_said(first))))
    failing = pack_words.failing_said(page, pack_words.failed(first.now)) if first.now.n or first.now.withheld else ""
    whole, note = is_whole_area(told, asked), _note(first, asked.moment.on)
    charts = {}
    if any(quarter.stood.n for quarter in first.quarters):
        charts["quarters"] = _quarters(first, target, note, whole=whole)
    if any(place.figure.n for place in first.places):
        charts["teams"] = _teams(first, target, note)
    table = measures_table("Beside it", rest, whole=whole) if rest else None
    hidden = "not printed by division and team" if first.places and all(p.figure.withheld for p in first.places) else ""
    counted = "; ".join(filter(None, (pack_words.counted_words(first), hidden)))
    return PrintedPage(page, sentence, state, failing, charts, table, counted)


def measures_table(title: str, measures: Sequence[PackMeasure], *, whole: bool) -> PackTable:
    """Measures beside one another. ``whole``: of whole areas, so that there is no area to set them beside."""
    heads = ("Measure", "Share", "Change", *(() if whole else ("The area",)))
    rows = [
        (one.measure.title, figure_words(one.now), pack_words.moving_said(one) or "-",
         *(() if whole else (figure_words(one.area),)))
        for one in measures
    ]  # fmt: skip
    return PackTable(title, heads, rows)


def _note(of: PackMeasure, day: date) -> str:
    return f"{pack_words.counted_words(of) or 'No figure'}; to {short_date(day)}"


def _quarters(of: PackMeasure, target: int, note: str, *, whole: bool) -> Drawing:
    areas = {quarter.end: quarter.stood for quarter in of.area_quarters}
    found = [
        QuarterFigure(q.end, q.stood, q.part, q.hindsight, Proportion() if whole else areas.get(q.end, Proportion()))
        for q in of.quarters
    ]
    says = "; ".join(f"{one.words}: {figure_words(one.figure)}" for one in found) or "Nothing fell due."
    return quarters_drawing(
        f"{of.measure.title}, by quarter", f"{axis_words(of.measure)}. {says}", found, target,
        None if whole else "the area", note, axis_words(of.measure),
    )  # fmt: skip


def _teams(of: PackMeasure, target: int, note: str) -> Drawing:
    several = any(place.scope.level == "division" for place in of.places)
    lines = [
        PlaceFigure(
            place.scope.name, place.figure, "not printed" if place.figure.withheld else None,
            several and place.scope.level == "team",
        )
        for place in of.places
    ]  # fmt: skip
    says = "; ".join(f"{one.name}: {figure_words(one.figure)}" for one in lines)
    return shares_drawing(
        f"{of.measure.title}, by {'division and team' if several else 'team'}",
        f"{axis_words(of.measure)}. {says}. Upright lines: target and area.",
        lines, target, ("area", of.area), note, axis_words(of.measure),
    )  # fmt: skip
