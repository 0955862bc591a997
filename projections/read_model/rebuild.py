"""Rebuild the read model: make the generation that is not live from the record, by several workers, then make it live.

Readers see no change until one transaction makes the new generation live. A rebuild that was killed leaves incomplete rows
in the other generation, which nobody reads; the next rebuild deletes them.
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
from projections.columns.column_builder import ColumnBuilder
from projections.columns.column_store import ColumnStore
from projections.ledger.ledger import Ledger
from projections.read_model.case_writer import derive_cases, write_cases
from projections.read_model.follower import advance, step
from projections.read_model.follower_lock import task_lock
from projections.read_model.view_generations import GenerationState, other_in, swap
from projections.read_model.view_reader import ReadModel
from projections.read_model.view_tables import VIEWS

CASES_PER_PIECE = 100
"""Cases derived and written in one transaction."""

ATTEMPTS = 30
"""Attempts, one a second, to empty tables that somebody reads."""


class Busy(RuntimeError):
    """Another process is rebuilding this read model."""


class WorkerPool(Protocol):
    """Runs a function on pieces of work and yields the results; see ``projections.read_model.worker_pool``."""

    def __call__(self, work: Callable[..., Any], pieces: Iterable[tuple[Any, ...]], /) -> Iterator[Any]: ...


def rebuild(
    read_model: ReadModel,
    pool: WorkerPool,
    report_progress: Callable[[int], None] = lambda cases: None,
    on_columns: Callable[[ColumnStore], None] = lambda columns: None,
) -> int:
    """Make the tables of the generation that is not live from the record, then make it live; return the number of cases.

    ``report_progress`` receives the number of cases done since its last call. ``on_columns`` receives their columns, as at
    a position of the record when the rebuild began. Raises ``Busy``, ``WorkFailed``.
    """
    with task_lock(read_model.database, read_model.writing, "rebuild") as mine:
        if mine is None:
            raise Busy("another `caseaudit rebuild` is at work on this database")
        mark = _begin(read_model)
        cases, head = 0, read_model.stored.head()
        pieces = ((read_model.database.address, mark, some, head) for some in _pieces(read_model))
        for columns in pool(build_piece, pieces):
            cases += columns.numbers
            on_columns(columns)
            report_progress(columns.numbers)
        with read_model.writing.begin() as c:
            advance(c, other_in(c, build=mark), head)
        while step(read_model, _made(read_model, mark)) or not _swapped(read_model, mark):
            pass
        _tidy(read_model)
    return cases


def build_piece(address: str, build: str, references: list[str], position: int) -> ColumnStore:
    """One piece of work: derive these cases as at a position and write their rows; return their columns.

    Raises ``Superseded``.
    """
    read_model, gathering = open_read_model(address), ColumnBuilder()

    def gather(file: CaseFile, kept: Ledger) -> None:
        gathering.add(file.reference, kept, list(file.entries.values()), position)

    derived = list(
        derive_cases(read_model.stored.of_people(references, position), position, read_model.stored.begins_at, gather)
    )
    with read_model.writing.begin() as c:
        write_cases(c, other_in(c, build=build).table, derived)
    hash_ = read_model.stored.hash_at(position) or ""
    return ColumnStore(*gathering.gathered(), position=position, hash=hash_)


@cache
def open_read_model(address: str) -> ReadModel:
    """The read model at an address, opened once in a process. It makes no tables."""
    return ReadModel(address, prepare=False)


def pieces_of(references: list[str]) -> Iterator[list[str]]:
    return (references[at : at + CASES_PER_PIECE] for at in range(0, len(references), CASES_PER_PIECE))


def _pieces(read_model: ReadModel) -> Iterator[list[str]]:
    for references in read_model.stored.cases():
        yield from pieces_of(references)


def _begin(read_model: ReadModel) -> str:
    """Empty the generation that is not live and mark it as ours. Workers of another rebuild then fail (``Superseded``)."""
    mark = uuid4().hex
    for attempt in range(ATTEMPTS):
        try:
            with read_model.writing.begin() as c:
                other = other_in(c)
                _clear(c, other.table)
                made = sa.update(VIEWS).where(VIEWS.c.generation == other.generation)
                c.execute(made.values(build=mark, position=0))
                break
        except OperationalError as error:  # wait for readers to finish; new readers wait for 0.5 s at most
            if attempt == ATTEMPTS - 1 or "lock timeout" not in str(error):
                raise
            time.sleep(1)
    return mark


def _tidy(read_model: ReadModel) -> None:
    """Empty the generation that was live, unless somebody still reads it: then the next rebuild empties it."""
    with suppress(OperationalError), read_model.writing.begin() as c:
        _clear(c, other_in(c).table)


def _clear(c: sa.Connection, table: sa.Table) -> None:
    if c.dialect.name == "postgresql":
        c.exec_driver_sql("SET LOCAL lock_timeout = '500ms'")
        c.exec_driver_sql(f"TRUNCATE {table.name}")
    else:
        c.execute(sa.delete(table))


def _made(read_model: ReadModel, mark: str) -> GenerationState:
    """The state of the generation that this rebuild is making."""
    with read_model.writing.begin() as c:
        return other_in(c, build=mark)


def _swapped(read_model: ReadModel, mark: str) -> bool:
    with read_model.writing.begin() as c:
        return swap(c, mark)
