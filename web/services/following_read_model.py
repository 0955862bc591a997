"""The read model on the site: each request brings it up to date, within a time limit, and says how far it is behind."""

from contextlib import suppress
from threading import RLock
from typing import cast

from flask import Flask, Response, current_app, g, request, session

from domain.calendar.london_time import LONDON
from domain.outside_key import NotSealed
from domain.store.application import Files
from domain.store.damage import log_words, words_of_damage
from domain.store.database import Database, NotPrepared
from domain.store.engines import DatabaseError
from domain.store.record_reader import Lag
from projections.columns.case_selection import CaseSelection
from projections.columns.kept_selections import KeptSelections
from projections.history.moment import Moment
from projections.read_model.column_base import columns_folder
from projections.read_model.column_keeper import MOST_CASES, ColumnKeeper, ColumnsNotMade
from projections.read_model.follower import catch_up
from projections.read_model.view_reader import ReadModel
from web.presentation.clock_words import whose_clock
from web.presentation.formatting import count_noun, short_date
from web.site import access_control, clock

ENTERED_TO = "position entered to"

WAIT_SECONDS = 1.0
"""Seconds that a page may take to update the tables, or to wait for a process that does; then it shows a note."""

AT_ONCE = 50
"""The most entries that a page adds to the tables in one transaction."""

COLUMN_SECONDS = 0.5
"""Seconds that a page may take to add changed cases to the columns."""


def views() -> ReadModel:
    """The read model of the app's database, brought up to date if that can be done in time; see ``behind``."""
    behind()
    return _opened()


def behind() -> Lag:
    """How far the columns are behind the record after this request has updated them. Worked out once a request.

    Where another process updates the tables, this waits for the reader's own entries. What cannot be taken in, for any
    reason, stays behind: the page says so, and the log says why.
    """
    if "behind" not in g:
        keeper = _keeper()
        standing, own = keeper.standing(), _entered_to()
        if standing.head > keeper.position:
            try:
                catch_up(_opened(), seconds=WAIT_SECONDS, own=own, most=AT_ONCE)
            except Exception as error:
                why = log_words(error, Database.at(current_app.config["DATABASE"]))
                current_app.logger.error("entries could not be taken into the views: %s", why)
        try:
            g.columns = keeper.current(standing, own=own, seconds=COLUMN_SECONDS, most=MOST_CASES)
        except ColumnsNotMade as error:
            g.columns = error
        g.behind = keeper.behind(standing)
    return cast(Lag, g.behind)


def has_columns() -> bool:
    """Whether the request has columns to read lists from."""
    behind()
    return not isinstance(g.columns, ColumnsNotMade)


def as_at(moment: Moment) -> CaseSelection:
    """The columns of the app's database as at a moment, up to date with the read model; the same columns all through a
    request, so that numbers of cases keep their meaning. ``ColumnsNotMade``: there are none yet.
    """
    return selections().at(moment)


def selections() -> KeptSelections:
    """The case selections of the request's columns, kept until there are newer columns. Raises ``ColumnsNotMade``."""
    behind()
    if isinstance(g.columns, ColumnsNotMade):
        raise g.columns
    kept = cast(KeptSelections | None, current_app.extensions.get("selections"))
    if kept is None or kept.columns is not g.columns:
        kept = current_app.extensions["selections"] = KeptSelections(g.columns)
    return kept


def note() -> str:
    """A sentence for the footer where the columns are behind or missing; otherwise empty."""
    entries, since = behind()
    if isinstance(g.columns, ColumnsNotMade):
        return "Lists and counts are not ready yet."
    if since is None:
        return ""
    local = since.astimezone(LONDON)
    latest = "the latest entry" if entries == 1 else f"the latest {count_noun(entries, 'entry', 'entries')}"
    return f"Lists and counts leave out {latest}, stored since {short_date(local.date())}, {local:%H:%M}{whose_clock(since)}."


def health() -> tuple[dict[str, object], int]:
    """For monitoring: the positions reached, how far lists are behind (entries, seconds), the status code.

    ``views`` is the position of the tables, ``columns`` that of this process's columns, null before its first list. A list
    takes in what the tables have, unless too many cases have changed since the files of columns were made.
    """
    try:
        kept, keeper = _opened(), _keeper()
        position, stored = kept.position, kept.stored.head()
        entries, since = kept.stored.behind(keeper.position if keeper.full else position)
    except NotPrepared as error:
        return {"status": "not prepared", "reason": str(error)}, 503
    except (DatabaseError, OSError) as error:
        damaged = words_of_damage(error, Database.at(current_app.config["DATABASE"]))
        return {"status": "the database is damaged" if damaged else "the database cannot be reached"}, 503
    seconds = 0.0 if since is None else max(0.0, (clock.now() - since).total_seconds())
    said = {"stored": stored, "views": position, "columns": keeper.position if keeper.is_open else None}
    return {"status": "ok", **said, "behind": entries, "seconds": round(seconds, 3)}, 200


_opening = RLock()
"""Held by the thread that opens the read model, so that no other opens it too."""


def _keeper() -> ColumnKeeper:
    with _opening:
        kept = current_app.extensions.get("columns")
        if kept is None:
            opened = _opened()
            kept = current_app.extensions["columns"] = ColumnKeeper(opened, columns_folder(opened.database))
    return cast(ColumnKeeper, kept)


def _opened() -> ReadModel:
    with _opening:
        kept = current_app.extensions.get("views")
        if kept is None:
            address = current_app.config["DATABASE"]
            Files.open(address).close()  # this creates the tables of the record in a new SQLite file
            kept = current_app.extensions["views"] = ReadModel(address)
    return cast(ReadModel, kept)


def _note_head() -> None:
    """Before a form is taken, note how far the record goes."""
    if request.method == "POST" and access_control.signed_in() is not None:
        with suppress(DatabaseError, NotPrepared):
            g.head_before = _opened().stored.head()


def _remember(response: Response) -> Response:
    """After a form that recorded something, note the position that the read model must reach to show its entry.

    A search, a draft or a mark records nothing: the next page waits for nobody. The position is sealed: whoever has the
    cookie can read it, and it counts the entries of everybody.
    """
    if "head_before" in g and response.status_code < 400:
        with suppress(DatabaseError, NotPrepared):  # what was entered is kept, whatever becomes of this
            head = _opened().stored.head()
            if head > g.head_before:
                session["entered_to"] = access_control.register().key.seal(ENTERED_TO, ENTERED_TO, f"{head:020d}")
    return response


def _entered_to() -> int:
    """The position of the last entry that this session has entered; 0: none."""
    sealed = session.get("entered_to")
    if not isinstance(sealed, str):
        return 0
    try:
        return int(access_control.register().key.unseal(ENTERED_TO, ENTERED_TO, sealed))
    except NotSealed:  # by another key, or by a version that did not seal it
        return 0


def attach(app: Flask) -> None:
    app.before_request(_note_head)
    app.after_request(_remember)
