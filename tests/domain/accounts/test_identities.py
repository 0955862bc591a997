"""Who the organisation's sign-in says somebody is: bound once, by an invitation, and by nothing that somebody wrote."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from domain.accounts.account_register import AccountRegister
from domain.accounts.identities import INVITED_FOR, AlreadyBound, Identities

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ISSUER = "https://sign-in.example"

pytestmark = pytest.mark.both


@pytest.fixture
def identities(register: AccountRegister) -> Identities:
    return register.identities


def test_an_invitation_binds_one_person_once(identities: Identities) -> None:
    token = identities.invite("ann", NOW)
    assert identities.invited(token, NOW) == "ann" and identities.account_of(ISSUER, "1") is None
    assert identities.accept(token, ISSUER, "1", NOW) == "ann"
    assert identities.account_of(ISSUER, "1") == "ann" and identities.bound_since("ann") == NOW
    assert identities.accept(token, ISSUER, "2", NOW) is None and identities.account_of(ISSUER, "2") is None
    assert identities.account_of("https://another.example", "1") is None
    assert identities.account_of(ISSUER + "1", "") is None, "where the issuer ends makes a difference"


def test_of_many_who_accept_at_once_one_is_bound(identities: Identities) -> None:
    token = identities.invite("ann", NOW)

    def accept(n: int) -> str | None:
        try:
            return identities.accept(token, ISSUER, str(n), NOW)
        except AlreadyBound:
            return None

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(accept, range(8))).count("ann") == 1
    assert [identities.account_of(ISSUER, str(n)) for n in range(8)].count("ann") == 1


def test_an_invitation_ends(identities: Identities) -> None:
    token = identities.invite("ann", NOW)
    assert identities.invited(token, NOW + INVITED_FOR - timedelta(seconds=1)) == "ann"
    assert identities.invited(token, NOW + INVITED_FOR) is None
    assert identities.accept(token, ISSUER, "1", NOW + INVITED_FOR) is None
    assert identities.invited(token, NOW - timedelta(days=2)) is None, "a clock set back makes none last longer"
    other = identities.invite("ann", NOW)
    assert identities.invited(token, NOW) is None and identities.invited(other, NOW) == "ann"


def test_an_account_and_a_person_are_bound_to_one_another_alone(identities: Identities) -> None:
    identities.accept(identities.invite("ann", NOW), ISSUER, "1", NOW)
    for username, subject in (("ann", "2"), ("ben", "1")):
        with pytest.raises(AlreadyBound):
            identities.accept(identities.invite(username, NOW), ISSUER, subject, NOW)
    identities.release("ann")
    assert identities.account_of(ISSUER, "1") is None and identities.bound_since("ann") is None
    assert identities.accept(identities.invite("ben", NOW), ISSUER, "1", NOW) == "ben"


def test_what_somebody_wrote_into_the_database_binds_nobody(register: AccountRegister, identities: Identities) -> None:
    identities.accept(identities.invite("ben", NOW), ISSUER, "1", NOW)
    token = identities.invite("ben", NOW)
    with register.engine.begin() as c:
        c.execute(sa.text("UPDATE identities SET username = 'ann'"))
        c.execute(sa.text("UPDATE invitations SET username = 'ann'"))
    assert identities.account_of(ISSUER, "1") is None and identities.invited(token, NOW) is None
    fresh = identities.invite("ben", NOW)
    with register.engine.begin() as c:
        assert fresh not in str(c.execute(sa.text("SELECT * FROM invitations")).all())
        c.execute(sa.text("UPDATE invitations SET until = '2026-11-30T09:00:01+00:00'"))
    assert identities.invited(fresh, NOW) is None
