"""The tables of the versions before numbered steps. A table that is there already gets the columns and indexes that it lacks."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0001", None

_tables = sa.MetaData()

sa.Table(
    "settings",
    _tables,
    sa.Column("name", sa.String(100), primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)

sa.Table(
    "accounts",
    _tables,
    sa.Column("username", sa.String(100), primary_key=True),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("role", sa.String(40), nullable=False),
    sa.Column("places", sa.JSON, nullable=False),
    sa.Column("inspections", sa.JSON, nullable=False),
    sa.Column("grade", sa.String(40)),
    sa.Column("disabled", sa.Boolean, nullable=False),
    sa.Column("must_change", sa.Boolean, nullable=False),
    sa.Column("password", sa.String(400), nullable=False),
    sa.Column("calendar", sa.String(100), nullable=False),
    sa.Column("staff", sa.JSON, nullable=True),
    sa.Column("until", sa.String(10), nullable=True),
    sa.Column("revision", sa.Integer, nullable=False, server_default="0"),
)

sa.Table(
    "sessions",
    _tables,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("username", sa.String(100), nullable=False),
    sa.Column("stage", sa.String(10), nullable=False),
    sa.Column("how", sa.String(100), nullable=False),
    sa.Column("since", sa.String(40), nullable=False),
    sa.Column("seen", sa.String(40), nullable=False),
    sa.Column("address", sa.String(60), nullable=False),
    sa.Column("challenge", sa.String(200), nullable=False),
    sa.Column("seal", sa.String(64), nullable=False),
    sa.Index("sessions_username", "username"),
)

sa.Table(
    "sign_in_tries",
    _tables,
    sa.Column("subject", sa.String(100), primary_key=True),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("at", sa.String(40), nullable=False),
)

sa.Table(
    "second_factors",
    _tables,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("username", sa.String(100), nullable=False),
    sa.Column("kind", sa.String(10), nullable=False),
    sa.Column("label", sa.String(60), nullable=False),
    sa.Column("secret", sa.Text, nullable=False),
    sa.Column("counter", sa.BigInteger, nullable=False),
    sa.Column("since", sa.String(40), nullable=False),
    sa.Index("second_factors_username", "username"),
)

sa.Table(
    "recovery_codes",
    _tables,
    sa.Column("mark", sa.String(64), primary_key=True),
    sa.Column("username", sa.String(100), nullable=False),
    sa.Index("recovery_codes_username", "username"),
)

sa.Table(
    "identities",
    _tables,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("username", sa.String(100), nullable=False, unique=True),
    sa.Column("issuer", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("since", sa.String(40), nullable=False),
    sa.Column("seal", sa.String(64), nullable=False),
)

sa.Table(
    "invitations",
    _tables,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("username", sa.String(100), nullable=False),
    sa.Column("until", sa.String(40), nullable=False),
    sa.Column("seal", sa.String(64), nullable=False),
    sa.Index("invitations_username", "username"),
)

sa.Table(
    "calendar_addresses",
    _tables,
    sa.Column("username", sa.String(100), primary_key=True),
    sa.Column("mark", sa.String(64), nullable=False),
    sa.Column("until", sa.String(40), nullable=False),
)

sa.Table(
    "requests",
    _tables,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("kind", sa.String(40), nullable=False),
    sa.Column("subject", sa.String(200), nullable=False),
    sa.Column("change", sa.JSON, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("asked_by", sa.String(100), nullable=False),
    sa.Column("asked_at", sa.String(40), nullable=False),
    sa.Column("alone", sa.Boolean, nullable=False),
    sa.Column("seal", sa.String(64), nullable=False, server_default=""),
)

sa.Table(
    "request_decisions",
    _tables,
    sa.Column("request", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("decision", sa.String(20), nullable=False),
    sa.Column("decided_by", sa.String(100), nullable=False),
    sa.Column("decided_at", sa.String(40), nullable=False),
)

sa.Table(
    "digest_wishes",
    _tables,
    sa.Column("username", sa.String(100), primary_key=True),
    sa.Column("number", sa.String(40), nullable=False, unique=True),
    sa.Column("sealed", sa.Text, nullable=False),
    sa.Column("wished_at", sa.String(40), nullable=False),
)

sa.Table(
    "digests",
    _tables,
    sa.Column("username", sa.String(100), primary_key=True),
    sa.Column("week", sa.String(10), primary_key=True),
    sa.Column("position", sa.BigInteger, nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
    sa.Column("day", sa.String(10), nullable=False),
    sa.Column("known_at", sa.String(40), nullable=False),
    sa.Column("outcome", sa.String(10), nullable=False),
)

sa.Table(
    "drafts",
    _tables,
    sa.Column("id", sa.String(60), primary_key=True),
    sa.Column("username", sa.String(100), primary_key=True),
    sa.Column("reference", sa.String(40), nullable=False),
    sa.Column("kept_at", sa.String(40), nullable=False),
    sa.Column("sealed", sa.Text, nullable=False),
    sa.Index("drafts_username", "username"),
    sa.Index("drafts_reference", "reference"),
)

sa.Table(
    "kept_files",
    _tables,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("username", sa.String(100), nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("at", sa.String(40), nullable=False),
    sa.Column("sealed", sa.Text, nullable=False),
)

sa.Table(
    "recent_cases",
    _tables,
    sa.Column("username", sa.String(100), primary_key=True),
    sa.Column("reference", sa.String(40), primary_key=True),
    sa.Column("at", sa.String(40), nullable=False),
)

sa.Table(
    "seen_marks",
    _tables,
    sa.Column("username", sa.String(100), primary_key=True),
    sa.Column("team", sa.String(200), primary_key=True),
    sa.Column("position", sa.BigInteger, nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
    sa.Column("day", sa.String(10), nullable=False),
    sa.Column("known_at", sa.String(40), nullable=False),
    sa.Column("marked_at", sa.String(40), nullable=False),
    sa.Column("before", sa.Text, nullable=True),
)

sa.Table(
    "seen_cases",
    _tables,
    sa.Column("username", sa.String(100), primary_key=True),
    sa.Column("reference", sa.String(40), primary_key=True),
    sa.Column("held", sa.Text, nullable=True),
    sa.Column("opened", sa.Text, nullable=True),
)

sa.Table(
    "snoozes",
    _tables,
    sa.Column("username", sa.String(100), primary_key=True),
    sa.Column("reference", sa.String(40), primary_key=True),
    sa.Column("kind", sa.String(10), primary_key=True),
    sa.Column("name", sa.String(100), primary_key=True),
    sa.Column("since", sa.String(10), primary_key=True),
    sa.Column("entry", sa.Text, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("due_on", sa.String(10), nullable=False),
    sa.Column("from_on", sa.String(10), nullable=False),
    sa.Column("until", sa.String(10), nullable=False),
    sa.Column("at", sa.String(40), nullable=False),
    sa.Column("shown_on", sa.String(10), nullable=True),
)

sa.Table(
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

sa.Table(
    "witness_tries",
    _tables,
    sa.Column("origin", sa.String(400), primary_key=True),
    sa.Column("witness", sa.String(400), primary_key=True),
    sa.Column("at", sa.String(40), nullable=False),
    sa.Column("fault", sa.Text, nullable=False),
)


def upgrade() -> None:
    """Make what is missing."""
    c = op.get_bind()
    there = sa.inspect(c)
    for table in _tables.sorted_tables:
        if not there.has_table(table.name):
            table.create(c)
            continue
        kept = {column["name"] for column in there.get_columns(table.name)}
        for column in table.columns:
            if column.name not in kept:
                op.execute(f"ALTER TABLE {table.name} ADD COLUMN {sa.schema.CreateColumn(column).compile(c.engine)}")
        for index in table.indexes:
            index.create(c, checkfirst=True)
