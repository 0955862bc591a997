"""Kept files: what an information manager sent to be imported, between checking and importing, and the lines that were rejected.

They hold what case systems say of many people, so each is sealed with the outside key for the account that sent it, shown to
nobody else, and gone after seven days. Whoever erases a person deletes them all.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa

from domain.outside_key import NotSealed, OutsideKey
from domain.working.working_tables import instant_text, tables

KEPT_FOR = timedelta(days=7)

LARGEST = 8 * 2**20
"""Bytes of the largest file that is kept. A larger one is chosen again."""

CHECKED, REJECTED = "checked", "rejected"
"""What a file is: checked, and not imported yet; the rejected lines of an import."""

_PURPOSE = "kept file"

_files = sa.Table(
    "kept_files",
    tables,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("username", sa.String(100), nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("at", sa.String(40), nullable=False),
    sa.Column("sealed", sa.Text, nullable=False),
)


class KeptFile(NamedTuple):
    """A file without what it says. ``at``: when it was kept, UTC."""

    id: str
    kind: str
    name: str
    at: datetime


class KeptFiles:
    """The kept files of one database."""

    def __init__(self, engine: sa.Engine, key: OutsideKey):
        self.engine, self.key = engine, key

    def keep(self, username: str, kind: str, name: str, content: bytes, now: datetime) -> str:
        """Keep a file for an account; its id. Empty where it is too large. Those whose time is over go."""
        if len(content) > LARGEST:
            return ""
        made = secrets.token_hex(16)
        values = {
            "id": made, "username": username, "kind": kind, "name": name[:200], "at": instant_text(now),
            "sealed": self.key.seal(_PURPOSE, f"{username} {made}", content.decode("latin-1")),
        }  # fmt: skip
        with self.engine.begin() as c:
            c.execute(sa.delete(_files).where(_files.c.at < instant_text(now - KEPT_FOR)))
            c.execute(sa.insert(_files).values(values))
        return made

    def read(self, username: str, id_: str, now: datetime) -> tuple[KeptFile, bytes] | None:
        """A file of this account; None where there is none, its time is over, or it does not open."""
        mine = sa.select(_files).where(_files.c.id == id_, _files.c.username == username)
        with self.engine.connect() as c:
            row = c.execute(mine.where(_files.c.at >= instant_text(now - KEPT_FOR))).one_or_none()
        if row is None:
            return None
        try:
            text = self.key.unseal(_PURPOSE, f"{username} {id_}", row.sealed)
        except NotSealed:
            return None
        return KeptFile(row.id, row.kind, row.name, datetime.fromisoformat(row.at)), text.encode("latin-1")

    def of(self, username: str, kind: str, now: datetime) -> Sequence[KeptFile]:
        """The files of an account of one kind, the latest first."""
        wanted = sa.select(_files.c.id, _files.c.kind, _files.c.name, _files.c.at).where(
            _files.c.username == username, _files.c.kind == kind, _files.c.at >= instant_text(now - KEPT_FOR)
        )
        with self.engine.connect() as c:
            rows = c.execute(wanted.order_by(_files.c.at.desc())).all()
        return [KeptFile(row.id, row.kind, row.name, datetime.fromisoformat(row.at)) for row in rows]

    def drop(self, username: str, id_: str) -> None:
        """Delete a file of an account."""
        with self.engine.begin() as c:
            c.execute(sa.delete(_files).where(_files.c.id == id_, _files.c.username == username))

    def forget_all(self) -> None:
        """Delete every file: a person is erased, who may stand in any of them."""
        with self.engine.begin() as c:
            c.execute(sa.delete(_files))
