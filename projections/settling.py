"""Settling a case: its ledger derived from all its entries, and the rows in the tables changed where they differ.

It does not matter in which order entries arrived, how often a case is settled or by how many at once: rows follow from
the entries alone, and never go back to fewer entries than they already tell of.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa

from domain.case import File
from projections.history import History
from projections.ledger import Ledger, ledger
from projections.standing import excluded
from projections.view_rows import Places, Values, places_in, values_of
from projections.view_tables import Tables, insert_into

COPIED_FROM = 50
"""From so many rows on, COPY is faster than INSERT."""


class Derived(NamedTuple):
    """What the tables will say of a case: its rows, and who may not open it, from the first ``version`` of its entries."""

    reference: str
    version: int
    ledger: Ledger
    excluded: frozenset[str]


def derive(files: Iterable[File]) -> Iterator[Derived]:
    """Each case derived from its entries. An error names the case."""
    for file in files:
        entries = list(file.entries.values())
        try:
            yield Derived(file.reference, file.version, ledger(entries), excluded(History.of(entries)))
        except Exception as error:
            error.add_note(f"while deriving the rows of {file.reference} from its {file.version} entries")
            raise


def behind(c: sa.Connection, of: Tables, versions: dict[str, int]) -> set[str]:
    """Those of these cases whose rows don't tell of so many entries yet."""
    query = sa.select(of.cases.c.reference, of.cases.c.version).where(of.cases.c.reference.in_(versions))
    stand = {row.reference: int(row.version) for row in c.execute(query)}
    return {reference for reference, version in versions.items() if stand.get(reference, 0) < version}


def settle(c: sa.Connection, of: Tables, derived: Collection[Derived], places: Places) -> int:
    """Make these cases' rows in a generation what was derived; the number of rows deleted and inserted.

    In the transaction of ``c``. The places named in the rows must have their numbers (``Places.have``). A case whose
    rows tell of as many entries already is left alone.
    """
    taken = _take(c, of, derived)
    wanted = [values_of(d.reference, d.ledger, places.numbers) for d in derived if d.reference in taken]
    changed = 0
    for kind, table in enumerate(of.kinds):
        missing = Counter(values for rows in wanted for values in rows[kind])
        gone = []
        for number, *values in c.execute(sa.select(table).where(table.c.reference.in_(taken))):
            row = tuple(values)
            if missing[row] > 0:
                missing[row] -= 1
            else:
                gone.append(number)
        new = list(missing.elements())
        _delete(c, table, gone)
        _insert(c, table, new)
        changed += len(gone) + len(new)
    return changed


def differences(
    c: sa.Connection, of: Tables, derived: Iterable[Derived], places: Places
) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """Where the tables differ from what was derived: the case, the table, ``missing`` or ``too many``, and the row."""
    for d in derived:
        names = _names(d.excluded)
        said = c.execute(sa.select(of.cases.c.excluded).where(of.cases.c.reference == d.reference)).scalar()
        if said != names:
            yield d.reference, of.cases.name, "too many", {"excluded": said}
            yield d.reference, of.cases.name, "missing", {"excluded": names}
        for table, rows in zip(of.kinds, values_of(d.reference, d.ledger, places.numbers), strict=True):
            columns = [column.name for column in table.c][1:]
            query = sa.select(table).where(table.c.reference == d.reference)
            stand = Counter(tuple(values) for _, *values in c.execute(query))
            wanted = Counter(rows)
            for what, extra in (("missing", wanted - stand), ("too many", stand - wanted)):
                for row in extra.elements():
                    yield d.reference, table.name, what, dict(zip(columns[1:], row[1:], strict=True))


def have_places(derived: Iterable[Derived], places: Places) -> None:
    """Numbers for every place that these rows name."""
    places.have(place for d in derived for place in places_in(d.ledger))


def _take(c: sa.Connection, of: Tables, derived: Collection[Derived]) -> set[str]:
    """Lock the cases, in order, and say how many entries their rows will tell of; those that tell of fewer so far."""
    if not derived:
        return set()
    rows = [
        {"reference": d.reference, "version": d.version, "excluded": _names(d.excluded)}
        for d in sorted(derived, key=lambda d: d.reference)
    ]  # fmt: skip
    insert = insert_into(c, of.cases).values(rows)
    said = {"version": insert.excluded.version, "excluded": insert.excluded.excluded}
    upsert = insert.on_conflict_do_update(
        index_elements=["reference"], set_=said, where=of.cases.c.version < insert.excluded.version
    )
    return set(c.execute(upsert.returning(of.cases.c.reference)).scalars())


def _names(names: frozenset[str]) -> str:
    return msgspec.json.encode(sorted(names)).decode()


def _delete(c: sa.Connection, table: sa.Table, numbers: Sequence[int]) -> None:
    for at in range(0, len(numbers), 1000):
        c.execute(sa.delete(table).where(table.c.id.in_(numbers[at : at + 1000])))


def _insert(c: sa.Connection, table: sa.Table, rows: Sequence[Values]) -> None:
    columns = [column.name for column in table.c][1:]
    if c.dialect.name == "postgresql" and len(rows) >= COPIED_FROM:
        raw: Any = c.connection.driver_connection
        with raw.cursor() as cursor, cursor.copy(f"COPY {table.name} ({', '.join(columns)}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
    elif rows:
        c.execute(sa.insert(table), [dict(zip(columns, row, strict=True)) for row in rows])
