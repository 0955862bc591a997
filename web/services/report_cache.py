"""The counts behind the reports of this app, from its columns, and a cache of the reports made from them."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import partial
from typing import TypeVar, cast

from flask import current_app, g

from projections.reports.duty_queries import DutyQueries
from projections.reports.duty_results import snoozed_duties
from projections.reports.enforcement_paths import Decisions, decisions_on
from projections.reports.reader_reach import ReaderReach
from projections.reports.told_figures import ToldFigures
from web.services import current_cases, following_read_model
from web.site import access_control, clock

T = TypeVar("T")

MOST_KEPT = 64
"""The most reports that a process keeps, to show again until something new is stored."""


def duty_queries() -> DutyQueries:
    """The duty queries over the app's record, as far as its columns go. Raises ``ColumnsNotMade``."""
    selections = following_read_model.selections()
    kept = cast(DutyQueries | None, current_app.extensions.get("duty queries"))
    if kept is None or kept.columns is not selections.columns:
        kept = DutyQueries(selections.columns, current_cases.framework(), selections)
        current_app.extensions["duty queries"] = kept
    return kept


def told_figures() -> ToldFigures:
    """The figures of the record as the person signed in is told them, for one request."""
    if "told_figures" not in g:
        who = access_control.account()
        reach = ReaderReach(who.answers_for, ~current_cases.shut() & who.opens_cases)
        snoozed = snoozed_duties(access_control.register().snoozes.every())
        g.told_figures = ToldFigures(duty_queries(), reach, clock.today(), snoozed)
    return cast(ToldFigures, g.told_figures)


def decisions() -> Decisions:
    """What gives the decisions of courts and of the Parole Board, as known at the moment of the page."""
    moment = current_cases.moment()
    position = following_read_model.as_at(moment).columns.position
    return partial(decisions_on, following_read_model.views().stored, position=position, known_at=moment.known_at)


def reader_and_moment() -> tuple[Hashable, ...]:
    """On what figures depend besides what is asked: who reads, at which moment of the record, and on which day."""
    reader = access_control.account()
    return current_cases.moment(), reader.username, reader.revision, reader.rights, clock.today()


def kept(query: Hashable, make: Callable[[], T]) -> T:
    """The result of ``make`` for this query, kept until anything is stored or snoozed, or another record takes this one's place."""
    repository = current_cases.repository()
    key = (
        query,
        following_read_model.as_at(current_cases.today()).columns.position,
        repository.catch_up(),
        repository.hash,
        access_control.register().snoozes.state(),
    )
    reports: OrderedDict[Hashable, T] = current_app.extensions.setdefault("reports made", OrderedDict())
    if key not in reports:
        reports[key] = make()
        while len(reports) > MOST_KEPT:
            reports.popitem(last=False)
    return reports[key]
