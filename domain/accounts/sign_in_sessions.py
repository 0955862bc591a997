"""Sessions: who is signed in, from when to when. They are kept by the site; the browser holds no more than a random token.

The database holds the token's mark and a seal over the whole row, both made with the outside key. The seal covers the account's
role and password as they are now. So no copy of the database signs anybody in; a row that somebody wrote, changed or gave to
another account is no session; and a session ends when the role or the password changes.
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

import sqlalchemy as sa

from domain.accounts.roles import Account
from domain.calendar.london_time import day_of

if TYPE_CHECKING:
    from domain.accounts.account_register import AccountRegister

IDLE, LONGEST = timedelta(minutes=30), timedelta(hours=10)
"""A session ends after half an hour without a request, and after ten hours in any case."""

UNFINISHED = timedelta(minutes=10)
"""The time to finish a sign-in: to give the second factor, or to set one up."""

AHEAD = timedelta(minutes=1)
"""How far in the future a session may be dated. One that is further ahead is from before the clock was set back: it ends."""

TOUCHED = timedelta(minutes=1)
"""The time of the last request is kept to this precision, so that not every request writes."""

Stage = Literal["whole", "factor", "enrol"]
"""Signed in; or the second factor is still to be given; or to be set up first."""

tables = sa.MetaData()

_sessions = sa.Table(
    "sessions",
    tables,
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


@dataclass(frozen=True, slots=True)
class Session:
    """One session. ``id``: the mark of its token; ``how``: by what the person was recognised; ``address``: the client's.

    ``since``, ``seen``: its beginning and its last request, UTC.
    """

    id: str
    username: str
    stage: Stage
    how: str
    since: datetime
    seen: datetime
    address: str

    def has_ended(self, now: datetime) -> bool:
        """Whether it is over by its age, or dated in the future."""
        longest = LONGEST if self.stage == "whole" else UNFINISHED
        too_old = now - self.seen >= IDLE or now - self.since >= longest
        return too_old or max(self.since, self.seen) > now + AHEAD


class Sessions:
    """The sessions of one database."""

    def __init__(self, engine: sa.Engine, register: "AccountRegister"):
        self.engine, self._register = engine, register

    def begin(self, account: Account, how: str, now: datetime, address: str, stage: Stage = "whole") -> str:
        """Begin a session; the token that the browser is to hold. What has ended long ago is deleted."""
        token = secrets.token_urlsafe(32)
        begun = Session(self._id(token), account.username, stage, how[:100], now, now, address[:60])
        with self.engine.begin() as c:
            c.execute(sa.delete(_sessions).where(_sessions.c.seen < _text(now - LONGEST)))
            c.execute(
                sa.insert(_sessions).values(**_values(begun), challenge="", seal=self._seal(token, begun, account))
            )
        return token

    def find(self, token: str, now: datetime) -> tuple[Session, Account] | None:
        """The session of a token, with its account; None where it has ended or is none. The request is noted."""
        held = self._held(token)
        if held is None:
            return None
        found, seal = held
        account = self._register.open_account(found.username, day_of(now))
        if (
            account is None
            or found.has_ended(now)
            or not secrets.compare_digest(seal, self._seal(token, found, account))
        ):
            self.end(found.id)
            return None
        if now - found.seen >= TOUCHED:
            found = self._touch(token, found, account, now)
        return found, account

    def end(self, *ids: str) -> None:
        """End these sessions."""
        with self.engine.begin() as c:
            c.execute(sa.delete(_sessions).where(_sessions.c.id.in_(ids)))

    def end_all(self, username: str, *, but: str = "") -> int:
        """End every session of an account but the one with this id; their number."""
        with self.engine.begin() as c:
            return end_sessions(c, username, but=but)

    def of(self, username: str, now: datetime) -> list[Session]:
        """The finished sign-ins of an account that have not ended, latest request first."""
        query = sa.select(_sessions).where(_sessions.c.username == username, _sessions.c.stage == "whole")
        with self.engine.connect() as c:
            found = [_session(row) for row in c.execute(query).mappings()]
        return sorted((one for one in found if not one.has_ended(now)), key=lambda one: one.seen, reverse=True)

    def set_challenge(self, id: str, challenge: str) -> None:
        """Keep what a passkey of this session is to sign."""
        with self.engine.begin() as c:
            c.execute(sa.update(_sessions).where(_sessions.c.id == id).values(challenge=challenge))

    def take_challenge(self, id: str) -> str:
        """What a passkey of this session was to sign, which is taken away: it is answered once. Empty where there is none."""
        with self.engine.begin() as c:
            kept = c.execute(sa.select(_sessions.c.challenge).where(_sessions.c.id == id).with_for_update()).scalar()
            same = sa.and_(_sessions.c.id == id, _sessions.c.challenge == (kept or ""))
            taken = c.execute(sa.update(_sessions).where(same).values(challenge="")).rowcount
        return str(kept) if kept and taken else ""

    def _held(self, token: str) -> tuple[Session, str] | None:
        with self.engine.connect() as c:
            row = c.execute(sa.select(_sessions).where(_sessions.c.id == self._id(token))).mappings().one_or_none()
        return None if row is None else (_session(row), row["seal"])

    def _touch(self, token: str, found: Session, account: Account, now: datetime) -> Session:
        seen = Session(found.id, found.username, found.stage, found.how, found.since, now, found.address)
        with self.engine.begin() as c:
            same = sa.and_(_sessions.c.id == found.id, _sessions.c.seen <= _text(now))
            c.execute(sa.update(_sessions).where(same).values(seen=_text(now), seal=self._seal(token, seen, account)))
        return seen

    def _id(self, token: str) -> str:
        return self._register.key.mark("sessions", "token", token)

    def _seal(self, token: str, held: Session, account: Account) -> str:
        password = self._register.password(account.username)
        return self._register.key.mark("sessions", "row", token, *_values(held).values(), account.role, password)


def end_sessions(c: sa.Connection, username: str, *, but: str = "") -> int:
    """End every session of an account but the one with this id, within a transaction; their number."""
    return c.execute(sa.delete(_sessions).where(_sessions.c.username == username, _sessions.c.id != but)).rowcount


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _values(held: Session) -> dict[str, str]:
    return {
        "id": held.id, "username": held.username, "stage": held.stage, "how": held.how, "since": _text(held.since),
        "seen": _text(held.seen), "address": held.address,
    }  # fmt: skip


def _session(row: Any) -> Session:
    since, seen = (datetime.fromisoformat(row[name]) for name in ("since", "seen"))
    return Session(row["id"], row["username"], row["stage"], row["how"], since, seen, row["address"])
