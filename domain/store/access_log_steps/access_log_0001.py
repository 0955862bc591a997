"""The tables of the access log of the versions before numbered steps."""

from alembic import op

revision, down_revision = "0001", None

_TYPES = {
    "sqlite": {"number": "INTEGER PRIMARY KEY AUTOINCREMENT", "bytes": "BLOB", "words": "TEXT", "apart": "WITHOUT ROWID",
               "nothing": "x''"},
    "postgresql": {
        "number": "bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY", "bytes": "bytea", "words": 'text COLLATE "C"', "apart": "",
        "nothing": "''",
    },
}  # fmt: skip

_TABLES = (
    "CREATE TABLE IF NOT EXISTS access_lists (number {number}, digest {bytes} NOT NULL UNIQUE, size bigint NOT NULL, "
    "cases {words} NOT NULL)",
    "CREATE TABLE IF NOT EXISTS access_listed (reference {words} NOT NULL, list bigint NOT NULL, "
    "PRIMARY KEY (reference, list)) {apart}",
    "CREATE TABLE IF NOT EXISTS access_lines (number {number}, at bigint NOT NULL, username {words} NOT NULL, "
    "name {words} NOT NULL, action {words} NOT NULL, route {words} NOT NULL, selection {words} NOT NULL, sought {bytes}, "
    "purpose {words} NOT NULL, list bigint, brought boolean NOT NULL, detail {words} NOT NULL, address {words} NOT NULL, "
    "earlier bigint UNIQUE)",
    "CREATE TABLE IF NOT EXISTS access_names (username {words} NOT NULL, name {words} NOT NULL, "
    "PRIMARY KEY (username, name)) {apart}",
    "CREATE TABLE IF NOT EXISTS access_keys (month {words} NOT NULL, wrapped_by {words} NOT NULL, wrapped {bytes} NOT NULL, "
    "PRIMARY KEY (month, wrapped_by))",
    "CREATE TABLE IF NOT EXISTS access_head (only_row smallint PRIMARY KEY CHECK (only_row = 1), leaves bigint NOT NULL, "
    "number bigint NOT NULL, frontier {bytes} NOT NULL, at {words} NOT NULL, note {words} NOT NULL)",
    "CREATE TABLE IF NOT EXISTS access_tiles (level bigint NOT NULL, number bigint NOT NULL, last_line bigint NOT NULL, "
    "root {bytes} NOT NULL, hashes {bytes} NOT NULL, PRIMARY KEY (level, number))",
    "INSERT INTO access_head (only_row, leaves, number, frontier, at, note) VALUES (1, 0, 0, {nothing}, '', '') "
    "ON CONFLICT DO NOTHING",
)

INDEXED = ("at", "username, at", "action, at", "purpose, at", "list, at")
"""The columns that lines are found by, each with an index of its own."""


def upgrade() -> None:
    """Make what is missing."""
    kind = op.get_bind().dialect.name
    for table in _TABLES:
        op.execute(table.format(**_TYPES[kind]))
    for columns in INDEXED:
        name = columns.replace(", ", "_")
        op.execute(f"CREATE INDEX IF NOT EXISTS access_lines_{name} ON access_lines ({columns}, number)")
