"""Passwords: their argon2 hashes, and which passwords are accepted."""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST, LONGEST = 12, 1000
"""The allowed length in characters. Length makes a password strong (three random words), not signs or capitals."""

_hasher = PasswordHasher()


@cache
def _nobody() -> str:
    """The hash that a password is held against where there is no account."""
    return _hasher.hash("nobody's password")


def hashed(password: str) -> str:
    return _hasher.hash(password)


def fits(password: str, kept: str) -> bool:
    """Whether this is the password; takes the same time where none is kept (``""``)."""
    nobody = _nobody()  # made at the first of all calls, whether that is for an account or for none
    try:
        return _hasher.verify(kept or nobody, password[:LONGEST]) and bool(kept)
    except (VerificationError, InvalidHashError):
        return False


def fault(password: str, *names: str) -> str | None:
    """What is wrong with a new password; None if it is accepted."""
    if len(password) < SHORTEST:
        return f"Use a password of at least {SHORTEST} characters, such as three words that don't belong together"
    if len(password) > LONGEST:
        return f"Use a password of at most {LONGEST} characters"
    plain = password.casefold()
    if len(set(plain)) < 5 or any(len(name) > 3 and name.casefold() in plain for name in names):
        return "Use a password that isn't your name and doesn't repeat a few characters"
    return None
