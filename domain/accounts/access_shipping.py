"""Shipping the access log to somebody else: every line once, in order, as JSON, through a handler of the standard library.

What was shipped last stands in a small file, written after each line. A file that is shipped to says it too, in its own last
line; so a kill at any moment neither loses a line nor doubles one there.
"""

import errno
import fcntl
import json
import logging
import os
import socket
from collections.abc import Iterable
from contextlib import suppress
from logging.handlers import SysLogHandler, WatchedFileHandler
from pathlib import Path
from typing import Any

from domain.accounts.access_lines import Line
from domain.accounts.access_log import AccessLog

AT_ONCE = 500
"""Lines read by one query."""

DIGITS = 19
"""Digits of a number in the file of the position."""

FIRST = b'{"number": '
"""How every line begins."""

TAIL = 1 << 24
"""Bytes at the end of a file in which its last whole line is looked for. A line with a list of 250,000 cases has four million."""


class PositionTaken(RuntimeError):
    """The position cannot be held: somebody else ships by it, or its file is another or cannot be written."""


class Position:
    """The number of the last line shipped, in a file that one process holds."""

    def __init__(self, path: Path):
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise PositionTaken(f"{path} cannot be written: {error.strerror}") from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._file)
            raise PositionTaken(f"another process ships by {path}") from None
        try:
            self.number = int(os.pread(self._file, DIGITS, 0) or b"0")
        except (ValueError, OSError):
            os.close(self._file)
            raise PositionTaken(f"{path} holds no position of this log: name another file, which is made") from None

    def move(self, number: int) -> None:
        """Note that everything up to this line was shipped. One write of fixed length: a kill leaves the old or the new."""
        os.pwrite(self._file, f"{number:0{DIGITS}}\n".encode("ascii"), 0)
        self.number = number

    def close(self) -> None:
        """Write it through to the disk, and let others ship."""
        os.fsync(self._file)
        os.close(self._file)


class ShippedFile(WatchedFileHandler):
    """A file that may be rotated meanwhile. ``last``: the number of the last line in it; 0 where there is none."""

    def __init__(self, path: Path):
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        self.path, self.last = path, _mended(path)
        super().__init__(path, encoding="utf-8")

    def again(self) -> "ShippedFile":
        """After an error: what was still to be written of a line comes first. ``OSError`` where that fails too."""
        self.flush()
        self.last = _mended(self.path)
        return self

    def handleError(self, record: logging.LogRecord) -> None:
        raise


class ShippedSyslog(SysLogHandler):
    """A syslog server over TCP, one line each (RFC 6587, by line feed); facility ``authpriv``."""

    def __init__(self, host: str, port: int):
        self.place, self.last = (host, port), 0
        super().__init__(self.place, SysLogHandler.LOG_AUTHPRIV, socket.SOCK_STREAM)
        self.append_nul, self.ident = False, "caseaudit: "

    def again(self) -> "ShippedSyslog":
        """After an error: another connection. ``OSError``."""
        self.close()
        return ShippedSyslog(*self.place)

    def format(self, record: logging.LogRecord) -> str:
        return super().format(record) + "\n"

    def emit(self, record: logging.LogRecord) -> None:
        if _is_gone(getattr(self, "socket", None)):
            raise ConnectionResetError("the syslog server has closed the connection")
        super().emit(record)

    def handleError(self, record: logging.LogRecord) -> None:
        raise


Target = ShippedFile | ShippedSyslog


def ship(log: AccessLog, target: Target, position: Position) -> int:
    """Ship every line that is there and was not shipped; how many. ``OSError`` where the target takes no more."""
    position.move(max(position.number, target.last))
    count, until = 0, log.settled()
    while lines := log.after(position.number, until, AT_ONCE):
        for line, references in lines:
            target.emit(_record(shipped(line, references)))
            position.move(line.mark.number)
        count += len(lines)
    target.flush()
    return count


def shipped(line: Line, references: Iterable[str] | None) -> str:
    """The line as JSON. Its list of cases is given by the first line that names it; what was searched for stays here."""
    document: dict[str, Any] = {
        "number": line.mark.number, "at": line.at.isoformat(timespec="microseconds"), "username": line.username,
        "name": line.name, "action": line.action, "purpose": line.purpose, "route": line.route, "selection": line.selection,
        "searched": line.sought is None or bool(line.sought), "cases": line.cases, "list": line.digest, "detail": line.detail,
        "address": line.address,
    }  # fmt: skip
    if references is not None:
        document["references"] = list(references)
    return json.dumps(document, ensure_ascii=False)


def _record(text: str) -> logging.LogRecord:
    return logging.LogRecord("caseaudit.access", logging.INFO, "", 0, "%s", (text,), None)


def _mended(path: Path) -> int:
    """Cut a line off that was written half, and give the number of the last whole one. ``OSError``: no file of such lines."""
    with path.open("r+b") as file:
        end = file.seek(0, os.SEEK_END)
        begin = max(0, end - TAIL)
        file.seek(begin)
        tail = file.read()
        whole = tail[: tail.rfind(b"\n") + 1]
        half, lines = tail[len(whole) :], whole.splitlines()
        try:
            last = int(json.loads(lines[-1])["number"]) if lines else 0
        except (ValueError, LookupError, TypeError):
            last = -1
        if last < 0 or (not lines and half[: len(FIRST)] != FIRST[: len(half)]):
            raise FileExistsError(errno.EEXIST, "it holds something else than lines of this log: name another file")
        file.truncate(begin + len(whole))
    return last


def _is_gone(connection: socket.socket | None) -> bool:
    """Whether the other side has closed the connection."""
    if connection is None:
        return True
    try:
        return connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
    except BlockingIOError:
        return False
