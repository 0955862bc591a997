"""The site and the follower hand checkpoints to the witness by themselves, and go on where that fails."""

import threading
import time
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from domain.store.application import Files
from domain.store.checkpointing import WITNESS, WitnessPlan
from web.app import create_app
from web.cli import main
from web.services import witnessing


class Slept(Exception):
    """In place of waiting."""


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Ends the thread's loop after its first round; the seconds that it wanted to wait."""
    waits: list[float] = []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        raise Slept

    monkeypatch.setattr(witnessing.time, "sleep", sleep)
    return waits


@pytest.mark.both
def test_the_site_hands_over_a_checkpoint_at_its_start(empty_database: str, tmp_path: Path, slept: list[float]) -> None:
    Files.open(empty_database).close()
    (outside := tmp_path / "outside").mkdir()
    app = create_app(empty_database)
    with pytest.raises(Slept):
        witnessing._keep_on(app, WitnessPlan(str(outside)))
    assert list(outside.glob("*-entries-*.checkpoint")) and slept == [60.0]


def test_a_witness_that_is_not_there_stops_nothing(tmp_path: Path, slept: list[float]) -> None:
    app = create_app(str(tmp_path / "case.sqlite"))
    with pytest.raises(Slept):
        witnessing._keep_on(app, WitnessPlan(str(tmp_path / "gone")))
    assert app.test_client().get("/healthz").status_code == 200


def test_the_follower_hands_over_a_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database, outside = str(tmp_path / "case.sqlite"), tmp_path / "outside"
    outside.mkdir()
    with closing(Files.open(database)):
        assert CliRunner().invoke(main, ["migrate", "--database", database]).exit_code == 0
    monkeypatch.setenv(WITNESS, str(outside))
    asked: list[object] = []
    monkeypatch.setattr("web.cli.read_model_commands.signal.signal", lambda number, stop: asked.append(stop))

    def stop_soon() -> None:
        until = time.monotonic() + 30
        while time.monotonic() < until and not list(outside.iterdir()):
            time.sleep(0.02)
        asked[0](15, None)  # type: ignore[operator]

    stopper = threading.Thread(target=stop_soon)
    stopper.start()
    result = CliRunner().invoke(main, ["follow", "--database", database])
    stopper.join()
    assert result.exit_code == 0 and list(outside.glob("*-entries-*.checkpoint")), result.output
