"""Entries from the extracts of a source, which gives the same rows every night: their ids, and what to record of them.

The id says where an entry comes from: source, table, key of the row, and which of the row's entries it is, such as
``crams:contacts:4711:AppointmentMade``. So an extract that is read twice stores nothing twice, and the store can say
which entries came from a source.
"""

from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import quote, unquote

import msgspec

from domain.aggregates.amendments import amend
from domain.aggregates.case_file import CaseFile
from domain.aggregates.repeated_entries import differences
from domain.calendar.london_time import day_of
from domain.entries.case_entries import EntryCorrected
from domain.entries.entry import Entry
from domain.entries.refusals import ImpossibleDate

LONGEST = 180
"""The most characters of such an id. The ids of its corrections are longer, and no id may have more than 200."""

NEVER_RESTATED = ("entry", "recorded_at")
"""The fields that a later extract does not change: the id, and when the entry was first recorded."""


class RowEntry(NamedTuple):
    """The id of an entry from an extract. ``key``: of the row in its table; ``name``: which of the row's entries."""

    source: str
    table: str
    key: tuple[str, ...]
    name: str

    def __str__(self) -> str:
        key = ",".join(_plain(part) for part in self.key)
        return f"{self.source}:{self.table}:{key}:{self.name}"

    @classmethod
    def read(cls, entry: str) -> "RowEntry | None":
        """The parts of an id; None where it is not that of an entry from an extract. A correction's id is not."""
        parts = entry.split(":")
        if len(parts) != 4:
            return None
        return cls(parts[0], parts[1], tuple(_key(part) for part in parts[2].split(",")), parts[3])


def _plain(part: str) -> str:
    """Part of a key in characters that a URL keeps unchanged: ``X123456/1`` becomes ``X123456~2F1``."""
    return quote(part, safe="").replace("~", "%7E").replace("%", "~")


def _key(plain: str) -> str:
    return unquote(plain.replace("~", "%"))


def correction_of(entry: str, number: int) -> str:
    """The id of the correction with this number, from 1, that a source made to its entry."""
    return f"{entry}:corrected:{number}"


def restate(file: CaseFile, fact: Entry, said_at: datetime) -> Entry:
    """What to record when an extract made at ``said_at`` gives this entry.

    * The entry itself, if the entry is new.
    * The entry on the file, if the source gave the same values last time. Nothing is recorded then, even if somebody
      has corrected the entry since.
    * Otherwise an ``EntryCorrected`` with the fields that have changed.

    ``ImpossibleDate`` if the file holds other values from a later extract.
    """
    standing = file.entries.get(fact.entry)
    if standing is None or type(standing) is not type(fact):
        return fact
    said, since, number = standing, standing.recorded_at, 1
    while isinstance(made := file.entries.get(correction_of(fact.entry, number)), EntryCorrected):
        said, since, number = amend(said, made.fields), made.recorded_at, number + 1
    changed = _changed(said, fact)
    if not changed:
        return standing
    if said_at < since or (said_at == since and number > 1):
        raise ImpossibleDate(
            "recorded_at", f"this extract is of {said_at.isoformat()}, and the file already holds what its source said "
            f"on {since.isoformat()}; import extracts in the order in which they were made"
        )  # fmt: skip
    return EntryCorrected(
        entry=correction_of(fact.entry, number), occurred_on=day_of(said_at), recorded_at=said_at,
        of=fact.entry, fields=changed,
    )  # fmt: skip


def _changed(said: Entry, says: Entry) -> dict[str, Any]:
    """The interchange fields that differ, with their new values; null or the default where none is given now."""
    names = dict(zip(says.__struct_encode_fields__, says.__struct_fields__, strict=True))
    return {
        encoded: msgspec.to_builtins(getattr(says, names[encoded]))
        for encoded in differences(said, says)
        if encoded not in NEVER_RESTATED
    }
