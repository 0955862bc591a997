"""The inspections that the person signed in may read, run or assess, and the one that a page belongs to."""

from collections.abc import Iterable
from datetime import timedelta

from flask import Flask, abort, request

from domain.entries.inspection_entries import InspectionOpened
from projections.cases.case_reading import Reading
from projections.inspections import blind_reading, inspection_access
from web.services import current_cases
from web.site import access_control, clock
from web.site.reading_date import ReadingDate

LONG_AGO = timedelta(days=366)
"""The record stopped long ago when nothing was recorded for this time."""


def inspection(name: str) -> InspectionOpened:
    """The inspection of this id. 404 where there is none; 403 where the person signed in may not read it."""
    opened = current_cases.repository().inspections.get(name)
    if opened is None:
        abort(404, f"There is no inspection called {name}.")
    if name not in inspections():
        abort(403, f"{opened.title} is not one of the inspections that you read.")
    return opened


def inspections() -> dict[str, InspectionOpened]:
    """The inspections that the person signed in may read, the latest first. Inspectors read their own, others all."""
    return inspection_access.readable_inspections(current_cases.repository(), access_control.account())


def runs(name: str) -> bool:
    """Whether the person signed in runs this inspection: an inspector who reads it, or the manager who opened it."""
    return inspection_access.runs(current_cases.repository(), access_control.account(), name)


def assesses(name: str) -> bool:
    """Whether the person signed in runs this inspection, or is named as one of its assessors."""
    return inspection_access.assesses(current_cases.repository(), access_control.account(), name)


def blind(name: str) -> set[str]:
    """The cases of an inspection that the person signed in has still to read for the second time."""
    return blind_reading.read_blind(current_cases.repository().inspection(name), access_control.account().name)


def shown(name: str, readings: Iterable[Reading]) -> list[Reading]:
    """Those of an inspection's readings that may be shown to the person signed in."""
    hidden = blind(name)
    return [reading for reading in readings if reading.reference not in hidden and current_cases.may_read(reading)]


def not_yet_shown(reference: str) -> set[str]:
    """The inspections for which the person signed in has not finished reading this case.

    Until then no page of the case shows them the answers of others there.
    """
    return blind_reading.not_yet_shown(current_cases.repository(), access_control.account().name, reference)


def front() -> str | None:
    """The inspection on the first page; None where there is none to read."""
    return inspection_access.latest_inspection(current_cases.repository(), access_control.account())


def inspection_asked() -> str | None:
    """The inspection that this page belongs to: named in its path, in its query, or the latest on the first page."""
    named = (request.view_args or {}).get("inspection") or request.args.get("inspection")
    if named is None and request.endpoint == "inspections.index" and access_control.signed_in() is not None:
        return front()
    return named or None


def default_moment() -> ReadingDate | None:
    """The moment of a page whose address names none; None for today.

    An inspection's pages are read at its own sample date and state of knowledge. So are the others when the record
    stopped long ago: today would show nothing.
    """
    every = current_cases.repository().inspections
    named = inspection_asked()
    if named is None and every and _stopped_long_ago():
        named = next(iter(every))
    opened = every.get(named) if named else None
    return None if opened is None else ReadingDate(opened.occurred_on, opened.knowledge)


def _stopped_long_ago() -> bool:
    last = current_cases.repository().last_recorded_at
    return last is not None and clock.today() - last.date() > LONG_AGO


def attach(app: Flask) -> None:
    """Give the templates ``runs_inspection`` and ``assesses_for``, and pages without a moment in their address one."""
    app.config.update(DEFAULT_MOMENT=default_moment)
    app.add_template_global(runs, "runs_inspection")
    app.add_template_global(assesses, "assesses_for")
