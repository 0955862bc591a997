"""Somebody with all rights on the database, and no key: changes rows, and makes hashes, tiles and head anew to fit them."""

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import datetime
from typing import Any, NamedTuple

from domain.store.application import Files
from domain.store.database import guards
from domain.store.hash_chain import REFUSED, TABLE
from domain.store.log_tables import HEAD, TILES
from tests.support.postgres import sql


class Row(NamedTuple):
    """A row of the table of entries, without its hash."""

    position: int
    originator_id: str
    originator_version: int
    topic: str
    state: bytes
    stored_at: str
    actor: str


class Intruder:
    """Works on one database with all rights on it. ``kind``: sqlite or postgresql."""

    def __init__(self, address: str, kind: str):
        self.address, self.kind = address, kind
        self.position = "rowid" if kind == "sqlite" else "notification_id"

    def run(self, *statements: str) -> list[Any]:
        """Run statements; the rows of the last. ``{position}`` is the column of positions."""
        filled = [statement.replace("{position}", self.position) for statement in statements]
        if self.kind == "postgresql":
            return list(sql(self.address, *filled))
        with closing(sqlite3.connect(self.address, isolation_level=None)) as c:
            c.execute("PRAGMA busy_timeout = 5000")
            for statement in filled:
                found = c.execute(statement).fetchall()
            return found

    def unguard(self) -> None:
        """Drop every trigger that refuses changes of entries and tiles."""
        if self.kind == "sqlite":
            for (name,) in self.run(f"SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE '{TABLE}%'"):
                self.run(f"DROP TRIGGER {name}")
            return
        for name, table in self.run(
            f"SELECT tgname, tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal AND tgname LIKE '{TABLE}%'"
        ):
            self.run(f"DROP TRIGGER {name} ON {table}")

    def guard_again(self) -> None:
        """Put the triggers of entries and tiles back, so that nobody sees that they were gone."""
        keys = {
            TABLE: (("rowid",), ("originator_id", "originator_version")),
            TILES: (("rowid",), ("level", "number")),
        }
        for table, unique in keys.items():
            self.run(*guards(self.kind, table, REFUSED, *unique))  # type: ignore[arg-type]

    def change(self, *statements: str) -> None:
        """Change rows behind the triggers, which are there again afterwards."""
        self.unguard()
        self.run(*statements)
        self.guard_again()

    def rows(self) -> list[Row]:
        columns = ", ".join(Row._fields[1:])
        found = self.run(f"SELECT {{position}}, {columns} FROM {TABLE} ORDER BY {{position}}")
        return [Row(*one[:4], bytes(one[4]), *one[5:]) for one in found]

    def rewrite(self, changed: Callable[[list[Row]], Sequence[Row]]) -> None:
        """Write the whole record anew from changed rows, as this program would have: chain, tree, head, all but signatures."""
        rows = list(changed(self.rows()))
        nothing = "x''" if self.kind == "sqlite" else "''"
        zeros = "x'" + "00" * 32 + "'" if self.kind == "sqlite" else "'\\x" + "00" * 32 + "'"
        self.unguard()
        self.run(
            f"DELETE FROM {TABLE}", f"DELETE FROM {TILES}", "DELETE FROM stored_late",
            f"UPDATE {HEAD} SET position = 0, hash = {zeros}, leaves = 0, frontier = {nothing}, stored_at = '', note = ''",
        )  # fmt: skip
        if self.kind == "sqlite":
            self.run("DELETE FROM sqlite_sequence WHERE name = 'stored_events'")
        with closing(Files.open(self.address)) as files:
            due = 0
            for row in rows:
                if self.kind == "postgresql" and row.position != due:
                    self.run(f"SELECT setval('{TABLE}_notification_id_seq', {row.position}, false)")
                at, due = datetime.fromisoformat(row.stored_at), row.position + 1
                files.recorder.clock = lambda at=at: at  # type: ignore[misc]
                files.recorder.append([row[1:5]], row.actor)
        self.guard_again()

    def shift(self, by: int) -> None:
        """Give every row, tile and head another position, as if so many more entries had been stored before."""
        self.change(
            f"UPDATE {TABLE} SET {{position}} = -({{position}} + {by})", f"UPDATE {TABLE} SET {{position}} = -{{position}}",
            f"UPDATE {TILES} SET last_position = last_position + {by}", f"UPDATE {HEAD} SET position = position + {by}",
        )  # fmt: skip
