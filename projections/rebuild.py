"""Rebuilding: the views made anew beside the live ones, by many hands, brought up with the record, and put in their place.

Nothing that is read changes until one transaction makes the new generation the live one. A rebuild that was killed
leaves its half-made rows in the other generation, where nobody reads them; the next clears them away.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import cache
from typing import Any, Protocol
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from projections.alone import alone
from projections.follow import advance, step
from projections.settling import derive, have_places, settle
from projections.view_tables import TABLES, VIEWS, Tables
from projections.views import State, Views

PIECE = 50
"""Cases derived and written in one transaction."""

ATTEMPTS = 30
"""Seconds for which a rebuild tries to clear tables that somebody reads."""


class Superseded(RuntimeError):
    """Another rebuild has begun since."""


class Busy(RuntimeError):
    """Somebody else is rebuilding these views."""


class Crew(Protocol):
    """Does the pieces of some work; see ``projections.crew``."""

    def __call__(self, work: Callable[..., Any], pieces: Iterable[tuple[Any, ...]], /) -> Iterator[Any]: ...


def rebuild(views: Views, crew: Crew, told: Callable[[int], None] = lambda cases: None) -> int:
    """Make the views anew and put them in the place of the live ones; the number of cases.

    ``told`` hears how many cases have been done since it last heard. ``Busy``; ``WorkFailed``.
    """
    with alone(views.database, views.writing, "rebuild") as mine:
        if mine is None:
            raise Busy("another `caseaudit rebuild` is at work on this database")
        made = _begin(views)
        cases, head = 0, views.stored.head()
        address = views.database.address
        pieces = ((address, made.generation, made.build, some) for some in _pieces(views))
        for done in crew(build, pieces):
            cases += done
            told(done)
        with views.writing.begin() as c:
            advance(c, made, head)
        while True:
            made = _made(views, made)
            if step(views, made) == 0 and _swap(views, made):
                break
        _tidy(views)
    return cases


def build(address: str, generation: str, build: str, references: list[str]) -> int:
    """One piece: derive these cases and write their rows; how many cases. ``Superseded``."""
    views = opened(address)
    derived = list(derive(views.stored.files(references)))
    have_places(derived, views.place_numbers)
    with views.writing.begin() as c:
        mark = sa.select(VIEWS.c.generation, VIEWS.c.live, VIEWS.c.position, VIEWS.c.build)
        state = State(*c.execute(mark.where(VIEWS.c.generation == generation).with_for_update(read=True)).one())
        if state.live or state.build != build:
            raise Superseded("another rebuild has begun; this one is over")
        settle(c, state.tables, derived, views.place_numbers)
    return len(derived)


@cache
def opened(address: str) -> Views:
    """The views at an address, once a process; tables are never made here."""
    return Views(address, prepare=False)


def pieces_of(references: list[str]) -> Iterator[list[str]]:
    return (references[at : at + PIECE] for at in range(0, len(references), PIECE))


def _pieces(views: Views) -> Iterator[list[str]]:
    for references in views.stored.cases():
        yield from pieces_of(references)


def _begin(views: Views) -> State:
    """Clear the generation that is not live and mark it as ours: whoever still works for another rebuild is out."""
    for attempt in range(ATTEMPTS):
        try:
            with views.writing.begin() as c:
                mark = uuid4().hex
                c.execute(sa.update(VIEWS).where(sa.not_(VIEWS.c.live)).values(build=mark, position=0))
                made = _state(c, mark)
                _clear(c, made.tables)
                return made
        except OperationalError as error:  # readers finish first; those who come meanwhile wait for a moment only
            if attempt == ATTEMPTS - 1 or "lock timeout" not in str(error):
                raise
            time.sleep(1)
    raise AssertionError


def _tidy(views: Views) -> None:
    """Give back the room of the generation that was live, unless somebody still reads it: then the next rebuild does."""
    with suppress(OperationalError), views.writing.begin() as c:
        query = sa.select(VIEWS.c.generation).where(sa.not_(VIEWS.c.live)).with_for_update()
        _clear(c, TABLES[c.execute(query).scalar_one()])


def _clear(c: sa.Connection, tables: Tables) -> None:
    if c.dialect.name == "postgresql":
        c.exec_driver_sql("SET LOCAL lock_timeout = '500ms'")
        c.exec_driver_sql(f"TRUNCATE {', '.join(table.name for table in tables)}")
        return
    for table in tables:
        c.execute(sa.delete(table))


def _state(c: sa.Connection, mark: str | None) -> State:
    query = sa.select(VIEWS.c.generation, VIEWS.c.live, VIEWS.c.position, VIEWS.c.build).where(VIEWS.c.build == mark)
    found = c.execute(query).one_or_none()
    if found is None:
        raise Superseded("another rebuild has begun; this one is over")
    return State(*found)


def _made(views: Views, made: State) -> State:
    with views.reading.connect() as c:
        return _state(c, made.build)


def _swap(views: Views, made: State) -> bool:
    """Make this generation the live one, in one transaction; not while it is behind the live one (False)."""
    with views.writing.begin() as c:
        query = sa.select(VIEWS).order_by(VIEWS.c.generation).with_for_update()
        stand = {row.generation: row for row in c.execute(query)}
        mine = stand.pop(made.generation)
        (theirs,) = stand.values()
        if mine.build != made.build or mine.live:
            raise Superseded("another rebuild has begun; this one is over")
        if mine.position < theirs.position:
            return False
        c.execute(sa.update(VIEWS).where(VIEWS.c.generation == theirs.generation).values(live=False, build=None))
        c.execute(sa.update(VIEWS).where(VIEWS.c.generation == mine.generation).values(live=True, build=None))
    return True
