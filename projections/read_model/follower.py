"""The follower: take stored entries into the read model, batch by batch, rows and position in one transaction.

After a crash, rows and position still agree: no entry is taken in twice, and none is left out. One follower works at a
time. If two did, the slower one would find the position changed (``Overtaken``).
"""

import time
from collections.abc import Callable

import sqlalchemy as sa

from domain.store.record_reader import Lag
from projections.read_model.affected_cases import affected_cases
from projections.read_model.case_writer import derive_cases, outdated_cases, write_cases
from projections.read_model.follower_lock import task_lock
from projections.read_model.view_generations import GenerationState
from projections.read_model.view_reader import ReadModel
from projections.read_model.view_tables import VIEWS

BATCH = 500
"""Entries in one batch."""


class Overtaken(RuntimeError):
    """Another process has moved the position, made the other generation live, or put another record in place of this one.

    Read the state again and continue.
    """


def step(read_model: ReadModel, state: GenerationState, most: int = BATCH) -> int:
    """Take the next ``most`` entries into a generation; return how many (0: it is up to date). Raises ``Overtaken``.

    A case is derived from all entries stored so far, also from those of later batches. These then change nothing.
    """
    entered = read_model.stored.after(state.position, most)
    if not entered:
        return 0
    affected, head = affected_cases(read_model.stored, entered), read_model.stored.head()
    with read_model.reading.connect() as c:
        outdated = outdated_cases(c, state.table, affected) if affected else set()
    derived = list(derive_cases(read_model.stored.of_people(outdated, head), head, read_model.stored.begins_at))
    with read_model.writing.begin() as c:
        advance(c, state, entered[-1].position)
        if not read_model.stored.holds(c, entered[-1]):
            raise Overtaken("another record has taken the place of the one that the rows were derived from")
        write_cases(c, state.table, derived)
    return len(entered)


def advance(c: sa.Connection, state: GenerationState, position: int) -> None:
    """Set a generation's position if its state is still ``state``; otherwise raise ``Overtaken``."""
    moved = sa.update(VIEWS).values(position=position)
    moved = moved.where(
        VIEWS.c.generation == state.generation, VIEWS.c.live == state.live, VIEWS.c.position == state.position,
        VIEWS.c.build.is_(None) if state.build is None else VIEWS.c.build == state.build,
    )  # fmt: skip
    if c.execute(moved).rowcount != 1:
        raise Overtaken(f"generation {state.generation} is no longer at position {state.position}")


def catch_up(
    read_model: ReadModel, *, seconds: float | None = None, own: int = 0, most: int = BATCH,
    report_progress: Callable[[int], None] = lambda position: None,
) -> Lag:  # fmt: skip
    """Bring the read model up to date with the record, within so many seconds (None: no limit); return the remaining lag.

    Where another process follows, that one does the work; this one waits until the position ``own`` is reached, within
    the same time. ``report_progress`` receives each position reached.
    """
    until = None if seconds is None else time.monotonic() + seconds
    while read_model.stored.head() > read_model.position:
        with task_lock(read_model.database, read_model.writing, "follow") as mine:
            while mine is not None and one_step(read_model, most, report_progress) and not _passed(until):
                pass
        if mine is not None or (read_model.position >= own and until is not None) or _passed(until):
            break
        time.sleep(0.003)
    return read_model.lag()


def _passed(until: float | None) -> bool:
    return until is not None and time.monotonic() >= until


def one_step(read_model: ReadModel, most: int, report_progress: Callable[[int], None]) -> bool:
    """Take in one batch; whether there was anything to take in."""
    try:
        taken = step(read_model, read_model.live(), most)
    except Overtaken:
        return True
    if taken:
        report_progress(read_model.position)
    return taken > 0
