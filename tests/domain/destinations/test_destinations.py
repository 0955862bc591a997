"""Destinations in the database: what was registered and no more, stopped and started, failing, and the deliveries of each."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from domain.accounts.account_register import AccountRegister
from domain.destinations.destination_rules import GIVES_UP_AFTER, WAITS, Destination, Wanted, wait_after
from domain.destinations.destinations import KEPT, Destinations, NoSuchDestination
from domain.store.application import Files

pytestmark = pytest.mark.both

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
TODAY = NOW.date()
WANTED = Wanted(
    kind="webhook", address="https://hooks.example/x", subscriber="p.anstey", types=("TierSet",), purpose="the diary",
    until=date(2026, 12, 31),
)  # fmt: skip


@pytest.fixture
def register(empty_database: str) -> Iterator[AccountRegister]:
    Files.open(empty_database).close()
    with closing(AccountRegister(empty_database)) as found:
        yield found


@pytest.fixture
def kept(register: AccountRegister) -> Destinations:
    return register.destinations


@pytest.fixture
def one(kept: Destinations) -> Destination:
    return kept.add(WANTED, asked_by="r.one", confirmed_by="t.two", request=3, at=NOW, position=7, hash_="ab")


def test_a_destination_is_kept_as_two_people_registered_it(kept: Destinations, one: Destination) -> None:
    assert kept.every() == [one] and kept.destination(one.number) == one
    assert (one.wanted, one.asked_by, one.confirmed_by, one.request, one.position) == (WANTED, "r.one", "t.two", 3, 7)
    assert one.is_ours and one.state(NOW, TODAY) == "open"
    with pytest.raises(NoSuchDestination):
        kept.destination(99)


@pytest.mark.parametrize(
    ("column", "value"),
    [("address", "https://elsewhere.example/"), ("subscriber", "c.whitlock"), ("until", "2036-12-31"), ("types", "[]")],
)
def test_a_row_that_somebody_changed_or_wrote_gets_nothing(
    register: AccountRegister, one: Destination, column: str, value: str
) -> None:
    with register.engine.begin() as c:
        c.execute(sa.text(f"UPDATE destinations SET {column} = :value"), {"value": value})
    found = register.destinations.destination(one.number)
    assert not found.is_ours and found.state(NOW, TODAY) == "written in"


def test_it_ends_after_its_last_day_and_is_stopped_and_started(kept: Destinations, one: Destination) -> None:
    assert one.state(NOW, date(2026, 12, 31)) == "open" and one.state(NOW, date(2027, 1, 1)) == "ended"
    kept.stop(one.number, by="r.one", at=NOW, reason="moved")
    stopped = kept.destination(one.number)
    assert (stopped.state(NOW, TODAY), stopped.stopped_by, stopped.stopped_for) == ("stopped", "r.one", "moved")
    kept.start(one.number)
    assert kept.destination(one.number) == one
    kept.start(one.number, 9, "cd")
    assert (kept.destination(one.number).position, kept.destination(one.number).hash) == (9, "cd")


def test_failures_are_counted_and_a_delivery_that_is_taken_ends_them(kept: Destinations, one: Destination) -> None:
    first = kept.begin(one.number, NOW, events=2, cases=1)
    kept.failed(one, first, "answered 500", NOW, NOW + timedelta(seconds=10))
    failing = kept.destination(one.number)
    assert (failing.failures, failing.failing_since, failing.position) == (1, NOW, 7)
    assert failing.state(NOW, TODAY) == "waits" and failing.state(NOW + timedelta(seconds=10), TODAY) == "open"
    later = NOW + timedelta(hours=1)
    kept.failed(failing, kept.begin(one.number, later, events=2, cases=1), "answered 500", later, later)
    assert kept.destination(one.number).failing_since == NOW, "of the first failure in a row"
    assert not kept.destination(one.number).gives_up(NOW + GIVES_UP_AFTER - timedelta(seconds=1))
    assert kept.destination(one.number).gives_up(NOW + GIVES_UP_AFTER)
    last = kept.begin(one.number, later, events=2, cases=1)
    kept.delivered(kept.destination(one.number), last, "answered 204", 12, "ef")
    done = kept.destination(one.number)
    assert (done.failures, done.failing_since, done.next_try, done.position, done.hash) == (0, None, None, 12, "ef")
    outcomes = [(line.number, line.outcome, line.said) for line in kept.deliveries(one.number, 10)]
    assert outcomes == [
        (last, "delivered", "answered 204"), (first + 1, "failed", "answered 500"), (first, "failed", "answered 500")
    ]  # fmt: skip


def test_the_latest_deliveries_alone_are_kept(kept: Destinations, one: Destination) -> None:
    other = kept.add(WANTED, asked_by="r.one", confirmed_by="", request=4, at=NOW, position=0, hash_="")
    kept.begin(other.number, NOW, events=1, cases=1)
    numbers = [kept.begin(one.number, NOW, events=1, cases=1) for _ in range(KEPT + 5)]
    assert [line.number for line in kept.deliveries(one.number, 1000)] == numbers[: -KEPT - 1 : -1]
    assert len(kept.deliveries(other.number, 10)) == 1


def test_waits_grow_up_to_an_hour_and_a_receiver_may_ask_for_more() -> None:
    assert [wait_after(n) for n in range(1, 9)] == [*WAITS, WAITS[-1]]
    assert wait_after(1, timedelta(minutes=5)) == timedelta(minutes=5)
    assert wait_after(1, timedelta(days=5)) == timedelta(hours=1) and wait_after(7, timedelta(seconds=1)) == WAITS[-1]
