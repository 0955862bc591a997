"""Passwords: kept as argon2 hashes, and what a good one is."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST, LONGEST = 12, 1000
"""Characters. Length is what counts (three random words), not signs and capitals."""

_hasher = PasswordHasher()
_nobody = _hasher.hash("nobody's password")


def hashed(password: str) -> str:
    return _hasher.hash(password)


def fits(password: str, kept: str) -> bool:
    """Whether this is the password; takes the same time where none is kept (``""``)."""
    try:
        return _hasher.verify(kept or _nobody, password[:LONGEST]) and bool(kept)
    except (VerificationError, InvalidHashError):
        return False


def fault(password: str, *names: str) -> str | None:
    """What is wrong with a new password, in words; None when it will do."""
    if len(password) < SHORTEST:
        return f"Use a password of at least {SHORTEST} characters, such as three words that don't belong together"
    if len(password) > LONGEST:
        return f"Use a password of at most {LONGEST} characters"
    plain = password.casefold()
    if len(set(plain)) < 5 or any(len(name) > 3 and name.casefold() in plain for name in names):
        return "Use a password that isn't your name and doesn't repeat a few characters"
    return None
