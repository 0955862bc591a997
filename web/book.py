"""What every page reads from: the casebook of this app, and the moment that the as-at bar asks for."""

from datetime import timedelta
from typing import cast

from flask import Flask, abort, current_app, request

from domain.facts import InspectionOpened
from domain.files import Files
from domain.frameworks import DEFAULT_FRAMEWORK, Framework, frameworks
from projections.casebook import Casebook, Moment, Reading
from web import asat, clock
from web.asat import AsAt
from web.words import count_noun

LONG_AGO = timedelta(days=366)


def casebook() -> Casebook:
    """The casebook over the app's database, made at the first request of each process and kept."""
    kept = current_app.extensions.get("casebook")
    if kept is None:
        kept = current_app.extensions["casebook"] = Casebook(Files.open(current_app.config["DATABASE"]))
    return cast(Casebook, kept)


def moment() -> Moment:
    """As at which day, as known when, this page is read."""
    asked = asat.current()
    return Moment(asked.on, asked.known_at)


def framework() -> Framework:
    return frameworks()[DEFAULT_FRAMEWORK]


def readings() -> list[Reading]:
    """Every case that had begun by the moment."""
    return casebook().read_all(casebook().cases, moment(), framework())


def inspection(name: str) -> InspectionOpened:
    """The inspection of this id; 404 in words where there is none."""
    opened = casebook().inspections.get(name)
    if opened is None:
        abort(404, f"There is no inspection called {name}.")
    return opened


def inspection_asked() -> str | None:
    """The inspection that this page belongs to: named in its path, in its query, or the latest on the first page."""
    named = (request.view_args or {}).get("inspection") or request.args.get("inspection")
    if named is None and request.endpoint == "inspections.index":
        return next(iter(casebook().inspections), None)
    return named


def default_moment() -> AsAt | None:
    """The moment of a page whose address names none; None for today.

    An inspection's pages are read at its own sample date and state of knowledge. So are the others when the record
    stopped long ago: today would show nothing.
    """
    inspections = casebook().inspections
    named = inspection_asked()
    if named is None and inspections and _stopped_long_ago():
        named = next(iter(inspections))
    opened = inspections.get(named) if named else None
    return None if opened is None else AsAt(opened.occurred_on, opened.knowledge)


def _stopped_long_ago() -> bool:
    last = casebook().last_recorded_at
    return last is not None and clock.today() - last.date() > LONG_AGO


def footer_note() -> str:
    """How far the page's data goes: every entry stored so far."""
    return f"{count_noun(casebook().catch_up(), 'entry', 'entries')} on record."


def attach(app: Flask) -> None:
    app.config.update(DEFAULT_MOMENT=default_moment, FOOTER_NOTE=footer_note)
