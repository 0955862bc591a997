"""The loop of `caseaudit follow`, for SQLite and PostgreSQL."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import psycopg
from sqlalchemy.exc import DBAPIError

from projections.read_model.follower import BATCH, one_step
from projections.read_model.follower_lock import task_lock
from projections.read_model.view_reader import ReadModel

POLL = 1.0
"""Seconds between checks for new entries where the database does not notify."""


@dataclass
class Following:
    """Follows the record until ``stop()``, which is called between batches. ``say`` receives messages for the operator."""

    read_model: ReadModel
    stop: Callable[[], bool]
    say: Callable[[str], None]
    batch: int = BATCH
    poll: float = POLL
    at_rest: Callable[[], None] = lambda: None
    """Called each time the read model has reached the end of the record."""

    def run(self) -> None:
        """Follow until ``stop()``. An unreachable database is tried again, after up to 30 s; any other error is raised."""
        pause = self.poll
        while not self.stop():
            try:
                self._while_alone()
                pause = self.poll
            except (DBAPIError, psycopg.Error) as error:
                said = error.orig if isinstance(error, DBAPIError) else error
                self.say(f"the database does not answer, trying again in {pause:g} s: {said}")
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
            self.say(f"following from position {self.read_model.position:,}")
            rested = -1
            while not self.stop():
                if one_step(self.read_model, self.batch, lambda position: None) or self.stop():
                    continue
                if rested != (position := self.read_model.position):
                    self.at_rest()
                    rested = position
                mine.wait(self.poll)

    def _sleep(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not self.stop() and time.monotonic() < until:
            time.sleep(0.05)
