"""Work on a thread beside what is waited for: one piece of it at a time."""

import logging
import threading
from collections.abc import Callable

from domain.store.damage import log_words

LOG = logging.getLogger("caseaudit")


class Aside:
    """Runs one piece of work at a time on a thread of its own. The thread ends with the process."""

    def __init__(self) -> None:
        self._thread: threading.Thread | None = None
        self._closed = False

    @property
    def busy(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def start(self, work: Callable[[], object]) -> bool:
        """Start this unless something is being worked on; whether it was started. An error goes to the log."""
        if self.busy or self._closed:
            return False
        self._thread = threading.Thread(target=self._run, args=(work,), daemon=True)
        self._thread.start()
        return True

    def wait(self) -> None:
        """Wait until the work is done."""
        if self._thread is not None:
            self._thread.join()

    def close(self) -> None:
        """Start nothing more. What becomes of the work under way is of no interest."""
        self._closed = True

    def _run(self, work: Callable[[], object]) -> None:
        try:
            work()
        except Exception as error:
            if not self._closed:
                LOG.error("work beside the requests failed: %s", log_words(error, None))
