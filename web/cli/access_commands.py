"""The command ``access``: the access log leaves for a separate owner, and the searches of a month are forgotten."""

import signal
import time
from contextlib import closing
from pathlib import Path
from types import FrameType
from urllib.parse import urlsplit

import click

from domain.accounts.access_lines import OPERATOR, LogUnavailable
from domain.accounts.access_log import AccessLog
from domain.accounts.access_shipping import Position, PositionTaken, ShippedFile, ShippedSyslog, Target, ship
from domain.store.database import Database, log_database
from web.cli import command_log, command_options
from web.site import system_clock

POLL_SECONDS, AGAIN_SECONDS = 1.0, 5.0
"""Seconds between two looks at the log, and after a target that took nothing."""


@click.group()
def access() -> None:
    """The access log: ship its lines to somebody else, forget what was searched for in a month."""


class TargetOption(click.ParamType[str]):
    """A file, or ``syslog://HOST:PORT``."""

    name = "target"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        scheme, there, _ = value.partition("://")
        if there and scheme != "syslog":
            self.fail(f"'{scheme}' is not known: write a file, or syslog://HOST:PORT", param, ctx)
        if there:
            try:
                parts = urlsplit(value)
                host, port = parts.hostname, parts.port
            except ValueError:
                host, port = None, None
            if not host or not port or parts.path not in ("", "/"):
                self.fail("write it as syslog://HOST:PORT", param, ctx)
        return value


@access.command("ship")
@click.option("--to", "target", type=TargetOption(), required=True, metavar="FILE|syslog://HOST:PORT",
              help="A file, or a syslog server over TCP.")  # fmt: skip
@click.option("--position", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="Where it is noted how far the log was shipped. Default: beside the file, or beside the log.")  # fmt: skip
@click.option("--once", is_flag=True, help="Ship what is there, and stop.")
@command_options.database
def ship_(target: str, position: Path | None, once: bool, database: str) -> None:
    """Ship every line of the log as JSON, once and in order, and go on with those that come. SIGTERM or Ctrl-C ends it.

    It can be killed at any time: the next goes on where it was. Whoever reads the target need not reach this machine's log.
    """
    kept = command_options.database_at(database)
    if kept.missing:
        raise command_options.NoDatabase(f"there is no database {kept} yet")
    command_log.shows(database, (), action="log read", detail=f"shipped to {target}")
    try:
        noted = Position(position or _beside(target, kept))
    except PositionTaken as error:
        raise click.ClickException(str(error)) from error
    with closing(noted), closing(AccessLog(kept)) as log:
        _ship(log, target, noted, once=once)


def _ship(log: AccessLog, target: str, position: Position, *, once: bool) -> None:
    asked: list[int] = []

    def stop(number: int, frame: FrameType | None) -> None:
        asked.append(number)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    try:
        opened = _opened(target)
        ship(log, opened, position)
    except OSError as error:
        said = (
            error.strerror
            if isinstance(error, FileExistsError)
            else f"{error}; the next call goes on where this one was"
        )
        raise click.ClickException(f"{target}: {said}") from error
    failed = False
    while not (once or asked):
        time.sleep(AGAIN_SECONDS if failed else POLL_SECONDS)
        try:
            opened = opened.again() if failed else opened
            ship(log, opened, position)
            failed = False
        except (OSError, LogUnavailable) as error:
            click.echo(f"{target}: {error}; trying again", err=True)
            failed = True
    opened.close()


def _opened(target: str) -> Target:
    parts = urlsplit(target)
    if parts.scheme == "syslog":
        return ShippedSyslog(str(parts.hostname), int(parts.port or 0))
    return ShippedFile(Path(target))


def _beside(target: str, record: Database) -> Path:
    """Where the position is noted: beside the file that is shipped to, or beside the log."""
    if "://" not in target:
        return Path(f"{target}.position")
    log = log_database(record)
    if log.kind == "postgresql" or log.in_memory:
        raise click.UsageError("--position: name a file in which it is noted how far the log was shipped")
    return Path(f"{log.path}.shipped")


@access.command()
@click.argument("month", metavar="YYYY-MM")
@command_options.database
def forget(month: str, database: str) -> None:
    """Forget what was searched for in a month: its key is deleted. The lines stay, and say that there was a search."""
    try:
        if month != f"{command_options.Day().convert(f'{month}-01', None, None):%Y-%m}":
            raise click.UsageError("write the month as 2026-11")
    except click.BadParameter:
        raise click.UsageError("write the month as 2026-11") from None
    kept = command_options.database_at(database)
    if kept.missing:
        raise command_options.NoDatabase(f"there is no database {kept} yet")
    with closing(AccessLog(kept)) as log:
        log.add(
            system_clock.now(), OPERATOR, "searches forgotten", route="access forget", purpose="operation",
            detail=f"{month}; {command_log.who_runs_it()}",
        )  # fmt: skip
        done = log.forget(month)
    click.echo(f"The searches of {month} are forgotten" if done else f"There is no key of {month}: nothing was kept")


COMMANDS = [access]
