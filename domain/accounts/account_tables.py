"""Tables of accounts in a database: created, brought up to this version, or required to be there."""

from collections.abc import Iterable

import sqlalchemy as sa

from domain.store.database import Database, NotPrepared


def require_tables(database: Database, engine: sa.Engine, tables: Iterable[sa.Table]) -> None:
    """``NotPrepared`` unless the database has the tables and columns of this version."""
    found = sa.inspect(engine)
    there = set(found.get_table_names())
    for table in tables:
        if table.name not in there or {c.name for c in table.columns} - {
            c["name"] for c in found.get_columns(table.name)
        }:
            raise NotPrepared(f"{database} was prepared by an older caseaudit: run `caseaudit migrate` first")


def create_table(c: sa.Connection, table: sa.Table) -> None:
    """Create a table with its indexes, or add the columns that the table of an older version lacks."""
    c.execute(sa.schema.CreateTable(table, if_not_exists=True))
    there = {column["name"] for column in sa.inspect(c).get_columns(table.name)}
    for column in table.columns:
        if column.name not in there:
            c.execute(
                sa.text(f"ALTER TABLE {table.name} ADD COLUMN {sa.schema.CreateColumn(column).compile(c.engine)}")
            )
    for index in table.indexes:
        c.execute(sa.schema.CreateIndex(index, if_not_exists=True))
