"""The page and the download of each list behind a figure."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from domain.accounts.roles import WORKERS
from web.presentation.downloads import download
from web.presentation.pagination import read_page
from web.presentation.sorting import Order, read_order
from web.presentation.table_files import Column, Download, notes
from web.reports.drill_down_lists import LISTS, DrillDownLine, DrillDownList
from web.reports.drill_down_query import DrillDownQuery, read_query
from web.reports.measure_phrases import clause_words
from web.services import current_cases
from web.site import access_control


def attach(blueprint: Blueprint) -> None:
    """Add a page and a download for every list to the blueprint of the reports."""
    for name, make in LISTS.items():
        blueprint.add_url_rule(f"/reports/list/{name}", name, _page_of(name, make))
        blueprint.add_url_rule(f"/reports/list/{name}/download/<form>", f"{name}_table", _table_of(name, make))


def _page_of(name: str, make: Callable[[DrillDownQuery], DrillDownList]) -> Callable[[], str]:
    @access_control.open_to(*WORKERS)
    def page() -> str:
        query = read_query()
        listed = make(query)
        by: dict[str, Callable[[DrillDownLine], Any]] = {"shown": lambda _: 0, "case": lambda line: line.reference}
        by |= {str(n): _by_cell(n) for n in range(len(listed.columns))}
        keys = list(by)
        order = read_order(request.args, keys, Order("shown"))
        pages = read_page(request.args, listed.n)
        sorted_so = order.key == "shown"
        lines = listed.lines(*pages.places) if sorted_so else pages.of(order.of(listed.lines(0, listed.n), by))
        access_control.shown(*(line.reference for line in lines))
        return render_template(
            "reports/drill_down.html",
            listed=listed,
            lines=lines,
            names=current_cases.names((line.reference for line in lines), query.period.moment),
            page=pages,
            order=order,
            sorts=[("Case", "case"), *((column.heading, str(n)) for n, column in enumerate(listed.columns))],
            whose=query.whose,
            clause_words=clause_words,
            download=f"compliance.{name}_table",
        )

    return page


def _table_of(name: str, make: Callable[[DrillDownQuery], DrillDownList]) -> Callable[[str], Response]:
    @access_control.open_to(*WORKERS)
    def table(form: str) -> Response:
        query = read_query()
        listed = make(query)
        lines = listed.lines(0, listed.n)
        file_notes = notes(
            query.period.moment, ("List", listed.title), ("Definition", listed.says), ("Whose", query.whose)
        )
        names = current_cases.names((line.reference for line in lines), query.period.moment)
        rows = [(line.reference, names[line.reference], *line.cells) for line in lines]
        columns = [Column("Case"), Column("Name"), *listed.columns]
        return download(
            Download(listed.title, columns, rows, file_notes, [line.reference for line in lines]),
            form,
            f"{name}-{query.period.moment.on}",
        )

    return table


def _by_cell(at: int) -> Callable[[DrillDownLine], Any]:
    """The sort key of a column: its cell; empty cells come first."""
    return lambda line: (line.cells[at] is not None, line.cells[at])
