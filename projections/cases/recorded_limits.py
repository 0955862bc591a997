"""Who may not open which cases, from the record itself: no view stands between a limit of access and a page."""

import threading
from collections.abc import Mapping

from domain.store.hash_chain import ORIGIN
from domain.store.record_reader import RecordReader
from projections.history.access_limits import excluded_by

Limits = Mapping[str, frozenset[str]]
"""Case -> the staff who may not open it. Cases open to everybody are left out."""


class RecordedLimits:
    """The limits of access as the record has them now. Safe to share between threads.

    What was read is kept; each call reads the cases whose limits may have changed since. Another record in the place of the
    one that was read (a backup was restored) is read anew.
    """

    def __init__(self, record: RecordReader):
        self._record = record
        self._position, self._hash = 0, ORIGIN.hex()
        self._limits: dict[str, frozenset[str]] = {}
        self._lock = threading.Lock()

    def now(self) -> Limits:
        """The limits with everything that is stored. Raises what the database raises: without an answer nothing is shown."""
        with self._lock:
            standing = self._record.standing(self._position)
            if standing.there != self._hash:
                self._position, self._limits = 0, {}
            if standing.head > self._position:
                self._limits = self._with_changes(self._position)
                # Not the head as it is by now: what came in between is read again by the next call.
                self._position, self._hash = standing.head, standing.hash
            return self._limits

    def _with_changes(self, position: int) -> dict[str, frozenset[str]]:
        changed = self._record.limits_changed_after(position)
        if not changed:
            return self._limits
        read = {file.reference: excluded_by(file.entries.values()) for file in self._record.files(changed)}
        return {case: staff for case, staff in {**self._limits, **read}.items() if staff}
