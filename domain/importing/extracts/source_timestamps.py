"""Days and times as a case system writes them: read by given formats, refused where two formats give different days.

Times without an offset are local times of the source. When the clocks go forward in spring, one hour does not exist;
such a time is refused. When they go back in autumn, one hour occurs twice; the mapping says which of the two is meant.
The time 24:00 is the midnight at the end of its day. Years of two digits are read only where the mapping says which
hundred years they mean. A cell may be a serial day of Excel, which counts from 1 March 1900 (61) on.
"""

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from dateutil import tz

from domain.importing.extracts.mapping import EXCEL

CACHED = 10_000
_PROBE = datetime(1905, 10, 23, 14, 35, tzinfo=UTC)
_END_OF_DAY = re.compile(r"(?<![0-9:.])24([:.])00(?![0-9]|[:.]0*[1-9])")
_SERIAL = re.compile(r"([0-9]{1,7})(\.[0-9]{1,17})?")
_EXCEL_BEGINS = datetime(1899, 12, 30)
_EXCEL_FIRST, _EXCEL_LAST = 61, 2_958_465
"""Excel counts a 29 February 1900, which never was: serial days are right from 1 March 1900 on, up to the year 9999."""


def is_date_format(form: str, *, two_digits: bool = False) -> bool:
    """Whether a format gives a whole date: day, month and a year of four digits (or, if said, of two)."""
    if form == EXCEL:
        return True
    if two_digits and "%y" in form:
        form = form.replace("%y", "%Y")
    try:
        return datetime.strptime(_PROBE.strftime(form), form).date() == _PROBE.date()
    except ValueError:
        return False


@lru_cache(CACHED)
def read_day(text: str, formats: tuple[str, ...], pivot: int | None = None) -> date:
    """The day in a text; ``ValueError`` with the reason where there is none. A time of 24:00 belongs to the day written.

    ``pivot``: the first of the hundred years that years of two digits mean.
    """
    return (_read(text, formats, "day", pivot) - timedelta(days=_ends_day(text))).date()


@lru_cache(CACHED)
def read_instant(text: str, formats: tuple[str, ...], zone: str, twice: str, pivot: int | None = None) -> datetime:
    """The instant in a text, in UTC; ``ValueError`` with the reason where there is none.

    ``twice``: for a local time that occurs twice when the clocks go back, whether the ``first`` or the ``second`` is
    meant, or ``refuse``. ``pivot``: as in ``read_day``.
    """
    local = _read(text, formats, "time", pivot)
    if local.tzinfo is not None:
        return local.astimezone(UTC)
    local = local.replace(tzinfo=ZoneInfo(zone))
    if not tz.datetime_exists(local):
        raise ValueError(f"'{text}' is a time that no clock showed in {zone}: the clocks were put forward over it")
    if tz.datetime_ambiguous(local):
        if twice == "refuse":
            raise ValueError(
                f"'{text}' came twice in {zone}, as the clocks were put back; write it with an offset, or say in the "
                "mapping which is meant (twice: first, or second)"
            )
        local = local.replace(fold=int(twice == "second"))
    return local.astimezone(UTC)


def _read(text: str, formats: tuple[str, ...], what: str, pivot: int | None) -> datetime:
    read: dict[datetime, str] = {}
    for form in formats:
        try:
            read.setdefault(_by_format(text, form, pivot), form)
        except (ValueError, OverflowError):
            continue
    if not read:
        raise ValueError(f"'{text}' is no {what} written as {' or '.join(map(_words, formats))}")
    if len(read) > 1:
        meant = " or ".join(f"{on:%Y-%m-%d %H:%M} ({_words(form)})" for on, form in read.items())
        raise ValueError(f"'{text}' may be {meant}; give this column one format: formats in the mapping")
    return next(iter(read))


def _by_format(text: str, form: str, pivot: int | None) -> datetime:
    """The time in a text by one format; ``ValueError`` where it is not written so. 24:00 gives the next midnight."""
    if form == EXCEL:
        return _by_serial(text)
    ends_day = _ends_day(text) and "%H" in form
    read = datetime.strptime(_END_OF_DAY.sub(r"00\g<1>00", text) if ends_day else text, form)
    if "%y" in form and pivot is not None:
        read = read.replace(year=pivot + (read.year - pivot) % 100)
    return read + timedelta(days=ends_day)


def _by_serial(text: str) -> datetime:
    found = _SERIAL.fullmatch(text)
    if found is None or not _EXCEL_FIRST <= int(found[1]) <= _EXCEL_LAST:
        raise ValueError
    seconds = round(float(found[2] or 0) * 86400)
    return _EXCEL_BEGINS + timedelta(days=int(found[1]), seconds=seconds)


def _ends_day(text: str) -> bool:
    return _END_OF_DAY.search(text) is not None


def _words(form: str) -> str:
    return "a serial day of Excel" if form == EXCEL else form
