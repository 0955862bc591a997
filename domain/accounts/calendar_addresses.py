"""The secret addresses of calendars: kept only as marks, for a year, and for the role that the account has.

The mark is made with the outside key from the secret, the account, its role and the last instant, so that an address dies with
the role and no row that somebody wrote opens a calendar.
"""

import secrets
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from domain.accounts.roles import Account
from domain.outside_key import OutsideKey

KEPT_FOR = timedelta(days=365)

AHEAD = timedelta(days=1)
"""How much longer an address may seem to last, as the clock was set back. One that seems to last longer is none."""

tables = sa.MetaData()

_addresses = sa.Table(
    "calendar_addresses",
    tables,
    sa.Column("username", sa.String(100), primary_key=True),
    sa.Column("mark", sa.String(64), nullable=False),
    sa.Column("until", sa.String(40), nullable=False),
)


class CalendarAddresses:
    """The calendar addresses of one database."""

    def __init__(self, engine: sa.Engine, key: OutsideKey):
        self.engine, self._key = engine, key

    def make(self, account: Account, now: datetime) -> str:
        """Give the account's calendar a new address; its secret part, shown once. The old address no longer works."""
        secret, until = secrets.token_urlsafe(24), (now + KEPT_FOR).astimezone(UTC).isoformat(timespec="seconds")
        values = {"username": account.username, "mark": self._mark(account, secret, until), "until": until}
        with self.engine.begin() as c:
            end_address(c, account.username)
            c.execute(sa.insert(_addresses).values(values))
        return secret

    def stop(self, username: str) -> None:
        """Take the address away."""
        with self.engine.begin() as c:
            end_address(c, username)

    def until(self, username: str, now: datetime) -> datetime | None:
        """When the account's address ends; None where it has none, or it is over."""
        row = self._row(username)
        return None if row is None or not _stands(row[1], now) else datetime.fromisoformat(row[1])

    def is_address(self, account: Account, secret: str, now: datetime) -> bool:
        """Whether this is the secret part of the account's address now."""
        row = self._row(account.username) or ("", "")
        return secrets.compare_digest(row[0], self._mark(account, secret, row[1])) and _stands(row[1], now)

    def _row(self, username: str) -> tuple[str, str] | None:
        query = sa.select(_addresses.c.mark, _addresses.c.until).where(_addresses.c.username == username)
        with self.engine.connect() as c:
            row = c.execute(query).one_or_none()
        return None if row is None else (row[0], row[1])

    def _mark(self, account: Account, secret: str, until: str) -> str:
        return self._key.mark("calendars", account.username, account.role, until, secret)


def end_address(c: sa.Connection, username: str) -> None:
    """Take the calendar address of an account away, within a transaction."""
    c.execute(sa.delete(_addresses).where(_addresses.c.username == username))


def _stands(until: str, now: datetime) -> bool:
    """Whether an address stands; not one from before the clock was set back, which would last longer than any."""
    return now < datetime.fromisoformat(until) <= now + KEPT_FOR + AHEAD
