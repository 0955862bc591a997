"""Write the rows of cases: derive the ledger from all entries, and change the rows in the tables where they differ.

The rows follow from the entries alone. The order in which entries arrived, how often a case is written and by how many
writers at once make no difference. Rows made from fewer entries never replace rows made from more.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa

from domain.aggregates.case_file import CaseFile
from domain.store.engines import insert_into
from projections.history.access_limits import excluded_by
from projections.ledger.ledger import Ledger, ledger
from projections.read_model.row_codecs import PlaceNumbers, Values, places_of, values_of
from projections.read_model.view_tables import Tables

COPY_FROM_ROWS = 50
"""From so many rows on, COPY is used in place of INSERT: it is faster."""

COPY_TYPES = {sa.Integer: "int4", sa.BigInteger: "int8", sa.Date: "date", sa.Boolean: "bool"}
"""PostgreSQL's names of column types; other columns are text."""


class DerivedCase(NamedTuple):
    """The rows of one case as derived from its first ``version`` entries.

    ``rows``: as values, kind by kind. ``excluded``: the staff who may not open the case, as JSON.
    """

    reference: str
    version: int
    rows: tuple[list[Values], ...]
    excluded: str


def derive_cases(
    files: Iterable[CaseFile],
    places: PlaceNumbers,
    on_ledger: Callable[[CaseFile, Ledger], None] = lambda file, kept: None,
) -> Iterator[DerivedCase]:
    """Derive each case from its entries; give every place in its rows a number. An error names the case.

    ``on_ledger`` is called with each ledger. Ledgers are not kept: many of them would need much memory.
    """
    for file in files:
        try:
            kept = ledger(file.entries.values())
        except Exception as error:
            error.add_note(f"while deriving the rows of {file.reference} from its {file.version} entries")
            raise
        limited = sorted(excluded_by(file.entries.values()))
        places.ensure_numbers(places_of(kept))
        on_ledger(file, kept)
        rows = values_of(file.reference, kept, places.numbers)
        yield DerivedCase(file.reference, file.version, rows, msgspec.json.encode(limited).decode())


def outdated_cases(c: sa.Connection, of: Tables, versions: dict[str, int]) -> set[str]:
    """The cases whose rows were made from fewer entries than ``versions`` says."""
    query = sa.select(of.cases.c.reference, of.cases.c.version).where(of.cases.c.reference.in_(versions))
    stored = {row.reference: int(row.version) for row in c.execute(query)}
    return {reference for reference, version in versions.items() if stored.get(reference, 0) < version}


def write_rows(c: sa.Connection, of: Tables, derived: Collection[DerivedCase]) -> int:
    """Replace these cases' rows in a generation by those derived; return the number of rows deleted and inserted.

    In the transaction of ``c``. A case whose rows were made from as many entries or more is not changed.
    """
    locked = _lock_and_mark(c, of, derived)
    wanted = [d.rows for d in derived if d.reference in locked]
    changed = 0
    for kind, table in enumerate(of.kinds):
        new = [values for rows in wanted for values in rows[kind]]
        if stored := c.execute(sa.select(table).where(table.c.reference.in_(locked))).all():
            missing, gone = Counter(new), []
            for number, *values in stored:
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


def row_differences(
    c: sa.Connection, of: Tables, derived: Iterable[DerivedCase]
) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """Where the tables differ from the derived rows: the case, the table, ``missing`` or ``too many``, and the row."""
    for d in derived:
        said = c.execute(sa.select(of.cases.c.excluded).where(of.cases.c.reference == d.reference)).scalar()
        if said != d.excluded:
            yield d.reference, of.cases.name, "too many", {"excluded": said}
            yield d.reference, of.cases.name, "missing", {"excluded": d.excluded}
        for table, rows in zip(of.kinds, d.rows, strict=True):
            columns = [column.name for column in table.c][1:]
            query = sa.select(table).where(table.c.reference == d.reference)
            stored = Counter(tuple(values) for _, *values in c.execute(query))
            wanted = Counter(rows)
            for what, extra in (("missing", wanted - stored), ("too many", stored - wanted)):
                for row in extra.elements():
                    yield d.reference, table.name, what, dict(zip(columns[1:], row[1:], strict=True))


def _lock_and_mark(c: sa.Connection, of: Tables, derived: Collection[DerivedCase]) -> set[str]:
    """Lock the cases in order and store their new versions; return the cases whose stored version was lower."""
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
    """Insert rows, by the driver's own bulk method where there are many (a case has some two hundred)."""
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
    """The rows with their days as text, as SQLite stores them."""
    texts: dict[date | None, str | None] = {None: None}
    for row in rows:
        values = list(row)
        for at in days:
            day = values[at]
            if day not in texts:
                texts[day] = day.isoformat()
            values[at] = texts[day]
        yield tuple(values)
