"""Sample dates as people write them: a marshmallow field that reads them or says what is wrong."""

import re
from datetime import date
from typing import Any

from marshmallow import fields

EARLIEST, LATEST = 1990, 2078
"""The first and last year of a sample date. The columns behind reports and matrix hold no later days."""

DAY = (
    r"^(199\d|20[0-6]\d|207[0-8])-((0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])|(0[13-9]|1[0-2])-(29|30)|(0[13578]|1[02])-31)$"
    r"|^(199[26]|20[0246][048]|20[1357][26])-02-29$"
)
"""The real days of those years, as programs write them."""

_NUMBERS = re.compile(r"([0-9]{1,2})[-/. ]([0-9]{1,2})[-/. ]([0-9]{4})")
_ISO = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_WORDS = re.compile(r"([0-9]{1,2}) +([a-z]{3,9}) +([0-9]{4})", re.IGNORECASE)
_MONTHS = (
    "january february march april may june july august september october november december".split()  # noqa: SIM905
)


def _parts(text: str) -> tuple[int, int, int] | None:
    """Year, month and day in a text, which need not be a real day; None if it is not written like a date."""
    if match := _ISO.fullmatch(text):
        year, month, day = map(int, match.groups())
        return year, month, day
    if match := _NUMBERS.fullmatch(text):
        day, month, year = map(int, match.groups())
        return year, month, day
    if match := _WORDS.fullmatch(text):
        named = match[2].lower()
        months = [n for n, name in enumerate(_MONTHS, 1) if named in (name, name[:3], name[:4])]
        return (int(match[3]), months[0], int(match[1])) if months else None
    return None


def is_like_a_day(text: str) -> bool:
    """Whether a text is written like a date, real or not."""
    return _parts(text.strip()) is not None


def read_day(text: str) -> date | None:
    """The day in a text, of any year; None where there is no such day."""
    parts = _parts(text.strip())
    try:
        return date(*parts) if parts else None
    except ValueError:
        return None


class SampleDate(fields.Field[date]):
    """``3/10/2005``, ``03/10/2005``, ``2005-10-03`` or ``3 October 2005``: day before month, four-digit year.

    Years outside 1990 to 2078 are refused: no case is older, and a typing error must not give an empty score.
    """

    default_error_messages = {  # noqa: RUF012 - marshmallow's own way of declaring them
        "empty": "Enter a sample date, like 3 October 2005",
        "unreal": "Sample date must be a real date, like 3 October 2005",
        "year": f"Sample date must be between {EARLIEST} and {LATEST}",
    }

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        text = str(value).strip()
        if not text:
            raise self.make_error("empty")
        found = read_day(text)
        if found is None:
            raise self.make_error("unreal")
        if not EARLIEST <= found.year <= LATEST:
            raise self.make_error("year")
        return found


class IsoDay(SampleDate):
    """A day that a program asks for: ``2005-10-03`` and no other way of writing it, of the same years."""

    default_error_messages = {  # noqa: RUF012 - marshmallow's own way of declaring them
        "invalid": f"It must be a real day of {EARLIEST} to {LATEST}, written like 2005-10-03.",
    }

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        if not re.fullmatch(DAY, str(value), re.ASCII):
            raise self.make_error("invalid")
        return date.fromisoformat(value)
