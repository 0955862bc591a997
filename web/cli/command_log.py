"""What a command shows, on the access log: a line before anything is printed. Where it cannot be written, nothing is.

The line is the *operator's*. It proves no person: it says what the system knows of who ran the command, and where.
"""

import getpass
import os
import re
import socket
import sys
from collections.abc import Iterable, Sequence
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import urlencode

import click

if sys.platform != "win32":
    import pwd

from domain.accounts.access_lines import OPERATOR, Action
from domain.accounts.access_log import AccessLog
from domain.entries.entry import CASE
from domain.store.database import Database
from web.site import system_clock

NOT_NOTED = (
    "database",
    "reference",
    "output",
    "paths",
    "password",
    "username",
    "reports",
    "files",
    "rejects",
    "mapping",
)
"""Parameters of commands that are no selection: addresses, files, and the case, which stands in the list of the line."""

NO_LOGIN = 2**32 - 1
"""What Linux gives as the login's user id where nobody has signed in."""

_CASE = re.compile(rf"\b{CASE}\b")


def shows(database: str, references: Iterable[str], *, action: Action = "viewed", detail: str = "") -> None:
    """Write the line of this command, which is about to show these cases. ``LogUnavailable``."""
    if Database.at(database).missing:
        return  # nothing is on record yet that could be shown
    context = click.get_current_context(silent=True)
    with closing(_log(database)) as log:
        log.add(
            system_clock.now(), OPERATOR, action, references=references, route=_command(context), selection=_selection(context),
            purpose="operation", detail="; ".join(filter(None, (detail, who_runs_it()))), address="",
        )  # fmt: skip


def said(
    database: str, lines: Sequence[str], *, err: bool = False, action: Action = "viewed", detail: str = ""
) -> None:  # fmt: skip
    """Print lines; before that, write which cases they name, if they name any or something was done."""
    if (cases := named(lines)) or action != "viewed":
        shows(database, cases, action=action, detail=detail)
    for line in lines:
        click.echo(line, err=err)


def named(lines: Iterable[str]) -> set[str]:
    """The cases that stand in some lines of text."""
    return {reference for line in lines for reference in _CASE.findall(line)}


def try_out(database: str) -> None:
    """``LogUnavailable`` where no line could be written at the end of the command."""
    if not Database.at(database).missing:
        with closing(_log(database)) as log:
            log.try_out()


def who_runs_it() -> str:
    """The system's user, the login behind it where the system keeps one, and the host."""
    login = ""
    with suppress(OSError, ValueError):
        number = int(Path("/proc/self/loginuid").read_text(encoding="ascii"))
        login = "" if number == NO_LOGIN else f", login {number}"
    return f"{system_user()}{login} on {socket.gethostname()}"


def system_user() -> str:
    """The system's user that this process runs as; its number where it has no name. No variable can say otherwise."""
    if sys.platform == "win32":
        return getpass.getuser()
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())


def operator() -> str:
    """Who runs this command, and which command it is, as it stands on what the command stores."""
    command = _command(click.get_current_context(silent=True))
    return f"{who_runs_it()}: {command}" if command else who_runs_it()


def _log(database: str) -> AccessLog:
    return AccessLog(Database.at(database))


def _command(context: click.Context | None) -> str:
    return "" if context is None else " ".join(context.command_path.split()[1:])


def _selection(context: click.Context | None) -> str:
    params = {} if context is None else context.params
    chosen = {
        name: str(value) for name, value in params.items() if name not in NOT_NOTED and value not in (None, False, ())
    }
    return urlencode(chosen)
