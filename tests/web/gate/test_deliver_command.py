"""``caseaudit deliver`` and ``destinations``: a service that can be killed at any time, one at a time, that says what it does."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from domain.accounts.account_register import AccountRegister
from tests.support.destinations import environment, record, registered
from tests.support.receivers import Receiver, receiving
from web.cli import main
from web.gate.gate_settings import CA_FILE, PRIVATE

RUN = "from web.cli import run; run()"
ROOT = Path(__file__).parents[3]


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[Receiver]:
    with receiving(tmp_path) as found:
        yield found


@pytest.fixture
def service(own_database: Any, receiver: Receiver) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Starts a process of a command; what still runs at the end is killed."""
    started = list[subprocess.Popen[bytes]]()

    def start(*command: str) -> subprocess.Popen[bytes]:
        env = {**os.environ, **environment(receiver, Path.home()), "PYTHONPATH": str(ROOT)}
        found = subprocess.Popen(
            [sys.executable, "-c", RUN, *command, "--database", str(own_database)], env=env, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        started.append(found)
        return found

    yield start
    for one in started:
        one.kill()
        one.wait()


def run(database: Any, *command: str, code: int = 0, **env: str) -> Result:
    result = CliRunner().invoke(main, [*command, "--database", str(database)], env=env)
    assert result.exit_code == code, result.output
    return result


def until(is_so: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.05)


@pytest.mark.both
@pytest.mark.slow
@pytest.mark.kills
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"], indirect=True)
def test_killed_in_the_middle_of_a_delivery_nothing_is_lost(
    own_database: Any, receiver: Receiver, service: Callable[..., subprocess.Popen[bytes]]
) -> None:
    number = registered(own_database, receiver.url).number
    ids = [record(own_database) for _ in range(3)]
    receiver.wait = 30
    first = service("deliver", "--every", "0.2")
    until(lambda: len(receiver.got) == 1)
    first.send_signal(signal.SIGKILL)
    first.wait()
    receiver.wait = 0
    ids.append(record(own_database))
    second = service("deliver", "--every", "0.2")
    until(lambda: len(set(receiver.ids)) == len(ids))
    assert list(dict.fromkeys(receiver.ids)) == ids, "in order; the first three twice"
    last = record(own_database)
    until(lambda: receiver.ids[-1] == last)
    second.send_signal(signal.SIGTERM)
    assert second.wait(30) == 0
    with closing(AccountRegister(str(own_database))) as register:
        outcomes = [one.outcome for one in register.destinations.deliveries(number, 9)]
        assert outcomes[-1] == "sending" and set(outcomes[:-1]) == {"delivered"}
        assert sum(1 for _ in register.log.lines(action="delivered")) == len(receiver.got), "each try has its line"


@pytest.mark.slow
def test_sigterm_finishes_what_is_under_way(
    own_database: Any, receiver: Receiver, service: Callable[..., subprocess.Popen[bytes]]
) -> None:
    number = registered(own_database, receiver.url).number
    record(own_database)
    receiver.wait = 2
    found = service("deliver", "--every", "0.2")
    until(lambda: len(receiver.got) == 1)
    found.send_signal(signal.SIGTERM)
    assert found.wait(30) == 0
    with closing(AccountRegister(str(own_database))) as register:
        assert [one.outcome for one in register.destinations.deliveries(number, 9)] == ["delivered"]


@pytest.mark.slow
def test_a_second_one_stands_by_and_follow_delivers_too(
    own_database: Any, receiver: Receiver, service: Callable[..., subprocess.Popen[bytes]]
) -> None:
    registered(own_database, receiver.url)
    first = service("follow", "--deliver", "--processes", "1")
    mine = record(own_database)
    until(lambda: receiver.ids == [mine])
    said = run(own_database, "deliver", "--once", code=1, **environment(receiver, Path.home())).output
    assert "another process delivers" in said
    first.send_signal(signal.SIGTERM)
    assert first.wait(40) == 0
    other = record(own_database)
    run(own_database, "deliver", "--once", **environment(receiver, Path.home()))
    assert receiver.ids == [mine, other]


def test_a_wrong_setting_is_said_before_anything_is_delivered(own_database: Any) -> None:
    assert PRIVATE in run(own_database, "deliver", "--once", code=2, **{PRIVATE: "10.0.0.1/8"}).output
    assert CA_FILE in run(own_database, "deliver", "--once", code=2, **{CA_FILE: "/nowhere/ca.pem"}).output


def test_destinations_are_listed_shown_stopped_and_started(own_database: Any, receiver: Receiver) -> None:
    number = str(registered(own_database, receiver.url, types=("TierSet",)).number)
    record(own_database, type_="TierSet", tier=4)
    run(own_database, "deliver", "--once", **environment(receiver, Path.home()))
    assert receiver.url in run(own_database, "destinations", "list").output
    shown = run(own_database, "destinations", "show", number).output
    for words in (
        "p.anstey: the diary of the team",
        "TierSet",
        "confirmed by r.one",
        "whpk_",
        "delivered",
        "answered 204",
    ):
        assert words in shown
    assert "stopped" in run(own_database, "destinations", "stop", number, "--reason", "it moved").output
    record(own_database, type_="TierSet", tier=3)
    run(own_database, "deliver", "--once", **environment(receiver, Path.home()))
    assert len(receiver.got) == 1
    assert "open" in run(own_database, "destinations", "start", number).output
    run(own_database, "deliver", "--once", **environment(receiver, Path.home()))
    assert len(receiver.got) == 2
    assert "there is no destination 77" in run(own_database, "destinations", "show", "77", code=2).output


def test_a_mail_server_named_at_the_shell_is_a_destination_that_one_person_stops(own_database: Any) -> None:
    """The digest's own tests show that it goes on working; here, that it goes through the same gate."""
    from tests.support.mail_servers import smtp_inbox
    from tests.web.digest.test_digest import WORK, wish
    from tests.web.digest.test_digest import record as recorded
    from tests.web.digest.test_digest import run as digest

    wish(own_database, p_anstey=WORK)
    recorded(own_database, type="RiskLevelChanged", **{"from": "high", "to": "very_high", "reason": "a new charge"})
    with smtp_inbox() as inbox:
        to = f"smtp://127.0.0.1:{inbox.port}"
        digest(own_database, to)
        assert len(inbox.mails) == 1
        with closing(AccountRegister(str(own_database))) as register:
            (found,) = register.destinations.every()
            assert found.wanted.kind == "mail" and found.asked_by.startswith("operator: ") and not found.confirmed_by
            (line,) = register.log.lines(action="delivered")
            assert (line.username, line.references) == ("p.anstey", ("V465889/1",)) and "weekly digest" in line.detail
            assert [one.outcome for one in register.destinations.deliveries(found.number, 9)] == ["delivered"]
        run(own_database, "destinations", "stop", str(found.number), "--reason", "no mails")
        recorded(own_database, type="MappaSet", category=2, level=3)
        stopped = digest(own_database, to, day="2005-12-29", code=1)
        assert "stopped" in stopped.output and "Nothing was sent" in stopped.output and len(inbox.mails) == 1
        assert "no mail server is registered" in digest(own_database, "", day="2005-12-29", code=1).output
        run(own_database, "destinations", "start", str(found.number))
        digest(own_database, "", day="2005-12-29")
        assert len(inbox.mails) == 2, "without --to, the one that is registered"
