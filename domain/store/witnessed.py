"""What witnesses have taken: each checkpoint with their signatures, kept for good, and when each was last asked in vain."""

import weakref
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from domain.store.database import Database, guards
from domain.store.engines import engine_of, insert_into
from domain.store.table_steps import REGISTER

_tables = sa.MetaData()

_witnessed = sa.Table(
    "witnessed",
    _tables,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("origin", sa.String(400), nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("witness", sa.Text, nullable=False),
    sa.Column("at", sa.String(40), nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("kept_at", sa.Text, nullable=False),
)

_tries = sa.Table(
    "witness_tries",
    _tables,
    sa.Column("origin", sa.String(400), primary_key=True),
    sa.Column("witness", sa.String(400), primary_key=True),
    sa.Column("at", sa.String(40), nullable=False),
    sa.Column("fault", sa.Text, nullable=False),
)


class Witnessing(NamedTuple):
    """A checkpoint that a witness took. ``at``: UTC. ``note``: with its signatures. ``kept_at``: its file, or the address."""

    origin: str
    size: int
    witness: str
    at: datetime
    note: str
    kept_at: str


class Try(NamedTuple):
    """When a witness was last asked, and why it did not take the checkpoint: empty where it did, or is being asked."""

    at: datetime
    fault: str


class Witnessed:
    """What witnesses have taken of one record. On SQLite its tables are brought up here; on PostgreSQL only with ``prepare``.

    ``NotPrepared`` where that has not been done by this version.
    """

    def __init__(self, address: str, *, prepare: bool = False):
        database = Database.at(address)
        self.engine = engine_of(database)
        weakref.finalize(self, self.engine.dispose)
        if prepare or database.kind == "sqlite":
            REGISTER.bring_up(database, self.engine)
            with self.engine.begin() as c:
                for guard in guards(
                    database.kind, _witnessed.name, "what a witness took is never changed", ("number",)
                ):
                    c.execute(sa.text(guard))
        else:
            REGISTER.require(database, self.engine)

    def close(self) -> None:
        self.engine.dispose()

    def keep(self, one: Witnessing) -> None:
        """Keep what a witness took."""
        with self.engine.begin() as c:
            values = one._asdict() | {"at": one.at.isoformat(timespec="microseconds")}
            c.execute(sa.insert(_witnessed).values(values))

    def last(self, origin: str, witness: str) -> Witnessing | None:
        """What this witness took last of a log; None: nothing."""
        wanted = sa.and_(_witnessed.c.origin == origin, _witnessed.c.witness == witness)
        found = self._found(wanted, 1)
        return found[0] if found else None

    def latest(self, limit: int) -> list[Witnessing]:
        """What any witness took, the latest first."""
        return self._found(sa.true(), limit)

    def last_try(self, origin: str, witness: str) -> Try | None:
        """When this witness was last asked; None: never."""
        same = sa.and_(_tries.c.origin == origin, _tries.c.witness == witness)
        with self.engine.connect() as c:
            row = c.execute(sa.select(_tries.c.at, _tries.c.fault).where(same)).one_or_none()
        return None if row is None else Try(datetime.fromisoformat(row.at), row.fault)

    def begin(self, origin: str, witness: str, before: Try | None, at: datetime) -> bool:
        """Note that this witness is about to be asked; False where another process was quicker since ``before``."""
        row = {"origin": origin, "witness": witness, "at": at.isoformat(timespec="microseconds"), "fault": ""}
        with self.engine.begin() as c:
            if before is None:
                made = insert_into(c, _tries).values(row).on_conflict_do_nothing().returning(_tries.c.origin)
                return c.execute(made).first() is not None
            same = sa.and_(
                _tries.c.origin == origin, _tries.c.witness == witness,
                _tries.c.at == before.at.isoformat(timespec="microseconds"),
            )  # fmt: skip
            return c.execute(sa.update(_tries).where(same).values(row)).rowcount == 1

    def failed(self, origin: str, witness: str, fault: str) -> None:
        """Note why this witness did not take the checkpoint."""
        same = sa.and_(_tries.c.origin == origin, _tries.c.witness == witness)
        with self.engine.begin() as c:
            c.execute(sa.update(_tries).where(same).values(fault=fault))

    def _found(self, wanted: sa.ColumnElement[bool], limit: int) -> list[Witnessing]:
        t = _witnessed.c
        query = sa.select(t.origin, t.size, t.witness, t.at, t.note, t.kept_at).where(wanted)
        with self.engine.connect() as c:
            rows = c.execute(query.order_by(t.number.desc()).limit(limit)).all()
        return [Witnessing(row.origin, row.size, row.witness, datetime.fromisoformat(row.at), row.note, row.kept_at)
                for row in rows]  # fmt: skip
