"""The loop of `caseaudit follow`, for SQLite and PostgreSQL."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import psycopg
from sqlalchemy.exc import DBAPIError

from domain.store.damage import database_words
from projections.read_model.follow_far import step_by_pool
from projections.read_model.follower import BATCH, Overtaken, one_step
from projections.read_model.follower_lock import task_lock
from projections.read_model.rebuild import WorkerPool
from projections.read_model.view_reader import ReadModel
from projections.read_model.worker_pool import WorkFailed

POLL = 1.0
"""Seconds between checks for new entries where the database does not notify."""


@dataclass
class Progress:
    """What a follower has done since it was started. ``taken``: positions of the record; ``failures``: of its database."""

    active: bool = False
    taken: int = 0
    failures: int = 0


@dataclass
class Following:
    """Follows the record until ``stop()``, which is called between batches. ``say`` receives messages for the operator."""

    read_model: ReadModel
    stop: Callable[[], bool]
    say: Callable[[str], None]
    batch: int = BATCH
    poll: float = POLL
    tend: Callable[[], object] = lambda: None
    """Called after each batch and each wait. It must return soon."""
    pool: WorkerPool | None = None
    """Takes in entries where very many are behind."""
    progress: Progress = field(default_factory=Progress)
    _followed: bool = field(init=False, default=False)

    def run(self) -> None:
        """Follow until ``stop()``. An unreachable database is tried again, after up to 30 s; any other error is raised."""
        pause = self.poll
        while not self.stop():
            try:
                self._while_alone()
                pause = self.poll
            except (DBAPIError, psycopg.Error) as error:
                self.progress.failures += 1
                pause = self.poll if self._followed else pause  # another outage begins with a short wait again
                self._followed = False
                self.say(
                    f"the database does not answer, trying again in {pause:g} s: {database_words(error, self.read_model.database)}"
                )
                self._sleep(pause)
                pause = min(2 * pause, 30)
            except OSError as error:
                self.say(f"the lock cannot be taken: {error}")
                self._sleep(pause)

    def _while_alone(self) -> None:
        with task_lock(self.read_model.database, self.read_model.writing, "follow") as mine:
            if mine is None:
                self._sleep(self.poll)
                return
            reached = self.read_model.position
            self.say(f"following from position {reached:,}")

            def note(position: int) -> None:
                nonlocal reached
                self.progress.taken += max(0, position - reached)
                reached = position

            self.progress.active = True
            try:
                while not self.stop():
                    self.tend()
                    if self._many():
                        note(self.read_model.position)
                    elif not one_step(self.read_model, self.batch, note) and not self.stop():
                        mine.wait(self.poll)
                    self._followed = True
            finally:
                self.progress.active = False

    def _many(self) -> bool:
        """Take in many entries by the pool; whether it did. Where the pool fails, this process goes on alone."""
        if self.pool is None:
            return False
        try:
            return step_by_pool(self.read_model, self.pool) > 0
        except Overtaken:
            return True
        except (WorkFailed, OSError) as error:
            self.say(f"the pool of workers fails, going on without it: {error}")
            self.pool = None
            return False

    def _sleep(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not self.stop() and time.monotonic() < until:
            time.sleep(0.05)
