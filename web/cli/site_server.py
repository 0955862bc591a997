"""The site as a service: a process that starts, replaces and ends workers (gunicorn), each of which is a ``SiteWorker``.

The app is made before the workers are forked: they share its memory, begin in milliseconds, and need no database to begin, so that
none is missing because it was replaced while the database was down.
"""

import os
import socket
from typing import Any, NamedTuple

import click
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from domain import error_traces
from domain.policy.cited_documents import PolicyError
from domain.store import database as databases
from domain.store.outage_kinds import outage_of
from web.cli import command_options
from web.cli.checkpoint_command import plan_at
from web.server import shared_folder
from web.site import service_log, system_clock

LOG = service_log.LOG

JITTER = 10
"""Workers are not replaced all at once: up to one in so many requests more."""


class Running(NamedTuple):
    """How a site runs. ``requests``: after how many a worker is replaced; 0: never. Times are in seconds."""

    workers: int = 1
    threads: int = 4
    requests: int = 0
    lock: int = 2
    statement: int = 30
    pool: int | None = None
    probes: tuple[str, int] | None = None

    @property
    def pool_size(self) -> int:
        """Connections that each pool of a worker has at most: two for each thread, since a page reads while it notes."""
        return self.pool or 2 * self.threads


class SiteLogger(Logger):  # type: ignore[misc]
    """gunicorn's lines go where all others of this process go."""

    def setup(self, cfg: Any) -> None:
        self.error_log.handlers[:] = []
        self.error_log.propagate = True
        self.access_log.propagate = False


class Site(BaseApplication):  # type: ignore[misc]
    """The site over one database. ``site``: what ``create_app`` is given."""

    def __init__(self, database: str, address: str, running: Running, site: dict[str, Any]):
        self.database, self.address, self.running, self.site = database, address, running, site
        self.plan = None if site.get("demo") else plan_at(None)
        super().__init__()

    def load_config(self) -> None:
        running = self.running
        probes = [shown(*running.probes)] if running.probes else []
        for name, value in {
            "bind": [self.address, *probes], "workers": running.workers, "threads": running.threads,
            "worker_class": "web.server.site_worker.SiteWorker", "preload_app": True, "max_requests": running.requests,
            "max_requests_jitter": running.requests // JITTER, "accesslog": None, "forwarded_allow_ips": "",
            "loglevel": service_log.level().lower(), "logger_class": SiteLogger, "control_socket_disable": True,
            "post_worker_init": self._begin, "child_exit": _ended,
        }.items():  # fmt: skip
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Any:
        from web.app import create_app
        from web.services import warming

        app = create_app(command_options.database_at(self.database).existing().address, **self.site)
        warming.warm(app)
        return app

    def reload(self) -> None:
        """On SIGHUP: make the app anew for the workers to come. Where it cannot be made, the one that is there stays."""
        super().reload()
        try:
            self.callable = self.load()
        except Exception as error:
            words = str(error) if isinstance(error, ValueError | PolicyError) else error_traces.trace_of(error)
            LOG.error("the site is not made anew, and goes on as it was (%s): %s", outage_of(error) or "reload", words)
        else:
            LOG.info("reloading: the site is made anew, and its workers are replaced")

    def _begin(self, worker: Any) -> None:
        """In a worker, after it was forked: what needs threads and connections of its own."""
        from domain.accounts import access_growth
        from web.services import warming, witnessing
        from web.site import traces

        access_growth.start(worker.app.callable.config["DATABASE"], system_clock.now)
        warming.start(worker.app.callable)
        if self.plan is not None:
            witnessing.start(worker.app.callable, self.plan)
        traces.start()


def _ended(_: Any, worker: Any) -> None:
    from web.server import metrics

    metrics.ended(worker.pid)


def shown(host: str, port: int) -> str:
    """An address as it is written."""
    return f"{f'[{host}]' if ':' in host else host}:{port}"


def serve_site(database: str, host: str, port: int, running: Running, **site: Any) -> None:
    """Serve the site until it is told to stop. A usage error where an address is not free."""
    from web.site.dear_pages import folder_of_process

    shared_folder.share()
    error_traces.install()
    for name, (at, number) in {"--port": (host, port), "--probes": running.probes or ("", 0)}.items():
        if number:
            _check_free(name, at, number)
    databases.wait_as_site(running.lock, running.statement, running.pool_size)
    service_log.set_up("site")
    site["places"] = folder_of_process(os.getpid())
    served = Site(database, shown(host, port), running, site)
    service_log.say(f"Serving on http://{shown(host, port)}/ (Ctrl-C stops)", out=True)
    served.run()


def _check_free(name: str, host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise click.UsageError(
                f"port {port} on {host} is not free ({error.strerror}); choose another: {name}"
            ) from error
