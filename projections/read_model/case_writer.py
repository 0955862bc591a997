"""Settling a case: its ledger derived from all its entries, and the rows in the tables changed where they differ.

It does not matter in which order entries arrived, how often a case is settled or by how many at once: rows follow from
the entries alone, and never go back to fewer entries than they already tell of.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa

from domain.aggregates.case_file import CaseFile
from domain.store.engines import insert_into
from projections.cases.case_snapshot import excluded
from projections.history.history import History
from projections.ledger.ledger import Ledger, ledger
from projections.read_model.row_codecs import PlaceNumbers, Values, places_of, values_of
from projections.read_model.view_tables import Tables

COPY_FROM_ROWS = 50
"""From so many rows on, COPY is faster than INSERT."""

COPY_TYPES = {sa.Integer: "int4", sa.BigInteger: "int8", sa.Date: "date", sa.Boolean: "bool"}
"""PostgreSQL's names of the types of columns; others are texts."""


class DerivedCase(NamedTuple):
    """What the tables will say of a case, from the first ``version`` of its entries: its rows as values, kind by kind,
    and who may not open it, as JSON.
    """

    reference: str
    version: int
    rows: tuple[list[Values], ...]
    excluded: str


def derive(
    files: Iterable[CaseFile],
    places: PlaceNumbers,
    on_ledger: Callable[[CaseFile, Ledger], None] = lambda file, kept: None,
) -> Iterator[DerivedCase]:
    """Each case derived from its entries, every place in its rows with a number. An error names the case.

    ``on_ledger`` is told of each ledger, which is let go before the next is derived: many of them are costly to keep.
    """
    for file in files:
        try:
            kept = ledger(file.entries.values())
        except Exception as error:
            error.add_note(f"while deriving the rows of {file.reference} from its {file.version} entries")
            raise
        limited = sorted(excluded(History.of(file.entries.values())))
        places.have(places_of(kept))
        on_ledger(file, kept)
        rows = values_of(file.reference, kept, places.numbers)
        yield DerivedCase(file.reference, file.version, rows, msgspec.json.encode(limited).decode())


def outdated_cases(c: sa.Connection, of: Tables, versions: dict[str, int]) -> set[str]:
    """Those of these cases whose rows don't tell of so many entries yet."""
    query = sa.select(of.cases.c.reference, of.cases.c.version).where(of.cases.c.reference.in_(versions))
    stand = {row.reference: int(row.version) for row in c.execute(query)}
    return {reference for reference, version in versions.items() if stand.get(reference, 0) < version}


def write_rows(c: sa.Connection, of: Tables, derived: Collection[DerivedCase]) -> int:
    """Make these cases' rows in a generation what was derived; the number of rows deleted and inserted.

    In the transaction of ``c``. A case whose rows tell of as many entries already is left alone.
    """
    taken = _lock_and_mark(c, of, derived)
    wanted = [d.rows for d in derived if d.reference in taken]
    changed = 0
    for kind, table in enumerate(of.kinds):
        new = [values for rows in wanted for values in rows[kind]]
        if stand := c.execute(sa.select(table).where(table.c.reference.in_(taken))).all():
            missing, gone = Counter(new), []
            for number, *values in stand:
                row = tuple(values)
                if missing[row] > 0:
                    missing[row] -= 1
                else:
                    gone.append(number)
            _delete(c, table, gone)
            new = list(missing.elements())
            changed += len(gone)
        _insert(c, table, new)
        changed += len(new)
    return changed


def differences(
    c: sa.Connection, of: Tables, derived: Iterable[DerivedCase]
) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """Where the tables differ from what was derived: the case, the table, ``missing`` or ``too many``, and the row."""
    for d in derived:
        said = c.execute(sa.select(of.cases.c.excluded).where(of.cases.c.reference == d.reference)).scalar()
        if said != d.excluded:
            yield d.reference, of.cases.name, "too many", {"excluded": said}
            yield d.reference, of.cases.name, "missing", {"excluded": d.excluded}
        for table, rows in zip(of.kinds, d.rows, strict=True):
            columns = [column.name for column in table.c][1:]
            query = sa.select(table).where(table.c.reference == d.reference)
            stand = Counter(tuple(values) for _, *values in c.execute(query))
            wanted = Counter(rows)
            for what, extra in (("missing", wanted - stand), ("too many", stand - wanted)):
                for row in extra.elements():
                    yield d.reference, table.name, what, dict(zip(columns[1:], row[1:], strict=True))


def _lock_and_mark(c: sa.Connection, of: Tables, derived: Collection[DerivedCase]) -> set[str]:
    """Lock the cases, in order, and say how many entries their rows will tell of; those that tell of fewer so far."""
    if not derived:
        return set()
    rows = [
        {"reference": d.reference, "version": d.version, "excluded": d.excluded}
        for d in sorted(derived, key=lambda d: d.reference)
    ]  # fmt: skip
    insert = insert_into(c, of.cases).values(rows)
    said = {"version": insert.excluded.version, "excluded": insert.excluded.excluded}
    upsert = insert.on_conflict_do_update(
        index_elements=["reference"], set_=said, where=of.cases.c.version < insert.excluded.version
    )
    return set(c.execute(upsert.returning(of.cases.c.reference)).scalars())


def _delete(c: sa.Connection, table: sa.Table, numbers: Sequence[int]) -> None:
    for at in range(0, len(numbers), 1000):
        c.execute(sa.delete(table).where(table.c.id.in_(numbers[at : at + 1000])))


def _insert(c: sa.Connection, table: sa.Table, rows: Sequence[Values]) -> None:
    """By the driver's own means where there are many: a case has some two hundred."""
    columns = list(table.c)[1:]
    names = [column.name for column in columns]
    if c.dialect.name == "sqlite" and rows:
        days = [at for at, column in enumerate(columns) if isinstance(column.type, sa.Date)]
        statement = str(sa.insert(table).compile(dialect=c.dialect, column_keys=names))
        c.exec_driver_sql(statement, list(_with_texts(rows, days)))
    elif len(rows) >= COPY_FROM_ROWS:
        raw: Any = c.connection.driver_connection
        statement = f"COPY {table.name} ({', '.join(names)}) FROM STDIN (FORMAT BINARY)"
        with raw.cursor() as cursor, cursor.copy(statement) as copy:
            copy.set_types([COPY_TYPES.get(type(column.type), "text") for column in columns])
            for row in rows:
                copy.write_row(row)
    elif rows:
        c.execute(sa.insert(table), [dict(zip(names, row, strict=True)) for row in rows])


def _with_texts(rows: Iterable[Values], days: Sequence[int]) -> Iterator[Values]:
    """The rows with their days as SQLite keeps them: as text."""
    texts: dict[date | None, str | None] = {None: None}
    for row in rows:
        values = list(row)
        for at in days:
            day = values[at]
            if day not in texts:
                texts[day] = day.isoformat()
            values[at] = texts[day]
        yield tuple(values)
