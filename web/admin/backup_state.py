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
"""Backups and rehearsals that are looked at, the latest ones."""

_SAID = re.compile(r"(?P<entries>[0-9]+) entries")
_WITHOUT_KEYS = "; keys missing"
"""What the line says of a backup, or of a rehearsal, from which no name and no text can be read."""

_UNTIL = re.compile(r"keys until (?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})")


class Done(NamedTuple):
    """A backup or a rehearsal: when, of how many entries, and whether another one is due."""

    at: datetime
    entries: int
    due: bool


class BackupState(NamedTuple):
    """The last backup and the last rehearsal that had the keys of persons, or needed none; then when the last was made without.

    ``keys_over``: the last days of files of keys that are over, the latest first: these files must be destroyed."""

    backup: Done | None
    rehearsal: Done | None
    backup_without_keys: datetime | None
    rehearsal_without_keys: datetime | None
    keys_over: list[date]


def backup_state(log: AccessLog, now: datetime, today: date) -> BackupState:
    """As the access log has it."""
    backups = list(log.lines(action="backed up", limit=LOOKED_AT))
    rehearsals = list(log.lines(action="restore rehearsed", limit=LOOKED_AT))
    over = sorted({day for day in _days(backups) if day < today}, reverse=True)
    return BackupState(
        _done(backups, now, BACKED_UP), _done(rehearsals, now, REHEARSED), _bare(backups), _bare(rehearsals), over
    )


def _done(lines: list[Line], now: datetime, allowed: timedelta) -> Done | None:
    """The last that is whole."""
    last = next((line for line in lines if _WITHOUT_KEYS not in line.detail), None)
    if last is None:
        return None
    said = _SAID.search(last.detail)
    return Done(last.at, int(said["entries"]) if said else 0, now - last.at > allowed)


def _bare(lines: list[Line]) -> datetime | None:
    """When the last one was made, where it was made without keys."""
    return lines[0].at if lines and _WITHOUT_KEYS in lines[0].detail else None


def _days(lines: Iterable[Line]) -> Iterable[date]:
    return (date.fromisoformat(found["day"]) for line in lines if (found := _UNTIL.search(line.detail)))
