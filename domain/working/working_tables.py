"""The tables of working papers: what an account keeps for itself on the site, beside the record and no part of it.

Each module of this room declares its table on ``tables``; the register of accounts creates them.
"""

from datetime import UTC, datetime

import sqlalchemy as sa

tables = sa.MetaData()


def instant_text(at: datetime) -> str:
    """An instant as a column of these tables has it: UTC, so that texts sort as the instants do."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def of_person(reference: sa.ColumnElement[str], crn: str) -> sa.ColumnElement[bool]:
    """Whether a row is about a case of this CRN."""
    return reference.startswith(f"{crn}/", autoescape=True)
