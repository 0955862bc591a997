"""The tokens by which a machine account uses the API: shown once, kept only as marks, and ended by whoever looks after accounts.

The mark and a seal over the row are made with the outside key, so that no row that somebody wrote or changed opens anything. A
token has no more rights than its account, and ends no later.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from domain.accounts.roles import RIGHTS, Account, Right
from domain.calendar.london_time import day_of
from domain.outside_key import OutsideKey

LONGEST = timedelta(days=365)
"""How long a token may last."""

AHEAD = timedelta(days=1)
"""How much longer one may seem to last, as the clock was set back. One that seems to last longer is none."""

TOUCHED = timedelta(minutes=1)
"""The time of the last use is kept to this precision, so that not every request writes."""

PREFIX = "caseaudit_"
"""How every token begins, so that who finds one in a file knows what it is."""

LONGEST_NAME = 60
"""Characters of the name of a token, at most."""

MOST = 20
"""The tokens of an account that stand at one time, at most."""

tables = sa.MetaData()

_tokens = sa.Table(
    "api_tokens",
    tables,
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
    sa.Index("api_tokens_username", "username"),
)


class CannotStand(ValueError):
    """A token cannot be made so; the message names the field and what to do."""

    def __init__(self, field: str, says: str):
        super().__init__(says)
        self.field = field


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A token as it is listed. ``id``: the mark of the secret; ``until``: its last day; the other times are UTC."""

    id: str
    username: str
    name: str
    rights: tuple[Right, ...]
    until: date
    made_at: datetime
    made_by: str
    used_at: datetime | None
    ended_at: datetime | None

    def stands(self, day: date) -> bool:
        """Whether it may be used on this day, as far as it says itself. One from before the clock was set back may not."""
        return self.ended_at is None and day <= self.until <= day + LONGEST + AHEAD


class ApiTokens:
    """The tokens of one database."""

    def __init__(self, engine: sa.Engine, key: OutsideKey):
        self.engine, self._key = engine, key

    def make(self, account: Account, name: str, rights: Sequence[Right], until: date, *, by: str, now: datetime) -> str:
        """A new token of a machine account; its text, shown once. ``CannotStand``."""
        _check(
            account, name, rights, until, [one.name for one in self.of(account.username) if one.ended_at is None], now
        )
        secret = PREFIX + secrets.token_urlsafe(32)
        row: dict[str, Any] = {
            "id": self._id(secret), "username": account.username, "name": name, "rights": " ".join(rights),
            "until": until.isoformat(), "made_at": _text(now), "made_by": by,
        }  # fmt: skip
        with self.engine.begin() as c:
            c.execute(sa.insert(_tokens).values(row | {"seal": self._seal(row)}))
        return secret

    def find(self, secret: str) -> ApiToken | None:
        """The token of this text, whether it stands or not; None where there is none, or somebody wrote its row."""
        if not secret.startswith(PREFIX):
            return None
        with self.engine.connect() as c:
            row = c.execute(sa.select(_tokens).where(_tokens.c.id == self._id(secret))).mappings().one_or_none()
        if row is None or not secrets.compare_digest(str(row["seal"]), self._seal(row)):
            return None
        return _token(row)

    def of(self, username: str) -> list[ApiToken]:
        """All tokens of an account, the latest first."""
        query = (
            sa.select(_tokens).where(_tokens.c.username == username).order_by(_tokens.c.made_at.desc(), _tokens.c.id)
        )
        with self.engine.connect() as c:
            return [_token(row) for row in c.execute(query).mappings()]

    def used(self, token: ApiToken, now: datetime) -> None:
        """Note that it was used, once a minute at most."""
        if token.used_at is not None and token.used_at <= now < token.used_at + TOUCHED:
            return
        with self.engine.begin() as c:
            c.execute(sa.update(_tokens).where(_tokens.c.id == token.id).values(used_at=_text(now)))

    def end(self, username: str, id_: str, now: datetime) -> str | None:
        """End one token of an account for good; its name. None where it has none of this id that is not ended."""
        same = sa.and_(_tokens.c.id == id_, _tokens.c.username == username, _tokens.c.ended_at.is_(None))
        with self.engine.begin() as c:
            name = c.execute(sa.select(_tokens.c.name).where(same)).scalar()
            c.execute(sa.update(_tokens).where(same).values(ended_at=_text(now)))
        return None if name is None else str(name)

    def _id(self, secret: str) -> str:
        return self._key.mark("api tokens", "token", secret)

    def _seal(self, row: Any) -> str:
        sealed = ("id", "username", "name", "rights", "until", "made_at", "made_by")
        return self._key.mark("api tokens", "seal", *(str(row[name]) for name in sealed))


def end_tokens(c: sa.Connection, username: str, at: datetime) -> None:
    """End every token of an account, within a transaction."""
    standing = sa.and_(_tokens.c.username == username, _tokens.c.ended_at.is_(None))
    c.execute(sa.update(_tokens).where(standing).values(ended_at=_text(at)))


def last_day(account: Account, now: datetime) -> date:
    """The latest day that a token of an account may have as its last."""
    longest = day_of(now) + LONGEST
    return longest if account.until is None else min(longest, account.until)


def _check(
    account: Account, name: str, rights: Sequence[Right], until: date, names: Sequence[str], now: datetime
) -> None:
    """``CannotStand`` where a token cannot be made so. ``names``: of those of the account that are not ended."""
    latest = last_day(account, now)
    if not account.is_machine or not account.is_open(day_of(now)):
        raise CannotStand("name", "Only an open machine account has tokens.")
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise CannotStand("name", f"Enter a name of at most {LONGEST_NAME} characters, such as nightly feed.")
    if name in names:
        raise CannotStand(
            "name", f"Enter another name: a token {name} is there already. Lines of the log tell them apart by it."
        )
    if len(names) >= MOST:
        raise CannotStand("name", f"End a token first: an account has at most {MOST}.")
    if not rights or not set(rights) <= set(account.rights):
        held = ", ".join(right for right in RIGHTS if right in account.rights)
        raise CannotStand("rights", f"Select what the token may do, of what its account may: {held}.")
    if not day_of(now) <= until <= latest:
        says = f"Enter a last day from today to {latest.isoformat()}: a year at most, and not after the account's."
        raise CannotStand("until", says)


def _token(row: Any) -> ApiToken:
    return ApiToken(
        row["id"], row["username"], row["name"], tuple(right for right in RIGHTS if right in row["rights"].split()),
        date.fromisoformat(row["until"]), datetime.fromisoformat(row["made_at"]), row["made_by"],
        *(None if row[name] is None else datetime.fromisoformat(row[name]) for name in ("used_at", "ended_at")),
    )  # fmt: skip


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")
