"""Machine accounts: what only they have, their tokens, and the requests that are counted against their limit."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0002", "0001"


def upgrade() -> None:
    """Add them."""
    op.add_column("accounts", sa.Column("machine", sa.JSON(none_as_null=True), nullable=True))
    op.create_table(
        "api_tokens",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("username", sa.String(100), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("rights", sa.String(200), nullable=False),
        sa.Column("until", sa.String(10), nullable=False),
        sa.Column("made_at", sa.String(40), nullable=False),
        sa.Column("made_by", sa.String(100), nullable=False),
        sa.Column("used_at", sa.String(40), nullable=True),
        sa.Column("ended_at", sa.String(40), nullable=True),
        sa.Column("seal", sa.String(64), nullable=False),
    )
    op.create_index("api_tokens_username", "api_tokens", ["username"])
    op.create_table(
        "api_calls",
        sa.Column("username", sa.String(100), primary_key=True),
        sa.Column("begun", sa.BigInteger, nullable=False),
        sa.Column("calls", sa.Integer, nullable=False),
    )
