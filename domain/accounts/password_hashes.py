"""Passwords as they are kept: mixed with the outside key and the user name (the pepper), then hashed with argon2id.

So a copy of the database is not enough to guess passwords, and a hash is of no use in the row of another account. A password that
was given by somebody else carries its end in the hash.
"""

from datetime import UTC, datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from domain.outside_key import NotSealed, OutsideKey

GIVEN_FOR = timedelta(hours=72)
"""How long a password that was given to somebody can be used."""

AHEAD = timedelta(days=1)
"""How much longer a given password may seem to last, as the clock was set back. One that seems to last longer is none."""

OLDER = "older"
"""The first word of the hash of an older version, made without the outside key and sealed since (``sealed_older``)."""

NO_END = "-"

_hasher = PasswordHasher()


@cache
def _nobody() -> str:
    """The hash that a password is held against where there is no account."""
    return _hasher.hash("nobody's password")


def hashed(key: OutsideKey, username: str, password: str, *, until: datetime | None = None) -> str:
    """What is kept of a password of this account. ``until``: the end of one that was given by somebody else."""
    end = NO_END if until is None else until.astimezone(UTC).isoformat(timespec="seconds")
    return f"{end} {_hasher.hash(_peppered(key, username, end, password))}"


def is_password(key: OutsideKey, username: str, password: str, kept: str, now: datetime) -> bool:
    """Whether this is the account's password now; takes the same time where none is kept (``""``), or one that is over."""
    nobody = _nobody()  # made at the first of all calls, whether that is for an account or for none
    end, _, rest = kept.partition(" ")
    if end == OLDER:
        held, said = _opened(key, username, rest), password
    else:
        held, said = rest if _stands(end, now) else "", _peppered(key, username, end, password)
    try:
        return _hasher.verify(held or nobody, said) and bool(held)
    except (VerificationError, InvalidHashError):
        return False


def is_older(kept: str) -> bool:
    """Whether a hash was made by an older version, without the outside key."""
    return kept.startswith(f"{OLDER} ")


def sealed_older(key: OutsideKey, username: str, older: str) -> str:
    """The hash of an older version, sealed for its account, so that it can be used once more."""
    return f"{OLDER} {key.seal('older passwords', username, older)}"


def _opened(key: OutsideKey, username: str, sealed: str) -> str:
    try:
        return key.unseal("older passwords", username, sealed)
    except NotSealed:
        return ""


def _peppered(key: OutsideKey, username: str, end: str, password: str) -> str:
    return key.mark("passwords", username, end, password)


def _stands(end: str, now: datetime) -> bool:
    if end == NO_END:
        return True
    try:
        return now < datetime.fromisoformat(end) <= now + GIVEN_FOR + AHEAD
    except (ValueError, TypeError):
        return False
