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

from domain.aggregates.case_file import CaseFile
from projections.columns.column_builder import ColumnBuilder, recorded_by_day
from projections.columns.column_store import ColumnStore
from projections.ledger.ledger import Ledger
from projections.read_model.case_writer import derive, settle
from projections.read_model.follower import advance, step
from projections.read_model.follower_lock import alone
from projections.read_model.view_generations import State, other_in, swap
from projections.read_model.view_reader import ReadModel
from projections.read_model.view_tables import VIEWS, Tables

PIECE = 100
"""Cases derived and written in one transaction."""

ATTEMPTS = 30
"""Seconds for which a rebuild tries to clear tables that somebody reads."""


class Busy(RuntimeError):
    """Somebody else is rebuilding these views."""


class Crew(Protocol):
    """Does the pieces of some work; see ``projections.read_model.worker_pool``."""

    def __call__(self, work: Callable[..., Any], pieces: Iterable[tuple[Any, ...]], /) -> Iterator[Any]: ...


def rebuild(
    views: ReadModel,
    crew: Crew,
    told: Callable[[int], None] = lambda cases: None,
    keep: Callable[[ColumnStore], None] = lambda columns: None,
) -> int:
    """Make the views anew and put them in the place of the live ones; the number of cases.

    ``told`` hears how many cases have been done since it last heard, ``keep`` is given their columns: as at a position
    of the record from before, though some may tell of later entries already. ``Busy``; ``WorkFailed``.
    """
    with alone(views.database, views.writing, "rebuild") as mine:
        if mine is None:
            raise Busy("another `caseaudit rebuild` is at work on this database")
        mark = _begin(views)
        cases, head = 0, views.stored.head()
        pieces = ((views.database.address, mark, some, head) for some in _pieces(views))
        for columns in crew(build, pieces):
            cases += columns.numbers
            keep(columns)
            told(columns.numbers)
        with views.writing.begin() as c:
            advance(c, other_in(c, build=mark), head)
        while step(views, _made(views, mark)) or not _swapped(views, mark):
            pass
        _tidy(views)
    return cases


def build(address: str, build: str, references: list[str], position: int) -> ColumnStore:
    """One piece: derive these cases and write their rows; their columns as at a position. ``Superseded``."""
    views, gathering = opened(address), ColumnBuilder()

    def gather(file: CaseFile, kept: Ledger) -> None:
        gathering.add(file.reference, kept, recorded_by_day(file.entries.values()))

    derived = list(derive(views.stored.files(references), views.place_numbers, gather))
    with views.writing.begin() as c:
        settle(c, other_in(c, build=build).tables, derived)
    return ColumnStore(*gathering.gathered(), position=position)


@cache
def opened(address: str) -> ReadModel:
    """The views at an address, once a process; tables are never made here."""
    return ReadModel(address, prepare=False)


def pieces_of(references: list[str]) -> Iterator[list[str]]:
    return (references[at : at + PIECE] for at in range(0, len(references), PIECE))


def _pieces(views: ReadModel) -> Iterator[list[str]]:
    for references in views.stored.cases():
        yield from pieces_of(references)


def _begin(views: ReadModel) -> str:
    """Clear the generation that is not live and mark it as ours: whoever still works for another rebuild is out."""
    mark = uuid4().hex
    for attempt in range(ATTEMPTS):
        try:
            with views.writing.begin() as c:
                other = other_in(c)
                _clear(c, other.tables)
                made = sa.update(VIEWS).where(VIEWS.c.generation == other.generation)
                c.execute(made.values(build=mark, position=0))
                break
        except OperationalError as error:  # readers finish first; those who come meanwhile wait for a moment only
            if attempt == ATTEMPTS - 1 or "lock timeout" not in str(error):
                raise
            time.sleep(1)
    return mark


def _tidy(views: ReadModel) -> None:
    """Give back the room of the generation that was live, unless somebody still reads it: then the next rebuild does."""
    with suppress(OperationalError), views.writing.begin() as c:
        _clear(c, other_in(c).tables)


def _clear(c: sa.Connection, tables: Tables) -> None:
    if c.dialect.name == "postgresql":
        c.exec_driver_sql("SET LOCAL lock_timeout = '500ms'")
        c.exec_driver_sql(f"TRUNCATE {', '.join(table.name for table in tables)}")
        return
    for table in tables:
        c.execute(sa.delete(table))


def _made(views: ReadModel, mark: str) -> State:
    """What this rebuild has made so far."""
    with views.writing.begin() as c:
        return other_in(c, build=mark)


def _swapped(views: ReadModel, mark: str) -> bool:
    with views.writing.begin() as c:
        return swap(c, mark)
