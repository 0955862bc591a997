"""What is known of the database is looked at every ten seconds by one process, and whoever asks is answered within a second."""

import threading
import time
from pathlib import Path

import pytest

from tests.support.hanging import wait_until
from web.server import known_state
from web.server.known_state import KnownState

GONE = {"status": "gone"}


class Looks:
    """Counts the looks; each waits until it may end."""

    def __init__(self) -> None:
        self.number, self.may_end = 0, threading.Event()
        self.may_end.set()

    def __call__(self) -> dict[str, int]:
        self.number += 1
        self.may_end.wait(60)
        return {"look": self.number}


@pytest.mark.parametrize("shared", [False, True])
def test_a_look_holds_for_its_time_and_for_all_processes(
    shared: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks, file = Looks(), tmp_path / "state.json" if shared else None
    one = KnownState(file, looks, GONE)
    other = KnownState(file, looks, GONE) if shared else one
    assert [one.now(), other.now(), one.now()] == [{"look": 1}] * 3
    monkeypatch.setattr(known_state, "EVERY", 0.0)
    assert one.now() == {"look": 2}


def test_whoever_asks_is_answered_while_a_look_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = Looks()
    state = KnownState(None, looks, GONE)
    assert state.now() == {"look": 1}
    monkeypatch.setattr(known_state, "EVERY", 0.0)
    looks.may_end.clear()
    begun = time.monotonic()
    assert state.now() == {"look": 1}, "what was seen before"
    assert time.monotonic() - begun < 2 * known_state.ANSWERED
    wait_until(lambda: state.now() == GONE)
    assert looks.number == 2, "no second look is begun while one hangs"
    looks.may_end.set()
    wait_until(lambda: state.now() != GONE)


@pytest.mark.parametrize("shared", [False, True])
def test_what_cannot_be_looked_up_any_more_is_not_known(
    shared: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    looks = Looks()
    state = KnownState(tmp_path / "state.json" if shared else None, lambda: looks() if looks.number < 1 else 1 / 0, {})  # type: ignore[arg-type, return-value]
    assert state.now() == {"look": 1}
    monkeypatch.setattr(known_state, "EVERY", 0.0)
    assert state.now() == {}
    assert "could not be looked up: ZeroDivisionError" in caplog.text


def test_nothing_seen_yet_and_nobody_answers_is_gone() -> None:
    looks = Looks()
    looks.may_end.clear()
    assert KnownState(None, looks, GONE).now() == GONE
    looks.may_end.set()


def test_a_look_that_fails_is_logged_by_its_kind(caplog: pytest.LogCaptureFixture) -> None:
    def fails() -> dict[str, int]:
        raise ValueError("Aisha")

    assert KnownState(None, fails, GONE).now() == GONE
    assert "ValueError" in caplog.text
    assert "Aisha" not in caplog.text
