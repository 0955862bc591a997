"""Which passwords are accepted, and passwords that are given to somebody."""

import secrets
from datetime import datetime

from domain.accounts.password_hashes import GIVEN_FOR, hashed, is_password
from domain.outside_key import OutsideKey

__all__ = ["GIVEN_FOR", "LONGEST", "SHORTEST", "fault", "given", "hashed", "is_password"]

SHORTEST, LONGEST = 12, 1000
"""The allowed length in characters. Length makes a password strong (three random words), not signs or capitals."""

LOOKED_AT = 72
"""The first characters of a password, in which common words and patterns are looked for."""

STRONG = 3
"""The least score of zxcvbn that is accepted: over a hundred million guesses, by its count."""

OWN_WORDS = ("caseaudit", "probation", "casework", "inspection", "standards", "gloucestershire")
"""Words of this service, which a guesser tries first."""


def given(key: OutsideKey, username: str, now: datetime) -> tuple[str, str]:
    """A password by chance to hand over to somebody, which can be used for 72 hours; and its hash."""
    password = secrets.token_urlsafe(16)
    return password, hashed(key, username, password, until=now + GIVEN_FOR)


def fault(password: str, *names: str) -> str | None:
    """What is wrong with a new password; None if it is accepted. ``names``: of the person, which it must not be made of."""
    if len(password) < SHORTEST:
        return f"Use a password of at least {SHORTEST} characters, such as three words that don't belong together"
    if len(password) > LONGEST:
        return f"Use a password of at most {LONGEST} characters"
    plain = password.casefold()
    parts = [part for name in names for part in (name, *name.replace(".", " ").split()) if len(part) > 3]
    if len(set(plain)) < 5 or any(part.casefold() in plain for part in parts):
        return "Use a password that isn't your name and doesn't repeat a few characters"
    if _guessed_soon(password, parts):
        return "Use a password that is harder to guess: this one is common, or made of common words and patterns"
    return None


def _guessed_soon(password: str, names: list[str]) -> bool:
    """Whether somebody who knows common passwords, words, keyboards and dates would find it soon."""
    from zxcvbn import zxcvbn

    return bool(zxcvbn(password[:LOOKED_AT], user_inputs=[*names, *OWN_WORDS])["score"] < STRONG)
