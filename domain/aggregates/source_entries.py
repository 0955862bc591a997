"""Entries from the extracts of a source, which gives the same rows every night: their ids, and what to record of them.

The id says where an entry comes from: source, table, key of the row, and which of the row's entries it is, such as
``crams:contacts:4711:AppointmentMade``. So an extract that is read twice stores nothing twice, and the store can say
which entries came from a source.
"""

from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import quote, unquote

import msgspec
from msgspec import structs

from domain.aggregates.amendments import amend
from domain.aggregates.case_file import CaseFile
from domain.aggregates.repeated_entries import differences
from domain.calendar.london_time import day_of
from domain.entries.case_entries import EntryCorrected, EntryWithdrawn
from domain.entries.entry import Entry
from domain.entries.refusals import ImpossibleDate

LONGEST = 180
"""The most characters of such an id. Those of its corrections and withdrawals are longer; no id may have more than 200."""

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


def withdrawal_of(entry: str, number: int) -> str:
    """The id of the withdrawal with this number, from 1, by which a source took its entry back."""
    return f"{entry}:withdrawn:{number}"


def restoration_of(entry: str, number: int) -> str:
    """The id of the entry that withdraws the withdrawal with this number: the source gives the entry again."""
    return f"{entry}:restored:{number}"


def change_of(fact: Entry) -> str:
    """What an entry does to what its source gave before: ``corrected``, ``withdrawn``, ``restored``, or nothing ("")."""
    parts = fact.entry.split(":")
    return parts[4] if len(parts) == 6 and parts[4] in ("corrected", "withdrawn", "restored") else ""


class TakenBack(NamedTuple):
    """How often a source took an entry back, and the last entry that did so or gave it again (None: never)."""

    times: int
    last: Entry | None

    @classmethod
    def of(cls, file: CaseFile, entry: str) -> "TakenBack":
        times, last = 0, None
        while (made := file.entries.get(withdrawal_of(entry, times + 1))) is not None:
            times += 1
            last = file.entries.get(restoration_of(entry, times), made)
        return cls(times, last)

    @property
    def now(self) -> bool:
        """Whether the source's last word is that the entry is taken back, whatever was done by hand since."""
        return self.last is not None and change_of(self.last) == "withdrawn"


def said(file: CaseFile, fact: Entry, said_at: datetime, sealed: Entry | None = None) -> list[Entry]:
    """What to record when an extract made at ``said_at`` gives this entry, or takes one back.

    ``sealed``: the same entry as a record that seals its texts would hold it; it is what is compared with the file.

    An entry is taken back by its first withdrawal, with the id ``withdrawal_of(entry, 1)``, which gets its number here.
    Where the source had taken the entry back and gives it again, that is the withdrawal of the withdrawal; what was
    withdrawn by hand stays so. ``ImpossibleDate`` if the file holds what the source said in a later extract.
    """
    if change_of(fact) != "withdrawn":
        return [restate(file, fact, said_at, sealed), *_restore(file, fact.entry, said_at)]
    assert isinstance(fact, EntryWithdrawn)
    return _take_back(file, fact, said_at)


def restate(file: CaseFile, fact: Entry, said_at: datetime, sealed: Entry | None = None) -> Entry:
    """What to record when an extract made at ``said_at`` gives this entry. ``sealed``: see ``said``.

    * The entry itself, if the entry is new.
    * The entry on the file, if the source gave the same values last time. Nothing is recorded then, even if somebody
      has corrected the entry since.
    * Otherwise an ``EntryCorrected`` with the fields that have changed.

    ``ImpossibleDate`` if the file holds other values from a later extract.
    """
    standing = file.entries.get(fact.entry)
    if standing is None or type(standing) is not type(fact):
        return fact
    was, since, number = standing, standing.recorded_at, 1
    while isinstance(made := file.entries.get(correction_of(fact.entry, number)), EntryCorrected):
        was, since, number = amend(was, made.fields, made.sealed), made.recorded_at, number + 1
    changed = _changed(was, fact, sealed or fact)
    if not changed:
        return standing
    if said_at < since or (said_at == since and number > 1):
        raise _too_old(said_at, since)
    return EntryCorrected(
        entry=correction_of(fact.entry, number), occurred_on=day_of(said_at), recorded_at=said_at,
        of=fact.entry, fields=changed,
    )  # fmt: skip


def _restore(file: CaseFile, entry: str, said_at: datetime) -> list[Entry]:
    back = TakenBack.of(file, entry)
    if back.last is None or not back.now:
        return []
    if said_at < back.last.recorded_at:
        raise _too_old(said_at, back.last.recorded_at)
    return [
        EntryWithdrawn(
            entry=restoration_of(entry, back.times), occurred_on=day_of(said_at), recorded_at=said_at,
            of=back.last.entry, reason="the source gives it again",
        )
    ]  # fmt: skip


def _take_back(file: CaseFile, fact: EntryWithdrawn, said_at: datetime) -> list[Entry]:
    back = TakenBack.of(file, fact.of)
    if back.now:
        return []
    if back.last is not None and said_at < back.last.recorded_at:
        raise _too_old(said_at, back.last.recorded_at)
    return [structs.replace(fact, entry=withdrawal_of(fact.of, back.times + 1))]


def _too_old(said_at: datetime, since: datetime) -> ImpossibleDate:
    return ImpossibleDate(
        "recorded_at", f"this extract is of {said_at.isoformat()}, and the file already holds what its source said "
        f"on {since.isoformat()}; import extracts in the order in which they were made"
    )  # fmt: skip


def _changed(was: Entry, says: Entry, compared: Entry) -> dict[str, Any]:
    """The interchange fields that differ, with their new values; null or the default where none is given now.

    ``compared``: the new entry as the file would hold it.
    """
    names = dict(zip(says.__struct_encode_fields__, says.__struct_fields__, strict=True))
    return {
        encoded: msgspec.to_builtins(getattr(says, names[encoded]))
        for encoded in differences(was, compared)
        if encoded not in NEVER_RESTATED
    }
