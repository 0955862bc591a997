"""Where what is pushed out may go, and what was delivered."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0003", "0002"


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "destinations",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("address", sa.String(500), nullable=False),
        sa.Column("subscriber", sa.String(100), nullable=False),
        sa.Column("types", sa.JSON, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("until", sa.String(10)),
        sa.Column("asked_by", sa.String(200), nullable=False),
        sa.Column("confirmed_by", sa.String(100), nullable=False),
        sa.Column("request", sa.Integer, nullable=False),
        sa.Column("made_at", sa.String(40), nullable=False),
        sa.Column("seal", sa.String(64), nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("stopped_at", sa.String(40)),
        sa.Column("stopped_by", sa.String(200), nullable=False, server_default=""),
        sa.Column("stopped_for", sa.Text, nullable=False, server_default=""),
        sa.Column("failing_since", sa.String(40)),
        sa.Column("failures", sa.Integer, nullable=False, server_default="0"),
        sa.Column("next_try", sa.String(40)),
    )
    op.create_table(
        "deliveries",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("destination", sa.Integer, nullable=False),
        sa.Column("at", sa.String(40), nullable=False),
        sa.Column("events", sa.Integer, nullable=False),
        sa.Column("cases", sa.Integer, nullable=False),
        sa.Column("outcome", sa.String(10), nullable=False),
        sa.Column("said", sa.Text, nullable=False),
    )
    op.create_index("ix_deliveries_destination", "deliveries", ["destination", "number"])
