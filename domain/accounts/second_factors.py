"""Second factors of accounts with a password: codes of an authenticator app, passkeys, and recovery codes that work once.

Secrets are sealed with the outside key for one account and one factor: a row that somebody wrote, or gave to another account,
proves nothing. Recovery codes are kept only as marks.
"""

import json
import secrets
from base64 import b32encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import sqlalchemy as sa

from domain.outside_key import NotSealed, OutsideKey

STEP = 30
"""Seconds that a code of an authenticator app is shown (RFC 6238). The one before and the one after are taken too."""

RECOVERY_CODES = 10

MOST = 10
"""Factors of one account, at most."""

Kind = Literal["totp", "passkey"]

tables = sa.MetaData()

_factors = sa.Table(
    "second_factors",
    tables,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("username", sa.String(100), nullable=False),
    sa.Column("kind", sa.String(10), nullable=False),
    sa.Column("label", sa.String(60), nullable=False),
    sa.Column("secret", sa.Text, nullable=False),
    sa.Column("counter", sa.BigInteger, nullable=False),
    sa.Column("since", sa.String(40), nullable=False),
    sa.Index("second_factors_username", "username"),
)

_codes = sa.Table(
    "recovery_codes",
    tables,
    sa.Column("mark", sa.String(64), primary_key=True),
    sa.Column("username", sa.String(100), nullable=False),
    sa.Index("recovery_codes_username", "username"),
)


@dataclass(frozen=True, slots=True)
class Factor:
    """A second factor. ``label``: what the person calls it; ``since``: UTC."""

    id: str
    kind: Kind
    label: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey: its credential id and public key, in base64url, and the last count of its signatures."""

    factor: str
    credential: str
    public_key: str
    count: int


class SecondFactors:
    """The second factors of one database."""

    def __init__(self, engine: sa.Engine, key: OutsideKey):
        self.engine, self._key = engine, key

    def of(self, username: str) -> list[Factor]:
        """The factors of an account, oldest first."""
        return [
            Factor(row["id"], row["kind"], row["label"], datetime.fromisoformat(row["since"]))
            for row in self._rows(username)
        ]

    def add_app(self, username: str, label: str, secret: str, now: datetime) -> None:
        """Add an authenticator app by its secret (base32)."""
        self._add(username, "totp", label, secret, -1, now)

    def add_passkey(
        self, username: str, label: str, credential: str, public_key: str, count: int, now: datetime
    ) -> None:
        """Add a passkey: its credential id and public key in base64url, and its count of signatures."""
        self._add(username, "passkey", label, json.dumps([credential, public_key]), count, now)

    def remove(self, username: str, id: str) -> None:
        """Remove one factor of an account; with the last also its recovery codes."""
        with self.engine.begin() as c:
            c.execute(sa.delete(_factors).where(_factors.c.username == username, _factors.c.id == id))
            if c.execute(sa.select(_factors.c.id).where(_factors.c.username == username)).first() is None:
                c.execute(sa.delete(_codes).where(_codes.c.username == username))

    def reset(self, username: str) -> None:
        """Remove every factor and recovery code of an account: it is to set up new ones."""
        with self.engine.begin() as c:
            for table in (_factors, _codes):
                c.execute(sa.delete(table).where(table.c.username == username))

    def takes_code(self, username: str, code: str, now: datetime) -> bool:
        """Whether a code of one of the account's apps is right now. It is right once."""
        for row in self._rows(username):
            secret = self._opened(row) if row["kind"] == "totp" else None
            step = None if secret is None else step_of(secret, code, now)
            if step is not None and self._use(row["id"], step, now):
                return True
        return False

    def passkeys(self, username: str) -> list[Passkey]:
        """The passkeys of an account."""
        found = ((row, self._opened(row)) for row in self._rows(username) if row["kind"] == "passkey")
        kept = [(row, *json.loads(text)) for row, text in found if text is not None]
        return [Passkey(row["id"], credential, public_key, row["counter"]) for row, credential, public_key in kept]

    def used(self, passkey: Passkey, count: int) -> bool:
        """Keep the count of a passkey's signatures; whether nobody else used it meanwhile."""
        same = sa.and_(_factors.c.id == passkey.factor, _factors.c.counter == passkey.count)
        with self.engine.begin() as c:
            return c.execute(sa.update(_factors).where(same).values(counter=count)).rowcount == 1

    def give_recovery_codes(self, username: str) -> list[str]:
        """New recovery codes for an account, shown once; those before no longer work."""
        given = [_code() for _ in range(RECOVERY_CODES)]
        rows = [{"mark": self._mark(username, code), "username": username} for code in given]
        with self.engine.begin() as c:
            c.execute(sa.delete(_codes).where(_codes.c.username == username))
            c.execute(sa.insert(_codes), rows)
        return given

    def recovery_codes_left(self, username: str) -> int:
        """How many of the account's recovery codes have not been used."""
        with self.engine.connect() as c:
            query = sa.select(sa.func.count()).select_from(_codes).where(_codes.c.username == username)
            return int(c.execute(query).scalar_one())

    def takes_recovery_code(self, username: str, code: str) -> bool:
        """Whether this is an unused recovery code of the account; it is used by this."""
        mine = sa.and_(_codes.c.username == username, _codes.c.mark == self._mark(username, code))
        with self.engine.begin() as c:
            return c.execute(sa.delete(_codes).where(mine)).rowcount == 1

    def _mark(self, username: str, code: str) -> str:
        plain = "".join(letter for letter in code.upper() if letter.isalnum())
        return self._key.mark("recovery codes", username, plain)

    def _add(self, username: str, kind: Kind, label: str, secret: str, counter: int, now: datetime) -> None:
        id = secrets.token_hex(16)
        values = {
            "id": id, "username": username, "kind": kind, "label": label[:60], "counter": counter,
            "secret": self._key.seal("second factors", f"{username} {kind} {id}", secret),
            "since": now.astimezone(UTC).isoformat(timespec="seconds"),
        }  # fmt: skip
        with self.engine.begin() as c:
            c.execute(sa.insert(_factors).values(values))

    def _rows(self, username: str) -> Iterator[Any]:
        query = sa.select(_factors).where(_factors.c.username == username).order_by(_factors.c.since, _factors.c.id)
        with self.engine.connect() as c:
            yield from c.execute(query).mappings().all()

    def _opened(self, row: Any) -> str | None:
        """The secret of a factor; None where it was not sealed for this account with this key."""
        try:
            return self._key.unseal("second factors", f"{row['username']} {row['kind']} {row['id']}", row["secret"])
        except NotSealed:
            return None

    def _use(self, id: str, step: int, now: datetime) -> bool:
        """Note the step of a code; whether it was not used before.

        A step that lies ahead of now is from before the clock was set back, and refuses nothing.
        """
        ahead = int(now.timestamp()) // STEP + 1
        unused = sa.or_(_factors.c.counter < step, _factors.c.counter > ahead)
        with self.engine.begin() as c:
            return c.execute(sa.update(_factors).where(_factors.c.id == id, unused).values(counter=step)).rowcount == 1


def new_secret() -> str:
    """The secret of a new authenticator app: 160 bits by chance, in base32."""
    return b32encode(secrets.token_bytes(20)).decode()


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """The step of time whose code this is: the one of now, before it or after it. None: of none of them."""
    import pyotp

    plain = code.replace(" ", "")
    if len(plain) != 6 or not (plain.isascii() and plain.isdigit()):
        return None
    app, present = pyotp.TOTP(secret), int(now.timestamp()) // STEP
    found = [
        step for step in (present - 1, present, present + 1) if secrets.compare_digest(app.generate_otp(step), plain)
    ]
    return found[-1] if found else None


def _code() -> str:
    """A recovery code: 120 bits by chance, in six groups."""
    text = b32encode(secrets.token_bytes(15)).decode()
    return "-".join(text[at : at + 4] for at in range(0, 24, 4))
