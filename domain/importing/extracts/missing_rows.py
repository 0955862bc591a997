"""The rows of an extract that have been seen.

They are kept in a temporary SQLite database, which goes to disk when it grows, so that memory does not grow with the extract.
"""

import hashlib
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple


class SeenRow(NamedTuple):
    """A row that was read: its line, its case ("": could not be read), the names of the entries that it gives.

    ``void``: for a row that is void, its withdrawal as JSON; else "".
    """

    line: int
    reference: str
    gives: tuple[str, ...]
    void: str


class RowsSeen:
    """The rows of one extract of a source."""

    def __init__(self, source: str):
        self.source = source
        self.count: Counter[str] = Counter()
        """Table -> the number of its rows, of whatever kind."""
        self.unread: set[str] = set()
        """The tables of which a row, or its key, could not be read: such a row may be any that is missing."""
        self.memory = sqlite3.connect("", isolation_level=None)
        self.memory.executescript(
            """
            PRAGMA journal_mode = OFF;
            CREATE TABLE seen (tab TEXT, key TEXT, line INTEGER, reference TEXT, gives TEXT, void TEXT, cells BLOB,
            PRIMARY KEY (tab, key)) WITHOUT ROWID;
            CREATE TABLE passed (tab TEXT, key TEXT, PRIMARY KEY (tab, key)) WITHOUT ROWID;
            """
        )

    def add(
        self, table: str, key: Sequence[str], line: int, reference: str, gives: Iterable[str], *,
        void: str = "", cells: bytes = b"",
    ) -> int:  # fmt: skip
        """Add a row. Returns the line on which its key came first. ``reference``: "" where its case could not be read.

        ``cells``: the digest of its cells, by which ``alike`` tells equal rows.
        """
        row = (table, _together(key), line, reference, " ".join(gives), void, cells)
        if self.memory.execute("INSERT OR IGNORE INTO seen VALUES (?,?,?,?,?,?,?)", row).rowcount:
            return line
        found = self.memory.execute("SELECT line FROM seen WHERE tab = ? AND key = ?", row[:2]).fetchone()
        return int(found[0])

    def alike(self, table: str, key: Sequence[str], cells: bytes) -> bool:
        """Whether the first row with this key had the same cells."""
        found = self.memory.execute(
            "SELECT cells FROM seen WHERE tab = ? AND key = ?", (table, _together(key))
        ).fetchone()
        return bool(found[0] == cells)

    def pass_over(self, table: str, key: Sequence[str]) -> None:
        """Note a row that is there and that the mapping does not read."""
        self.memory.execute("INSERT OR IGNORE INTO passed VALUES (?,?)", (table, _together(key)))

    def row(self, table: str, key: Sequence[str]) -> SeenRow | None:
        """The row that was read under this key; None where there was none."""
        found = self.memory.execute(
            "SELECT line, reference, gives, void FROM seen WHERE tab = ? AND key = ?", (table, _together(key))
        ).fetchone()
        return None if found is None else SeenRow(found[0], found[1], tuple(found[2].split(" ")), found[3])

    def passed(self, table: str, key: Sequence[str]) -> bool:
        """Whether a row with this key was passed over."""
        where = (table, _together(key))
        return self.memory.execute("SELECT 1 FROM passed WHERE tab = ? AND key = ?", where).fetchone() is not None


def digest(cells: Mapping[str, str]) -> bytes:
    """A digest of the cells of a row of one table."""
    return hashlib.blake2b("\x1f".join(cells.values()).encode("utf-8", "surrogateescape"), digest_size=16).digest()


def _together(key: Sequence[str]) -> str:
    return "\x1f".join(key)
