"""Tries: counted before anything is checked, however many come at once, and never a lock for good."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from domain.accounts.account_register import AccountRegister
from domain.accounts.sign_in_tries import (
    FIRST_DELAY,
    FORGOTTEN,
    FREE_FROM_ONE_PLACE,
    FREE_OF_ONE,
    LONGEST_DELAY,
    Subject,
    client,
    delay,
)

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ANN = [Subject("account ann"), client("10.0.0.7")]
NONE = timedelta()

pytestmark = pytest.mark.both


def test_of_many_tries_at_once_only_the_free_ones_are_checked(register: AccountRegister) -> None:
    tries = register.tries
    with ThreadPoolExecutor(24) as pool:
        waits = list(pool.map(lambda _: tries.take(ANN, NOW), range(24)))
    assert waits.count(NONE) == FREE_OF_ONE
    assert {wait for wait in waits if wait} == {FIRST_DELAY}


def test_from_one_place_many_accounts_are_tried_no_more_than_are_free(register: AccountRegister) -> None:
    tries = register.tries
    with ThreadPoolExecutor(24) as pool:
        taken = pool.map(lambda n: tries.take([Subject(f"account {n}"), client("10.0.0.7")], NOW), range(80))
        waits = list(taken)
    assert waits.count(NONE) == FREE_FROM_ONE_PLACE
    assert register.tries.take([Subject("account 1"), client("10.0.0.8")], NOW) == NONE, (
        "another place is another matter"
    )


def test_each_further_try_waits_longer_but_never_longer_than_the_longest(register: AccountRegister) -> None:
    at = NOW
    for _ in range(FREE_OF_ONE):
        assert register.tries.take(ANN, at) == NONE
    seen = []
    for _ in range(8):
        wait = register.tries.take(ANN, at)
        seen.append(wait)
        assert register.tries.take(ANN, at + wait - timedelta(seconds=1)) == timedelta(seconds=1), (
            "waiting is not counted"
        )
        at += wait
        assert register.tries.take(ANN, at) == NONE
    assert seen[:3] == [FIRST_DELAY, 2 * FIRST_DELAY, 4 * FIRST_DELAY] and seen[-1] == LONGEST_DELAY
    assert delay(10_000, FREE_OF_ONE) == LONGEST_DELAY


def test_signing_in_forgets_the_tries_of_the_account_but_not_of_the_place(register: AccountRegister) -> None:
    for _ in range(FREE_FROM_ONE_PLACE):
        assert register.tries.take(ANN, NOW) == NONE
        register.tries.succeeded(ANN[:1], NOW)
    assert register.tries.take(ANN, NOW) > NONE, "who has an account of their own does not clear the place by it"
    register.tries.succeeded(ANN, NOW)
    assert register.tries.take(ANN, NOW) == NONE, "but a try that was right does not count"


def test_tries_are_forgotten_after_a_day(register: AccountRegister) -> None:
    for _ in range(FREE_OF_ONE):
        register.tries.take(ANN, NOW)
    assert register.tries.take(ANN, NOW) > NONE
    for _ in range(FREE_OF_ONE):
        assert register.tries.take(ANN, NOW + FORGOTTEN) == NONE
    register.tries.succeeded([Subject("account ben")], NOW + 3 * FORGOTTEN)
    with register.engine.connect() as c:
        assert c.execute(sa.text("SELECT count(*) FROM sign_in_tries")).scalar_one() == 0


def test_a_clock_set_back_shuts_nobody_out(register: AccountRegister) -> None:
    for _ in range(FREE_OF_ONE):
        register.tries.take(ANN, NOW)
    back = NOW - timedelta(days=30)
    wait = register.tries.take(ANN, back)
    assert NONE < wait <= LONGEST_DELAY
    assert register.tries.take(ANN, back + wait) == NONE


@pytest.mark.parametrize(
    ("address", "other", "same"),
    [
        ("10.0.0.7", "10.0.0.8", False),
        ("10.0.0.7", "::ffff:10.0.0.7", True),
        ("2001:db8:1:2::7", "2001:db8:1:2:ffff::1", True),
        ("2001:db8:1:2::7", "2001:db8:1:3::7", False),
        ("", "unix", False),
    ],
)
def test_one_place_is_an_address_or_a_network_of_one_line(address: str, other: str, same: bool) -> None:
    assert (client(address) == client(other)) == same
