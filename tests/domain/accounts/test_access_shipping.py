"""Shipping the log: every line once and in order, whatever is killed, full, rotated or away meanwhile."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from domain.accounts.access_log import ORDER_OF_LINES, AccessLog
from domain.accounts.access_shipping import Position, PositionTaken, ShippedFile, ShippedSyslog, ship
from domain.accounts.account_register import AccountRegister
from domain.store.database import Database
from tests.domain.accounts.test_access_log import NOW, SPO
from tests.support.postgres import sql

pytestmark = pytest.mark.both


@pytest.fixture
def log(empty_database: str) -> Iterator[AccessLog]:
    AccountRegister(empty_database, prepare=True).close()
    opened = AccessLog(Database.at(empty_database))
    yield opened
    opened.close()


def write(log: AccessLog, *details: object) -> None:
    for detail in details:
        log.add(NOW, SPO, "viewed", references=["X123456/1", "X123456/2"], detail=str(detail))


def run(log: AccessLog, target: Path) -> int:
    """Ship by a process that begins anew."""
    with closing(Position(target.with_suffix(".position"))) as position, closing(ShippedFile(target)) as file:
        return ship(log, file, position)


def documents(target: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]


def details(target: Path) -> str:
    return "".join(document["detail"] for document in documents(target))


def test_every_line_is_shipped_once_and_a_list_with_its_first(log: AccessLog, tmp_path: Path) -> None:
    target = tmp_path / "shipped"
    write(log, 1, 2)
    assert (run(log, target), run(log, target)) == (2, 0)
    write(log, 3)
    assert run(log, target) == 1 and details(target) == "123"
    first, *others = documents(target)
    assert first["references"] == ["X123456/1", "X123456/2"] and not any("references" in other for other in others)
    assert {one["list"] for one in documents(target)} == {first["list"]} and first["username"] == "ann.spo"
    assert target.stat().st_mode & 0o777 == 0o600


def test_a_line_that_was_written_half_is_written_anew(log: AccessLog, tmp_path: Path) -> None:
    target = tmp_path / "shipped"
    write(log, 1, 2)
    run(log, target)
    whole = target.read_bytes()
    for cut in (1, 30, len(whole) // 2 + 10, len(whole)):
        target.write_bytes(whole[: len(whole) - cut])
        target.with_suffix(".position").unlink()
        run(log, target)
        assert target.read_bytes() == whole, cut


def test_a_position_that_was_not_noted_doubles_nothing(log: AccessLog, tmp_path: Path) -> None:
    target = tmp_path / "shipped"
    write(log, 1, 2)
    run(log, target)
    target.with_suffix(".position").unlink()
    assert run(log, target) == 0
    target.rename(tmp_path / "rotated")
    with closing(Position(target.with_suffix(".position"))) as position:
        assert position.number == documents(tmp_path / "rotated")[-1]["number"]
    write(log, 3)
    run(log, target)
    assert details(target) == "3"


@pytest.mark.parametrize("held", [b"a letter", b"a letter\n", b"[1]\n", b'{"number": 1}\na letter\n'])
def test_a_file_of_something_else_is_left_as_it_is(held: bytes, tmp_path: Path) -> None:
    target = tmp_path / "letter"
    target.write_bytes(held)
    with pytest.raises(OSError, match="it holds something else than lines of this log"):
        ShippedFile(target)
    with pytest.raises(PositionTaken, match="holds no position of this log"):
        Position(target)
    assert target.read_bytes() == held


def test_two_do_not_ship_by_one_position(tmp_path: Path) -> None:
    with closing(Position(tmp_path / "position")), pytest.raises(PositionTaken):
        Position(tmp_path / "position")


def test_a_position_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(PositionTaken, match="cannot be written: No such file"):
        Position(tmp_path / "no folder" / "position")


def test_a_full_disk_breaks_no_line(log: AccessLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "shipped"
    write(log, 1, 2, 3)
    with closing(Position(tmp_path / "position")) as position, closing(ShippedFile(target)) as file:
        emit, calls = ShippedFile.emit, []

        def full(self: ShippedFile, record: Any) -> None:
            calls.append(record)
            if len(calls) == 2:
                raise OSError(28, "No space left on device")
            emit(self, record)

        monkeypatch.setattr(ShippedFile, "emit", full)
        with pytest.raises(OSError, match="No space"):
            ship(log, file, position)
        assert details(target) == "1"
        ship(log, file.again(), position)
    assert details(target) == "123"


class Server:
    """A syslog server over TCP that keeps what it hears."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port, self.heard = self.socket.getsockname()[1], b""

    def listen(self, lines: int) -> list[dict[str, Any]]:
        """What one connection says, until it has said so many lines."""
        connection, _ = self.socket.accept()
        with connection:
            connection.settimeout(10)
            while self.heard.count(b"\n") < lines:
                self.heard += connection.recv(1 << 16)
        said = self.heard.decode().splitlines()
        assert all(line.startswith("<86>caseaudit: {") for line in said), said
        return [json.loads(line.partition(": ")[2]) for line in said]


def test_a_syslog_server_hears_every_line_once(log: AccessLog, tmp_path: Path) -> None:
    server, heard = Server(), list[dict[str, Any]]()
    write(log, 1, 2)
    with closing(server.socket), closing(Position(tmp_path / "position")) as position:
        for expected in (2, 3):
            listening = Thread(target=lambda expected=expected: heard.extend(server.listen(expected)))
            listening.start()
            with closing(ShippedSyslog("127.0.0.1", server.port)) as target:
                assert ship(log, target, position) == (2 if expected == 2 else 1)
                listening.join(10)
            write(log, 3)
    assert [one["detail"] for one in heard[2:]] == ["1", "2", "3"]


def test_a_server_that_has_hung_up_gets_the_line_again(log: AccessLog, tmp_path: Path) -> None:
    server = Server()
    write(log, 1)
    with closing(server.socket), closing(Position(tmp_path / "position")) as position:
        target = ShippedSyslog("127.0.0.1", server.port)
        server.socket.accept()[0].close()
        time.sleep(0.05)
        with pytest.raises(OSError, match="closed"):
            ship(log, target, position)
        assert position.number == 0
        again = target.again()
        assert ship(log, again, position) == 1
        assert [one["detail"] for one in server.listen(1)] == ["1"]
        again.close()


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_a_line_that_is_kept_late_is_not_passed_over(log: AccessLog, empty_database: str, tmp_path: Path) -> None:
    """A number is given before its line is kept: a writer that is slow must not be overtaken for good."""
    target, took = tmp_path / "shipped", list[int]()
    with log.transaction() as slow:
        slow.rows("SELECT pg_advisory_xact_lock_shared(?)", (ORDER_OF_LINES,))
        slow.rows(
            "INSERT INTO access_lines (at, username, name, action, route, selection, purpose, brought, detail, address) "
            "VALUES (0, 'slow', '', 'viewed', '', '', '', false, 'slow', '')"
        )
        write(log, "quick")
        shipping = Thread(target=lambda: took.append(run(AccessLog(Database.at(empty_database)), target)))
        shipping.start()
        shipping.join(0.5)
        assert shipping.is_alive(), "it waits for the slow one"
    shipping.join(10)
    assert took == [2] and [one["detail"] for one in documents(target)] == ["slow", "quick"]
    assert sql(empty_database, "SELECT count(*) FROM access_lines") == [(2,)]


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_killed_again_and_again_it_loses_and_doubles_nothing(
    log: AccessLog, empty_database: str, tmp_path: Path
) -> None:
    Path(empty_database).touch()
    target, code = tmp_path / "shipped", "from web.cli import main; main()"
    ships = [sys.executable, "-c", code, "access", "ship", "--to", str(target), "--database", empty_database]
    for pause in (0.6, 0.9, 1.2):
        with subprocess.Popen(ships) as process:
            began = time.monotonic()
            while time.monotonic() - began < pause:
                write(log, *range(20))
            process.send_signal(signal.SIGKILL)
    assert subprocess.run([*ships, "--once"], check=False).returncode == 0
    numbers = [one["number"] for one in documents(target)]
    assert numbers == list(range(1, numbers[-1] + 1)) and numbers[-1] == log.settled()
    assert os.access(f"{target}.position", os.R_OK)
