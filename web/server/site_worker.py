"""A worker process of gunicorn, which starts, restarts and ends it; requests are read by ``Listener``."""

import logging
import os
import time
from typing import Any

from gunicorn.workers.base import Worker
from waitress import wasyncore

from web.server.listener import Listener, listening

LOOP_SECONDS = 0.5
"""Seconds after which the loop looks at signals and deadlines where nothing happens."""


class SiteWorker(Worker):  # type: ignore[misc]
    """Serves the site from one loop and some threads until it is told to stop."""

    def run(self) -> None:
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # it warns of each request that waits
        served: dict[int, Any] = {}
        site = self.wsgi
        sockets = [one.sock for one in self.sockets]
        listeners = listening(site, sockets, self.cfg.threads, site.extensions["body limits"], served)
        while self.alive and self.ppid == os.getppid():
            self.notify()
            wasyncore.loop(timeout=LOOP_SECONDS, use_poll=True, map=served, count=1)
        self._finish(listeners, served)

    def _finish(self, listeners: list[Listener], served: dict[int, Any]) -> None:
        """Accept no more, and answer what has been asked."""
        until = time.monotonic() + self.cfg.graceful_timeout
        for one in listeners:
            one.accepting = False
        while any(one.is_busy for one in listeners) and time.monotonic() < until:
            self.notify()
            wasyncore.loop(timeout=LOOP_SECONDS / 5, use_poll=True, map=served, count=1)
        listeners[0].task_dispatcher.shutdown(timeout=1)
