"""Entries that a source gives again and again, night after night: their ids, and what to record when one has changed.

The id says where the entry comes from, ``crams:contacts:4711:AppointmentMade``: the source, its table, the key of the
row there, and which of the row's entries it is. So an extract that is read again makes no doubles, and the store can
say which entries came from a source.
"""

from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import quote, unquote

import msgspec

from domain.aggregates.case_file import CaseFile, amend
from domain.calendar.london_time import LONDON
from domain.entries.case_entries import EntryCorrected
from domain.entries.entry import Entry
from domain.entries.refusals import ImpossibleDate

LONGEST = 180
"""Characters of an entry's id: its corrections' ids are longer, and an id has 200 at most."""

NEVER_RESTATED = ("entry", "recorded_at")
"""Which entry it is, and when the file first came to say so, stay as they were."""


class RowEntry(NamedTuple):
    """An entry by the row that gives it. ``key`` is that of the row in its table; ``name`` tells its entries apart."""

    source: str
    table: str
    key: tuple[str, ...]
    name: str

    def __str__(self) -> str:
        key = ",".join(_plain(part) for part in self.key)
        return f"{self.source}:{self.table}:{key}:{self.name}"

    @classmethod
    def read(cls, entry: str) -> "RowEntry | None":
        """The row behind an entry's id; None for the id of any other entry, a correction of such a one included."""
        parts = entry.split(":")
        if len(parts) != 4:
            return None
        return cls(parts[0], parts[1], tuple(_key(part) for part in parts[2].split(",")), parts[3])


def _plain(part: str) -> str:
    """Part of a key in letters that pass through addresses unchanged: ``X123456/1`` is ``X123456~2F1``."""
    return quote(part, safe="").replace("~", "%7E").replace("%", "~")


def _key(plain: str) -> str:
    return unquote(plain.replace("~", "%"))


def correction_of(entry: str, number: int) -> str:
    """The id of the nth correction that a source has made to its entry."""
    return f"{entry}:corrected:{number}"


def restate(file: CaseFile, fact: Entry, said_at: datetime) -> Entry:
    """What to record when a source says at this instant that its entry reads so.

    The fact itself where the entry is new. What stands where the source says what it said last: there is nothing to
    record, whatever others have corrected since. Else an ``EntryCorrected`` with the fields that have changed.
    ``ImpossibleDate`` where the source has said something else after ``said_at``.
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
        entry=correction_of(fact.entry, number), occurred_on=said_at.astimezone(LONDON).date(), recorded_at=said_at,
        of=fact.entry, fields=changed,
    )  # fmt: skip


def _changed(said: Entry, says: Entry) -> dict[str, Any]:
    """The interchange fields that differ, as they now are; one that has gone is null, or its default."""
    names = zip(says.__struct_fields__, says.__struct_encode_fields__, strict=True)
    return {
        encoded: msgspec.to_builtins(getattr(says, name))
        for name, encoded in names
        if name not in NEVER_RESTATED and getattr(said, name) != getattr(says, name)
    }
