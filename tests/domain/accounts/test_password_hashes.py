"""Passwords as kept: of no use without the outside key, nor in another row."""

from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher

from domain.accounts.account_register import AccountRegister
from domain.accounts.password_hashes import GIVEN_FOR, hashed, is_older, is_password
from domain.accounts.roles import Account
from domain.outside_key import OutsideKey

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
KEY, OTHER = OutsideKey(b"of this test only: 0123456789abcdef"), OutsideKey(b"another of this test: 0123456789abcdef")
WORDS = "three odd little words"


def test_a_password_fits_its_account_and_key_alone() -> None:
    kept = hashed(KEY, "ann", WORDS)
    assert is_password(KEY, "ann", WORDS, kept, NOW)
    assert not is_password(KEY, "ann", WORDS + " ", kept, NOW), "every character counts"
    assert not is_password(KEY, "ben", WORDS, kept, NOW), "a hash is of no use in another row"
    assert not is_password(OTHER, "ann", WORDS, kept, NOW), "nor without the key"
    assert not is_password(KEY, "ann", "", "", NOW)


def test_long_passwords_are_not_cut() -> None:
    kept = hashed(KEY, "ann", "x" * 1000)
    assert is_password(KEY, "ann", "x" * 1000, kept, NOW) and not is_password(KEY, "ann", "x" * 1001, kept, NOW)


def test_a_given_password_ends_and_nobody_makes_it_last() -> None:
    kept = hashed(KEY, "ann", WORDS, until=NOW + GIVEN_FOR)
    assert is_password(KEY, "ann", WORDS, kept, NOW + GIVEN_FOR - timedelta(seconds=1))
    assert not is_password(KEY, "ann", WORDS, kept, NOW + GIVEN_FOR)
    assert not is_password(KEY, "ann", WORDS, kept, NOW - timedelta(days=30)), "nor by setting the clock back"
    end, _, rest = kept.partition(" ")
    for changed in ("-", "2026-11-26T09:00:01+00:00", "x", ""):
        assert end != changed and not is_password(KEY, "ann", WORDS, f"{changed} {rest}", NOW)


def test_a_hash_without_the_outside_key_fits_nothing() -> None:
    """So whoever can write into the database signs nobody in."""
    plain = PasswordHasher().hash(WORDS)
    for written in (plain, f"- {plain}", f"older {plain}", f"older {OTHER.seal('older passwords', 'ann', plain)}",
                    f"older {KEY.seal('older passwords', 'ben', plain)}"):  # fmt: skip
        assert not is_password(KEY, "ann", WORDS, written, NOW)


@pytest.mark.both
def test_passwords_of_an_older_version_are_taken_over_by_the_operator_alone(
    register: AccountRegister, empty_database: str
) -> None:
    older = PasswordHasher().hash(WORDS)
    register.add(Account("ann", "Ann Spo", "spo", ("Gloucester",)), older)
    register.add(Account("ben", "Ben Spo", "spo", ("Gloucester",)), hashed(register.key, "ben", WORDS))
    AccountRegister(empty_database, prepare=True).close()
    assert not is_password(register.key, "ann", WORDS, register.password("ann"), NOW)
    assert register.older_passwords() == ["ann"]
    assert register.take_over_passwords() == ["ann"] and register.take_over_passwords() == []
    kept = register.password("ann")
    assert is_older(kept) and is_password(register.key, "ann", WORDS, kept, NOW)
    assert not is_password(register.key, "ann", "another", kept, NOW)
    register.make_anew("ann", kept, hashed(register.key, "ann", WORDS))
    assert not is_older(register.password("ann")) and is_password(
        register.key, "ann", WORDS, register.password("ann"), NOW
    )
