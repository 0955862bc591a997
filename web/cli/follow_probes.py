"""What whoever watches a follower is told: whether it works or stands by, how far it is behind, how much it takes in."""

from collections.abc import Iterable, Mapping
from typing import Any

import click
from prometheus_client.metrics_core import CounterMetricFamily, Metric

from domain.store.write_trial import tried
from projections.read_model.follow_loop import Progress
from projections.read_model.view_reader import ReadModel
from web.server import metrics, probe_server
from web.server.known_state import KnownState
from web.server.probes import Known, Probes, nothing_else
from web.site import system_clock

ROUNDED = 100


class FollowerState:
    """What is known of a follower and its database."""

    def __init__(self, views: ReadModel, progress: Progress):
        self._views, self._progress = views, progress
        self._trial = KnownState(None, self._try, {"status": "gone"})
        self._standing = KnownState(None, self._look, {})

    def known(self) -> Known:
        """Within a second, whatever the database does."""
        seen = self._trial.now()
        return Known(seen["status"], tuple(seen.get("steps", ())), lambda: self._measured(self._standing.now()))

    def _try(self) -> Mapping[str, Any]:
        trial = tried(self._views.database)
        return {"status": trial.found, "steps": trial.steps}

    def _look(self) -> Mapping[str, Any]:
        since = self._views.lag().since
        return {
            "record": self._views.stored.head(), "views": self._views.position,
            "behind": 0.0 if since is None else max(0.0, (system_clock.now() - since).total_seconds()),
        }  # fmt: skip

    def _measured(self, seen: Mapping[str, Any]) -> Iterable[Metric]:
        yield from metrics.gauge("follower_active", "1: it follows; 0: it stands by.", self._progress.active)
        yield from metrics.gauge(
            "follower_behind_seconds", "How long ago the first entry was stored that is not in the views; 0: all are.",
            seen.get("behind"),
        )  # fmt: skip
        for name in ("record", "views"):
            position = seen.get(name)
            yield from metrics.gauge(
                f"{name}_position", f"The position that the {name} reached, in full hundreds.",
                None if position is None else position // ROUNDED * ROUNDED,
            )  # fmt: skip
        for name, words, value in (
            ("follower_positions", "Positions of the record that it has taken in.", self._progress.taken),
            ("follower_failures", "How often the database did not answer it.", self._progress.failures),
        ):
            family = CounterMetricFamily(f"caseaudit_{name}", words)
            family.add_metric((), value)
            yield family


def answer(views: ReadModel, progress: Progress, address: tuple[str, int]) -> None:
    """Answer /livez, /readyz, /info and /metrics there. A usage error where the address is not free."""
    try:
        probe_server.answer(Probes(nothing_else, FollowerState(views, progress).known, token=None), *address)
    except OSError as error:
        raise click.UsageError(
            f"--metrics: {address[0]}:{address[1]} cannot be listened on ({error.strerror}); choose another"
        ) from error
