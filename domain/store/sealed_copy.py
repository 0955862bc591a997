"""Sealing an older record: a new log with the same entries in the same order, with their times and actors, its texts sealed.

The first entry of the new log names the end of the old one, whose hashes are kept as a list, so that what was made from the old
record still is known to be of it. Every other entry has the position of the old one, and one more. The old record stays as it is.
"""

from collections.abc import Callable, Sequence

import sqlalchemy as sa
from eventsourcing.persistence import StoredEvent

from domain.aggregates.case_file import CASE_OR_INSPECTION
from domain.entries.case_entries import EntryCorrected
from domain.entries.entry import Entry
from domain.entries.record_entries import SEALED_FROM, LogSealed
from domain.sealing.name_parts import FOUND_BY
from domain.sealing.person_key import PersonKey
from domain.sealing.sealed_fields import MAY_BE_SEALED
from domain.sealing.sealing import ciphertexts, sealed, with_tail
from domain.store.application import Files
from domain.store.earlier_hashes import digest_of, earlier_fit
from domain.store.entry_codec import encoded, register_row, stored_entry, stored_register_entry
from domain.store.hash_chain import TABLE, Hashed, StoredRow, hashed
from domain.store.lateness import make_anew
from domain.store.log_check import check_log
from domain.store.log_reader import LogReader
from domain.store.log_tables import FILL_TYPES, leaves_of
from domain.store.name_digests import Text
from domain.store.preparation import EARLIER, begin_sealing, position_column
from domain.store.record_copy import as_bytes, copy_table, goes_along, insert_rows, next_number, rows_until

KEPT_APART = frozenset(("person_keys", "text_keys", "name_digests", "witnessed", EARLIER))
"""Tables that the new record makes for itself, or that are of the old one alone."""


class NotSealable(ValueError):
    """This record cannot be sealed so; the message says why."""


def seal_record(
    source: Files,
    target: Files,
    engines: tuple[sa.Engine, sa.Engine],
    actor: str,
    report_progress: Callable[[int], object],
) -> int:
    """Write the sealed log into a database that is empty (``record_copy.check_empty``), and prove it; how many entries."""
    if source.seals:
        raise NotSealable("this record is sealed already")
    head = LogReader(source.recorder).head()
    if not head.frontier.size:
        raise NotSealable("there is nothing in it")
    begin_sealing(target.recorder)
    target.__dict__.pop("seals", None)
    for name in goes_along():
        if name not in KEPT_APART and sa.inspect(engines[0]).has_table(name):
            copy_table(name, *engines)
    _keep_hashes(source, engines[1], head.position)
    writer = _Writer(source, target)
    writer.begin(actor)
    for rows in rows_until(source, head.position):
        writer.take(rows)
        report_progress(writer.done)
    if LogReader(source.recorder).head().position != head.position:
        raise NotSealable("something was stored in the old record meanwhile: empty the new database and begin again")
    writer.end()
    for _ in check_log(target.recorder, []):
        pass
    if not earlier_fit(target):
        raise NotSealable("the list of old hashes is not what was read")
    return head.frontier.size


def _keep_hashes(source: Files, engine: sa.Engine, until: int) -> None:
    table = sa.table(EARLIER, sa.column("position"), sa.column("hash"))
    for rows in rows_until(source, until):
        with engine.begin() as c:
            c.execute(sa.insert(table), [{"position": row.position, "hash": as_bytes(row.hash).hex()} for row in rows])


class _Writer:
    """Seals rows one after the other and stores them in the new log."""

    def __init__(self, source: Files, target: Files):
        self.source, self.target, self.done = source, target, 0
        self._keys: dict[str, PersonKey] = {}
        self._types: dict[tuple[str, str], type[Entry]] = {}

    def begin(self, actor: str) -> None:
        """The first entry: which log this one is sealed from."""
        head = LogReader(self.source.recorder).head()
        first = LogReader(self.source.recorder).rows(0, 1)[0]
        rows = self.source.recorder.rows_of(
            f"SELECT hash FROM {TABLE} ORDER BY {position_column(self.source.recorder)}"
        )
        fact = LogSealed(
            at=self.target.recorder.clock(), sealed_from=head.origin, leaves=head.frontier.size, root=head.frontier.root.hex(),
            position=head.position, hash=head.hash.hex(), hashes=digest_of(bytes(hash_).hex() for (hash_,) in rows),
        )  # fmt: skip
        file, number, topic, state = register_row(SEALED_FROM, 1, fact)
        self._store([StoredRow(1, StoredEvent(file, number, topic, state), first.stored_at, actor, b"")])

    def take(self, rows: Sequence[StoredRow]) -> None:
        """The next entries, each one position later."""
        made: dict[str, PersonKey] = {}
        named: list[Text] = []
        found = [row._replace(position=row.position + 1, event=self._sealed(row.event, made, named)) for row in rows]
        if made:
            self.target.keys.add(made)
        if named:
            self.target.names.add(named)
        self._store(found)
        self.done += len(rows)

    def end(self) -> None:
        """What follows from the entries."""
        recorder = self.target.recorder
        with recorder.datastore.transaction(commit=True) as c:
            mark = "?" if recorder.log.kind == "sqlite" else "%s"
            make_anew(c, position_column(recorder), mark, stored_register_entry)
            c.execute(FILL_TYPES if recorder.log.kind == "sqlite" else FILL_TYPES.encode())
            if recorder.log.kind == "postgresql":
                c.execute(next_number(TABLE, recorder.log.position).encode())

    def _sealed(self, event: StoredEvent, made: dict[str, PersonKey], named: list[Text]) -> StoredEvent:
        reference = str(event.originator_id)
        if not CASE_OR_INSPECTION["case"].fullmatch(reference):
            return event
        fact = stored_entry(event.topic, event.state)
        if type(fact) not in MAY_BE_SEALED:
            return event
        self._types[reference, fact.entry] = type(fact)
        crn = reference.partition("/")[0]
        key = self._keys.get(crn) or PersonKey.new()
        subject = self._types.get((reference, fact.of)) if isinstance(fact, EntryCorrected) else None
        held, texts = sealed(reference, fact, subject, key)
        if not texts:
            return event
        if crn not in self._keys:
            self._keys[crn] = made[crn] = key
        named += [(reference, path, texts[path], fact.recorded_at) for path in FOUND_BY if path in texts]
        state = with_tail(encoded(held), ciphertexts(reference, fact.entry, texts, key))
        return StoredEvent(event.originator_id, event.originator_version, event.topic, state)

    def _store(self, rows: list[StoredRow]) -> None:
        recorder = self.target.recorder
        with recorder.datastore.transaction(commit=True) as c:
            head = recorder.log.head(c)
            chain, previous = list[bytes](), head.hash
            for row in rows:
                event = (
                    str(row.event.originator_id),
                    row.event.originator_version,
                    row.event.topic,
                    as_bytes(row.event.state),
                )
                previous = hashed([event], previous, row.stored_at, row.actor).chain[0]
                chain.append(previous)
            rows = [row._replace(hash=hash_) for row, hash_ in zip(rows, chain, strict=True)]
            insert_rows(recorder.log, c, rows)
            positions = [row.position for row in rows]
            recorder.log.move(c, head, Hashed(chain, leaves_of(rows)), positions, rows[-1].stored_at, head.clock_back)
