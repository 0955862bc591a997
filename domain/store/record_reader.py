"""Reads the record for the read model: the entries after a position, many files at once, how much is new.

It reads both databases; the recorders write. On PostgreSQL the positions become visible in order. Some may be missing; these
are never used later.
"""

from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby, islice
from operator import itemgetter
from typing import Any, NamedTuple

import sqlalchemy as sa

from domain.aggregates.case_file import CASE_OR_INSPECTION, CaseFile, evolve
from domain.aggregates.person_files import PersonFiles
from domain.store.entry_codec import recorded_entry
from domain.store.hash_chain import TABLE, Standing, standing_of
from domain.store.lateness import recorded_at_of
from domain.store.person_index import PersonIndex
from domain.store.preparation import LIMITED, MAY_CHANGE_LIMITS

COUNTED = 10_000
"""Up to this number new entries are counted exactly. Beyond it positions are counted, gaps included."""

AT_ONCE = 500
"""References read by one query."""

FILES = 100
"""Files read by one query."""


LIMITS_CHANGED = (
    f"SELECT limited.originator_id FROM (SELECT DISTINCT originator_id FROM {TABLE} "
    f"WHERE {MAY_CHANGE_LIMITS} AND topic = '{LIMITED}') AS limited "
    f"WHERE EXISTS (SELECT 1 FROM {TABLE} AS later WHERE {MAY_CHANGE_LIMITS} "
    "AND later.originator_id = limited.originator_id AND later.{position} > :position)"
)
"""The query for cases whose limits may have changed, with the name of the column of positions left out."""


class Entered(NamedTuple):
    """The place of an entry: its position in the record, its file, and its number there; the chain's hash at it."""

    position: int
    reference: str
    version: int
    hash: bytes


class Taken(NamedTuple):
    """How an entry of a case came into the record: its position and file, when it was recorded and when stored, and by whom."""

    position: int
    reference: str
    recorded_at: datetime
    stored_at: datetime
    actor: str


class Logged(NamedTuple):
    """An entry of a case as the record has it. ``topic``: its type there. ``hash``: the chain's at it."""

    position: int
    reference: str
    topic: str
    state: bytes
    stored_at: datetime
    hash: bytes


class StoredState(NamedTuple):
    """An entry as it is stored: its file, its number there, its topic, its JSON with what is sealed behind it, and when."""

    reference: str
    version: int
    topic: str
    state: bytes
    stored_at: str


class Lag(NamedTuple):
    """How far a position is behind: the number of entries after it, and when the first of them was stored."""

    entries: int
    since: datetime | None


class _StoredFile(NamedTuple):
    """A file with the position of each of its entries."""

    file: CaseFile
    positions: list[int]

    def upto(self, position: int) -> CaseFile:
        """The file as stored up to a position."""
        number = bisect_right(self.positions, position)
        if number == len(self.positions):
            return self.file
        return CaseFile(self.file.reference, number, dict(islice(self.file.entries.items(), number)))


def is_case(reference: str) -> bool:
    """Whether this is the reference of a case, not of an inspection."""
    return CASE_OR_INSPECTION["case"].fullmatch(reference) is not None


class RecordReader:
    """The stored entries of one database, through an engine of its own."""

    def __init__(self, engine: sa.Engine):
        self.engine = engine
        position = "rowid" if engine.dialect.name == "sqlite" else "notification_id"
        self._t = sa.table(
            TABLE, sa.column(position), sa.column("originator_id"), sa.column("originator_version"), sa.column("topic"),
            sa.column("state"), sa.column("stored_at"), sa.column("actor"), sa.column("hash"),
        )  # fmt: skip
        self._position: sa.ColumnClause[Any] = self._t.c[position]
        self._hash_at = sa.select(self._t.c.hash).where(self._position == sa.bindparam("position"))
        last = sa.select(self._position, self._t.c.hash, self._hash_at.scalar_subquery().label("there"))
        self._standing = last.order_by(self._position.desc()).limit(1)
        self._limits_changed = sa.text(LIMITS_CHANGED.format(position=position))
        self.people = PersonIndex(self._rows_of, position)

    def head(self) -> int:
        """The position of the last entry; 0 when nothing is stored."""
        with self.engine.connect() as c:
            return int(c.execute(sa.select(sa.func.max(self._position))).scalar() or 0)

    def hash_at(self, position: int) -> str | None:
        """The chain's hash at a position, in hex; None where nothing is stored there, the origin at position 0."""
        return self.standing(position).there

    def standing(self, position: int) -> Standing:
        """The head of the chain, and the hash at a position, by one query."""
        with self.engine.connect() as c:
            return standing_of(position, c.execute(self._standing, {"position": position}).one_or_none())

    def holds(self, c: sa.Connection, entered: Entered) -> bool:
        """Whether the record, as a transaction sees it, still has this entry and all before it as they were."""
        found = c.execute(self._hash_at, {"position": entered.position}).scalar()
        return found is not None and bytes(found) == bytes(entered.hash)

    def limits_changed_after(self, position: int) -> set[str]:
        """The references of the cases whose limits of access entries after a position may have changed.

        These are the cases with an ``AccessLimited`` anywhere in the file, and after the position an entry that limits
        access, lifts a limit, or corrects or withdraws any entry. The limits of other cases never change: an entry's
        type is never corrected. The query reads the index of these entries alone, and no file.
        """
        with self.engine.connect() as c:
            return set(c.execute(self._limits_changed, {"position": position}).scalars())

    def after(self, position: int, limit: int) -> list[Entered]:
        """The next entries after a position, in order."""
        query = sa.select(self._position, self._t.c.originator_id, self._t.c.originator_version, self._t.c.hash)
        query = query.where(self._position > position).order_by(self._position).limit(limit)
        with self.engine.connect() as c:
            return [Entered(*row) for row in c.execute(query)]

    def taken(self, after: int, until: int) -> Iterator[Taken]:
        """How the entries of cases after a position and up to another were taken in, in order."""
        t = self._t
        query = sa.select(self._position, t.c.originator_id, t.c.state, t.c.stored_at, t.c.actor)
        query = query.where(self._position > after, self._position <= until, t.c.topic.startswith("case."))
        with self.engine.connect() as c:
            for position, reference, state, stored_at, actor in c.execute(query.order_by(self._position)):
                yield Taken(position, reference, recorded_at_of(bytes(state)), datetime.fromisoformat(stored_at), actor)

    def places_of_cases(self, after: int, until: int) -> list[tuple[int, str, str]]:
        """Position, file and topic of each entry of a case after a position and up to another, in order."""
        t = self._t
        query = sa.select(self._position, t.c.originator_id, t.c.topic)
        query = query.where(self._position > after, self._position <= until, t.c.topic.startswith("case."))
        with self.engine.connect() as c:
            return [(int(place), file, topic) for place, file, topic in c.execute(query.order_by(self._position))]

    def places_in(self, references: Collection[str], after: int, until: int) -> list[tuple[int, str, str]]:
        """The same of these files alone, found by file, for few files over many positions."""
        wanted, t, found = sorted(references), self._t, []
        for at in range(0, len(wanted), AT_ONCE):
            query = sa.select(self._position, t.c.originator_id, t.c.topic)
            query = query.where(t.c.originator_id.in_(wanted[at : at + AT_ONCE]))
            with self.engine.connect() as c:
                rows = c.execute(query).all()
            found += [(int(place), file, topic) for place, file, topic in rows if after < place <= until]
        return sorted(found)

    def logged(self, positions: Collection[int]) -> list[Logged]:
        """The entries at these positions, in order."""
        wanted, t, found = sorted(positions), self._t, []
        for at in range(0, len(wanted), AT_ONCE):
            query = sa.select(self._position, t.c.originator_id, t.c.topic, t.c.state, t.c.stored_at, t.c.hash)
            query = query.where(self._position.in_(wanted[at : at + AT_ONCE])).order_by(self._position)
            with self.engine.connect() as c:
                found += [
                    Logged(int(place), file, topic, bytes(state), datetime.fromisoformat(stored_at), bytes(hash_))
                    for place, file, topic, state, stored_at, hash_ in c.execute(query)
                ]
        return found

    def changed_after(self, references: Collection[str], position: int) -> set[str]:
        """Those of these files that have an entry after a position."""
        wanted, t, found = sorted(references), self._t, set[str]()
        for at in range(0, len(wanted), AT_ONCE):
            query = sa.select(t.c.originator_id).where(t.c.originator_id.in_(wanted[at : at + AT_ONCE]))
            with self.engine.connect() as c:
                found |= set(c.execute(query.where(self._position > position).distinct()).scalars())
        return found

    def begins_at(self, reference: str) -> int:
        """The position of the first entry of a file; 0 where there is none."""
        query = sa.select(self._position).where(self._t.c.originator_id == reference, self._t.c.originator_version == 1)
        with self.engine.connect() as c:
            return int(c.execute(query).scalar() or 0)

    def behind(self, position: int) -> Lag:
        """How far this position is behind."""
        later = sa.select(self._t.c.stored_at).where(self._position > position).order_by(self._position)
        with self.engine.connect() as c:
            first = c.execute(later.limit(1)).scalar()
            if first is None:
                return Lag(0, None)
            entries = c.execute(sa.select(sa.func.count()).select_from(later.limit(COUNTED).subquery())).scalar_one()
            if entries == COUNTED:
                entries = c.execute(sa.select(sa.func.max(self._position))).scalar_one() - position
        return Lag(entries, datetime.fromisoformat(first))

    def files(self, references: Collection[str], versions: dict[str, int] | None = None) -> Iterator[CaseFile]:
        """The files of these references as stored now, ``FILES`` a query; ``versions``: how many entries of each.

        No connection is open between the queries: on SQLite an open read keeps the write-ahead log from being reset.
        """
        wanted = sorted(references)
        t = self._t
        for at in range(0, len(wanted), FILES):
            query = sa.select(t.c.originator_id, t.c.originator_version, t.c.topic, t.c.state)
            query = query.where(t.c.originator_id.in_(wanted[at : at + FILES]))
            with self.engine.connect() as c:
                entries = c.execute(query.order_by(t.c.originator_id, t.c.originator_version)).all()
            for reference, of_one in groupby(entries, itemgetter(0)):
                file = CaseFile(reference)
                for _, version, topic, state in of_one:
                    if versions is None or version <= versions[reference]:
                        evolve(file, recorded_entry(reference, version, topic, bytes(state)))
                if file.version:
                    yield file

    def states(
        self, references: Collection[str], upto: int, topics: Collection[str] | None = None
    ) -> list[StoredState]:
        """The entries of these files as they are stored, up to a position, by file and number; nothing is decoded.

        ``topics``: only those under one of these (None: all).
        """
        t = self._t
        query = sa.select(t.c.originator_id, t.c.originator_version, t.c.topic, t.c.state, t.c.stored_at)
        query = query.where(t.c.originator_id.in_(sorted(references)), self._position <= upto)
        if topics is not None:
            query = query.where(t.c.topic.in_(sorted(topics)))
        with self.engine.connect() as c:
            found = c.execute(query.order_by(t.c.originator_id, t.c.originator_version))
            return list(map(StoredState._make, found))

    def of_people(self, references: Collection[str], upto: int | Mapping[str, int]) -> Iterator[PersonFiles]:
        """These cases with all files of their persons, as stored up to a position (of each case its own), in order.

        A case of which nothing was stored by then is left out.
        """
        wanted = sorted(references)
        for at in range(0, len(wanted), FILES):
            some = wanted[at : at + FILES]
            until = {reference: upto if isinstance(upto, int) else upto[reference] for reference in some}
            people = self.people.files_of(some)
            stored = self._stored_files({name for names in people.values() for name in names}, max(until.values()))
            for reference in some:
                files = [stored[name].upto(until[reference]) for name in people[reference] if name in stored]
                own = next((file for file in files if file.reference == reference), None)
                if own is not None and own.version:
                    yield PersonFiles(own, [file for file in files if file is not own and file.version])

    def _stored_files(self, references: Collection[str], upto: int) -> dict[str, _StoredFile]:
        """These files as stored up to a position, with the position of each entry."""
        found: dict[str, _StoredFile] = {}
        wanted, t = sorted(references), self._t
        for at in range(0, len(wanted), FILES):
            query = sa.select(t.c.originator_id, t.c.originator_version, t.c.topic, t.c.state, self._position)
            query = query.where(t.c.originator_id.in_(wanted[at : at + FILES]), self._position <= upto)
            with self.engine.connect() as c:
                entries = c.execute(query.order_by(t.c.originator_id, t.c.originator_version)).all()
            for reference, version, topic, state, position in entries:
                stored = found.setdefault(reference, _StoredFile(CaseFile(reference), []))
                evolve(stored.file, recorded_entry(reference, version, topic, bytes(state)))
                stored.positions.append(position)
        return found

    def _rows_of(self, query: str) -> Sequence[Sequence[Any]]:
        with self.engine.connect() as c:
            return c.exec_driver_sql(query).all()

    def versions(self, references: Collection[str], position: int) -> dict[str, int]:
        """File -> its number of entries up to a position; a file with none is left out."""
        t = self._t
        query = sa.select(t.c.originator_id, sa.func.max(t.c.originator_version)).group_by(t.c.originator_id)
        query = query.where(t.c.originator_id.in_(references), self._position <= position)
        with self.engine.connect() as c:
            return {reference: int(version) for reference, version in c.execute(query)}

    def cases(self) -> Iterator[list[str]]:
        """The references of all cases, up to ``AT_ONCE`` at a time, in the order of the database."""
        last, t = "", self._t
        while True:
            query = sa.select(t.c.originator_id).where(t.c.originator_version == 1, t.c.originator_id > last)
            with self.engine.connect() as c:
                found = list(c.execute(query.order_by(t.c.originator_id).limit(AT_ONCE)).scalars())
            if not found:
                return
            last = found[-1]
            if some := [reference for reference in found if is_case(reference)]:
                yield some

    def number_of_files(self) -> int:
        """The number of files, inspections included."""
        query = sa.select(sa.func.count()).select_from(self._t).where(self._t.c.originator_version == 1)
        with self.engine.connect() as c:
            return int(c.execute(query).scalar_one())
