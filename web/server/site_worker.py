"""A worker process of gunicorn, which starts, restarts and ends it; requests are read by ``Listener``."""

import logging
import os
import time
from typing import Any

from gunicorn.workers.base import Worker
from waitress import wasyncore

from web.server.listener import Listener, listening, measure

LOOP_SECONDS = 0.5
"""Seconds after which the loop looks at signals and deadlines where nothing happens."""

MEASURED = 1.0
"""Seconds between two looks at what waits and works."""

LAST_SECONDS = 1.0
"""When a worker ends, a connection that is kept by its client is closed after so many seconds without a request."""

LOG = logging.getLogger("caseaudit")


class SiteWorker(Worker):  # type: ignore[misc]
    """Serves the site from one loop and some threads, until it is told to stop or has answered as many requests as it may.

    The first socket is the site's; what listens on others answers probes alone.
    """

    alive: bool

    def run(self) -> None:
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # it warns of each request that waits
        served: dict[int, Any] = {}
        site = self.wsgi
        ours, *others = [one.sock for one in self.sockets]
        limits = site.extensions["body limits"]
        listeners = listening(site, [ours], self.cfg.threads, limits, served)
        if others:
            listeners += listening(site.extensions["probes"], others, 1, limits, served)
        measured = 0.0
        while self.alive and self.ppid == os.getppid():
            self.notify()
            wasyncore.loop(timeout=LOOP_SECONDS, use_poll=True, map=served, count=1)
            if time.monotonic() - measured >= MEASURED:
                measured = time.monotonic()
                measure(listeners)
                site.extensions["measure pools"]()
            if listeners[0].taken >= self.max_requests:
                LOG.info("worker %d has answered %d requests, and is replaced", os.getpid(), listeners[0].taken)
                self.alive = False
        self._finish(listeners, served)

    def _finish(self, listeners: list[Listener], served: dict[int, Any]) -> None:
        """Accept no more, and answer what has been asked; who keeps a connection may ask once more on it."""
        until = time.monotonic() + self.cfg.graceful_timeout
        for one in listeners:
            one.close_after_answers()
        while any(one.active_channels for one in listeners) and time.monotonic() < until:
            self.notify()
            wasyncore.loop(timeout=LOOP_SECONDS / 5, use_poll=True, map=served, count=1)
            for one in listeners:
                one.close_idle(LAST_SECONDS)
        listeners[0].task_dispatcher.shutdown(timeout=1)
