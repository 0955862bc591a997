"""The day in London of an instant: that of its time zone, and where the clocks change."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendar.london_time import LONDON, day_of
from tests.support.depth import examples


@examples(80)
@given(st.datetimes(datetime(1900, 1, 1), datetime(2100, 12, 31), timezones=st.sampled_from([
    UTC, *(timezone(timedelta(hours=hours)) for hours in (-12, -5, -1, 1, 2, 3, 14)),
    timezone(timedelta(minutes=90)), timezone(timedelta(hours=-23, minutes=-59)),
])))  # fmt: skip
def test_the_day_in_london_is_that_of_its_time_zone(at: datetime) -> None:
    assert day_of(at) == at.astimezone(LONDON).date()


@pytest.mark.parametrize("on", ["1941-05-04", "1947-04-13", "1968-10-27", "1971-10-31", "2005-03-27", "2005-10-30"])
@pytest.mark.parametrize("hours", [0, 1, 2])
def test_the_day_in_london_where_the_clocks_change(on: str, hours: int) -> None:
    midnight = datetime.fromisoformat(on).replace(tzinfo=timezone(timedelta(hours=hours)))
    for minutes in range(-180, 1800, 5):
        at = midnight + timedelta(minutes=minutes)
        assert day_of(at) == at.astimezone(LONDON).date()
