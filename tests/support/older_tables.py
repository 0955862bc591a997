"""A database as it was before its tables had numbered steps."""

import sqlalchemy as sa

from domain.store.application_role import RIGHTS
from domain.store.register_steps import register_0001
from domain.store.table_steps import REGISTER


def before_the_steps(engine: sa.Engine) -> None:
    """Take out of the tables beside the entries all that the steps after the first have made, and the number of the last."""
    first = register_0001._tables.tables
    with engine.begin() as c:
        there = sa.inspect(c)
        made_later = set(_made_by_steps()) & set(there.get_table_names())
        for name in sorted(made_later - first.keys()):
            c.exec_driver_sql(f"DROP TABLE {name}")
        for name, table in first.items():
            for column in there.get_columns(name):
                if column["name"] not in table.columns:
                    c.exec_driver_sql(f"ALTER TABLE {name} DROP COLUMN {column['name']}")
        c.exec_driver_sql(f"DROP TABLE {REGISTER.table}")


def _made_by_steps() -> list[str]:
    """The tables that a step's text names as made."""
    texts = [path.read_text(encoding="utf-8") for path in REGISTER.folder.glob("register_[0-9]*.py")]
    return [name for name in RIGHTS if any(f'create_table(\n        "{name}"' in text for text in texts)]
