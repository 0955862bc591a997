"""What the access log says of backups: the last one, the last rehearsal of a restore, and files of keys whose day is over."""

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple

from domain.accounts.access_lines import Line
from domain.accounts.access_log import AccessLog

BACKED_UP, REHEARSED = timedelta(days=7), timedelta(days=35)
"""How long ago the last backup, and the last rehearsal of a restore, may be before the page says that one is due."""

LOOKED_AT = 100
"""Backups of which the days of their keys are looked at, the latest ones."""

_SAID = re.compile(r"(?P<entries>[0-9]+) entries")
_UNTIL = re.compile(r"keys until (?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})")


class Done(NamedTuple):
    """A backup or a rehearsal: when, of how many entries, and whether another one is due."""

    at: datetime
    entries: int
    due: bool


class BackupState(NamedTuple):
    """``keys_over``: the last days of files of keys that are over, the latest first: these files must be destroyed."""

    backup: Done | None
    rehearsal: Done | None
    keys_over: list[date]


def backup_state(log: AccessLog, now: datetime, today: date) -> BackupState:
    """As the access log has it."""
    backups = list(log.lines(action="backed up", limit=LOOKED_AT))
    rehearsals = list(log.lines(action="restore rehearsed", limit=1))
    over = sorted({day for day in _days(backups) if day < today}, reverse=True)
    return BackupState(_done(backups, now, BACKED_UP), _done(rehearsals, now, REHEARSED), over)


def _done(lines: list[Line], now: datetime, allowed: timedelta) -> Done | None:
    if not lines:
        return None
    said = _SAID.search(lines[0].detail)
    return Done(lines[0].at, int(said["entries"]) if said else 0, now - lines[0].at > allowed)


def _days(lines: Iterable[Line]) -> Iterable[date]:
    return (date.fromisoformat(found["day"]) for line in lines if (found := _UNTIL.search(line.detail)))
