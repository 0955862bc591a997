"""Rows that somebody hides from their own list: ten working days at most, twice at most, counted when they show again."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from domain.accounts.account_register import AccountRegister
from domain.working.snoozes import ListRow, SnoozeRefused, Snoozes

NOW = datetime(2026, 3, 2, 16, 40, tzinfo=UTC)
LATER = NOW + timedelta(minutes=10, seconds=1)
DAY = date(2005, 12, 22)
ROW = ListRow("V465889/1", "duty", "plan-review", date(2005, 9, 1), "plan-1")
DUE = date(2005, 12, 23)

pytestmark = pytest.mark.both


@pytest.fixture
def snoozes(empty_database: str) -> Iterator[Snoozes]:
    register = AccountRegister(empty_database)
    yield register.snoozes
    register.close()


def test_a_row_is_hidden_for_one_account_for_so_many_working_days(snoozes: Snoozes) -> None:
    made = snoozes.snooze("anstey", ROW, DUE, DAY, 5, NOW)
    assert made.until == date(2006, 1, 3), "over Christmas and New Year"
    assert [one.row for one in snoozes.of("anstey", date(2006, 1, 2))] == [ROW]
    assert snoozes.of("anstey", date(2006, 1, 3)) == []
    assert snoozes.of("anstey", DAY - timedelta(days=1)) == []
    assert snoozes.of("hoole", DAY) == []


@pytest.mark.parametrize("days", [0, -1, 11, 99])
def test_not_for_longer_than_ten_working_days(snoozes: Snoozes, days: int) -> None:
    with pytest.raises(SnoozeRefused, match="1 to 10 working days"):
        snoozes.snooze("anstey", ROW, DUE, DAY, days, NOW)
    assert snoozes.every() == []


def test_twice_at_most_by_one_account_and_not_while_it_is_hidden(snoozes: Snoozes) -> None:
    snoozes.snooze("anstey", ROW, DUE, DAY, 10, NOW)
    with pytest.raises(SnoozeRefused, match="already"):
        snoozes.snooze("anstey", ROW, DUE, DAY + timedelta(days=1), 2, NOW)
    again = date(2006, 1, 16)
    snoozes.snooze("anstey", ROW, DUE, again, 2, NOW)
    with pytest.raises(SnoozeRefused, match="2 times"):
        snoozes.snooze("anstey", ROW, DUE, date(2006, 2, 1), 2, NOW)
    snoozes.snooze("hoole", ROW, DUE, date(2006, 2, 1), 2, NOW)
    snoozes.snooze("anstey", ROW._replace(entry=""), DUE, again, 2, NOW)


def test_within_ten_minutes_it_is_undone_afterwards_it_only_shows_again(snoozes: Snoozes) -> None:
    snoozes.snooze("anstey", ROW, DUE, DAY, 10, NOW)
    assert not snoozes.show_again("hoole", ROW, DAY, NOW)
    assert snoozes.show_again("anstey", ROW, DAY, LATER - timedelta(seconds=1))
    assert snoozes.every() == []
    snoozes.snooze("anstey", ROW, DUE, DAY, 10, NOW)
    assert snoozes.show_again("anstey", ROW, DAY + timedelta(days=4), LATER)
    assert snoozes.of("anstey", DAY + timedelta(days=3)), "it was hidden on that day"
    assert snoozes.of("anstey", DAY + timedelta(days=4)) == []
    (kept,) = snoozes.every()
    assert (kept.row, kept.due_on, kept.from_on, kept.shown_on) == (ROW, DUE, DAY, DAY + timedelta(days=4))


def test_what_is_kept_of_an_erased_person_goes_and_the_state_tells_of_each_change(snoozes: Snoozes) -> None:
    empty = snoozes.state()
    snoozes.snooze("anstey", ROW, DUE, DAY, 10, NOW)
    made = snoozes.state()
    snoozes.forget("V46588")
    assert (snoozes.state(), len(snoozes.every())) == (made, 1)
    snoozes.forget("V465889")
    assert snoozes.every() == []
    assert len({empty, made}) == 2
