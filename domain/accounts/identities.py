"""Which account a person of the organisation's own sign-in is: by issuer and subject, bound once by an invitation.

No name, address or other claim identifies anybody. What is kept is sealed with the outside key: a row that somebody wrote, or
gave to another account, binds nobody.
"""

import secrets
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from domain.outside_key import OutsideKey

INVITED_FOR = timedelta(days=7)
"""How long an invitation stands."""

AHEAD = timedelta(days=1)
"""How much longer one may seem to stand, as the clock was set back. One that seems to stand longer is none."""

tables = sa.MetaData()

_identities = sa.Table(
    "identities",
    tables,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("username", sa.String(100), nullable=False, unique=True),
    sa.Column("issuer", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("since", sa.String(40), nullable=False),
    sa.Column("seal", sa.String(64), nullable=False),
)

_invitations = sa.Table(
    "invitations",
    tables,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("username", sa.String(100), nullable=False),
    sa.Column("until", sa.String(40), nullable=False),
    sa.Column("seal", sa.String(64), nullable=False),
    sa.Index("invitations_username", "username"),
)


class AlreadyBound(ValueError):
    """The account or the person is bound already."""


class Identities:
    """The identities and invitations of one database."""

    def __init__(self, engine: sa.Engine, key: OutsideKey):
        self.engine, self._key = engine, key

    def account_of(self, issuer: str, subject: str) -> str | None:
        """The user name of the account that this person is bound to."""
        with self.engine.connect() as c:
            row = c.execute(sa.select(_identities).where(_identities.c.id == self._id(issuer, subject))).one_or_none()
        if row is None or not self._key.is_mark(row.seal, "identities", "seal", issuer, subject, row.username):
            return None
        return str(row.username)

    def bound_since(self, username: str) -> datetime | None:
        """Since when the account is bound to a person; None: it is not."""
        with self.engine.connect() as c:
            since = c.execute(sa.select(_identities.c.since).where(_identities.c.username == username)).scalar()
        return None if since is None else datetime.fromisoformat(since)

    def invite(self, username: str, now: datetime) -> str:
        """Invite the person of this account; the token of the link. An earlier invitation no longer works."""
        token, until = secrets.token_urlsafe(32), _text(now + INVITED_FOR)
        values = {
            "id": self._key.mark("invitations", "token", token), "username": username, "until": until,
            "seal": self._key.mark("invitations", "seal", token, username, until),
        }  # fmt: skip
        with self.engine.begin() as c:
            c.execute(sa.delete(_invitations).where(_invitations.c.username == username))
            c.execute(sa.insert(_invitations).values(values))
        return token

    def invited(self, token: str, now: datetime) -> str | None:
        """The user name of the account that the invitation with this token is for; None where there is none, or it is over.

        One that ends further ahead than an invitation stands is from before the clock was set back, and is over too.
        """
        with self.engine.connect() as c:
            query = sa.select(_invitations).where(_invitations.c.id == self._key.mark("invitations", "token", token))
            row = c.execute(query).one_or_none()
        if row is None or not self._key.is_mark(row.seal, "invitations", "seal", token, row.username, row.until):
            return None
        return str(row.username) if now < datetime.fromisoformat(row.until) <= now + INVITED_FOR + AHEAD else None

    def accept(self, token: str, issuer: str, subject: str, now: datetime) -> str | None:
        """Bind this person to the account that the invitation is for; its user name. The invitation is used by this.

        None where there is no such invitation; ``AlreadyBound`` where the account or the person is bound.
        """
        username = self.invited(token, now)
        if username is None:
            return None
        values = {
            "id": self._id(issuer, subject), "username": username, "issuer": issuer, "subject": subject, "since": _text(now),
            "seal": self._key.mark("identities", "seal", issuer, subject, username),
        }  # fmt: skip
        used = sa.delete(_invitations).where(_invitations.c.id == self._key.mark("invitations", "token", token))
        try:
            with self.engine.begin() as c:
                if c.execute(used).rowcount == 0:
                    return None
                c.execute(sa.insert(_identities).values(values))
        except IntegrityError:
            raise AlreadyBound(username) from None
        return username

    def release(self, username: str) -> None:
        """Bind the account to nobody; an invitation to it no longer works."""
        with self.engine.begin() as c:
            for table in (_identities, _invitations):
                c.execute(sa.delete(table).where(table.c.username == username))

    def _id(self, issuer: str, subject: str) -> str:
        return self._key.mark("identities", "id", issuer, subject)


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")
