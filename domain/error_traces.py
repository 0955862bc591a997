"""What is written down of an error: its type and where it arose, never its message, which may hold names, references or text.

A message of a database quotes the row that it refused, one of Python the value that it could not read. So logs hold types and
frames, SQLSTATE and ``errno``; these are enough to find a fault of the program.
"""

import errno
import logging
import re
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

NOTE = "caseaudit: "
"""How a note begins that may be written down (``BaseException.add_note``)."""

ROOT = Path(__file__).resolve().parent.parent

SERVED = re.compile(r"(serving|servicing|request) .*", re.DOTALL)
"""In messages of the HTTP server: what was asked for."""


def trace_of(error: BaseException | None) -> str:
    """The type, frames and causes of an error, without its message."""
    parts: list[str] = []
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        parts.append(("caused by " if parts else "") + kind_of(error))
        parts += [f"  {_short(frame.filename)}:{frame.lineno} in {frame.name}" for frame in _frames(error)]
        parts += [f"  {note.removeprefix(NOTE)}" for note in getattr(error, "__notes__", ()) if note.startswith(NOTE)]
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\n".join(parts)


def kind_of(error: BaseException) -> str:
    """The type of an error, with the number that its database or operating system gives it."""
    name = type(error).__name__
    state = getattr(error, "sqlstate", None) or getattr(error, "sqlite_errorname", None)
    if isinstance(error, OSError) and error.errno:
        state = errno.errorcode.get(error.errno, error.errno)
    return f"{name} ({state})" if state else name


def words_of(error: BaseException) -> str:
    """Why a database does not answer: the first line of its words, which quotes no row; of other errors the kind."""
    cause = getattr(error, "orig", None) or error.__cause__ or error
    kinds = {of.__name__ for found in (error, cause) for of in type(found).__mro__}
    return str(cause).strip().partition("\n")[0] if kinds & {"OperationalError", "OSError"} else kind_of(cause)


def install(write: Callable[[str], object] | None = None) -> None:
    """From here on this process writes down no message of an error: in no log, and where one ends it or a thread.

    ``write``: takes what is said of an error that ends it; default: it stands on the standard error.
    """

    def say(kind: type[BaseException], error: BaseException | None, _: TracebackType | None) -> None:
        if not issubclass(kind, KeyboardInterrupt):
            (write or sys.stderr.write)(_last_words(kind, error))

    logging.setLogRecordFactory(_record)
    sys.excepthook = say
    sys.unraisablehook = lambda hooked: say(hooked.exc_type, hooked.exc_value, hooked.exc_traceback)
    threading.excepthook = lambda hooked: say(hooked.exc_type, hooked.exc_value, hooked.exc_traceback)


def _record(*given: Any, **named: Any) -> logging.LogRecord:
    record = logging.LogRecord(*given, **named)
    if record.exc_info:
        record.exc_text, record.exc_info = trace_of(record.exc_info[1]), None
    if record.name.split(".")[0] in ("waitress", "gunicorn"):
        record.msg, record.args = SERVED.sub(r"\1 something", record.getMessage()), None
    return record


def _last_words(kind: type[BaseException], error: BaseException | None) -> str:
    return (
        f"caseaudit failed: {trace_of(error) or kind.__name__}\n"
        "Its message is not shown, as it may quote a case. Please report these lines.\n"
    )


def _frames(error: BaseException) -> traceback.StackSummary:
    return traceback.StackSummary.extract(traceback.walk_tb(error.__traceback__), lookup_lines=False)


def _short(file: str) -> str:
    """A file's path below the program or the packages that are installed."""
    for root in (str(ROOT), *(path for path in sys.path if path)):
        if file.startswith(f"{root}/"):
            return file[len(root) + 1 :]
    return file
