"""Second factors: each code once, and a row that somebody wrote proves nothing."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
import sqlalchemy as sa

from domain.accounts.account_register import AccountRegister
from domain.accounts.second_factors import RECOVERY_CODES, STEP, SecondFactors, new_secret, step_of

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

pytestmark = pytest.mark.both


@pytest.fixture
def factors(register: AccountRegister) -> SecondFactors:
    return register.factors


def code(secret: str, at: datetime = NOW) -> str:
    return pyotp.TOTP(secret).at(at)


def later(steps: int) -> datetime:
    return NOW + timedelta(seconds=STEP * steps)


def test_the_codes_are_those_of_the_standard() -> None:
    """RFC 6238, appendix B, the last six digits of SHA-1."""
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    for seconds, shown in ((59, "287082"), (1111111109, "081804"), (20000000000, "353130")):
        at = datetime.fromtimestamp(seconds, UTC)
        assert step_of(secret, shown, at) == seconds // STEP
    for typed in ("28708", "2870820", "28708a", "", "²87082"):
        assert step_of(secret, typed, datetime.fromtimestamp(59, UTC)) is None


def test_a_code_is_right_once_and_for_a_short_time(factors: SecondFactors) -> None:
    secret = new_secret()
    factors.add_app("ann", "telephone", secret, NOW)
    assert not factors.takes_code("ann", code(secret, later(2)), NOW) and not factors.takes_code(
        "ann", code(secret, later(-2)), NOW
    )
    assert factors.takes_code("ann", code(secret), NOW)
    assert not factors.takes_code("ann", code(secret), NOW), "once"
    assert not factors.takes_code("ann", code(secret, later(-1)), NOW), "nor one from before it"
    assert factors.takes_code("ann", code(secret, later(1)), NOW)
    assert not factors.takes_code("ben", code(secret, later(3)), later(3))


def test_a_code_that_is_sent_many_times_at_once_is_right_once(factors: SecondFactors) -> None:
    secret = new_secret()
    factors.add_app("ann", "telephone", secret, NOW)
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda _: factors.takes_code("ann", code(secret), NOW), range(8)))
    assert taken.count(True) == 1


def test_a_clock_set_back_shuts_nobody_out(factors: SecondFactors) -> None:
    secret = new_secret()
    factors.add_app("ann", "telephone", secret, NOW)
    assert factors.takes_code("ann", code(secret), NOW)
    back = NOW - timedelta(days=1)
    assert factors.takes_code("ann", code(secret, back), back)
    assert not factors.takes_code("ann", code(secret, back), back)


def test_a_secret_is_sealed_for_its_account(register: AccountRegister, factors: SecondFactors) -> None:
    secret = new_secret()
    factors.add_app("ben", "telephone", secret, NOW)
    factors.add_passkey("ben", "key", "credential", "public", 0, NOW)
    with register.engine.begin() as c:
        rows = c.execute(sa.text("SELECT * FROM second_factors")).mappings().all()
        assert all(secret not in str(row) and "public" not in str(row) for row in rows)
        c.execute(sa.text("UPDATE second_factors SET username = 'ann'"))
    assert len(factors.of("ann")) == 2
    assert not factors.takes_code("ann", code(secret), NOW) and factors.passkeys("ann") == []


def test_a_recovery_code_works_once_for_its_account(register: AccountRegister, factors: SecondFactors) -> None:
    given = factors.give_recovery_codes("ann")
    assert len(set(given)) == RECOVERY_CODES == factors.recovery_codes_left("ann")
    assert not factors.takes_recovery_code("ben", given[0])
    assert factors.takes_recovery_code("ann", f" {given[0].lower()} ")
    assert not factors.takes_recovery_code("ann", given[0])
    assert factors.recovery_codes_left("ann") == RECOVERY_CODES - 1
    with register.engine.begin() as c:
        assert not {row.mark for row in c.execute(sa.text("SELECT mark FROM recovery_codes"))} & set(given)
        c.execute(sa.text("UPDATE recovery_codes SET username = 'ben'"))
    assert not factors.takes_recovery_code("ben", given[1])
    fresh = factors.give_recovery_codes("ann")
    assert not factors.takes_recovery_code("ann", given[1]) and factors.takes_recovery_code("ann", fresh[1])


def test_removing_the_last_factor_removes_the_recovery_codes(factors: SecondFactors) -> None:
    factors.add_app("ann", "telephone", new_secret(), NOW)
    factors.add_passkey("ann", "key", "credential", "public", 0, NOW)
    factors.give_recovery_codes("ann")
    first, second = factors.of("ann")
    assert {first.kind, second.kind} == {"totp", "passkey"}
    factors.remove("ben", first.id)
    factors.remove("ann", first.id)
    assert factors.of("ann") == [second] and factors.recovery_codes_left("ann") == RECOVERY_CODES
    factors.remove("ann", second.id)
    assert factors.of("ann") == [] and factors.recovery_codes_left("ann") == 0
    factors.add_app("ann", "telephone", new_secret(), NOW)
    factors.reset("ann")
    assert factors.of("ann") == []


def test_a_count_of_signatures_is_used_once(factors: SecondFactors) -> None:
    factors.add_passkey("ann", "key", "credential", "public", 3, NOW)
    (kept,) = factors.passkeys("ann")
    assert (kept.credential, kept.public_key, kept.count) == ("credential", "public", 3)
    assert factors.used(kept, 4) and not factors.used(kept, 4)
