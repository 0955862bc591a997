"""Working days of England and Wales, against the calendars of 2002 to 2005 and against a plain day-by-day loop."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendar.workdays import (
    FIRST_YEAR,
    LAST_YEAR,
    Length,
    add_working_days,
    is_working_day,
    read_length,
    working_days_between,
)

DAYS = st.dates(date(2000, 1, 1), date(2030, 12, 31))


@pytest.mark.parametrize(
    "closed",
    [
        date(2002, 6, 3),  # the Golden Jubilee, a Monday
        date(2002, 6, 4),  # the spring bank holiday, moved to be beside it
        date(2004, 12, 27),  # for Christmas Day, a Saturday
        date(2004, 12, 28),  # for Boxing Day, a Sunday
        date(2005, 1, 3),  # for New Year's Day, a Saturday
        date(2005, 3, 25),  # Good Friday
        date(2005, 3, 28),  # Easter Monday
        date(2005, 12, 26),  # Boxing Day, a Monday
        date(2005, 12, 27),  # for Christmas Day, a Sunday
    ],
)
def test_a_bank_holiday_on_a_weekday_is_no_working_day(closed: date) -> None:
    assert closed.weekday() < 5
    assert not is_working_day(closed)


@pytest.mark.parametrize(
    "worked",
    [
        date(2002, 5, 27),  # the last Monday in May: in 2002 the holiday was moved to 4 June
        date(2002, 6, 5),
        date(2004, 12, 24),
        date(2004, 12, 29),
        date(2005, 1, 4),
        date(2005, 3, 24),  # Maundy Thursday
        date(2005, 3, 29),
        date(2005, 11, 30),  # St Andrew's Day is a holiday elsewhere
        date(2005, 12, 28),
    ],
)
def test_the_days_around_a_bank_holiday_are_worked(worked: date) -> None:
    assert is_working_day(worked)


def test_weekends_are_never_worked() -> None:
    saturday = date(2005, 10, 1)
    assert not is_working_day(saturday)
    assert not is_working_day(saturday + timedelta(days=1))
    assert is_working_day(saturday + timedelta(days=2))


@pytest.mark.parametrize(
    ("start", "count", "due"),
    [
        (date(2005, 10, 3), 1, date(2005, 10, 4)),
        (date(2005, 10, 3), 15, date(2005, 10, 24)),
        (date(2005, 10, 7), 1, date(2005, 10, 10)),  # a Friday: the next one is Monday
        (date(2002, 5, 31), 1, date(2002, 6, 5)),  # over the Jubilee's four days
        (date(2004, 12, 24), 4, date(2005, 1, 4)),  # over Christmas and the New Year
        (date(2005, 3, 24), 2, date(2005, 3, 30)),  # over Easter
        (date(2005, 12, 23), 1, date(2005, 12, 28)),
    ],
)
def test_within_counts_the_start_as_day_0(start: date, count: int, due: date) -> None:
    assert add_working_days(start, count) == due
    assert working_days_between(start, due) == count


@pytest.mark.parametrize("start", [date(2005, 10, 1), date(2005, 10, 2)])
def test_from_a_weekend_the_first_working_day_is_monday(start: date) -> None:
    assert add_working_days(start, 1) == date(2005, 10, 3)
    assert add_working_days(start, 5) == date(2005, 10, 7)


@pytest.mark.parametrize("start", [date(2005, 10, 3), date(2005, 10, 1), date(2005, 3, 25)])
def test_0_working_days_is_the_day_itself_whatever_day_it_is(start: date) -> None:
    assert add_working_days(start, 0) == start


def test_a_licence_of_the_seventies_is_counted_in_the_seventies() -> None:
    """A life licence can be that old; a wrong answer would be worse than none."""
    assert add_working_days(date(1975, 6, 2), 5) == date(1975, 6, 9)
    assert working_days_between(date(1975, 6, 2), date(1975, 6, 9)) == 5


def plainly(start: date, count: int) -> date:
    """The count-th working day after (before, when negative) the start, one day at a time."""
    step = timedelta(days=1 if count > 0 else -1)
    day, left = start, abs(count)
    while left:
        day += step
        left -= is_working_day(day)
    return day


@given(start=DAYS, count=st.integers(-60, 60))
def test_adding_agrees_with_a_plain_loop(start: date, count: int) -> None:
    assert add_working_days(start, count) == plainly(start, count)


@given(start=DAYS, length=st.integers(0, 120))
def test_days_between_agrees_with_a_plain_count(start: date, length: int) -> None:
    end = start + timedelta(days=length)
    counted = sum(is_working_day(start + timedelta(days=n)) for n in range(1, length + 1))
    assert working_days_between(start, end) == counted
    assert working_days_between(end, start) == -counted


@given(day=DAYS)
def test_a_working_day_is_a_weekday(day: date) -> None:
    assert not is_working_day(day) or day.weekday() < 5


def test_the_first_and_the_last_year_kept_can_be_asked_about() -> None:
    assert not is_working_day(date(FIRST_YEAR, 12, 25))
    assert is_working_day(date(FIRST_YEAR, 1, 2))
    assert is_working_day(date(LAST_YEAR, 12, 31))


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("15 working days", Length(15, "working day")),
        ("1 working day", Length(1, "working day")),
        (" 16 weeks ", Length(16, "week")),
        ("12 months", Length(12, "month")),
        ("3 days", Length(3, "day")),
        ("24 hours", Length(24, "hour")),
        ("same day", Length(0, "day")),
        ("the same day", Length(0, "day")),
    ],
)
def test_a_length_is_read_as_standards_write_it(text: str, length: Length) -> None:
    assert read_length(text) == length


@pytest.mark.parametrize(
    "text",
    ["", "fifteen days", "15", "15 fortnights", "-1 days", "1.5 weeks", "15 workingdays", "16  weeks", "12345 days"],
)
def test_anything_else_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="is not a length of time; write it like '15 working days'") as refused:
        read_length(text)
    assert f"'{text}'" in str(refused.value)


@pytest.mark.parametrize("text", ["2531 working days", "3653 days", "522 weeks", "121 months"])
def test_more_than_ten_years_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is more than ten years, for which no standard lets anything wait"):
        read_length(text)
    number, unit = text.split(" ", 1)
    assert read_length(f"{int(number) - 1} {unit}").after(date(2100, 12, 31)) <= date(2110, 12, 31)


@pytest.mark.parametrize(
    ("length", "start", "last"),
    [
        ("16 weeks", date(2005, 10, 3), date(2006, 1, 23)),
        ("1 month", date(2005, 1, 31), date(2005, 2, 28)),  # a month keeps the day, where there is one
        ("12 months", date(2004, 2, 29), date(2005, 2, 28)),
        ("10 days", date(2005, 12, 25), date(2006, 1, 4)),
        ("24 hours", date(2005, 10, 3), date(2005, 10, 4)),
        ("25 hours", date(2005, 10, 3), date(2005, 10, 5)),
        ("same day", date(2005, 10, 1), date(2005, 10, 1)),
    ],
)
def test_the_last_day_of_a_length(length: str, start: date, last: date) -> None:
    assert read_length(length).after(start) == last


@pytest.mark.parametrize("text", ["15 working days", "1 working day", "16 weeks", "1 month", "2 days", "36 hours"])
def test_a_length_reads_back_from_its_own_words(text: str) -> None:
    assert str(read_length(text)) == text
    assert read_length(str(Length(0, "day"))) == Length(0, "day")
