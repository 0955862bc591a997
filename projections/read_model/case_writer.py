"""Write cases into the tables: derive the ledger from all entries, and store it with the position up to which they were read.

A ledger follows from the record up to its position alone: from the entries of the case and those of its person's other
files. How often a case is written and by how many writers at once makes no difference. A ledger made up to an earlier
position never replaces one made up to a later one.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import sqlalchemy as sa

from domain.aggregates.case_file import CaseFile
from domain.aggregates.person_files import PersonFiles
from domain.error_traces import NOTE
from domain.store.engines import insert_into
from projections.ledger.ledger import Ledger, ledger
from projections.ledger.row_kinds import ROW_KINDS
from projections.read_model.ledger_codec import decode_ledger, encode_ledger

CASES_PER_STATEMENT = 100
"""Cases stored by one statement."""


class DerivedCase(NamedTuple):
    """One case as derived from the record up to a position. ``ledger``: as the tables hold it.

    ``version``: how many entries its own file held there.
    """

    reference: str
    version: int
    position: int
    ledger: bytes


def derive_cases(
    people: Iterable[PersonFiles],
    position: int,
    begins_at: Callable[[str], int],
    on_ledger: Callable[[CaseFile, Ledger], None] = lambda file, kept: None,
) -> Iterator[DerivedCase]:
    """Derive each case from its entries and its person's other files, as read up to a position.

    A note at an error says at which position of the record the case begins (``begins_at``): a log may not name it.

    ``on_ledger`` is called with each ledger. Ledgers are not kept: many of them would need much memory.
    """
    for person in people:
        file = person.file
        try:
            reached = person.reached
            kept = ledger(reached.entries, reached.elsewhere)
        except Exception as error:
            begins = begins_at(file.reference)
            error.add_note(
                f"{NOTE}while deriving the case that begins at position {begins} of the record, from its {file.version} entries"
            )
            raise
        on_ledger(file, kept)
        yield DerivedCase(file.reference, file.version, position, encode_ledger(kept))


def outdated_cases(c: sa.Connection, of: sa.Table, positions: Mapping[str, int]) -> set[str]:
    """The cases whose ledger was made up to an earlier position than ``positions`` says."""
    query = sa.select(of.c.reference, of.c.position).where(of.c.reference.in_(positions))
    stored = {row.reference: int(row.position) for row in c.execute(query)}
    return {reference for reference, position in positions.items() if stored.get(reference, 0) < position}


def write_cases(c: sa.Connection, of: sa.Table, derived: Collection[DerivedCase]) -> set[str]:
    """Store these cases in a generation; return those that were not stored up to as late a position before.

    In the transaction of ``c``. Cases are locked in order, so that two writers never wait for each other.
    """
    rows = [d._asdict() for d in sorted(derived)]
    written: set[str] = set()
    for at in range(0, len(rows), CASES_PER_STATEMENT):
        insert = insert_into(c, of).values(rows[at : at + CASES_PER_STATEMENT])
        said = {name: insert.excluded[name] for name in ("version", "position", "ledger")}
        upsert = insert.on_conflict_do_update(
            index_elements=["reference"], set_=said, where=of.c.position < insert.excluded.position
        )
        written.update(c.execute(upsert.returning(of.c.reference)).scalars())
    return written


class RowDifference(NamedTuple):
    """What is ``missing`` in the table or ``too many``: its case, its kind (``cases`` or a kind of ledger row), its values."""

    reference: str
    kind: str
    what: str
    row: dict[str, Any]

    def __str__(self) -> str:
        said = ", ".join(f"{name}={value}" for name, value in self.row.items() if value is not None)
        return f"{self.reference}: {self.kind}: {self.what}: {said}"


def row_differences(c: sa.Connection, of: sa.Table, derived: Iterable[DerivedCase]) -> Iterator[RowDifference]:
    """Where the table differs from the derived cases."""
    for d in derived:
        stored = c.execute(sa.select(of.c.ledger).where(of.c.reference == d.reference)).one_or_none()
        if stored is None:
            yield RowDifference(d.reference, "cases", "missing", {})
            continue
        if bytes(stored.ledger) == d.ledger:
            continue
        try:
            found = decode_ledger(bytes(stored.ledger))
        except ValueError as error:
            yield RowDifference(d.reference, "cases", "too many", {"ledger": f"cannot be read: {error}"})
            continue
        for kind, one, other in zip(ROW_KINDS, decode_ledger(d.ledger).kinds, found.kinds, strict=True):
            wanted, there = Counter(one), Counter(other)
            for what, extra in (("missing", wanted - there), ("too many", there - wanted)):
                for known in extra.elements():
                    row = {**known.row._asdict(), "known_from": known.since, "known_to": known.until}
                    yield RowDifference(d.reference, kind, what, row)
