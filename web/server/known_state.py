"""What is known of the database, looked at no more often than every ten seconds by all processes of a machine together.

Whoever asks is answered within a second: the look itself is on a thread of its own, and may hang.
"""

import fcntl
import json
import logging
import os
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from domain.error_traces import kind_of

LOG = logging.getLogger("caseaudit")

EVERY = 10.0
"""Seconds for which what was seen holds."""

ANSWERED = 0.8
"""Seconds for which whoever asks waits for a look that is under way. Then what was seen before is said."""

HANGING = 3.0
"""Seconds after which a look that is under way says that nobody answers."""

Seen = Mapping[str, Any]


class KnownState:
    """The last look, in a file that processes share, or in this process alone (``file`` None).

    ``look``: looks, and gives what it saw as JSON takes it; ``gone``: what is said where it fails or does not come back.
    """

    def __init__(self, file: Path | None, look: Callable[[], Seen], gone: Seen):
        self._file, self._look, self._gone = file, look, gone
        self._seen: tuple[float, Seen] | None = None
        self._begun: float | None = None
        self._lock, self._done = threading.Lock(), threading.Event()

    def now(self) -> Seen:
        """What is known now; within a second."""
        seen = self._kept()
        if seen is not None and time.monotonic() - seen[0] < EVERY:
            return seen[1]
        begun = self._begin()
        self._done.wait(ANSWERED)
        after = self._kept()
        if after is not None and (seen is None or after[0] > seen[0]):
            return after[1]
        return self._gone if seen is None or time.monotonic() - begun > HANGING else seen[1]

    def _begin(self) -> float:
        """Begin a look, unless one is under way; when it was begun."""
        with self._lock:
            if self._begun is None:
                self._begun = time.monotonic()
                self._done.clear()
                threading.Thread(target=self._run, daemon=True, name="look at the database").start()
            return self._begun

    def _run(self) -> None:
        try:
            self._look_alone()
        except OSError as error:
            LOG.error("what the database is like could not be kept: %s", kind_of(error))
        finally:
            with self._lock:
                self._begun = None
            self._done.set()

    def _look_alone(self) -> None:
        """Look, unless another process does; then what it sees comes by the file."""
        if self._file is None:
            self._seen = time.monotonic(), self._looked()
            return
        with self._file.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            kept = self._kept()
            if kept is None or time.monotonic() - kept[0] >= EVERY:
                self._keep(time.monotonic(), self._looked())

    def _looked(self) -> Seen:
        """What is seen now. What cannot be looked up is not known: what was seen before holds no longer."""
        try:
            return self._look()
        except Exception as error:
            LOG.error("what the database is like could not be looked up: %s", kind_of(error))
            return self._gone

    def _keep(self, at: float, seen: Seen) -> None:
        assert self._file is not None
        new = self._file.with_suffix(f".{os.getpid()}")
        new.write_text(json.dumps([at, seen]), encoding="utf-8")
        new.replace(self._file)

    def _kept(self) -> tuple[float, Seen] | None:
        if self._file is None:
            return self._seen
        with suppress(OSError, ValueError):
            at, seen = json.loads(self._file.read_text(encoding="utf-8"))
            return float(at), seen
        return None
