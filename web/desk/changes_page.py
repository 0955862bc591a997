"""*What changed*: since the reader marked it as seen, or between two days. Opening the page marks nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from flask import Blueprint, Flask, render_template, request

from domain.accounts.roles import WORKERS
from projections.changes.caseload_changes import FOLDED_AFTER, KINDS, CaseloadChanges, ChangeKind, Order
from projections.changes.change_lines import ChangeLine
from projections.changes.changed_cases import ChangedCases, counted
from projections.changes.since_seen import AT_FIRST, days_back
from projections.columns.column_schema import Array
from web.desk import changed_lately, changes_panel
from web.desk.changed_lately import Lately
from web.presentation.filters import Filters
from web.presentation.pagination import read_page
from web.services import asked_names, current_cases
from web.site.access_control import open_to
from web.site.date_field import EARLIEST, read_day

blueprint = Blueprint("changes", __name__)

SIZE = 25
"""Lines on a page."""

FILTERS = ("division", "team", "officer")


class UnreadableDay(ValueError):
    """The day to compare with cannot be read; the text says what to do."""


@dataclass(frozen=True)
class Asked:
    """What the address asks for. ``first``: the day to compare with; None: since the reader marked things as seen.

    ``kind``: changes of this kind alone. ``older``: with those that are folded.
    """

    first: date | None
    filters: Filters
    kind: ChangeKind | None
    older: bool

    def fitting(self, found: CaseloadChanges) -> Array:
        """For each case whether it fits the filters."""
        return self.filters.fit(ChangedCases.every(found.selection)) & found.selection.there

    def among(self, found: CaseloadChanges) -> Array:
        """For each case whether it is asked for."""
        chosen = self.fitting(found)
        return chosen if self.kind is None else chosen & found.having(self.kind)


def default_first(last: date) -> date | None:
    """The day to compare with where none is named: on a past date, five working days back. None: since seen."""
    return None if changed_lately.is_now() else days_back(last, AT_FIRST)


def first_day(last: date) -> date | None:
    """The day to compare with, as the address gives it. None: since seen."""
    typed = request.args.get("since", "").strip()
    if not typed:
        return default_first(last)
    found = read_day(typed)
    if found is None or found.year < EARLIEST:
        raise UnreadableDay(f"From must be a real date from {EARLIEST} on, like 3 October 2005")
    if found > last:
        raise UnreadableDay("From must be on or before the day of the page")
    return found


@blueprint.get("/changed")
@open_to(*WORKERS)
def index() -> str | tuple[str, int]:
    """The lines of one page, the counts by kind, and the counts of each officer or team."""
    on = current_cases.moment().on
    try:
        first = first_day(on)
    except UnreadableDay as error:
        return render_template("desk/changed_day.html", problem=str(error), typed=request.args["since"]), 400
    kind = request.args.get("kind", "")
    asked = Asked(first, asked_names.filters(FILTERS), kind if kind in KINDS else None, "older" in request.args)
    return _show(asked)


class FoundChanges(NamedTuple):
    """What changed as it is asked for. ``listed``: for each case whether its changes are listed; ``order``: those asked for.

    ``lately``: since when they are marked as seen; None: two days are compared.
    """

    found: CaseloadChanges
    listed: Array
    order: Order
    lately: Lately | None


def found_changes(asked: Asked) -> FoundChanges:
    """What changed on the cases of the person signed in."""
    if asked.first is None:
        lately = changed_lately.own()
        order = lately.found.in_order(lately.listed & asked.among(lately.found), fold=not asked.older)
        return FoundChanges(lately.found, lately.listed, order, lately)
    found = changed_lately.between(asked.first)
    return FoundChanges(found, found.selection.there, found.in_order(asked.among(found), fold=False), None)


def _show(asked: Asked) -> str:
    found, listed, order, lately = found_changes(asked)
    page = read_page(request.args, len(order.cases), SIZE)
    cases = order.cases[slice(*page.places)]
    if lately is None:
        return _page(asked, found, listed, changes_panel.shown_lines(found, cases), page=page, panel=None, old=0)
    shown = changes_panel.panel(lately, cases, order, whole=not _narrowed(asked))
    return _page(asked, found, listed, shown.lines, page=page, panel=shown, old=len(order.old))


def _page(asked: Asked, found: CaseloadChanges, listed: Array, lines: Sequence[ChangeLine], **more: object) -> str:
    rows = ChangedCases.of(found, listed)
    by = "team" if request.args.get("by") == "team" else "officer"
    return render_template(
        "desk/changed.html", asked=asked, kinds=KINDS, kind_words=changes_panel.KIND_WORDS, folded_after=FOLDED_AFTER,
        counts=counted(found, listed & asked.fitting(found)),
        choices=asked.filters.choices(rows), names=changes_panel.names_of(lines), by=by, groups=rows.by(by, found),
        on=current_cases.moment().on, teams=len(rows.by("team", found)),
        narrowed=_narrowed(asked), lines=lines, held=current_cases.reached().open.any(), **more,
    )  # fmt: skip


def _narrowed(asked: Asked) -> bool:
    """Whether the page shows a part of what changed."""
    return asked.kind is not None or any(asked.filters.wanted.values())


def attach(app: Flask) -> None:
    """Give the templates the words of lines."""
    app.add_template_global(changes_panel.summary_words, "change_words_of")
    app.add_template_global(changes_panel.import_words)
    app.add_template_global(changes_panel.arranged_for_change)
