"""Dates, instants, shares and counts as pages print them."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from math import floor

from domain.calendar.london_time import LONDON, day_of
from domain.entries.code_lists import LeftOutReason, label
from projections.obligations.duty_state import WHEN_RELEASED

Share = int | float | Fraction | Decimal

NO_DATE = "not set"
NO_SHARE = "n/a"
ON_RELEASE = "when released"


def _day(value: date) -> date:
    """The day of a date or an instant; an instant falls on its day in London."""
    if isinstance(value, datetime):
        return day_of(value) if value.tzinfo else value.date()
    return value


def long_date(value: date | None) -> str:
    """A date as ``3 October 2005``; an instant is shown as its day in London."""
    if value is None:
        return NO_DATE
    day = _day(value)
    return ON_RELEASE if day == WHEN_RELEASED else f"{day.day} {day:%B %Y}"


def short_date(value: date | None) -> str:
    """A date as ``3 Oct 2005``, for tables."""
    if value is None:
        return NO_DATE
    day = _day(value)
    return ON_RELEASE if day == WHEN_RELEASED else f"{day.day} {day:%b %Y}"


def weekday_date(value: date) -> str:
    """A date as ``Thursday 22 December``, for a diary, in which the year is clear."""
    return f"{value:%A} {value.day} {value:%B}"


def numeric_date(value: date) -> str:
    """A date as ``3/10/2005``, which is what the date picker writes and reads."""
    return f"{value.day}/{value.month}/{value.year}"


def percent(value: Share | None) -> str:
    """A score from 0 to 100 as a whole percentage, rounded half up: 62.5 is ``63%``. None is ``n/a``."""
    return NO_SHARE if value is None else f"{floor(Fraction(value) + Fraction(1, 2))}%"


def count_noun(count: int, noun: str, plural: str | None = None) -> str:
    """A count with its noun: ``1 case``, ``1,204 cases``. ``plural``: where it is not made by adding an s."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def left_out_said(counts: Mapping[LeftOutReason, int]) -> str:
    """How many cases of a window are left out of a sampling frame, by reason; "" where none are."""
    said = [
        f"{count_noun(number, 'further sentence')} of people who are in it" if why == "further_sentence"
        else f"{count_noun(number, 'case')} that had ended by the sample date" if why == "had_ended"
        else f"{count_noun(number, 'case')} by hand ({label(why)})"
        for why, number in counts.items()
    ]  # fmt: skip
    return f"Left out: {'; '.join(said)}." if said else ""


def change_words(points: int | None) -> str:
    """A change in points: ``up 9``, ``down 5``, ``no change``. None: there is nothing to compare."""
    if points is None:
        return "–"
    return f"up {points}" if points > 0 else f"down {-points}" if points < 0 else "no change"


def instant(at: datetime) -> str:
    """An instant as ``3 Oct 2005, 14:05``, in Europe/London."""
    local = at.astimezone(LONDON)
    return f"{short_date(local.date())}, {local:%H:%M}"


def sentence(words: str) -> str:
    """The words with a capital first letter."""
    return words[:1].upper() + words[1:]
