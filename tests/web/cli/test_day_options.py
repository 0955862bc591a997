"""Days and instants as numbers."""

from datetime import UTC, date, datetime, time, timedelta

import numpy as np

from domain.calendar.london_time import LONDON
from domain.calendar.workdays import LAST_YEAR
from projections.arrays.date_numbers import FIRST, days_in_london, instant_number


def test_every_day_of_two_centuries_is_the_day_that_london_had() -> None:
    days = (FIRST + timedelta(days=n) for n in range((date(LAST_YEAR, 12, 31) - FIRST).days))
    late = [datetime.combine(day, time(23, 30), UTC) for day in days]
    numbers = days_in_london(np.array([instant_number(instant) for instant in late]))
    assert numbers.tolist() == [(instant.astimezone(LONDON).date() - FIRST).days for instant in late]
