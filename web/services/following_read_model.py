"""The views on the site: kept up by who asks for a page, as far as that takes no time; how far they are behind."""

from contextlib import suppress
from typing import cast

from flask import Flask, Response, current_app, g, request, session
from sqlalchemy.exc import SQLAlchemyError

from domain.calendar.london_time import LONDON
from domain.store.application import Files
from domain.store.database import NotPrepared
from domain.store.record_reader import Lag
from projections.cases.case_repository import Moment
from projections.columns.case_selection import CaseSelection
from projections.read_model.column_keeper import ColumnKeeper, columns_folder
from projections.read_model.follower import catch_up
from projections.read_model.view_reader import ReadModel
from web.presentation.formatting import count_noun, short_date
from web.site import clock

WAIT_SECONDS = 1.0
"""How long a page may take to bring the views up, or waits for who does, before it is shown with a note instead."""

AT_ONCE = 50
"""Entries that a page takes into the views with one transaction."""


def views() -> ReadModel:
    """The views of the app's database, up with the record where that can be had in time; see ``behind``."""
    behind()
    return _opened()


def behind() -> Lag:
    """How far the views are behind the record after what this request did about it. Asked once a request.

    What the reader has entered themselves is waited for where somebody else follows. What can't be taken in, for
    whatever reason, stays behind: the page says so, the log says why.
    """
    if "behind" not in g:
        kept = _opened()
        try:
            catch_up(kept, seconds=WAIT_SECONDS, own=session.get("entered_to", 0), most=AT_ONCE)
        except Exception:
            current_app.logger.exception("entries could not be taken into the views")
        g.behind = kept.behind()
    return cast(Lag, g.behind)


def as_at(moment: Moment) -> CaseSelection:
    """The columns of the app's database as at a moment, as far as the views go; ``NotMade`` where there are none yet."""
    kept = current_app.extensions.get("columns")
    if kept is None:
        opened = views()
        kept = current_app.extensions["columns"] = ColumnKeeper(opened, columns_folder(opened.database))
    behind()
    return CaseSelection(cast(ColumnKeeper, kept).current(), moment)


def note() -> str:
    """A sentence for the footer where the views are behind; empty where they are not."""
    entries, since = behind()
    if since is None:
        return ""
    local = since.astimezone(LONDON)
    latest = "the latest entry" if entries == 1 else f"the latest {count_noun(entries, 'entry', 'entries')}"
    return f"Lists and counts leave out {latest}, stored since {short_date(local.date())}, {local:%H:%M}."


def health() -> tuple[dict[str, object], int]:
    """What a monitor asks: the positions reached, how far the views are behind, in entries and seconds; the status code."""
    try:
        kept = _opened()
        position, (entries, since) = kept.position, kept.behind()
        stored = kept.stored.head()
    except NotPrepared as error:
        return {"status": "not prepared", "reason": str(error)}, 503
    except (SQLAlchemyError, OSError):
        return {"status": "the database cannot be reached"}, 503
    seconds = 0.0 if since is None else max(0.0, (clock.now() - since).total_seconds())
    return {"status": "ok", "stored": stored, "views": position, "behind": entries, "seconds": round(seconds, 3)}, 200


def _opened() -> ReadModel:
    kept = current_app.extensions.get("views")
    if kept is None:
        address = current_app.config["DATABASE"]
        Files.open(address).close()  # an SQLite file gets the tables of the record first
        kept = current_app.extensions["views"] = ReadModel(address)
    return cast(ReadModel, kept)


def _remember(response: Response) -> Response:
    """After a form was taken: how far the views must have come for its entry to be on the next page."""
    if request.method == "POST" and response.status_code < 400:
        with suppress(SQLAlchemyError, NotPrepared):  # what was entered is kept, whatever becomes of this
            session["entered_to"] = _opened().stored.head()
    return response


def attach(app: Flask) -> None:
    app.after_request(_remember)
