"""What whoever runs the site is told of its database: whether it can be read and written to, how far lists are behind."""

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from flask import Flask
from prometheus_client.metrics_core import Metric

from domain.store import known_damage
from domain.store.database import Database, log_database
from domain.store.pool_use import pool_use
from domain.store.write_trial import tried
from web.server import metrics
from web.server.known_state import KnownState
from web.server.probes import Known, Probes, nothing_else
from web.server.shared_folder import SHARED_BY
from web.services import following_read_model

TOKEN = "CASEAUDIT_METRICS_TOKEN"  # noqa: S105  # the name of the variable
"""What opens /metrics and /info on the site's own address; without it they are not there."""

ROUNDED = 100
"""Positions are told in full hundreds: from one alone nobody learns that a colleague has answered."""

GRAVEST = ("gone", "damaged", "not prepared", "read-only", "busy", "ready")
"""What is worse stands first: the record and the access log must both be ready."""


class ServiceState:
    """What is known of an app's database. ``folder``: where the site's processes share it; None: this one is alone."""

    def __init__(self, app: Flask, folder: Path | None):
        self._app, self._steps = app, list[int]()
        shared = (None, None) if folder is None else (folder / "database.json", folder / "standing.json")
        self._trial = KnownState(shared[0], self._try, {"status": "gone"})
        self._standing = KnownState(shared[1], self._look, {})

    def known(self) -> Known:
        """Within a second, whatever the database does."""
        seen = self._trial.now()
        return Known(seen["status"], tuple(seen.get("steps", ())), self._measured)

    def _try(self) -> Mapping[str, Any]:
        record = Database.at(self._app.config["DATABASE"])
        trials = [tried(one) for one in dict.fromkeys((record, log_database(record)))]
        status = min((trial.found for trial in trials), key=GRAVEST.index)
        self._steps = list(trials[0].steps) or self._steps
        return {"status": status, "steps": self._steps}

    def _look(self) -> Mapping[str, Any]:
        with self._app.app_context():
            said, code = following_read_model.health()
        return {name: said[name] for name in ("stored", "views", "columns", "seconds")} if code == 200 else {}

    def _measured(self) -> Iterable[Metric]:
        return _measured(self._standing.now())


def _measured(seen: Mapping[str, Any]) -> Iterable[Metric]:
    yield from metrics.gauge(
        "lists_behind_seconds", "How long ago the first entry that lists leave out was stored; 0: they have all.",
        seen.get("seconds"),
    )  # fmt: skip
    for name, words in (
        ("stored", "The position of the last entry of the record, in full hundreds."),
        ("views", "The position up to which the views have taken in the record, in full hundreds."),
        ("columns", "The position up to which the columns of a worker have, in full hundreds."),
    ):
        yield from _position("record" if name == "stored" else name, words, seen.get(name))


def _position(name: str, words: str, position: int | None) -> Iterator[Metric]:
    yield from metrics.gauge(f"{name}_position", words, None if position is None else position // ROUNDED * ROUNDED)


def _measure_pools() -> None:
    """Note which connections to the database this process has, and which of them are in use."""
    for pool, (used, kept) in pool_use().items():
        metrics.POOLED.labels(pool, "in use").set(used)
        metrics.POOLED.labels(pool, "idle").set(kept)


def attach(app: Flask) -> None:
    """Put the probes before everything else of the app. ``probes`` in its extensions: those of an address of their own."""
    folder = Path(shared) if (shared := os.environ.get(SHARED_BY)) else None
    known_damage.begin(folder)
    state = ServiceState(app, folder)
    token = os.environ.get(TOKEN, "").strip()
    app.wsgi_app = Probes(app.wsgi_app, state.known, token=token)  # type: ignore[method-assign]
    app.extensions["probes"] = Probes(nothing_else, state.known, token=None)
    app.extensions["measure pools"] = _measure_pools
