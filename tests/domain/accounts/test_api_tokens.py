"""Tokens of machine accounts: kept as marks, narrowed, ended; and the count of their requests."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from domain.accounts.account_register import AccountRegister
from domain.accounts.api_tokens import LONGEST, MOST, CannotStand, last_day
from domain.accounts.roles import Account, Client

NOW = datetime(2026, 11, 29, 12, 0, 30, tzinfo=UTC)
TODAY = NOW.date()
FEED = Account(
    "feed", "Feed", "machine", ("Stroud",), rights=("read", "record"), place_level="team", source="crams",
    until=TODAY + timedelta(days=100), client=Client("https://issuer.example", "feed-client", "feed-client"),
)  # fmt: skip

pytestmark = pytest.mark.both


@pytest.fixture
def register(empty_database: str) -> AccountRegister:
    made = AccountRegister(empty_database, prepare=True)
    made.add(FEED)
    return made


def test_a_machine_account_is_read_back_as_it_was_made_and_its_row_is_held_against_the_log(
    register: AccountRegister,
) -> None:
    assert register.account("feed") == FEED and not register.differences()
    assert register.machine_of("https://issuer.example", "feed-client") == FEED
    assert register.machine_of("https://other.example", "feed-client") is None
    with register.engine.begin() as c:
        c.execute(sa.text("""UPDATE accounts SET machine = '{"rights": ["oversight"]}' WHERE username = 'feed'"""))
    assert register.account("feed").differs and register.open_machine("feed", TODAY) is None
    register.restore("feed")
    assert register.open_machine("feed", TODAY) == FEED
    assert register.open_account("feed", TODAY) is None, "a machine never signs in"


def test_a_token_is_found_by_its_text_alone_until_it_ends(register: AccountRegister) -> None:
    until = TODAY + timedelta(days=9)
    secret = register.tokens.make(FEED, "night", ("read",), until, by="ann", now=NOW)
    with register.engine.connect() as c:
        kept = repr(c.execute(sa.text("SELECT * FROM api_tokens")).all())
    assert secret not in kept and secret.removeprefix("caseaudit_") not in kept
    found = register.tokens.find(secret)
    assert found is not None and (found.username, found.name, found.rights, found.made_by) == (
        "feed",
        "night",
        ("read",),
        "ann",
    )
    assert found.stands(until) and not found.stands(until + timedelta(days=1))
    assert not found.stands(TODAY - 2 * LONGEST), "the clock was set back"
    assert register.tokens.find(secret + "x") is None and register.tokens.find("caseaudit_") is None
    register.tokens.used(found, NOW)
    (listed,) = register.tokens.of("feed")
    assert listed.used_at == NOW.replace(microsecond=0)
    assert register.tokens.end("other", found.id, NOW) is None
    assert register.tokens.end("feed", found.id, NOW) == "night" and register.tokens.end("feed", found.id, NOW) is None
    again = register.tokens.find(secret)
    assert again is not None and not again.stands(TODAY)


@pytest.mark.parametrize(
    "forged", ["rights = 'read record'", "until = '2027-11-01'", "username = 'other'", "name = 'day'", "made_by = 'bo'"]
)
def test_a_row_that_somebody_changed_opens_nothing(register: AccountRegister, forged: str) -> None:
    secret = register.tokens.make(FEED, "night", ("read",), TODAY, by="ann", now=NOW)
    with register.engine.begin() as c:
        c.execute(sa.text(f"UPDATE api_tokens SET {forged}"))
    assert register.tokens.find(secret) is None


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"rights": ("read", "reports")}, "rights"), ({"rights": ()}, "rights"), ({"name": ""}, "name"),
        ({"name": "x" * 61}, "name"), ({"name": "night"}, "name"), ({"until": TODAY - timedelta(days=1)}, "until"),
        ({"until": FEED.until and FEED.until + timedelta(days=1)}, "until"),
        ({"account": replace(FEED, disabled=True)}, "name"),
        ({"account": Account("ann", "Ann", "spo", ("Stroud",))}, "name"),
        ({"account": replace(FEED, until=date(2030, 1, 1)), "until": TODAY + LONGEST + timedelta(days=1)}, "until"),
    ],
)  # fmt: skip
def test_a_token_is_never_wider_or_longer_than_its_account(
    register: AccountRegister, changed: dict[str, object], field: str
) -> None:
    register.tokens.make(FEED, "night", ("read",), TODAY, by="ann", now=NOW)
    asked = {"account": FEED, "name": "day", "rights": ("read",), "until": TODAY, **changed}
    with pytest.raises(CannotStand) as refused:
        register.tokens.make(**asked, by="ann", now=NOW)  # type: ignore[arg-type]
    assert refused.value.field == field
    assert last_day(FEED, NOW) == FEED.until


def test_an_account_has_few_tokens_at_one_time(register: AccountRegister) -> None:
    for number in range(MOST):
        register.tokens.make(FEED, f"t{number}", ("read",), TODAY, by="ann", now=NOW)
    with pytest.raises(CannotStand, match="End a token first"):
        register.tokens.make(FEED, "more", ("read",), TODAY, by="ann", now=NOW)
    register.tokens.end("feed", register.tokens.of("feed")[0].id, NOW)
    register.tokens.make(FEED, "more", ("read",), TODAY, by="ann", now=NOW)


def test_closing_an_account_ends_its_tokens_for_good(register: AccountRegister) -> None:
    secret = register.tokens.make(FEED, "night", ("read",), TODAY, by="ann", now=NOW)
    register.change(replace(register.account("feed"), disabled=True))
    register.change(replace(register.account("feed"), disabled=False))
    found = register.tokens.find(secret)
    assert found is not None and found.ended_at is not None


def test_requests_are_counted_once_each_whoever_counts(register: AccountRegister) -> None:
    with ThreadPoolExecutor(8) as threads:
        counted = sorted(one.calls for one in threads.map(lambda _: register.calls.count("feed", NOW), range(40)))
    assert counted == list(range(1, 41))
    assert register.calls.count("feed", NOW) == (41, 30)
    assert register.calls.count("other", NOW).calls == 1


def test_a_window_is_a_minute_whatever_a_clock_says(register: AccountRegister) -> None:
    calls = register.calls
    assert [calls.count("feed", NOW + timedelta(seconds=s)).calls for s in (0, 29, 30, 89, 90)] == [1, 2, 1, 2, 1]
    assert calls.count("feed", NOW + timedelta(seconds=60)).calls == 2, (
        "a machine whose clock is a minute behind counts on"
    )
    assert calls.count("feed", NOW - timedelta(hours=1)).calls == 1, "the clock was set back: nobody waits an hour"
